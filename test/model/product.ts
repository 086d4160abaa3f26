import { foldKey, groupNameKey } from '../../src/attributes/fold.ts';
import { isHeldIn, isSensitiveSet } from './access.ts';
import { isSensitive } from './catalogue.ts';
import { endLinksOf } from './decisions.ts';
import { groupOfKey, isFollowed, moveWaiting, retryConflictsWith } from './groups.ts';
import { endAccess, settleUser } from './people.ts';
import { holderOf } from './profile.ts';
import type { AccessAct, GroupAct, UserAct } from './steps.ts';
import { activeLinkOfGroup, get, membership, newName, type World } from './world.ts';

/** What admins do to users, groups and permissions. Each answers `ok` or the code of the refusal, having changed nothing. */
export function actOnUser(world: World, id: number, act: UserAct): string {
  if (act.kind === 'createUser') {
    const nameKey = foldKey(act.userName);
    if (holderOf(world, nameKey) !== undefined) return 'USER_NAME_TAKEN';
    const { userName, displayName, email } = act;
    const flags = { isManual: true, isBlocked: false, isRemoved: false, inactiveSince: null };
    world.users.set(newName(world, `u${id}`), { nameKey, userName, displayName, email, ...flags });
    return 'ok';
  }
  const user = get(world.users, act.user);
  if (user.isRemoved) return 'NOT_FOUND';
  switch (act.kind) {
    case 'updateUser': {
      const userName = act.userName ?? user.userName;
      const nameKey = foldKey(userName);
      const holder = holderOf(world, nameKey);
      const isChanged =
        userName !== user.userName ||
        (act.displayName !== undefined && act.displayName !== user.displayName) ||
        (act.email !== undefined && act.email !== user.email);
      if (!isChanged) return 'ok';
      if (holder !== undefined && holder !== act.user) return 'USER_NAME_TAKEN';
      Object.assign(user, { userName, nameKey });
      if (act.displayName !== undefined) user.displayName = act.displayName;
      if (act.email !== undefined) user.email = act.email;
      return 'ok';
    }
    case 'removeUser':
      endLinksOf(world, act.user);
      endAccess(world, act.user);
      Object.assign(user, { isRemoved: true, nameKey: null });
      return 'ok';
    case 'keepUser':
      return keep(world, act.user);
    default:
      user.isBlocked = act.kind === 'blockUser';
      return 'ok';
  }
}

function keep(world: World, name: string): string {
  const user = get(world.users, name);
  if (user.isManual) return 'ok';
  if (isHeldIn(world, name)) return 'INVALID_VALUE';
  const nameKey = foldKey(user.userName);
  if (user.nameKey === null && holderOf(world, nameKey) !== undefined) return 'USER_NAME_TAKEN';
  Object.assign(user, { isManual: true, nameKey: user.nameKey ?? nameKey });
  settleUser(world, name, true);
  return 'ok';
}

export function actOnGroup(world: World, id: number, act: GroupAct): string {
  if (act.kind === 'createGroup') {
    const key = groupNameKey(act.name);
    if (groupOfKey(world, key) !== undefined) return 'GROUP_NAME_TAKEN';
    world.groups.set(newName(world, `G${id}`), { name: act.name, key, madeBy: null });
    return 'ok';
  }
  const group = world.groups.get(act.group);
  if (!group) return 'NOT_FOUND';
  switch (act.kind) {
    case 'renameGroup': {
      const key = groupNameKey(act.name);
      const holder = groupOfKey(world, key);
      if (holder !== undefined && holder !== act.group) return 'GROUP_NAME_TAKEN';
      const isNameFree = group.key !== key;
      Object.assign(group, { name: act.name, key });
      if (isNameFree) retryConflictsWith(world, act.group);
      return 'ok';
    }
    case 'removeGroup':
      removeGroup(world, act.group);
      return 'ok';
    case 'addMembers':
      if (activeLinkOfGroup(world, act.group) !== undefined) return 'GROUP_IS_LINKED';
      if (act.users.some((user) => get(world.users, user).isRemoved)) return 'INVALID_VALUE';
      for (const user of act.users) world.manualMembers.add(membership(act.group, user));
      return 'ok';
    default:
      for (const user of act.users) world.manualMembers.delete(membership(act.group, user));
      return 'ok';
  }
}

/** A group goes with manual members and grants; what waited for it is tried again as a create. */
export function removeGroup(world: World, name: string): void {
  for (const pair of world.manualMembers) if (pair.startsWith(`${name} `)) world.manualMembers.delete(pair);
  for (const [grant, { group }] of world.grants) if (group === name) world.grants.delete(grant);
  world.groups.delete(name);
  const links = [...world.groupLinks].filter(([, link]) => link.group === name);
  for (const [, link] of links) {
    link.group = null;
    if (link.state === 'active') Object.assign(link, { state: 'removed_in_product', reason: null, isDecided: true });
  }
  for (const [record, { state }] of links) {
    if (state !== 'pending' && state !== 'conflict') continue;
    if (isFollowed(world, record)) moveWaiting(world, record, get(world.groupLinks, record));
    // It is tried again when its directory is activated.
    else Object.assign(get(world.groupLinks, record), { state: 'conflict', reason: 'name_is_taken' });
  }
}

export function actOnAccess(world: World, id: number, act: AccessAct): string {
  switch (act.kind) {
    case 'createSet':
      world.permissionSets.set(newName(world, `S${id}`), { builtIn: null, permissions: [...act.permissions].sort() });
      return 'ok';
    case 'updateSet': {
      const set = get(world.permissionSets, act.permissionSet);
      if (set.builtIn !== null) return 'PERMISSION_SET_BUILT_IN';
      const after = { builtIn: null, permissions: [...act.permissions].sort() };
      if (world.defaultSet === act.permissionSet && isSensitiveSet(after)) return 'SENSITIVE_DEFAULT';
      const linked = [...world.grants.values()].filter(
        ({ permissionSet, group }) =>
          permissionSet === act.permissionSet && group !== null && activeLinkOfGroup(world, group) !== undefined,
      );
      const gained = after.permissions.filter((permission) => !set.permissions.includes(permission));
      if (!act.isConfirmed && linked.length > 0 && gained.some(isSensitive)) return 'CONFIRMATION_REQUIRED';
      world.permissionSets.set(act.permissionSet, after);
      return 'ok';
    }
    case 'deleteSet': {
      if (get(world.permissionSets, act.permissionSet).builtIn !== null) return 'PERMISSION_SET_BUILT_IN';
      const isGranted = [...world.grants.values()].some((grant) => grant.permissionSet === act.permissionSet);
      if (isGranted || world.defaultSet === act.permissionSet || act.permissionSet === 'helper')
        return 'PERMISSION_SET_IN_USE';
      world.permissionSets.delete(act.permissionSet);
      return 'ok';
    }
    case 'createSpace':
      world.spaces.set(newName(world, `X${id}`), { name: `Space ${id}` });
      return 'ok';
    case 'deleteSpace': {
      if ([...world.grants.values()].some((grant) => grant.space === act.space)) return 'SPACE_IN_USE';
      world.spaces.delete(act.space);
      return 'ok';
    }
    case 'grant':
      return grant(world, id, act);
    case 'revoke':
      return world.grants.delete(act.grant) ? 'ok' : 'NOT_FOUND';
  }
}

function grant(world: World, id: number, act: Extract<AccessAct, { kind: 'grant' }>): string {
  const wanted = { permissionSet: act.permissionSet, group: act.group, user: act.user, space: act.space };
  if (wanted.user !== null && get(world.users, wanted.user).isRemoved) return 'NOT_FOUND';
  const isThere = [...world.grants.values()].some(
    ({ permissionSet, group, user, space }) =>
      permissionSet === wanted.permissionSet &&
      group === wanted.group &&
      user === wanted.user &&
      space === wanted.space,
  );
  if (!act.isConfirmed && wanted.group !== null && isDecidedElsewhere(world, wanted.group, act.permissionSet)) {
    return 'CONFIRMATION_REQUIRED';
  }
  if (!isThere) world.grants.set(newName(world, `r${id}`), wanted);
  return 'ok';
}

/** Something sensitive for a group whose membership is decided in the identity provider. */
function isDecidedElsewhere(world: World, group: string, permissionSet: string): boolean {
  return activeLinkOfGroup(world, group) !== undefined && isSensitiveSet(get(world.permissionSets, permissionSet));
}
