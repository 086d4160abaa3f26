import { explain, isActive, permissionsOf } from '../access.ts';
import { allPermissions } from '../catalogue.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import type { Place } from './place.ts';

const QUESTIONS = `query ($user: ID!, $permission: String!, $space: ID, $questions: [AccessQuestionInput!]!) {
  check(userId: $user, permission: $permission, spaceId: $space)
  checkMany(questions: $questions)
  whoHas(permission: $permission, spaceId: $space, first: 500) { nodes { id } }
  user(id: $user) { effectivePermissions(spaceId: $space) }
  explain(userId: $user, permission: $permission, spaceId: $space) {
    isAllowed
    paths { source isEffective permissionSet { id } grant { id } group { id } directoryGroup { id } directoryUser { id } }
  }
}`;

type Id = { id: string } | null;
interface Answers {
  check: boolean;
  checkMany: boolean[];
  whoHas: { nodes: { id: string }[] };
  user: { effectivePermissions: string[] };
  explain: {
    isAllowed: boolean;
    paths: {
      source: string;
      isEffective: boolean;
      permissionSet: { id: string };
      grant: Id;
      group: Id;
      directoryGroup: Id;
      directoryUser: Id;
    }[];
  };
}

/** One question asked in every way that the service has: check, checkMany, whoHas, effectivePermissions and explain. */
export async function answerDifferencesOf(world: World, place: Place, random: Random): Promise<string[]> {
  const users = [...world.users.keys()].filter((name) => !world.users.get(name)?.isRemoved);
  const user = random.pick(users);
  if (user === undefined) return [];
  const space = random.chance(0.5) ? (random.pick([...world.spaces.keys()]) ?? null) : null;
  const held = [...permissionsOf(world, user, space)];
  const permission = held.length > 0 && random.chance(0.7) ? random.one(held) : random.one(allPermissions);
  const { names } = place;
  const spaceId = space === null ? null : names.id(space);
  const data = (await place.query(QUESTIONS, {
    user: names.id(user),
    permission,
    space: spaceId,
    questions: users.map((one) => ({ userId: names.id(one), permission, spaceId })),
  })) as unknown as Answers;
  const allowed = users.filter((one) => permissionsOf(world, one, space).has(permission));
  const expected = {
    check: allowed.includes(user),
    checkMany: users.map((one) => allowed.includes(one)),
    whoHas: [...allowed].sort(),
    effectivePermissions: held.sort(),
    isAllowed: allowed.includes(user),
    paths: isActive(world, user) ? explain(world, user, permission, space) : [],
  };
  const name = (one: Id) => (one === null ? '-' : names.name(one.id));
  const got = {
    check: data.check,
    checkMany: data.checkMany,
    whoHas: data.whoHas.nodes.map(({ id }) => names.name(id)).sort(),
    effectivePermissions: [...data.user.effectivePermissions].sort(),
    isAllowed: data.explain.isAllowed,
    paths: isActive(world, user)
      ? data.explain.paths
          .filter((path) => path.isEffective)
          .map((path) =>
            [
              path.source.toLowerCase(),
              names.name(path.permissionSet.id),
              name(path.grant),
              name(path.group),
              name(path.directoryGroup),
              name(path.directoryUser),
            ].join(' '),
          )
          .sort()
      : [],
  };
  return (Object.keys(expected) as (keyof typeof expected)[])
    .filter((way) => JSON.stringify(expected[way]) !== JSON.stringify(got[way]))
    .map(
      (way) =>
        `access by ${way} of ${user}, ${permission}${space === null ? '' : ` in ${space}`}: expected ` +
        `${JSON.stringify(expected[way])}, got ${JSON.stringify(got[way])}`,
    );
}
