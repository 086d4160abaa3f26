import { allPermissions, isSensitive } from './catalogue.ts';
import { activeLinksOf, type Grant, get, type PermissionSet, type World } from './world.ts';

/** docs/life-cycles.md, "What counts". */
export function isActive(world: World, user: string): boolean {
  const { isBlocked, isRemoved } = get(world.users, user);
  return !isBlocked && !isRemoved && isHeldIn(world, user);
}

/** Whether an admin or an active record holds the user in, blocks and removal apart. */
export function isHeldIn(world: World, user: string): boolean {
  return get(world.users, user).isManual || activeLinksOf(world, user).some((link) => counts(world, link.record));
}

/** A record that is active and not held. */
export function counts(world: World, record: string): boolean {
  const { document, isHeld } = get(world.records, record);
  return document.active && !isHeld;
}

interface WayIn {
  group: string;
  source: 'manual' | 'directory';
  directoryGroup?: string;
  record?: string;
}

/** The groups of a user with each way in, whether or not the user is active; `records` only where they count. */
export function waysIn(world: World, user: string): WayIn[] {
  const ways: WayIn[] = [];
  for (const group of world.groups.keys()) {
    if (world.manualMembers.has(`${group} ${user}`)) ways.push({ group, source: 'manual' });
  }
  for (const [name, link] of world.groupLinks) {
    if (link.state !== 'active' || link.group === null) continue;
    const { members } = get(world.directoryGroups, name);
    for (const { record } of activeLinksOf(world, user)) {
      if (members.get(record) === false && counts(world, record)) {
        ways.push({ group: link.group, source: 'directory', directoryGroup: name, record });
      }
    }
  }
  return ways;
}

/** The effective groups of a user with how they are in each; none for an inactive one. */
export function groupsOf(world: World, user: string): Map<string, 'manual' | 'directory' | 'both'> {
  const groups = new Map<string, 'manual' | 'directory' | 'both'>();
  if (!isActive(world, user)) return groups;
  for (const { group, source } of waysIn(world, user)) {
    const other = groups.get(group);
    groups.set(group, other === undefined || other === source ? source : 'both');
  }
  return groups;
}

export function membersOf(world: World, group: string): string[] {
  return [...world.users.keys()].filter((user) => groupsOf(world, user).has(group));
}

/** What a permission set holds. */
export function held(set: PermissionSet): string[] {
  if (set.builtIn === 'owner') return allPermissions;
  if (set.builtIn === 'admin') return allPermissions.filter((name) => name !== 'rollcall:organization');
  if (set.builtIn === 'reader') return ['screens:view'];
  return set.permissions;
}

export function isSensitiveSet(set: PermissionSet): boolean {
  return held(set).some(isSensitive);
}

/** The grants that reach a user through groups and directly, whether or not the user is active. */
export function grantsReaching(world: World, user: string): Grant[] {
  const groups = new Set(waysIn(world, user).map((way) => way.group));
  return [...world.grants.values()].filter(
    (grant) => grant.user === user || (grant.group !== null && groups.has(grant.group)),
  );
}

/** All that a user may do on the whole organization, or in a space. */
export function permissionsOf(world: World, user: string, space: string | null = null): Set<string> {
  if (!isActive(world, user)) return new Set();
  const permissions = new Set<string>();
  for (const grant of grantsReaching(world, user)) {
    if (grant.space !== null && grant.space !== space) continue;
    for (const permission of held(get(world.permissionSets, grant.permissionSet))) {
      if (grant.space === null || !permission.startsWith('rollcall:')) permissions.add(permission);
    }
  }
  for (const permission of defaultPermissions(world)) permissions.add(permission);
  return permissions;
}

/** What every active user holds. */
export function defaultPermissions(world: World): string[] {
  return world.defaultSet === null ? [] : held(get(world.permissionSets, world.defaultSet));
}

/** All that the groups of a record give whoever it leads to, whether or not they count now, and what everybody holds. */
export function permissionsBroughtTo(world: World, record: string): string[] {
  const groups = [...world.groupLinks].flatMap(([name, { group, state }]) =>
    state === 'active' && group !== null && get(world.directoryGroups, name).members.has(record) ? [group] : [],
  );
  const grants = groups.flatMap((group) => grantsOf(world, group));
  const brought = grants.flatMap((grant) => held(get(world.permissionSets, grant.permissionSet)));
  return [...brought, ...defaultPermissions(world)];
}

export function grantsOf(world: World, group: string): Grant[] {
  return [...world.grants.values()].filter((grant) => grant.group === group);
}

/** A group whose grants hold owner, admin or a sensitive permission. */
export function isProtected(world: World, group: string): boolean {
  return grantsOf(world, group).some((grant) => isSensitiveSet(get(world.permissionSets, grant.permissionSet)));
}

/** Which sets in which spaces a group has, as one text. */
export function grantsText(world: World, group: string): string {
  return grantsOf(world, group)
    .map((grant) => `${grant.permissionSet}@${grant.space ?? ''}`)
    .sort()
    .join(' ');
}

/** An owner is an active user who holds `owner` on the whole organization. */
export function owners(world: World): string[] {
  const owning = [...world.grants.values()].filter((grant) => grant.permissionSet === 'owner' && grant.space === null);
  if (owning.length === 0) return [];
  return [...world.users.keys()].filter(
    (user) => isActive(world, user) && grantsReaching(world, user).some((grant) => owning.includes(grant)),
  );
}

export function hasOwner(world: World): boolean {
  return owners(world).length > 0;
}

/** Whether what the groups of a user give holds anything sensitive. */
export function hasSensitiveGroup(world: World, user: string): boolean {
  return waysIn(world, user).some((way) => isProtected(world, way.group));
}

/**
 * Every way on which a permission reaches an active user in a space, or on the whole organization: how, the set, the
 * grant, the group, the directory group and the record.
 */
export function explain(world: World, user: string, permission: string, space: string | null): string[] {
  const paths: string[] = [];
  const ways = waysIn(world, user);
  for (const [name, grant] of world.grants) {
    const isHeld = held(get(world.permissionSets, grant.permissionSet)).includes(permission);
    const isHere = grant.space === null || (grant.space === space && !permission.startsWith('rollcall:'));
    if (!isHeld || !isHere) continue;
    if (grant.user === user) paths.push(`direct ${grant.permissionSet} ${name} - - -`);
    for (const way of ways.filter(({ group }) => group === grant.group)) {
      const through = way.source === 'manual' ? '- -' : `${way.directoryGroup} ${way.record}`;
      paths.push(`${way.source} ${grant.permissionSet} ${name} ${way.group} ${through}`);
    }
  }
  const { defaultSet } = world;
  if (defaultSet !== null && held(get(world.permissionSets, defaultSet)).includes(permission)) {
    paths.push(`default ${defaultSet} - - - -`);
  }
  return paths.sort();
}
