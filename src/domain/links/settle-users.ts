import type { OrganizationTransaction } from '../../database/database.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvents } from '../events/domain-event.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { protectionParameters } from '../permissions/protected.ts';
import { holdUsers } from '../users/hold-users.ts';
import { absorbManualMembers } from './absorption.ts';
import * as store from './settle-users.store.ts';
import { carryProfiles } from './user-profiles.ts';

const DAY_MILLISECONDS = 86_400_000;

export interface UsersToSettle {
  userIds: readonly string[];
  at: Date;
  /** Somebody who holds all of it lets them back in: nothing waits, and the profile stays until the record changes. */
  isApproved?: boolean;
  catalogue: PermissionCatalogue;
}

/**
 * Works out anew what follows from the links and records of users after any of them changed (docs/life-cycles.md): since
 * when they are inactive, what falls away after a long absence and what then waits, their profile, and which manual
 * memberships are absorbed. Removed users are passed over.
 */
export async function settleUsers(
  transaction: OrganizationTransaction,
  actor: Actor,
  { userIds, at, isApproved = false, catalogue }: UsersToSettle,
): Promise<void> {
  const ids = [...new Set(userIds)];
  if (ids.length === 0) return;
  await transaction.rows(holdUsers, ids);
  const presences = await transaction.rows(store.presenceOf, ids);
  const leaving = presences.filter((user) => !isPresent(user) && user.inactiveSince === null);
  const coming = presences.filter((user) => isPresent(user) && user.inactiveSince !== null);
  const absent = coming.filter((user) => wasLongAbsent(user, at));
  await lapse(transaction, actor, { userIds: absent.map((user) => user.userId), at });
  // Who is manual is in by an admin's act, whatever their records say.
  const recorded = isApproved ? [] : absent.filter((user) => !user.isManual).map((user) => user.userId);
  const waiting = await holdSensitive(transaction, actor, { userIds: recorded, at, catalogue });
  const returning = coming.filter((user) => !waiting.has(user.userId));
  await note(transaction, actor, 'userDeactivated', { userIds: leaving.map((user) => user.userId), at });
  const left = [...leaving.map((user) => user.userId), ...waiting];
  await endAuthentications(transaction, actor, { userIds: left, reason: 'deactivated', at });
  await note(transaction, actor, 'userReactivated', { userIds: returning.map((user) => user.userId), at });
  if (!isApproved) await carryProfiles(transaction, actor, { userIds: ids, at, catalogue });
  await absorbManualMembers(transaction, actor, { userIds: ids, at });
}

/** Takes manual memberships and direct grants from users who were away for too long, and tells of it. */
export async function lapse(
  transaction: OrganizationTransaction,
  actor: Actor,
  { userIds, at }: { userIds: readonly string[]; at: Date },
): Promise<void> {
  if (userIds.length === 0) return;
  const lapsed = await transaction.rows(store.lapseAccess, userIds);
  await recordEvents(
    transaction,
    actor,
    at,
    lapsed.map(({ userId, ...data }) => ({ type: 'userAccessLapsed', subjectId: userId, data })),
  );
}

function isPresent(user: store.Presence): boolean {
  return user.isManual || user.isInDirectory;
}

/** The organization's limit of days is over since the last record became inactive. */
function wasLongAbsent({ inactiveSince, inactivityDays }: store.Presence, at: Date): boolean {
  return inactiveSince !== null && at.getTime() - inactiveSince.getTime() > inactivityDays * DAY_MILLISECONDS;
}

/** Lets the links of those wait whom their groups would give something sensitive again; answers whom. */
async function holdSensitive(
  transaction: OrganizationTransaction,
  actor: Actor,
  { userIds, at, catalogue }: UsersToSettle,
): Promise<Set<string>> {
  if (userIds.length === 0) return new Set();
  const links = await transaction.rows(store.holdSensitiveLinks, ...protectionParameters(catalogue), userIds, at);
  await recordEvents(
    transaction,
    actor,
    at,
    links.map(({ linkId, ...facts }) => ({
      type: 'linkStateChanged',
      subjectId: linkId,
      data: { from: 'active', to: 'pending', reason: 'long_absence', ...facts },
    })),
  );
  return new Set(links.map((link) => link.userId));
}

async function note(
  transaction: OrganizationTransaction,
  actor: Actor,
  type: 'userDeactivated' | 'userReactivated',
  { userIds, at }: { userIds: string[]; at: Date },
): Promise<void> {
  if (userIds.length === 0) return;
  await transaction.rows(store.setInactiveSince, userIds, type === 'userDeactivated' ? at : null, at);
  const data = { active: type === 'userReactivated' };
  await recordEvents(
    transaction,
    actor,
    at,
    userIds.map((subjectId) => ({ type, subjectId, data })),
  );
}
