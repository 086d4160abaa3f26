import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { COUNT_MAX, type DirectoryHealthFacts } from '../../../src/domain/directories/directory-health.ts';
import { anActor } from '../../harness/builders.ts';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.UTC(2026, 10, 22, 10, 30);
let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain(() => new Date(now));
});
afterAll(() => test.close());

const insertEvent = statement<never>(
  `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, is_failure, detail, created_at)
   values ($1, $2, $3, 'r', 'GET', '/', $4, $5, '{}', $6)`,
);

async function anEvent({ organizationId, directoryId }: TestDirectory, outcome: string, ago: number): Promise<Date> {
  const at = new Date(now - ago);
  const isFailure = !/(Read|Created|Unchanged)$/.test(outcome);
  await test.database.run(
    organizationId,
    insertEvent,
    uuid({ msecs: at.getTime() }),
    directoryId,
    outcome,
    isFailure,
    at,
  );
  return at;
}

async function healthOf({ operator, directoryId }: TestDirectory): Promise<DirectoryHealthFacts> {
  const [health] = await test.domain.directoryHealth.getMany(operator, [directoryId]);
  if (!health) throw new Error('The directory has no health.');
  return health;
}

async function setStatus({ organizationId, directoryId }: TestDirectory, status: string): Promise<void> {
  const update = statement<never>('update directories set status = $3 where organization_id = $1 and id = $2');
  await test.database.run(organizationId, update, directoryId, status);
}

describe('the health of a directory', () => {
  it('is quiet where nothing came yet', async () => {
    const at = await test.aDirectory();
    expect(await healthOf(at)).toEqual({
      directoryId: at.directoryId,
      lastCallAt: null,
      lastWriteAt: null,
      lastFailureAt: null,
      failedCallsLastDay: 0,
      refusedCallsLastDay: 0,
      lastRefusedAt: null,
      lastRefusalReason: null,
      waitingLinksCount: 0,
      conflictsCount: 0,
      unlinkedRecordsCount: 0,
      nextTokenExpiryAt: null,
      lastTokenUseAt: null,
      expiringSecretsCount: 0,
      nextSecretExpiryAt: null,
    });
  });

  it('tells the last call, write and failure, and the failures of the last day', async () => {
    const at = await test.aDirectory();
    await anEvent(at, 'invalidFilter', 2 * DAY);
    await anEvent(at, 'failed', DAY + 1);
    await anEvent(at, 'failed', DAY);
    const lastWriteAt = await anEvent(at, 'userCreated', 4 * HOUR);
    await anEvent(at, 'notFound', 3 * HOUR);
    const lastFailureAt = await anEvent(at, 'versionConflict', 2 * HOUR);
    const lastCallAt = await anEvent(at, 'usersRead', HOUR);
    expect(await healthOf(at)).toMatchObject({ lastCallAt, lastWriteAt, lastFailureAt, failedCallsLastDay: 3 });
  });

  it('tells the refused calls of the last day and why the last one was', async () => {
    const at = await test.aDirectory();
    const insert = statement<never>(
      `insert into refused_calls (organization_id, directory_id, hour, reason, address, count, last_method, last_path, first_at, last_at)
       values ($1, $2, date_trunc('hour', $5::timestamptz), $3, '192.0.2.7', $4, 'GET', '/', $5, $5)`,
    );
    const refuse = async (reason: string, count: number, ago: number) => {
      await test.database.run(at.organizationId, insert, at.directoryId, reason, count, new Date(now - ago));
    };
    await refuse('tokenUnknown', 100, DAY + 1);
    await refuse('tokenMissing', 3, DAY - 1);
    await refuse('tokenUnknown', 5, 10_000);
    await refuse('tokenRevoked', 7, 5_000);
    expect(await healthOf(at)).toMatchObject({
      refusedCallsLastDay: 15,
      lastRefusedAt: new Date(now - 5_000),
      lastRefusalReason: 'tokenRevoked',
    });
  });

  it('counts what waits for a decision and what is in conflict, of people and of groups', async () => {
    const at = await test.aDirectory();
    const { domain } = test;
    const push = async (userName: string) =>
      domain.directoryUsers.create(at.directory, aCall, { directoryId: at.directoryId, resource: { userName } });
    await domain.users.create(at.operator, { userName: 'ada' });
    await push('ada');
    await push('grace');
    const group = await domain.groups.create(at.operator, { name: 'Owners' });
    const { items } = await domain.permissionSets.list(at.operator, {});
    const owner = items.find((set) => set.builtIn === 'owner')?.id ?? '';
    await domain.grants.grant(at.operator, { permissionSetId: owner, groupId: group.id });
    for (const displayName of ['Owners', 'Screens']) {
      await domain.directoryGroups.create(at.directory, aCall, {
        directoryId: at.directoryId,
        resource: { displayName },
        memberIds: [],
      });
    }
    expect(await healthOf(at)).toMatchObject({ waitingLinksCount: 2, conflictsCount: 0, unlinkedRecordsCount: 0 });
    const conflict = statement<never>(
      `update group_links set state = 'conflict' where organization_id = $1 and state = 'pending'`,
    );
    await test.database.run(at.organizationId, conflict);
    expect(await healthOf(at)).toMatchObject({ waitingLinksCount: 1, conflictsCount: 1 });
  });

  it('counts the records without a link while the directory observes or pauses', async () => {
    const at = await test.aDirectory();
    const insert = statement<never>(
      `insert into directory_users (organization_id, id, directory_id, user_name_key, active, resource, version, created_at, updated_at)
       select $1, gen_random_uuid(), $2, 'person' || n, true, '{}', 1, now(), now() from generate_series(1, 3) n`,
    );
    const insertGroup = statement<never>(
      `insert into directory_groups (organization_id, id, directory_id, display_name_key, resource, version, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, 'screens', '{}', 1, now(), now())`,
    );
    await test.domain.directoryUsers.create(at.directory, aCall, {
      directoryId: at.directoryId,
      resource: { userName: 'linked' },
    });
    await test.database.run(at.organizationId, insert, at.directoryId);
    await test.database.run(at.organizationId, insertGroup, at.directoryId);
    for (const [status, count] of [
      ['paused', 4],
      ['active', 0],
      ['observing', 4],
    ] as const) {
      await setStatus(at, status);
      expect((await healthOf(at)).unlinkedRecordsCount, status).toBe(count);
    }
  });

  it('tells when the first living token ends, and the last use of any', async () => {
    const at = await test.aDirectory();
    const { scimTokens } = test.domain;
    const create = (expiresAt: Date | null) =>
      scimTokens.create(at.operator, { directoryId: at.directoryId, expiresAt });
    await create(null);
    await create(new Date(now + 2 * DAY));
    const first = await create(new Date(now + DAY));
    const revoked = await create(new Date(now + HOUR));
    await scimTokens.authenticate(revoked.token);
    await scimTokens.settled();
    await scimTokens.revoke(at.operator, revoked.scimToken.id);
    expect(await healthOf(at)).toMatchObject({
      nextTokenExpiryAt: first.scimToken.expiresAt,
      lastTokenUseAt: new Date(now),
    });
  });

  it('counts no further than it says, quickly, where 40,000 records and failures wait', async () => {
    const at = await test.aDirectory();
    await setStatus(at, 'observing');
    const people = statement<never>(
      `insert into directory_users (organization_id, id, directory_id, user_name_key, active, resource, version, created_at, updated_at)
       select $1, gen_random_uuid(), $2, 'person' || n, true, '{}', 1, now(), now() from generate_series(1, 40000) n`,
    );
    const failures = statement<never>(
      `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, is_failure, detail, created_at)
       select $1, (substr($3, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid, $2, 'r', 'GET', '/', 'failed', true, '{}', $4
         from generate_series(1, 40000) n`,
    );
    await test.database.run(at.organizationId, people, at.directoryId);
    const at1 = new Date(now - HOUR);
    await test.database.run(at.organizationId, failures, at.directoryId, uuid({ msecs: at1.getTime() }), at1);
    const started = performance.now();
    expect(await healthOf(at)).toMatchObject({
      unlinkedRecordsCount: COUNT_MAX,
      failedCallsLastDay: COUNT_MAX,
      lastWriteAt: null,
      lastCallAt: at1,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('is seen inside the organization only, by who looks after directories, in the order of the ids', async () => {
    const [at, stranger] = [await test.aDirectory(), await test.aDirectory()];
    const { directoryHealth } = test.domain;
    const other = await test.domain.directories.create(at.operator, { name: 'Okta' });
    const ids = [other.id, '-', stranger.directoryId, at.directoryId];
    const health = await directoryHealth.getMany(at.operator, ids);
    expect(health.map((facts) => facts?.directoryId)).toEqual([other.id, undefined, undefined, at.directoryId]);
    const asking = directoryHealth.getMany(anActor(at.organizationId, ['rollcall:users']), [at.directoryId]);
    await expect(asking).rejects.toMatchObject({ code: 'forbidden' });
    await expect(directoryHealth.getMany(at.directory, [at.directoryId])).rejects.toMatchObject({ code: 'forbidden' });
  });
});
