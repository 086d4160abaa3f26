import { groupNameKey } from '../../src/attributes/fold.ts';
import { counts, grantsOf, grantsText, isProtected } from './access.ts';
import {
  activeLinkOfGroup,
  activeLinksOf,
  DAY,
  type GroupLink,
  get,
  manualMembersOf,
  newName,
  TOMBSTONE_DAYS,
  type Tombstone,
  type World,
} from './world.ts';

/** docs/life-cycles.md, "Groups": what the identity provider does. */

export function groupOfKey(world: World, key: string): string | undefined {
  for (const [name, group] of world.groups) if (group.key === key) return name;
  return undefined;
}

function statusOf(world: World, directoryGroup: string) {
  return get(world.directories, get(world.directoryGroups, directoryGroup).directory).status;
}

/** Whether what the directory sends reaches the product now. */
export function isFollowed(world: World, directoryGroup: string): boolean {
  return statusOf(world, directoryGroup) === 'active';
}

export function createDirectoryGroup(
  world: World,
  name: string,
  group: { directory: string; displayName: string; externalId: string | null; members: string[] },
): void {
  const { directory, displayName, externalId } = group;
  world.directoryGroups.set(name, { directory, displayName, externalId, members: new Map() });
  addMembers(world, name, group.members);
  if (isFollowed(world, name)) placeNew(world, name);
}

/** Unknown people are passed over; a paused directory holds who is added. */
export function addMembers(world: World, name: string, records: readonly string[]): void {
  const { directory, members } = get(world.directoryGroups, name);
  for (const record of records) {
    if (world.records.get(record)?.directory !== directory || members.has(record)) continue;
    members.set(record, statusOf(world, name) === 'paused');
  }
}

export function removeMembers(world: World, name: string, records: readonly string[]): void {
  for (const record of records) get(world.directoryGroups, name).members.delete(record);
}

export function replaceMembers(world: World, name: string, records: readonly string[]): void {
  const { members } = get(world.directoryGroups, name);
  for (const record of [...members.keys()]) if (!records.includes(record)) members.delete(record);
  addMembers(world, name, records);
}

export function renameDirectoryGroup(world: World, name: string, displayName: string): void {
  const group = get(world.directoryGroups, name);
  if (group.displayName === displayName) return;
  group.displayName = displayName;
  const link = world.groupLinks.get(name);
  if (!link) return;
  if (!isFollowed(world, name)) {
    const isOwn = world.groups.get(link.group ?? '')?.madeBy === group.directory;
    if (link.state === 'active' && isOwn) link.reason = 'renamed_while_paused';
  } else if (link.state === 'active') renameTarget(world, name, link);
  else if (link.state === 'pending' || link.state === 'conflict') moveWaiting(world, name, link);
}

/** The group is renamed if this directory made it and the key is free. */
export function renameTarget(world: World, name: string, link: GroupLink): void {
  const { displayName, directory } = get(world.directoryGroups, name);
  const target = get(world.groups, link.group ?? '');
  const holder = groupOfKey(world, groupNameKey(displayName));
  link.reason = null;
  if (target.madeBy !== directory || (holder !== undefined && holder !== link.group)) return;
  const isNameFree = target.key !== groupNameKey(displayName);
  target.name = displayName;
  target.key = groupNameKey(displayName);
  if (isNameFree) retryConflictsWith(world, link.group);
}

/** Who was in conflict with the name that a group had is tried again. */
export function retryConflictsWith(world: World, group: string | null): void {
  for (const [name, link] of world.groupLinks) {
    if (link.state === 'conflict' && link.group === group && isFollowed(world, name)) moveWaiting(world, name, link);
  }
}

/** What waits under a new name is placed anew, but never joins by that alone. */
export function moveWaiting(world: World, name: string, link: GroupLink): void {
  const holder = groupOfKey(world, groupNameKey(get(world.directoryGroups, name).displayName));
  if (holder === undefined) Object.assign(link, { group: makeGroup(world, name), state: 'active', reason: null });
  else if (holder === link.group) return;
  else if (world.policy === 'never') Object.assign(link, { group: holder, state: 'conflict', reason: 'name_is_taken' });
  else Object.assign(link, { group: holder, state: 'pending', reason: 'organization_asks' });
}

export function deleteDirectoryGroup(world: World, name: string): void {
  const { directory, externalId } = get(world.directoryGroups, name);
  const link = world.groupLinks.get(name);
  world.groupLinks.delete(name);
  world.directoryGroups.delete(name);
  if (!link) return;
  const target = link.group;
  const grants = target === null ? '' : grantsText(world, target);
  const isGroupGone = target !== null && isUntouched(world, target, directory);
  if (isGroupGone) world.groups.delete(target);
  if (externalId === null) return;
  const { state, isDecided } = link;
  const tombstone = { group: target, state, isDecided, grants, isGroupGone, at: world.now };
  world.tombstones.set(`${directory} ${externalId}`, tombstone);
}

/** This directory made it, and nobody gave it members, grants or another link. */
export function isUntouched(world: World, group: string, directory: string): boolean {
  return (
    get(world.groups, group).madeBy === directory &&
    manualMembersOf(world, group).length === 0 &&
    grantsOf(world, group).length === 0 &&
    ![...world.groupLinks.values()].some((other) => other.group === group)
  );
}

/** Links a directory group without a link, as what is remembered of it or its name says. */
export function placeNew(world: World, name: string): void {
  const { directory, externalId } = get(world.directoryGroups, name);
  const place = `${directory} ${externalId}`;
  const tombstone = externalId === null ? undefined : world.tombstones.get(place);
  world.tombstones.delete(place);
  const isRemembered = tombstone && world.now - tombstone.at < TOMBSTONE_DAYS * DAY;
  if (!isRemembered || (tombstone.state === 'active' && tombstone.isGroupGone)) placeByName(world, name);
  else placeAgain(world, name, tombstone);
}

function placeAgain(world: World, name: string, tombstone: Tombstone): void {
  const { group, state } = tombstone;
  const isThere = group !== null && world.groups.has(group);
  const isAsItWas =
    state === 'active' &&
    isThere &&
    activeLinkOfGroup(world, group) === undefined &&
    !isProtected(world, group) &&
    grantsText(world, group) === tombstone.grants;
  const link: GroupLink = isAsItWas
    ? { group, state: 'active', reason: null, earlier: null, isDecided: tombstone.isDecided }
    : {
        group: isThere ? group : null,
        state: 'pending',
        reason: 'earlier_decision',
        earlier: state,
        isDecided: tombstone.isDecided,
      };
  world.groupLinks.set(name, link);
}

/** As a create without a tombstone; of a link that is there already, as a create again. */
export function placeByName(world: World, name: string): void {
  const link = { earlier: null, isDecided: false, ...placement(world, name) };
  world.groupLinks.set(name, link);
}

function placement(world: World, name: string): Omit<GroupLink, 'earlier' | 'isDecided'> {
  const group = groupOfKey(world, groupNameKey(get(world.directoryGroups, name).displayName));
  if (group === undefined) return { group: makeGroup(world, name), state: 'active', reason: null };
  if (world.policy === 'never') return { group, state: 'conflict', reason: 'name_is_taken' };
  if (activeLinkOfGroup(world, group) !== undefined) return { group, state: 'pending', reason: 'group_is_linked' };
  if (isProtected(world, group)) return { group, state: 'pending', reason: 'group_is_protected' };
  if (world.policy === 'ask') return { group, state: 'pending', reason: 'organization_asks' };
  return { group, state: 'active', reason: null };
}

/** A group made by the directory, without permissions. Its key must be free. */
export function makeGroup(world: World, directoryGroup: string): string {
  const { displayName, directory } = get(world.directoryGroups, directoryGroup);
  const name = newName(world, `G:${directoryGroup}`);
  world.groups.set(name, { name: displayName, key: groupNameKey(displayName), madeBy: directory });
  return name;
}

/** "Absorbed": true of no manual member at any time. */
export function absorb(world: World): void {
  for (const pair of world.manualMembers) {
    const [group = '', user = ''] = pair.split(' ');
    const linked = activeLinkOfGroup(world, group);
    if (linked === undefined) continue;
    const { members } = get(world.directoryGroups, linked);
    const { isManual } = get(world.users, user);
    // Who is kept by hand beside an inactive record would be nowhere: nothing carries them but the membership by hand.
    const isCarried = activeLinksOf(world, user).some(
      ({ record }) => members.get(record) === false && (!isManual || counts(world, record)),
    );
    if (isCarried) world.manualMembers.delete(pair);
  }
}
