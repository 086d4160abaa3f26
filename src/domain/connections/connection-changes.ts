import type { OrganizationTransaction } from '../../database/database.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import type { Actor } from '../actors/actor.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { resolveHeld } from '../permissions/granted-permissions.ts';
import { requireOwn } from '../permissions/own-permissions.ts';
import type { ConnectionCertificate } from './connection.entity.ts';
import type { ConnectionFacts } from './connection-input.ts';
import { boundUsersHold, type ConnectionRow, givenToAnybody } from './connections.store.ts';

/** Who says who somebody is, and by what. */
const trusted = ['issuer', 'clientId', 'tenantId', 'ssoUrl', 'certificates', 'stableIdClaim'] as const;
const told = [...trusted, 'name', 'allowsJustInTime'] as const satisfies readonly (keyof ConnectionFacts)[];

export interface ConnectionChanges {
  /** What an event tells: the fields that differ, certificates by their fingerprints. */
  fields: Record<string, { before: unknown; after: unknown }>;
  /** Somebody else, or by something else, may say who people are from now on. */
  isTrustWidened: boolean;
  /** What people were known by is believed no longer: what it proved counts no more. */
  isTrustWithdrawn: boolean;
}

/** What differs between a connection and what it becomes. */
export function changesOf(before: ConnectionFacts, after: ConnectionFacts): ConnectionChanges {
  const changed = told.filter((field) => toldValue(before[field]) !== toldValue(after[field]));
  const fields = changed.map((field) => [field, { before: shown(before[field]), after: shown(after[field]) }]);
  const isElsewhere = changed.some((field) => field !== 'certificates' && trusted.some((each) => each === field));
  const [known, believed] = [fingerprintsOf(before), fingerprintsOf(after)];
  return {
    fields: Object.fromEntries(fields),
    isTrustWidened: isElsewhere || believed.some((fingerprint) => !known.includes(fingerprint)),
    // A certificate that comes beside another takes nothing from what that one proved.
    isTrustWithdrawn: isElsewhere || known.some((fingerprint) => !believed.includes(fingerprint)),
  };
}

/** The facts as an event tells them. */
export function toldFacts(facts: ConnectionFacts): Record<string, unknown> {
  return Object.fromEntries(told.map((field) => [field, shown(facts[field])]));
}

/**
 * Guards whatever lets somebody else say who the people of a connection are: as any of those who sign in through it he
 * could come back, so he must hold what they hold; and through an enabled one as anybody who has not signed in yet. Throws
 * `permissionsExceedOwn`.
 */
export async function requireMayEntrust(
  transaction: OrganizationTransaction,
  actor: Actor,
  { connection, catalogue }: { connection: Pick<ConnectionRow, 'id' | 'status'>; catalogue: PermissionCatalogue },
): Promise<void> {
  requireOwn(actor, resolveHeld(catalogue, await transaction.rows(boundUsersHold, connection.id)));
  if (connection.status === 'enabled') await requireMayEntrustEverybody(transaction, actor, catalogue);
}

/**
 * Guards what lets an identity provider say who anybody is who has not signed in otherwise: he who speaks for it could be each
 * of them, so he must hold what they may hold. Who holds anything sensitive is not let in by it alone: their first sign-in
 * asks. Throws `permissionsExceedOwn`.
 */
export async function requireMayEntrustEverybody(
  transaction: OrganizationTransaction,
  actor: Actor,
  catalogue: PermissionCatalogue,
): Promise<void> {
  const sensitive = new Set(catalogue.sensitivePermissions);
  const sets = Map.groupBy(await transaction.rows(givenToAnybody), (row) => row.setId);
  const held = [...sets.values()].map((rows) => [...resolveHeld(catalogue, rows)]);
  requireOwn(actor, new Set(held.filter((names) => !names.some((name) => sensitive.has(name))).flat()));
}

/** Ends, for good, what sessions proved through the connection; from the commit none of it counts. */
export async function endSessionsThrough(
  transaction: OrganizationTransaction,
  actor: Actor,
  ending: { connectionId: string; reason: 'connectionChanged' | 'connectionDisabled' | 'connectionDeleted'; at: Date },
): Promise<void> {
  const { connectionId, reason, at } = ending;
  await endAuthentications(transaction, actor, { connectionIds: [connectionId], reason, at });
}

function fingerprintsOf({ certificates }: ConnectionFacts): string[] {
  return (certificates ?? []).map(({ fingerprint }) => fingerprint);
}

function shown(value: ConnectionFacts[(typeof told)[number]]): unknown {
  return Array.isArray(value) ? value.map(({ fingerprint }: ConnectionCertificate) => fingerprint) : value;
}

function toldValue(value: ConnectionFacts[(typeof told)[number]]): string {
  return JSON.stringify(shown(value));
}
