import type { Actor } from '../src/domain/actors/actor.ts';
import { allScopes } from '../src/domain/actors/scope.ts';
import { entraUser } from './entra-user.ts';
import type { Stage } from './stage.ts';

const SEEDED_AT_ONCE = 128;
const ROWS_A_STATEMENT = 50_000;
const call = { requestId: 'bench', method: 'POST', path: '/' };

export interface SeededDirectory {
  organizationId: string;
  directoryId: string;
  token: string;
  operator: Actor;
  /** The directory users in the order of their numbers. */
  userIds: string[];
}

/** An organization with one directory, its token, and people made by the domain as SCIM makes them. */
export async function seedDirectory(stage: Stage, slug: string, users: number): Promise<SeededDirectory> {
  const { domain } = stage;
  const organization = await domain.organizations.create({
    name: slug,
    slug: `bench-${slug}`,
    plan: 'enterprise',
    scimWithoutSso: true,
  });
  const organizationId = organization.id;
  const operator: Actor = { kind: 'operator', organizationId };
  const { id: directoryId } = await domain.directories.create(operator, { name: 'Entra' });
  const { token } = await domain.scimTokens.create(operator, { directoryId });
  const directory: Actor = { kind: 'directory', organizationId, directoryId, tokenId: directoryId, scopes: allScopes };
  const userIds = await mapAtOnce(users, async (number) => {
    if (number % 1000 === 0) stage.progress(`${slug}: ${number} of ${users} people`);
    const resource = entraUser(slug, number);
    return (await domain.directoryUsers.create(directory, call, { directoryId, resource })).id;
  });
  return { organizationId, directoryId, token, operator, userIds };
}

/** Empty directory groups, each linked to a group of its own. */
export async function seedDirectoryGroups(
  stage: Stage,
  { organizationId, directoryId }: SeededDirectory,
  name: string,
  count: number,
): Promise<string[]> {
  const directory: Actor = { kind: 'directory', organizationId, directoryId, tokenId: directoryId, scopes: allScopes };
  return mapAtOnce(count, async (number) => {
    const resource = { displayName: `${name} ${number}`, externalId: `${name}-${number}` };
    return (await stage.domain.directoryGroups.create(directory, call, { directoryId, resource })).id;
  });
}

/** Memberships of both layers by the million: written as rows, because a directory would take hours to send them. */
export async function seedMembers(
  stage: Stage,
  table: 'directory_group_members' | 'group_members' | 'members',
  organizationId: string,
  pairs: { groupIds: string[]; userIds: string[] },
): Promise<void> {
  const insert = {
    directory_group_members: `insert into directory_group_members (organization_id, directory_group_id, directory_user_id)
      select $1::uuid, * from unnest($2::uuid[], $3::uuid[])`,
    group_members: `insert into group_members (organization_id, group_id, user_id, created_at)
      select $1::uuid, group_id, user_id, now() from unnest($2::uuid[], $3::uuid[]) pair(group_id, user_id)`,
    members: `insert into members (group_id, user_id)
      select group_id, user_id from unnest($2::uuid[], $3::uuid[]) pair(group_id, user_id) where $1::uuid is not null`,
  }[table];
  const database = table === 'members' ? stage.floorDatabase : stage.database;
  for (let done = 0; done < pairs.groupIds.length; done += ROWS_A_STATEMENT) {
    stage.progress(`${table}: ${done} of ${pairs.groupIds.length} rows`);
    const groupIds = pairs.groupIds.slice(done, done + ROWS_A_STATEMENT);
    const userIds = pairs.userIds.slice(done, done + ROWS_A_STATEMENT);
    await database.query(insert, [organizationId, groupIds, userIds]);
  }
}

/** Gives the floor the same people under the same ids. */
export async function copyUsersToFloor(stage: Stage, { organizationId }: SeededDirectory): Promise<void> {
  const { rows } = await stage.database.query(
    `select array_agg(id) as ids, array_agg(resource->>'userName') as names, array_agg(resource::text) as resources
       from directory_users where organization_id = $1`,
    [organizationId],
  );
  await stage.floorDatabase.query(
    `insert into users (id, user_name, resource)
     select id, name, resource::jsonb from unnest($1::uuid[], $2::text[], $3::text[]) person(id, name, resource)`,
    [rows[0].ids, rows[0].names, rows[0].resources],
  );
}

/** Statistics and a checkpoint after seeding, so that neither falls into a round. */
export async function settleDatabases(stage: Stage): Promise<void> {
  stage.progress('vacuum, analyze, checkpoint');
  await stage.database.query('vacuum (analyze)');
  await stage.floorDatabase.query('vacuum (analyze)');
  await stage.database.query('checkpoint');
}

/** Runs `work` for 0 … count − 1, a bounded number at a time; the results in their order. */
export async function mapAtOnce<Result>(count: number, work: (number: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = new Array(count);
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) results[number] = await work(number);
  };
  await Promise.all(Array.from({ length: SEEDED_AT_ONCE }, worker));
  return results;
}
