import { foldKey } from '../../attributes/fold.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { BindingRequestReason, BindingRequestState } from '../bindings/binding.entity.ts';
import { holdRequestOf, requestOf } from '../bindings/binding-requests.store.ts';
import { identityProviderOf } from '../connections/openid-issuer.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import { recordsOfUser } from '../links/records-of-user.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { isProtected } from '../permissions/protected-user.ts';
import { holdUsers } from '../users/hold-users.ts';
import { mayCreateUser } from './just-in-time.ts';
import type { LiveBinding, MatchedRecord } from './match-person.store.ts';
import * as store from './match-person.store.ts';
import {
  ask,
  deactivated,
  type MatchedPerson,
  notProvisioned,
  type PersonDecision,
  type PersonToMatch,
  type RefusedPerson,
} from './person-decision.ts';

interface Matching extends PersonToMatch {
  transaction: OrganizationTransaction;
  catalogue: PermissionCatalogue;
}

/**
 * Decides who somebody is: the stored binding; else the stable id against `externalId` of the directories' records; else, once,
 * the e-mail address on a domain that the organization has proved; else a new user where no directory is connected. Never
 * across organizations. What is read here is not held: `holdPerson` does.
 */
export async function matchPerson(
  transaction: OrganizationTransaction,
  person: PersonToMatch,
  catalogue: PermissionCatalogue,
): Promise<MatchedPerson> {
  const matching = { ...person, transaction, catalogue };
  const { connection, identity } = person;
  const [binding] = await transaction.rows(store.liveBindingOf, connection.id, identity.subject);
  const standing = binding && standingOf(binding);
  if (standing && standing.kind !== 'ended') return { decision: standing, ended: null };
  const found = await findAnew(matching, binding);
  const [request] = await transaction.rows(requestOf, connection.id, identity.subject);
  const decision = asDecidedBefore(found, request);
  return { decision, ended: binding && standing ? { binding, reason: standing.reason } : null };
}

type Standing =
  | Extract<PersonDecision, { kind: 'bound' }>
  | RefusedPerson
  | { kind: 'ended'; reason: 'recordDeleted' | 'personReplaced' };

/** What a stored binding is worth: it holds while its record still leads to its user. */
function standingOf(binding: LiveBinding): Standing {
  const { userId, directoryUserId, linkState, isUserActive } = binding;
  const byUserAlone = (): Standing =>
    isUserActive ? { kind: 'bound', binding, userId, directoryUserId: null } : deactivated(userId);
  if (directoryUserId === null) return byUserAlone();
  if (!binding.hasRecord) return { kind: 'ended', reason: 'recordDeleted' };
  // A directory that is connected no more decides on nobody; who was kept by hand is who they were.
  if (linkState === null && binding.isDirectoryRetired) return byUserAlone();
  if (binding.linkUserId !== userId) return { kind: 'ended', reason: 'personReplaced' };
  if (linkState === 'active') {
    if (!isUserActive || !binding.isRecordActive) return deactivated(userId);
    return { kind: 'bound', binding, userId, directoryUserId };
  }
  // An admin undid the link: the person stays the user, if that one was kept.
  if (linkState === 'rejected' && binding.linkReason === 'unlinked') return byUserAlone();
  return linkState === 'removed_in_product' ? deactivated(userId) : notProvisioned({ linkState }, userId);
}

/** `stale` is the binding that was found to lead nowhere. */
async function findAnew(matching: Matching, stale: LiveBinding | undefined): Promise<PersonDecision> {
  const { transaction, identity, connection } = matching;
  if (identity.stableId !== null) {
    const records = await transaction.rows(store.recordsByStableId, identity.stableId);
    if (records.length > 0) return byRecords(matching, records);
  }
  const byEmail = (await isOwnAddress(transaction, identity)) ? await findByEmail(matching) : undefined;
  if (byEmail) return byEmail;
  const [ended] = stale ? [stale] : await transaction.rows(store.formerBindingOf, connection.id, identity.subject);
  if (ended) return ofFormerUser(matching, ended);
  return (await mayCreateUser(matching)) ?? { kind: 'create' };
}

/** Whose binding has ended comes back by an admin alone, where nothing else says that it is they. */
async function ofFormerUser(
  { transaction, connection, identity }: Matching,
  { userId, isUserActive }: { userId: string; isUserActive: boolean },
): Promise<PersonDecision> {
  if (!isUserActive) return deactivated(userId);
  const bindings = await transaction.rows(store.bindingsOfUser, userId, connection.id);
  const isAnothers = bindings.some((each) => each.isLive && each.subject !== identity.subject);
  return ask(isAnothers ? 'alreadyBound' : 'emailBoundBefore', [userId]);
}

/** One record, or several that all lead to one user; whatever else carries the value is looked at by an admin. */
async function byRecords(matching: Matching, records: MatchedRecord[]): Promise<PersonDecision> {
  const [first] = records;
  const users = new Set(records.map((record) => record.userId));
  const isOnePerson =
    records.length === 1 || (users.size === 1 && records.every((each) => each.linkState === 'active'));
  if (!first || !isOnePerson) {
    const candidates = [...users].filter((userId) => userId !== null);
    return candidates.length > 0 ? ask('ambiguous', candidates) : notProvisioned({ linkState: null });
  }
  const record = records.find((each) => each.isRecordActive) ?? first;
  return ofRecord(record) ?? bindable(matching, record.userId ?? '', record.directoryUserId, 'stableId');
}

/** Why nobody signs in as this record; undefined where it leads to an active user. */
function ofRecord({ linkState, directoryStatus, userId, ...record }: MatchedRecord): PersonDecision | undefined {
  if (linkState === 'removed_in_product') return deactivated(userId);
  if (linkState === null) return notProvisioned({ linkState, directoryStatus });
  if (linkState !== 'active') return notProvisioned({ linkState }, userId);
  return record.isRecordActive && record.isUserActive ? undefined : deactivated(userId);
}

/** Somebody whom nothing but the e-mail address names; undefined where nobody has it. */
async function findByEmail(matching: Matching): Promise<PersonDecision | undefined> {
  const { transaction, identity } = matching;
  const key = foldKey(identity.email ?? '');
  const users = await transaction.rows(store.usersByEmail, key);
  const records = await transaction.rows(store.recordsByEmail, key);
  const byRecord = records.filter((record) => ofRecord(record) === undefined);
  const active = new Set([
    ...users.filter((user) => user.isUserActive).map((user) => user.userId),
    ...byRecord.map((record) => record.userId ?? ''),
  ]);
  const [userId] = active;
  if (active.size > 1) return ask('ambiguous', [...active]);
  if (userId !== undefined) {
    const own = await transaction.rows(recordsOfUser, userId);
    const only = own.length === 1 ? own[0]?.id : byRecord[0]?.directoryUserId;
    return bindable(matching, userId, only ?? null, 'email');
  }
  const waiting = records.map(ofRecord).find((decision) => decision?.kind === 'refuse');
  return waiting ?? (users[0] && deactivated(users[0].userId));
}

/**
 * Whether a first sign-in as this user needs an admin: somebody else was bound to them by something that did not prove the
 * same stable id, an e-mail address was used once, or they hold what is protected.
 */
async function bindable(
  { transaction, identity, connection, catalogue }: Matching,
  userId: string,
  directoryUserId: string | null,
  boundBy: 'stableId' | 'email',
): Promise<PersonDecision> {
  const bindings = await transaction.rows(store.bindingsOfUser, userId, connection.id);
  const live = bindings.filter((each) => each.isLive);
  const provider = identityProviderOf(connection.issuer);
  const isSamePerson = (each: store.BindingOfUser) =>
    identity.stableId !== null &&
    each.stableId === identity.stableId &&
    // What another identity provider calls so is another's word: an admin may have connected it for just that.
    identityProviderOf(each.issuer) === provider;
  if (live.some((each) => !isSamePerson(each))) return ask('alreadyBound', [userId]);
  const earlier = live.find((each) => each.connectionId === connection.id);
  const bind = { kind: 'bind' as const, userId, directoryUserId, boundBy, replaces: earlier?.id ?? null };
  if (earlier) return bind;
  // Whom an admin ended is not found again by the way of another connection to the same people.
  const isEndedThere = (each: store.BindingOfUser) => !each.isLive && identityProviderOf(each.issuer) === provider;
  if (boundBy === 'email' && bindings.some((each) => each.connectionId === connection.id || isEndedThere(each))) {
    return ask('emailBoundBefore', [userId]);
  }
  return (await isProtected(transaction, userId, catalogue)) ? ask('protectedUser', [userId]) : bind;
}

/**
 * True for an e-mail address on a domain that the organization has proved, in the letters that its key has. The organization's
 * own connection need not say that it verified it, as Entra never does; but what it says to be unverified finds nobody.
 */
export async function isOwnAddress(
  transaction: OrganizationTransaction,
  { email, emailVerification }: VerifiedIdentity,
): Promise<boolean> {
  if (email === null || emailVerification === 'no') return false;
  const [answer] = await transaction.rows(store.selectIsOwnAddress, email, foldKey(email));
  return answer?.isOwn === true;
}

/** What an admin rejected stays refused, whatever it would match by now, until an admin approves it. */
function asDecidedBefore(
  found: PersonDecision,
  request: { state: BindingRequestState; reason: BindingRequestReason; candidateUserIds: string[] } | undefined,
): PersonDecision {
  if (request?.state !== 'rejected' || found.kind === 'refuse') return found;
  const { reason, candidateUserIds } = found.kind === 'request' ? found : request;
  return { kind: 'request', reason, candidateUserIds, isRejected: true };
}

const ROUNDS_MAX = 4;

/**
 * The same with the people it names held until the transaction ends, so that a deactivation that commits first wins, and one
 * that comes later finds the session to end.
 */
export async function holdPerson(
  transaction: OrganizationTransaction,
  person: PersonToMatch,
  catalogue: PermissionCatalogue,
): Promise<MatchedPerson> {
  const { connection, identity } = person;
  // Who decides on their request meanwhile comes before this, or too late.
  await transaction.rows(holdRequestOf, connection.id, identity.subject);
  const held = new Set<string>();
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const matched = await matchPerson(transaction, person, catalogue);
    const { records, users } = namedBy(matched);
    const missing = [...records, ...users].filter((id) => !held.has(id));
    if (missing.length === 0) return matched;
    await transaction.rows(store.holdRecords, records);
    // One sign-in at a time, so that the second of two reads what the first has bound.
    await transaction.rows(holdUsers, users);
    for (const id of missing) held.add(id);
  }
  throw new Error('The people behind a sign-in changed faster than they could be read.');
}

function namedBy({ decision }: MatchedPerson): { records: string[]; users: string[] } {
  if (decision.kind !== 'bound' && decision.kind !== 'bind') return { records: [], users: [] };
  return { records: decision.directoryUserId ? [decision.directoryUserId] : [], users: [decision.userId] };
}
