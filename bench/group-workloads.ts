import type { RequestSource } from './http-load.ts';
import { type SeededDirectory, seedDirectory, seedDirectoryGroups, seedMembers, settleDatabases } from './seed.ts';
import type { Stage } from './stage.ts';
import { anyOf, contender, type Place, patchOf, placesOf, readCounts, requestText } from './user-workloads.ts';
import type { Workload, WorkloadPlan } from './workload.ts';

/** Of each size; several, so that an addition rarely meets the one before it, and the empty ones stay small. */
const GROUPS = 16;
/** People who are in no group at first: those are added. */
const SPARE_USERS = 10_000;

interface SizedGroups {
  /** How many members each has at first. */
  size: number;
  ids: string[];
}

interface SeededGroups {
  directory: SeededDirectory;
  sized: SizedGroups[];
  spareIds: string[];
}

const groups = new WeakMap<Stage, Promise<SeededGroups>>();

/** The organization of the group workloads, seeded once on a stage. */
function groupsOf(stage: Stage): Promise<SeededGroups> {
  const seeded = groups.get(stage) ?? seedGroups(stage);
  groups.set(stage, seeded);
  return seeded;
}

async function seedGroups(stage: Stage): Promise<SeededGroups> {
  const sizes = stage.isLarge ? [0, 10_000, 100_000] : [0, 10_000];
  const largest = Math.max(...sizes);
  const directory = await seedDirectory(stage, 'members', largest + SPARE_USERS);
  const { organizationId } = directory;
  const sized: SizedGroups[] = [];
  for (const size of sizes) {
    const ids = await seedDirectoryGroups(stage, directory, `Team of ${size}`, GROUPS);
    const memberIds = directory.userIds.slice(0, size);
    for (const id of ids) {
      const pairs = { groupIds: memberIds.map(() => id), userIds: memberIds };
      await seedMembers(stage, 'directory_group_members', organizationId, pairs);
      // The floor's rows are all of one kind: the groups of 10,000 stand for all.
      if (size === 10_000) await seedMembers(stage, 'members', organizationId, pairs);
    }
    sized.push({ size, ids });
  }
  await copyGroupsToFloor(stage, organizationId);
  await settleDatabases(stage);
  return { directory, sized, spareIds: directory.userIds.slice(largest) };
}

async function copyGroupsToFloor(stage: Stage, organizationId: string): Promise<void> {
  const { rows } = await stage.database.query(
    `select array_agg(id) as ids, array_agg(resource->>'displayName') as names, array_agg(resource::text) as resources
       from directory_groups where organization_id = $1`,
    [organizationId],
  );
  await stage.floorDatabase.query(
    `insert into groups (id, display_name, resource)
     select id, name, resource::jsonb from unnest($1::uuid[], $2::text[], $3::text[]) g(id, name, resource)`,
    [rows[0].ids, rows[0].names, rows[0].resources],
  );
}

/** Each request adds another spare person to the next group, until every one is in every group. */
class Additions implements RequestSource {
  readonly status = 204;
  readonly #place: Place;
  readonly #groupIds: readonly string[];
  readonly #spareIds: readonly string[];
  #made = 0;

  constructor(place: Place, groupIds: readonly string[], spareIds: readonly string[]) {
    this.#place = place;
    this.#groupIds = groupIds;
    this.#spareIds = spareIds;
  }

  restart(): void {
    this.#made = 0;
  }

  next(): string {
    const groupId = this.#groupIds[this.#made % this.#groupIds.length];
    const userId = this.#spareIds[Math.floor(this.#made / this.#groupIds.length)];
    if (userId === undefined) throw new Error('Everybody is in every group: take fewer or shorter rounds.');
    this.#made += 1;
    const value = [{ $ref: null, value: userId }];
    return requestText(this.#place, 'PATCH', `/Groups/${groupId}`, patchOf('Add', 'members', value));
  }

  isRight(body: string): boolean {
    return body === '';
  }
}

export const addMember: WorkloadPlan = {
  name: 'add-member',
  async open(stage: Stage): Promise<Workload> {
    const { directory, sized, spareIds } = await groupsOf(stage);
    const { organizationId } = directory;
    const places = placesOf(directory);
    const tenThousand = sized.find(({ size }) => size === 10_000)?.ids ?? [];
    const floorSource = new Additions(places.floor, tenThousand, spareIds);
    const sources = sized.map(({ ids }) => new Additions(places.rollcall, ids, spareIds));
    const rollcall = await stage.rollcall();
    const variants = sources.map((source, index) => contender(nameOf(sized[index]?.size), rollcall, source));
    return {
      name: 'add-member',
      mustReach: { 8: 0.45, 32: 0.45 },
      goal: { 8: 0.7, 32: 1 },
      floor: contender('floor', await stage.floor(), floorSource),
      variants,
      reset: async () => {
        for (const source of [floorSource, ...sources]) source.restart();
        await removeSpareMembers(stage, organizationId, spareIds);
      },
      count: async () => {
        const floor = await readCounts(stage.floorDatabase, 'select count(*) as members from members');
        const counts: Record<string, Record<string, number>> = { floor };
        for (const { size, ids } of sized) counts[nameOf(size)] = await countMembers(stage, organizationId, ids);
        return counts;
      },
    };
  },
};

export const getGroup: WorkloadPlan = {
  name: 'get-group',
  async open(stage: Stage): Promise<Workload> {
    const { directory, sized } = await groupsOf(stage);
    const places = placesOf(directory);
    const source = (place: Place, ids: readonly string[]): RequestSource => ({
      status: 200,
      next: () => requestText(place, 'GET', `/Groups/${anyOf(ids)}?excludedAttributes=members`),
      isRight: (body, request) => {
        const [, id = '?'] = /\/Groups\/([^?]*)/.exec(request) ?? [];
        return body.includes(`"${id}"`) && body.includes('"displayName"') && !body.includes('"members"');
      },
    });
    const rollcall = await stage.rollcall();
    const allIds = sized.flatMap(({ ids }) => ids);
    return {
      name: 'get-group',
      mustReach: { 8: 0.5, 32: 0.5 },
      goal: { 8: 0.8, 32: 0.8 },
      floor: contender('floor', await stage.floor(), source(places.floor, allIds)),
      variants: sized.map(({ size, ids }) => contender(nameOf(size), rollcall, source(places.rollcall, ids))),
      count: async () => ({}),
    };
  },
};

function nameOf(size = 0): string {
  return `${size.toLocaleString('en')} members`;
}

async function countMembers(stage: Stage, organizationId: string, groupIds: string[]) {
  return readCounts(
    stage.database,
    `select (select count(*) from directory_group_members
              where organization_id = $1 and directory_group_id = any($2::uuid[])) as members,
            (select count(*) from domain_events
              where organization_id = $1 and type = 'directoryGroupMembersChanged' and subject_id = any($2::uuid[]))
              as "domain events",
            (select count(*) from provisioning_events
              where organization_id = $1 and outcome = 'groupMembersChanged' and resource_id = any($2::uuid[]))
              as "provisioning events"`,
    [organizationId, groupIds],
  );
}

async function removeSpareMembers(stage: Stage, organizationId: string, spareIds: string[]): Promise<void> {
  await stage.database.query(
    'delete from directory_group_members where organization_id = $1 and directory_user_id = any($2::uuid[])',
    [organizationId, spareIds],
  );
  await stage.floorDatabase.query('delete from members where user_id = any($1::uuid[])', [spareIds]);
  await settleDatabases(stage);
}
