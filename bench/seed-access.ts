import type { Actor } from '../src/domain/actors/actor.ts';
import {
  type AccessSizes,
  linkedGroupsOf,
  manualGroupsOf,
  permissionsOfSet,
  SETS,
  setsOfGroup,
} from './access-plan.ts';
import { mapAtOnce, seedDirectory, seedDirectoryGroups, seedMembers, settleDatabases } from './seed.ts';
import type { Stage } from './stage.ts';

export interface SeededAccess {
  organizationId: string;
  operator: Actor;
  sizes: AccessSizes;
  /** The product's users in the order of their numbers. */
  userIds: string[];
}

const seeded = new WeakMap<Stage, Promise<SeededAccess>>();

/**
 * The plan of `access-plan.ts` in rows, made once: everybody in six groups, half of them by hand and half through linked
 * directory groups, and one in a hundred in twenty.
 */
export function seedAccess(stage: Stage): Promise<SeededAccess> {
  const known = seeded.get(stage) ?? seed(stage);
  seeded.set(stage, known);
  return known;
}

async function seed(stage: Stage): Promise<SeededAccess> {
  const sizes: AccessSizes = stage.isLarge ? { users: 100_000, groups: 1_000 } : { users: 10_000, groups: 100 };
  const { domain } = stage;
  const half = sizes.groups / 2;
  const directory = await seedDirectory(stage, 'access', sizes.users);
  const { organizationId, operator } = directory;
  const userIds = await linkedIds(stage, 'user', organizationId, directory.userIds);
  const sets = await mapAtOnce(SETS, async (set) => {
    const input = { name: `Set ${set}`, permissions: permissionsOfSet(set) };
    return (await domain.permissionSets.create(operator, input)).id;
  });
  stage.progress('groups and grants');
  const manualGroups = await mapAtOnce(
    half,
    async (n) => (await domain.groups.create(operator, { name: `Manual ${n}` })).id,
  );
  const directoryGroups = await seedDirectoryGroups(stage, directory, 'Linked', half);
  const groups = [...manualGroups, ...(await linkedIds(stage, 'group', organizationId, directoryGroups))];
  await mapAtOnce(sizes.groups, async (group) => {
    for (const set of setsOfGroup(group)) {
      await domain.grants.grant(operator, { permissionSetId: at(sets, set), groupId: at(groups, group) });
    }
  });
  const pairs = (ids: string[], groupsOf: (user: number) => string[]) => ({
    groupIds: ids.flatMap((_, user) => groupsOf(user)),
    userIds: ids.flatMap((id, user) => groupsOf(user).map(() => id)),
  });
  const manual = pairs(userIds, (user) => manualGroupsOf(user, sizes).map((group) => at(groups, group)));
  await seedMembers(stage, 'group_members', organizationId, manual);
  const linked = pairs(directory.userIds, (user) =>
    linkedGroupsOf(user, sizes).map((group) => at(directoryGroups, group - half)),
  );
  await seedMembers(stage, 'directory_group_members', organizationId, linked);
  await settleDatabases(stage);
  return { organizationId, operator, sizes, userIds };
}

/** The product's users or groups behind directory records, in the same order. */
async function linkedIds(
  stage: Stage,
  noun: 'user' | 'group',
  organizationId: string,
  ids: string[],
): Promise<string[]> {
  const { rows } = await stage.database.query<{ directory_id: string; id: string }>(
    `select directory_${noun}_id as directory_id, ${noun}_id as id
       from ${noun}_links where organization_id = $1 and state = 'active'`,
    [organizationId],
  );
  const linked = new Map(rows.map((row) => [row.directory_id, row.id]));
  return ids.map((id) => required(linked.get(id)));
}

function at<Item>(items: readonly Item[], index: number): Item {
  return required(items[index]);
}

function required<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new Error('The seed is incomplete.');
  return item;
}
