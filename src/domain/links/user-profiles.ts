import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { profileOf } from '../directories/directory-user-columns.ts';
import { recordEvents } from '../events/domain-event.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { holdUsers } from '../users/hold-users.ts';
import { makeWaitingUser } from './make-waiting-user.ts';
import * as store from './user-profiles.store.ts';

type Wanted = store.LeadingRecord & store.ProfileChange;

/**
 * Carries the profile of the leading record over to each user: of their active records under an active link the one
 * whose directory has the lowest precedence, then the older one. Nothing is carried while that directory is paused, or
 * where there is no such record. The users are locked, by an earlier statement. A userName that another user has stays theirs, and the link says so; one that becomes
 * free on the way goes to who waits for it.
 */
export async function carryProfiles(
  transaction: OrganizationTransaction,
  actor: Actor,
  { userIds, ...more }: { userIds: readonly string[]; at: Date; catalogue: PermissionCatalogue },
): Promise<void> {
  const leaders = await transaction.rows(store.leadingRecords, userIds);
  await carry(transaction, actor, { leaders, ...more });
}

async function carry(
  transaction: OrganizationTransaction,
  actor: Actor,
  { leaders, at, catalogue }: { leaders: readonly store.LeadingRecord[]; at: Date; catalogue: PermissionCatalogue },
): Promise<void> {
  const wanted = leaders.filter((leader) => leader.directoryStatus === 'active').map(wantedProfile);
  if (wanted.length === 0) return;
  const { named, freed } = await nameUsers(transaction, wanted, at);
  const changed = named.filter(differs);
  if (changed.length > 0) await transaction.rows(store.writeProfiles, JSON.stringify(changed), at);
  const links = await transaction.rows(store.noteNames, JSON.stringify(named.map(namingOf)), at);
  await recordEvents(transaction, actor, at, [
    ...changed.map(({ userId, directoryUserId, userName }) => ({
      type: 'userUpdated' as const,
      subjectId: userId,
      data: { directoryUserId, userName },
    })),
    ...links.map(({ linkId, ...data }) => ({
      type: 'linkStateChanged' as const,
      subjectId: linkId,
      data: { to: 'active', ...data },
    })),
  ]);
  await giveUserNames(transaction, actor, { userNameKeys: freed, at, catalogue });
}

/**
 * Gives userNames that became free to who waits for them, in the order of the links' making: a user whose record has
 * the name takes it, a record in conflict gets a user of its own, as far as the actor may give what that one would hold.
 * To be called whenever a user loses a userName.
 */
export async function giveUserNames(
  transaction: OrganizationTransaction,
  actor: Actor,
  { userNameKeys, at, catalogue }: { userNameKeys: readonly string[]; at: Date; catalogue: PermissionCatalogue },
): Promise<void> {
  if (userNameKeys.length === 0) return;
  for (const waiting of await transaction.rows(store.waitingForName, userNameKeys)) {
    const { linkId, state, directoryUserId, userId, userNameKey } = waiting;
    const [taken] = await transaction.rows(store.takenNames, [userNameKey]);
    // The first got it, or somebody else: for who comes next nothing has changed.
    if (taken) continue;
    if (state === 'conflict') await makeWaitingUser(transaction, actor, { directoryUserId, linkId, at, catalogue });
    else {
      // Locked apart: a record that has just gone would lead once more.
      await transaction.rows(holdUsers, [userId]);
      const leaders = await transaction.rows(store.leadingRecords, [userId]);
      // Of somebody whom another record leads by now, the profile is not this name's affair.
      const own = leaders.filter((leader) => leader.linkId === linkId);
      await carry(transaction, actor, { leaders: own, at, catalogue });
    }
  }
}

function wantedProfile(leader: store.LeadingRecord): Wanted {
  const profile = profileOf(leader.resource as ResourceJson);
  const emailKey = profile.email === null ? null : foldKey(profile.email);
  return { ...leader, ...profile, userNameKey: leader.recordNameKey, emailKey };
}

/** Leaves to those whose wanted name another user has the name they have; answers the names that nobody has now. */
async function nameUsers(
  transaction: OrganizationTransaction,
  wanted: Wanted[],
  at: Date,
): Promise<{ named: Wanted[]; freed: string[] }> {
  const renamed = wanted.filter((user) => user.userNameKey !== user.currentNameKey);
  if (renamed.length === 0) return { named: wanted, freed: [] };
  const keys = renamed.map((user) => user.recordNameKey);
  const holders = new Set((await transaction.rows(store.takenNames, keys)).map((row) => row.userNameKey));
  const freed = new Set<string>();
  const named = new Map(wanted.map((user) => [user.userId, user]));
  for (const user of renamed) {
    if (holders.has(user.recordNameKey)) {
      const kept = { userName: user.currentName, userNameKey: user.currentNameKey };
      named.set(user.userId, { ...user, ...kept });
      continue;
    }
    // One by one, because the next of them may want the name that this one gives up.
    await transaction.rows(store.nameUser, user.userId, user.userName, user.recordNameKey, at);
    holders.add(user.recordNameKey);
    freed.delete(user.recordNameKey);
    if (user.currentNameKey === null) continue;
    holders.delete(user.currentNameKey);
    freed.add(user.currentNameKey);
  }
  return { named: [...named.values()], freed: [...freed] };
}

function differs(user: Wanted): boolean {
  const { userName, displayName, email } = user;
  return userName !== user.currentName || displayName !== user.currentDisplayName || email !== user.currentEmail;
}

function namingOf({ userId, linkId, recordNameKey, userNameKey }: Wanted) {
  return { userId, linkId, reason: recordNameKey === userNameKey ? null : 'name_is_taken' };
}
