import { counts, grantsOf } from './access.ts';
import { keepMembers } from './decisions.ts';
import { moveWaiting, placeNew, renameTarget } from './groups.ts';
import { placeRecord, releaseUser, settleUser } from './people.ts';
import { removeGroup } from './product.ts';
import { carryProfile } from './profile.ts';
import type { DirectoryAdminAct } from './steps.ts';
import { activeLinksOf, get, linkOf, manualMembersOf, newName, type World } from './world.ts';

/** docs/life-cycles.md, "Directories". Each answers `ok` or the code of the refusal, having changed nothing. */
export function actOnDirectory(world: World, id: number, act: DirectoryAdminAct): string {
  if (act.kind === 'createDirectory') {
    const name = newName(world, `E${id}`);
    world.directories.set(name, { status: act.isObserving ? 'observing' : 'active', precedence: 1 });
    return 'ok';
  }
  const directory = get(world.directories, act.directory);
  switch (act.kind) {
    case 'setPrecedence':
      if (directory.precedence === act.precedence) return 'ok';
      directory.precedence = act.precedence;
      for (const user of world.users.keys()) if (isShared(world, user, act.directory)) carryProfile(world, user);
      return 'ok';
    case 'pauseDirectory':
      if (directory.status !== 'active') return 'DIRECTORY_STATUS_CONFLICT';
      directory.status = 'paused';
      return 'ok';
    case 'activateDirectory':
      if (directory.status !== 'observing' && directory.status !== 'paused') return 'DIRECTORY_STATUS_CONFLICT';
      directory.status = 'active';
      drain(world, act.directory);
      return 'ok';
    default:
      if (directory.status === 'retired') return 'DIRECTORY_STATUS_CONFLICT';
      directory.status = 'retired';
      retire(world, act.directory, act.people);
      return 'ok';
  }
}

/** The directory and another one have them. */
function isShared(world: World, user: string, directory: string): boolean {
  const links = activeLinksOf(world, user);
  return links.length > 1 && links.some((link) => get(world.records, link.record).directory === directory);
}

function recordsOf(world: World, directory: string): string[] {
  return [...world.records].flatMap(([name, record]) => (record.directory === directory ? [name] : []));
}

function groupsOf(world: World, directory: string): string[] {
  return [...world.directoryGroups].flatMap(([name, group]) => (group.directory === directory ? [name] : []));
}

/** Held rows are released, what has no link is linked, and profiles are carried over. */
function drain(world: World, directory: string): void {
  const records = recordsOf(world, directory);
  const groups = groupsOf(world, directory);
  for (const record of records) get(world.records, record).isHeld = false;
  for (const group of groups) {
    const { members } = get(world.directoryGroups, group);
    for (const record of members.keys()) members.set(record, false);
  }
  // Whom it adopts on the way keeps the profile that they have until the record changes.
  const linked = records.filter((record) => linkOf(world, record)?.state === 'active');
  for (const record of linked) settleUser(world, linkOf(world, record)?.user ?? '');
  for (const record of records) if (!linkOf(world, record)) placeRecord(world, record);
  for (const group of groups) {
    const link = world.groupLinks.get(group);
    if (!link) placeNew(world, group);
    else if (link.reason === 'renamed_while_paused') renameTarget(world, group, link);
    else if (link.state === 'conflict') moveWaiting(world, group, link);
  }
  for (const record of linked) {
    const link = linkOf(world, record);
    if (link?.state === 'active') carryProfile(world, link.user);
  }
}

function retire(world: World, directory: string, people: 'KEEP' | 'LET_GO'): void {
  const links = recordsOf(world, directory).flatMap((record) => linkOf(world, record) ?? []);
  const groups = groupsOf(world, directory);
  if (people === 'KEEP') {
    for (const name of groups) {
      const link = world.groupLinks.get(name);
      if (link?.state === 'active' && link.group !== null) keepMembers(world, name, link.group);
    }
    for (const link of links) {
      // Who left stays away.
      if (link.state === 'active' && counts(world, link.record)) get(world.users, link.user).isManual = true;
    }
  }
  const users = new Set(links.filter((link) => link.state === 'active').map((link) => link.user));
  for (const link of links) Object.assign(link, { state: 'superseded', reason: 'directory_retired', isDecided: true });
  for (const user of users) releaseUser(world, user);
  for (const name of groups) {
    const link = world.groupLinks.get(name);
    if (!link) continue;
    Object.assign(link, { state: 'superseded', reason: 'directory_retired' });
  }
  removeOwnGroups(world, directory);
}

/** Groups that the directory made, and nobody gave members, grants or a link of another directory, go. */
function removeOwnGroups(world: World, directory: string): void {
  for (const [name, group] of world.groups) {
    const isLinkedElsewhere = [...world.groupLinks].some(
      ([record, link]) => link.group === name && get(world.directoryGroups, record).directory !== directory,
    );
    const hasMembers = manualMembersOf(world, name).length > 0;
    if (group.madeBy !== directory || isLinkedElsewhere || hasMembers || grantsOf(world, name).length > 0) continue;
    removeGroup(world, name);
  }
}
