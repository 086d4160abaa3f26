import { foldKey, groupNameKey } from '../../src/attributes/fold.ts';
import { counts } from './access.ts';
import { groupOfKey, isFollowed, makeGroup, moveWaiting } from './groups.ts';
import { endAccess, giveNewUser, releaseUser, settleUser } from './people.ts';
import { holderOf } from './profile.ts';
import type { LinkAct } from './steps.ts';
import { activeLinkOfGroup, type GroupLink, get, linkOf, membership, type UserLink, type World } from './world.ts';

/** docs/life-cycles.md, the tables "an admin's act". Each answers `ok` or the code of the refusal, having changed nothing. */
export function decide(world: World, act: LinkAct): string {
  const groupLink = world.groupLinks.get(act.record);
  if (groupLink) return decideGroup(world, act, groupLink);
  const link = linkOf(world, act.record);
  const answer = link ? decideUser(world, act, link) : 'NOT_FOUND';
  if (link && answer === 'ok') link.isDecided = true;
  return answer;
}

function decideUser(world: World, act: LinkAct, link: UserLink): string {
  const waits = link.state === 'pending' || link.state === 'rejected';
  if (act.kind === 'approveLink') return approveUser(world, link);
  if (act.kind === 'rejectLink') {
    if (link.state !== 'pending' && link.state !== 'conflict') return 'LINK_NOT_PENDING';
    Object.assign(link, { state: 'rejected', reason: null });
  } else if (act.kind === 'separateLink') {
    if (!waits) return 'LINK_NOT_PENDING';
    giveNewUser(world, link.record);
  } else if (act.kind === 'retryLink') {
    if (link.state !== 'conflict') return 'LINK_NOT_PENDING';
    giveNewUser(world, link.record);
  } else {
    if (link.state !== 'active') return 'LINK_NOT_ACTIVE';
    Object.assign(link, { state: 'rejected', reason: 'unlinked' });
    if (act.kind === 'unlink' && act.people === 'KEEP') get(world.users, link.user).isManual = true;
    releaseUser(world, link.user, true);
  }
  return 'ok';
}

function approveUser(world: World, link: UserLink): string {
  if (!['pending', 'rejected', 'removed_in_product'].includes(link.state)) return 'LINK_NOT_PENDING';
  const user = get(world.users, link.user);
  if (user.nameKey === null) {
    const nameKey = foldKey(user.userName);
    if (holderOf(world, nameKey) !== undefined) return 'USER_NAME_TAKEN';
    user.nameKey = nameKey;
  }
  if (user.isRemoved) {
    user.isRemoved = false;
    endAccess(world, link.user);
  }
  user.isManual = false;
  Object.assign(link, { state: 'active', reason: null });
  settleUser(world, link.user, true);
  return 'ok';
}

function decideGroup(world: World, act: LinkAct, link: GroupLink): string {
  if (act.kind === 'approveLink') return approveGroup(world, act.record, link);
  if (act.kind === 'rejectLink') {
    if (link.state !== 'pending' && link.state !== 'conflict') return 'LINK_NOT_PENDING';
    Object.assign(link, { state: 'rejected', reason: null, isDecided: true });
  } else if (act.kind === 'separateLink') {
    if (link.state !== 'pending' && link.state !== 'rejected') return 'LINK_NOT_PENDING';
    link.isDecided = true;
    const holder = groupOfKey(world, keyOfRecord(world, act.record));
    if (holder !== undefined) Object.assign(link, { group: holder, state: 'conflict', reason: 'name_is_taken' });
    else Object.assign(link, { group: makeGroup(world, act.record), state: 'active', reason: null });
  } else if (act.kind === 'retryLink') {
    if (link.state !== 'conflict') return 'LINK_NOT_PENDING';
    if (isFollowed(world, act.record)) moveWaiting(world, act.record, link);
  } else {
    if (link.state !== 'active' || link.group === null) return 'LINK_NOT_ACTIVE';
    if (act.kind === 'unlink' && act.people === 'KEEP') keepMembers(world, act.record, link.group);
    Object.assign(link, { state: 'rejected', reason: 'unlinked', isDecided: true });
  }
  return 'ok';
}

function approveGroup(world: World, name: string, link: GroupLink): string {
  if (!['pending', 'rejected', 'removed_in_product'].includes(link.state)) return 'LINK_NOT_PENDING';
  let target = link.group;
  if (target === null) target = groupOfKey(world, keyOfRecord(world, name)) ?? null;
  if (target !== null && activeLinkOfGroup(world, target) !== undefined) return 'GROUP_IS_LINKED';
  Object.assign(link, { group: target ?? makeGroup(world, name), state: 'active', reason: null, isDecided: true });
  return 'ok';
}

function keyOfRecord(world: World, name: string): string {
  return groupNameKey(get(world.directoryGroups, name).displayName);
}

/** The members that count become manual members; a block leaves everything else as it is. */
export function keepMembers(world: World, directoryGroup: string, group: string): void {
  for (const [record, isHeld] of get(world.directoryGroups, directoryGroup).members) {
    const link = linkOf(world, record);
    if (isHeld || link?.state !== 'active' || !counts(world, record)) continue;
    world.manualMembers.add(membership(group, link.user));
  }
}

/** What `removeUser` does to the links of a user. */
export function endLinksOf(world: World, user: string): void {
  for (const link of world.userLinks) {
    if (link.user !== user) continue;
    if (link.state === 'active') Object.assign(link, { state: 'removed_in_product', reason: null, isDecided: true });
    else if (link.state === 'pending') Object.assign(link, { state: 'rejected', reason: null, isDecided: true });
  }
}
