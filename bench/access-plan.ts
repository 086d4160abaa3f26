/** How many rows the permission check has to look through. */
export interface AccessSizes {
  users: number;
  /** Half of them are linked to a directory group, half have manual members. */
  groups: number;
}

const GROUPS_A_LAYER = 3;
const GROUPS_A_LAYER_BUSY = 10;
/** Every so many users is in many groups. */
const BUSY_EVERY = 100;
const PERMISSIONS_A_SET = 5;

/** At most 31: they are kept as bits. */
export const SETS = 20;
export const permissionNames: readonly string[] = Array.from(
  { length: SETS * PERMISSIONS_A_SET },
  (_, n) => `bench:permission-${n}`,
);

/** Which permissions the n-th permission set holds: each belongs to one set. */
export function permissionsOfSet(set: number): readonly string[] {
  return permissionNames.slice(set * PERMISSIONS_A_SET, (set + 1) * PERMISSIONS_A_SET);
}

/** The two permission sets granted to the n-th group; never the same one, because 2n + 1 is odd and SETS even. */
export function setsOfGroup(group: number): [number, number] {
  return [group % SETS, (3 * group + 1) % SETS];
}

/** The number of a user of 20 groups; everybody else is in six. */
export function anyBusyUser({ users }: AccessSizes): number {
  return Math.floor((Math.random() * users) / BUSY_EVERY) * BUSY_EVERY;
}

/** The groups of the n-th user in the manual half, which are the groups from 0 on. */
export function manualGroupsOf(user: number, { groups }: AccessSizes): number[] {
  const half = groups / 2;
  return Array.from({ length: groupsALayer(user) }, (_, k) => (user * 7 + k * 31) % half);
}

/** The groups of the n-th user in the linked half, by membership in their directory groups. */
export function linkedGroupsOf(user: number, { groups }: AccessSizes): number[] {
  const half = groups / 2;
  return Array.from({ length: groupsALayer(user) }, (_, k) => half + ((user * 11 + k * 17) % half));
}

/** The permission sets that reach the n-th user, one bit each. */
export function setBitsOf(user: number, sizes: AccessSizes): number {
  const groups = [...manualGroupsOf(user, sizes), ...linkedGroupsOf(user, sizes)];
  return groups.flatMap(setsOfGroup).reduce((bits, set) => bits | (1 << set), 0);
}

/** The answer that a check must give, from the plan alone. */
export function isHeldBy(setBits: number, permission: number): boolean {
  return ((setBits >> Math.floor(permission / PERMISSIONS_A_SET)) & 1) === 1;
}

function groupsALayer(user: number): number {
  return user % BUSY_EVERY === 0 ? GROUPS_A_LAYER_BUSY : GROUPS_A_LAYER;
}
