import { PATCH_OP } from '../src/attributes/urns.ts';
import { entraUser, userNameOf } from './entra-user.ts';
import { openHttpLoad, type RequestSource } from './http-load.ts';
import { copyUsersToFloor, type SeededDirectory, seedDirectory, settleDatabases } from './seed.ts';
import type { Service, Stage } from './stage.ts';
import type { Contender, Workload, WorkloadPlan } from './workload.ts';

const USERS = 10_000;
/** Rollcall writes the events of reads within a second. */
const READ_EVENTS_MILLISECONDS = 1_100;

/** Where a side takes its requests: the floor at the root, Rollcall at the directory's Tenant URL. */
export interface Place {
  root: string;
  /** What every request carries after its first line. */
  headers: string;
}

export function placesOf(directory: SeededDirectory): { floor: Place; rollcall: Place } {
  const headers = `Host: 127.0.0.1\r\nAuthorization: Bearer ${directory.token}\r\n`;
  return { floor: { root: '', headers }, rollcall: { root: `/scim/v2/${directory.directoryId}`, headers } };
}

export function contender(name: string, service: Service, source: RequestSource): Contender {
  const settleMilliseconds = name === 'floor' ? 0 : READ_EVENTS_MILLISECONDS;
  return {
    name,
    pid: service.pid,
    settleMilliseconds,
    open: (connections) => openHttpLoad(service.port ?? 0, connections, source),
  };
}

export function requestText({ root, headers }: Place, method: string, path: string, body?: object): string {
  const head = `${method} ${root}${path} HTTP/1.1\r\n${headers}`;
  if (!body) return `${head}\r\n`;
  const text = JSON.stringify(body);
  // All texts of the bench are ASCII, so characters are bytes.
  return `${head}Content-Type: application/scim+json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

/** A PATCH of one operation as Entra words it without its feature flag. */
export function patchOf(op: 'Add' | 'Replace', path: string, value: unknown): object {
  return {
    schemas: [PATCH_OP],
    Operations: [{ op, path, value }],
  };
}

export function anyOf(ids: readonly string[]): string {
  return ids[Math.floor(Math.random() * ids.length)] ?? '';
}

const people = new WeakMap<Stage, Promise<SeededDirectory>>();

/** The organization of the user workloads, seeded once on a stage. */
function peopleOf(stage: Stage): Promise<SeededDirectory> {
  const seeded = people.get(stage) ?? seedPeople(stage);
  people.set(stage, seeded);
  return seeded;
}

async function seedPeople(stage: Stage): Promise<SeededDirectory> {
  const directory = await seedDirectory(stage, 'people', USERS);
  await copyUsersToFloor(stage, directory);
  await settleDatabases(stage);
  return directory;
}

/** The two sides of a user workload: one maker of requests for both. */
async function openBoth(
  stage: Stage,
  makeSource: (place: Place) => RequestSource,
): Promise<{ directory: SeededDirectory; floor: Contender; variants: Contender[] }> {
  const directory = await peopleOf(stage);
  const places = placesOf(directory);
  const floor = contender('floor', await stage.floor(), makeSource(places.floor));
  const variants = [contender('rollcall', await stage.rollcall(), makeSource(places.rollcall))];
  return { directory, floor, variants };
}

export async function readCounts(
  database: Stage['database'],
  text: string,
  values: unknown[] = [],
): Promise<Record<string, number>> {
  const { rows } = await database.query<Record<string, string>>(text, values);
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]));
}

export const createUser: WorkloadPlan = {
  name: 'create-user',
  async open(stage: Stage): Promise<Workload> {
    let number = 0;
    const { directory, floor, variants } = await openBoth(stage, (place) => ({
      status: 201,
      next: () => {
        number += 1;
        return requestText(place, 'POST', '/Users', entraUser('new', number));
      },
      isRight: (body, request) => body.includes(JSON.parse(request.slice(request.indexOf('\r\n\r\n'))).userName),
    }));
    return {
      name: 'create-user',
      mustReach: { 8: 0.45, 32: 0.5 },
      goal: { 8: 0.7, 32: 1 },
      floor,
      variants,
      count: async () => ({
        floor: await readCounts(stage.floorDatabase, 'select count(*) as users from users'),
        rollcall: await readCounts(
          stage.database,
          `select (select count(*) from directory_users where organization_id = $1) as "directory users",
                  (select count(*) from users where organization_id = $1) as users,
                  (select count(*) from user_links where organization_id = $1 and state = 'active') as "active links",
                  (select count(*) from domain_events where organization_id = $1 and type = 'userCreated') as "domain events",
                  (select count(*) from provisioning_events where organization_id = $1 and outcome = 'userCreated')
                    as "provisioning events"`,
          [directory.organizationId],
        ),
      }),
    };
  },
};

export const findUser: WorkloadPlan = {
  name: 'find-user',
  async open(stage: Stage): Promise<Workload> {
    const { floor, variants } = await openBoth(stage, (place) => ({
      status: 200,
      next: () => {
        const userName = userNameOf('people', Math.floor(Math.random() * USERS)).replace('@', '%40');
        return requestText(place, 'GET', `/Users?filter=userName%20eq%20%22${userName}%22`);
      },
      isRight: (body, request) => {
        const [, userName = '?'] = /%22(.*)%22/.exec(request) ?? [];
        return body.includes('"totalResults":1') && body.includes(`"${decodeURIComponent(userName)}"`);
      },
    }));
    return {
      name: 'find-user',
      mustReach: { 8: 0.5, 32: 0.5 },
      goal: { 8: 0.7, 32: 1 },
      floor,
      variants,
      count: async () => ({}),
    };
  },
};

/** The displayName, which is projected: an attribute that only the directory layer keeps would be cheaper. */
export const patchUser: WorkloadPlan = {
  name: 'patch-user',
  async open(stage: Stage): Promise<Workload> {
    const { userIds } = await peopleOf(stage);
    let number = 0;
    const { directory, floor, variants } = await openBoth(stage, (place) => ({
      status: 200,
      next: () => {
        number += 1;
        return requestText(
          place,
          'PATCH',
          `/Users/${anyOf(userIds)}`,
          patchOf('Replace', 'displayName', `Name ${number}`),
        );
      },
      isRight: (body, request) => {
        const { Operations } = JSON.parse(request.slice(request.indexOf('\r\n\r\n')));
        return body.includes(`"${Operations[0].value}"`);
      },
    }));
    return {
      name: 'patch-user',
      mustReach: { 8: 0.35, 32: 0.4 },
      goal: { 8: 0.7, 32: 1 },
      floor,
      variants,
      count: async () => ({
        floor: await readCounts(stage.floorDatabase, 'select sum(version) as versions from users'),
        rollcall: await readCounts(
          stage.database,
          `select (select sum(version) from directory_users where organization_id = $1) as versions,
                  (select sum(version) from users where organization_id = $1) as "projected versions",
                  (select count(*) from domain_events where organization_id = $1 and type = 'userUpdated') as "domain events",
                  (select count(*) from provisioning_events where organization_id = $1 and outcome = 'userUpdated')
                    as "provisioning events"`,
          [directory.organizationId],
        ),
      }),
    };
  },
};
