import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Statement } from '../../../src/database/statement.ts';
import { makeBinding } from '../../../src/domain/bindings/make-binding.ts';
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

const everySetting = {
  acceptsOtherMethods: true,
  disclosesName: false,
  groupMatching: 'ask',
  inactivityDays: 10,
  sessionIdleMinutes: 30,
  sessionLifetimeMinutes: 600,
  signInContact: 'it@acme.example',
} as const;

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

async function planOf(organizationId: string): Promise<string> {
  const plan: object[] = [];
  const database = {
    run: (id: string, { text }: Statement<object>, ...values: unknown[]) =>
      testDatabase.database
        .run(id, { text: `explain (analyze) ${text}` }, ...values)
        .then((rows) => plan.push(...rows)),
  } as unknown as Database;
  const overview = new SignInOverview({ database, clock, catalogue: domain.catalogue });
  await overview.recentChanges(anActor(organizationId, ['rollcall:audit']));
  return plan.flatMap((row) => Object.values(row)).join('\n');
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

  it('are three of a kind, so that nothing is pushed off the list by many of another', async () => {
    const operator = await anOrganization();
    const { id } = await aConnection(operator, 'Entra');
    await domain.connections.enable(operator, id);
    for (let count = 0; count < 12; count += 1) await domain.emailDomains.add(operator, `d${count}.example`);
    const latest = await domain.signInOverview.recentChanges(operator);
    expect(latest.map(({ subjectName }) => subjectName)).toEqual([
      'd11.example',
      'd10.example',
      'd9.example',
      'Entra',
      'Entra',
    ]);
  });

  it('are twelve, and more where there are more kinds: the newest of each before the second of any', async () => {
    const operator = await anOrganization();
    await domain.organizationSlugs.change(operator, `overview-${made}-first`);
    for (let count = 0; count < 3; count += 1) {
      const { id } = await aConnection(operator, `Entra ${count}`);
      await domain.connections.enable(operator, id);
      await domain.connections.update(operator, id, { name: `Okta ${count}` });
      const { id: domainId } = await domain.emailDomains.add(operator, `e${count}.example`);
      await domain.emailDomains.remove(operator, domainId);
    }
    const changes = await domain.signInOverview.recentChanges(operator);
    expect(changes).toHaveLength(12);
    expect(changes.at(-1)?.type).toBe('organizationSlugChanged');
    const ids = changes.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().reverse());
    for (const [setting, value] of Object.entries(everySetting)) {
      await domain.organizations.update(operator, { [setting]: value });
    }
    await domain.organizations.update(operator, { signInContact: 'the help desk' });
    const kinds = (await domain.signInOverview.recentChanges(operator)).map(({ type, data }) =>
      type === 'organizationUpdated' ? Object.keys(data).join() : type,
    );
    expect(new Set(kinds)).toEqual(
      new Set([
        ...Object.keys(everySetting),
        ...['organizationSlugChanged', 'connectionCreated', 'connectionStatusChanged', 'connectionUpdated'],
        ...['emailDomainAdded', 'emailDomainRemoved'],
      ]),
    );
  });

  it('are not hidden by other changes of the same connection or of the settings', async () => {
    const operator = await anOrganization();
    const { id } = await aConnection(operator, 'Entra');
    await domain.connections.update(operator, id, { issuer: 'http://127.0.0.1:2' });
    await domain.organizations.update(operator, { acceptsOtherMethods: true });
    for (let count = 0; count < 5; count += 1) {
      await domain.connections.update(operator, id, { name: `Renamed ${count}` });
      await domain.organizations.update(operator, { signInContact: `desk ${count}`, name: `Acme ${count}` });
    }
    const told = (await domain.signInOverview.recentChanges(operator)).map(({ data }) => JSON.stringify(data));
    expect(told.filter((data) => data.includes('issuer')).length).toBeGreaterThan(0);
    expect(told).toContain(JSON.stringify({ acceptsOtherMethods: true }));
    expect(told.filter((data) => data.includes('Renamed'))).toHaveLength(3);
    expect(told.filter((data) => data.includes('desk'))).toHaveLength(3);
  });

  it('are those of the settings that decide who gets in, and of no others', async () => {
    const operator = await anOrganization();
    const set = await domain.permissionSets.create(operator, { name: 'Viewers', permissions: ['screens:view'] });
    await domain.organizations.update(operator, { name: 'Acme Signage' });
    await domain.organizations.update(operator, { acceptsOtherMethods: true, sessionIdleMinutes: 30 });
    await domain.organizations.update(operator, { defaultPermissionSetId: set.id });
    const changes = await domain.signInOverview.recentChanges(operator);
    expect(changes.map(({ type, subjectName, data }) => [type, subjectName, data])).toEqual([
      ['organizationUpdated', 'Viewers', { defaultPermissionSetId: set.id }],
      ['organizationUpdated', null, { acceptsOtherMethods: true, sessionIdleMinutes: 30 }],
    ]);
  });

  it('are bindings that somebody ended, named by their user, and none that ended with a connection', async () => {
    const operator = await anOrganization();
    const [ada, bob] = await Promise.all(
      ['ada', 'bob'].map((userName) => domain.users.create(operator, { userName: `${userName}@acme.example` })),
    );
    const { id: connectionId } = await aConnection(operator, 'Entra');
    const bindings = await testDatabase.database.transaction(operator.organizationId, (transaction) =>
      Promise.all(
        [ada, bob].map((user) =>
          makeBinding(transaction, operator, {
            connectionId,
            subject: user?.id ?? '',
            stableId: null,
            accountId: null,
            userId: user?.id ?? '',
            directoryUserId: null,
            boundBy: 'stableId',
            at: clock(),
          }),
        ),
      ),
    );
    await domain.bindings.end(operator, bindings[0]?.id ?? '');
    await domain.connections.remove(operator, connectionId);
    const changes = await domain.signInOverview.recentChanges(operator);
    expect(changes.map(({ type, subjectName }) => [type, subjectName])).toEqual([
      ['connectionDeleted', 'Entra'],
      ['bindingEnded', 'ada@acme.example'],
      ['connectionCreated', 'Entra'],
    ]);
  });

  it('are found by an index of their own, among all that provisioning writes, whatever is known of the tables', async () => {
    const { organizationId } = await anOrganization();
    const superuser = new pg.Client(testDatabase.connection);
    await superuser.connect();
    await superuser.query(
      `insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
       select $1, gen_random_uuid(), (array['connectionUpdated', 'bindingEnded', 'userUpdated', 'userUpdated'])[n % 4 + 1],
              gen_random_uuid(), '{}', '{"reason":"connectionDeleted"}', now()
         from generate_series(1, 10000) n`,
      [organizationId],
    );
    await superuser.query(
      `insert into users (organization_id, id, user_name, user_name_key, is_manual, version, created_at, updated_at)
       select $1, gen_random_uuid(), 'u' || n, 'u' || n, true, 1, now(), now() from generate_series(1, 10000) n`,
      [organizationId],
    );
    const unanalysed = await planOf(organizationId);
    await superuser.query('analyze domain_events, users');
    await superuser.end();
    for (const plan of [unanalysed, await planOf(organizationId)]) {
      expect(plan).toMatch(/(using|Bitmap Index Scan on) domain_events_sign_in_changes_index/);
      expect(plan).toContain('using users_pkey');
      // Neither what provisioning writes nor a binding that ended with its connection is passed over.
      expect(plan).not.toMatch(/Rows Removed by Filter|Seq Scan/);
    }
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
