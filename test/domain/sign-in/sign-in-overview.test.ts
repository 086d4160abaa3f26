import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Statement } from '../../../src/database/statement.ts';
import { createDomain, type Domain } from '../../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';
import { SignInOverview } from '../../../src/domain/sign-in/sign-in-overview.ts';
import { aClock, anActor, TEST_SECRET_KEY, testPermissions } from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';

let testDatabase: TestDatabase;
let domain: Domain;
const clock = aClock();
beforeAll(async () => {
  testDatabase = await openTestDatabase();
  domain = createDomain({
    database: testDatabase.database,
    catalogue: new PermissionCatalogue(testPermissions),
    secretKey: TEST_SECRET_KEY,
    clock,
    allowsLoopbackIssuers: true,
  });
});
afterAll(async () => {
  await domain.settled();
  await testDatabase.close();
});

let made = 0;
async function anOrganization() {
  made += 1;
  const { id } = await domain.organizations.create({ name: 'Acme', slug: `overview-${made}`, plan: 'enterprise' });
  return { kind: 'operator', organizationId: id } as const;
}

function aConnection(operator: Awaited<ReturnType<typeof anOrganization>>, name: string) {
  const input = {
    protocol: 'oidc' as const,
    name,
    issuer: 'http://127.0.0.1:1',
    clientId: 'id',
    clientSecret: 'secret',
  };
  return domain.connections.create(operator, input);
}

describe('the recent changes to how people sign in', () => {
  it('are told by name, the latest first, and nothing else is', async () => {
    const [operator, other] = [await anOrganization(), await anOrganization()];
    await aConnection(other, 'Of another');
    const { id } = await aConnection(operator, 'Entra');
    await domain.connections.enable(operator, id);
    await domain.users.create(operator, { userName: 'ada@acme.example' });
    await domain.emailDomains.add(operator, 'acme.example');
    const changes = await domain.signInOverview.recentChanges(operator);
    expect(changes.map(({ type, subjectName }) => [type, subjectName])).toEqual([
      ['emailDomainAdded', 'acme.example'],
      ['connectionStatusChanged', 'Entra'],
      ['connectionCreated', 'Entra'],
    ]);
    expect(JSON.stringify(changes)).not.toContain('secret');
  });

  it('are ten at most', async () => {
    const operator = await anOrganization();
    for (let count = 0; count < 12; count += 1) await domain.emailDomains.add(operator, `d${count}.example`);
    const latest = await domain.signInOverview.recentChanges(operator);
    expect(latest.map(({ subjectName }) => subjectName)).toEqual(
      Array.from({ length: 10 }, (_each, index) => `d${11 - index}.example`),
    );
  });

  it('are found by an index of their own, among all that provisioning writes', async () => {
    const { organizationId } = await anOrganization();
    const superuser = new pg.Client(testDatabase.connection);
    await superuser.connect();
    await superuser.query(
      `insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
       select $1, gen_random_uuid(), 'userUpdated', gen_random_uuid(), '{}', '{}', now() from generate_series(1, 5000)`,
      [organizationId],
    );
    await superuser.query('analyze domain_events');
    await superuser.end();
    const plans: unknown[] = [];
    const database = {
      run: (id: string, { text }: Statement<object>, ...values: unknown[]) =>
        testDatabase.database.run(id, { text: `explain ${text}` }, ...values).then((rows) => plans.push(...rows)),
    } as unknown as Database;
    const overview = new SignInOverview({ database, clock, catalogue: domain.catalogue });
    await overview.recentChanges(anActor(organizationId, ['rollcall:audit']));
    expect(JSON.stringify(plans)).toContain('domain_events_sign_in_changes_index');
  });

  it('are for those who may read the audit', async () => {
    const { organizationId } = await anOrganization();
    const reader = anActor(organizationId, ['rollcall:connections']);
    await expect(domain.signInOverview.recentChanges(reader)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(domain.signInOverview.recentChanges(anActor(organizationId, ['rollcall:audit']))).resolves.toEqual([]);
  });
});

describe('whether somebody holds anything', () => {
  it('counts what reaches them on the organization and on a space', async () => {
    const operator = await anOrganization();
    const { organizationId } = operator;
    const [none, reader, onSpace] = await Promise.all(
      ['none', 'reader', 'space'].map((userName) => domain.users.create(operator, { userName })),
    );
    const set = await domain.permissionSets.create(operator, { name: 'Viewers', permissions: ['screens:view'] });
    const space = await domain.spaces.create(operator, { name: 'Lobby' });
    await domain.grants.grant(operator, { permissionSetId: set.id, userId: reader?.id ?? '' });
    await domain.grants.grant(operator, { permissionSetId: set.id, userId: onSpace?.id ?? '', spaceId: space.id });
    const holds = (userId = '') => domain.signInOverview.holdsAnything({ organizationId, userId });
    expect(await Promise.all([holds(none?.id), holds(reader?.id), holds(onSpace?.id)])).toEqual([false, true, true]);
  });
});
