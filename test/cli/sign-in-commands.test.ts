import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { Database } from '../../src/database/database.ts';
import { statement } from '../../src/database/statement.ts';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { openDomain } from '../../src/open-domain.ts';
import { aPersonOf, signInWith } from '../domain/sign-in/sign-in-world.ts';
import { type Environment, openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let environment: Environment;
beforeAll(async () => {
  database = await openCliDatabase();
  environment = { ...database.environment, PUBLIC_URL: 'http://127.0.0.1:4000' };
});
afterAll(() => database.close());

/** An organization with a connection, an owner who has tried to sign in and waits, and somebody who is unknown. */
async function aWaiting(slug: string): Promise<{ eventId: string }> {
  const create = ['--name', 'Acme', '--slug', slug, '--plan', 'enterprise'];
  await rollcallJson(environment, 'org', 'create', ...create);
  const { domain, close } = await openDomain(readConfig(environment), () => undefined);
  try {
    const { id: organizationId } = (await domain.organizations.findInAnyStatus(slug)) ?? { id: '' };
    const operator: Actor = { kind: 'operator', organizationId };
    const oidc = { protocol: 'oidc', issuer: 'https://acme.okta.example', clientId: 'c', clientSecret: 's' } as const;
    const { id } = await domain.connections.create(operator, { ...oidc, allowsJustInTime: true });
    await domain.connections.enable(operator, id);
    const connection = await domain.signInConnections.find(id);
    if (!connection) throw new Error('The connection was not found.');
    await signInWith({ domain }, { connection, person: aPersonOf('ada') });
    const [binding] = (await domain.bindings.list(operator, {})).items;
    const [owner] = (await domain.permissionSets.list(operator, {})).items.filter((set) => set.builtIn === 'owner');
    await domain.grants.grant(operator, { permissionSetId: owner?.id ?? '', userId: binding?.userId ?? '' });
    await domain.bindings.end(operator, binding?.id ?? '');
    const outcome = await signInWith({ domain }, { connection, person: aPersonOf('ada') });
    if (outcome.kind !== 'refused') throw new Error('The owner was let in.');
    return { eventId: outcome.refusal.eventId };
  } finally {
    await close();
  }
}

describe('the commands of sign-in', () => {
  it('list who did not get in and why, approve, list and end the binding', async () => {
    const { eventId } = await aWaiting('acme');
    const at = ['--org', 'acme'];
    const listed = await rollcall(environment, 'sign-in', 'list', ...at, '--search', eventId.slice(-12));
    expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(listed.stdout).toContain(eventId.slice(-12));
    expect(listed.stdout).toContain('waits for an admin');
    expect(listed.stdout).toContain(
      `${eventId.slice(-12)}:\n  Decide who they are: npx rollcall binding list --org acme\n`,
    );
    const { signIns } = await rollcallJson<{ signIns: { id: string }[] }>(
      environment,
      'sign-in',
      'list',
      ...at,
      '--refused',
    );
    expect(signIns.map((event) => event.id)).toEqual([eventId]);
    const health = await rollcall(environment, 'sign-in', 'health', ...at);
    expect(health.stdout).toContain('0 of 1 active users of Acme could sign in through a connection.');
    expect(health.stdout).toMatch(/\nnoMatch +ada@acme\.example\n\nNext:\n +npx rollcall domain list --org acme\n$/);
    const waiting = await rollcall(environment, 'binding', 'list', ...at);
    expect(waiting.stdout).toMatch(/ada@acme\.example +ada@acme\.example +the user was bound before/);
    expect(waiting.stdout).toContain('npx rollcall binding approve --org acme');
    expect(waiting.stdout).toContain('npx rollcall binding reject --org acme');
    const { requests } = await rollcallJson<{ requests: { id: string }[] }>(environment, 'binding', 'list', ...at);
    const id = requests[0]?.id ?? '';
    const approved = await rollcall(environment, 'binding', 'approve', ...at, id);
    expect(approved.stdout).toContain('ada@acme.example signs in as ada@acme.example from now on.');
    const { bindings } = await rollcallJson<{ bindings: { id: string; endedAt: string | null }[] }>(
      environment,
      'binding',
      'list',
      ...at,
      '--user',
      'ada@acme.example',
    );
    expect(bindings).toHaveLength(1);
    const ended = await rollcallJson<{ endedReason: string }>(
      environment,
      'binding',
      'end',
      ...at,
      bindings[0]?.id ?? '',
    );
    expect(ended.endedReason).toBe('ended');
    const twice = await rollcall(environment, 'binding', 'end', ...at, bindings[0]?.id ?? '');
    expect(twice.stdout).toMatch(/^Nothing was changed: it ended on 20.* UTC\.\n$/);
    const again = await rollcall(environment, 'binding', 'approve', ...at, id, '--json');
    expect(again.exitCode).toBe(1);
    expect(again.stdout + again.stderr).toContain('bindingRequestNotPending');
    const unknown = await rollcall(environment, 'binding', 'approve', ...at, 'x');
    expect(unknown.stderr).toContain(
      'There is no binding request with the id x. See: npx rollcall binding list --org acme --all',
    );
  });

  it('rejects, and says so of an organization of whom nobody waits', async () => {
    await aWaiting('beta');
    const at = ['--org', 'beta'];
    const { requests } = await rollcallJson<{ requests: { id: string }[] }>(environment, 'binding', 'list', ...at);
    const rejected = await rollcall(environment, 'binding', 'reject', ...at, requests[0]?.id ?? '');
    expect(rejected.stdout).toContain('stays out');
    expect((await rollcall(environment, 'binding', 'list', ...at)).stdout).toContain('No sign-in to Acme waits');
  });

  it('say of an organization without any that nobody waits and nobody is bound', async () => {
    await rollcallJson(environment, 'org', 'create', '--name', 'Empty', '--slug', 'empty');
    const list = (...options: string[]) => rollcall(environment, 'binding', 'list', '--org', 'empty', ...options);
    expect((await list()).stdout).toBe('No sign-in to Empty waits for a decision.\n');
    expect((await list('--all')).stdout).toBe('No sign-in to Empty waits for a decision, and nobody is bound.\n');
  });
});

const insertRequest = statement<never>(
  `insert into binding_requests (organization_id, id, connection_id, subject, reason, candidate_user_ids, state, attempts,
                                 created_at, last_tried_at)
   values ($1, $2, $3, 'x', $4, $5::jsonb, 'pending', 1, now(), now())`,
);

it('approve says of somebody who is nobody here yet that they become a user, as list does', async () => {
  await rollcallJson(environment, 'org', 'create', '--name', 'Fresh', '--slug', 'fresh', '--plan', 'enterprise');
  const { domain, close } = await openDomain(readConfig(environment), () => undefined);
  const { id: organizationId } = (await domain.organizations.findInAnyStatus('fresh')) ?? { id: '' };
  const operator: Actor = { kind: 'operator', organizationId };
  const oidc = { protocol: 'oidc', issuer: 'https://new.okta.example', clientId: 'c', clientSecret: 's' } as const;
  const { id: connectionId } = await domain.connections.create(operator, oidc);
  await close();
  const tables = await Database.open({ connection: database.connection, poolSizeMax: 1 });
  const id = uuid();
  await tables.run(organizationId, insertRequest, id, connectionId, 'otherSignInMethod', '[]');
  await tables.close();
  const listed = await rollcall(environment, 'binding', 'list', '--org', 'fresh');
  expect(listed.stdout).toContain('a new user');
  expect(listed.stdout).toContain('an account with their address is not theirs');
  const approved = await rollcall(environment, 'binding', 'approve', '--org', 'fresh', id);
  expect(approved.stdout).toContain('x becomes a user at their next sign-in.');
});

it('approve names those whom somebody may be, where it has to be said which', async () => {
  await rollcallJson(environment, 'org', 'create', '--name', 'Two', '--slug', 'two', '--plan', 'enterprise');
  const { domain, close } = await openDomain(readConfig(environment), () => undefined);
  const { id: organizationId } = (await domain.organizations.findInAnyStatus('two')) ?? { id: '' };
  const operator: Actor = { kind: 'operator', organizationId };
  const oidc = { protocol: 'oidc', issuer: 'https://two.okta.example', clientId: 'c', clientSecret: 's' } as const;
  const { id: connectionId } = await domain.connections.create(operator, oidc);
  const users = [];
  for (const userName of ['ada', 'bob', 'cem']) users.push(await domain.users.create(operator, { userName }));
  const candidates = JSON.stringify(users.slice(0, 2).map(({ id }) => id));
  await close();
  const tables = await Database.open({ connection: database.connection, poolSizeMax: 1 });
  await tables.run(organizationId, insertRequest, uuid(), connectionId, 'ambiguous', candidates);
  await tables.close();
  const { requests } = await rollcallJson<{ requests: { id: string }[] }>(
    environment,
    'binding',
    'list',
    '--org',
    'two',
  );
  const approve = ['binding', 'approve', '--org', 'two', requests[0]?.id ?? ''];
  for (const more of [[], ['--user', 'cem']]) {
    const { exitCode, stderr } = await rollcall(environment, ...approve, ...more);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/ It may be: ada, bob\. Give one as --user\.\n$/)]);
  }
  expect((await rollcall(environment, ...approve, '--user', 'bob')).stdout).toContain('x signs in as bob from now on.');
});

describe('sign-in list', () => {
  const at = new Date('2026-11-22T10:00:00Z');

  async function anOrganizationWith(slug: string, detail: Record<string, unknown>): Promise<string> {
    await rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', slug);
    const { domain, close } = await openDomain(readConfig(environment), () => undefined);
    const { id: organizationId } = (await domain.organizations.findInAnyStatus(slug)) ?? { id: '' };
    const event = { outcome: 'refused', method: 'connection', address: null, detail, at } as const;
    const id = await domain.signInEvents.record(organizationId, { ...event, reason: 'responseInvalid' });
    await close();
    return id;
  }

  it('tells what happened and what to do of what is searched for, by the reference as the page shows it', async () => {
    const detail = { isTest: true, code: 'AADSTS50105', explanation: 'It is not assigned.', remedy: 'Assign it.' };
    const id = await anOrganizationWith('gamma', detail);
    const reference = id.slice(-12);
    const grouped = ` ${reference.match(/.{4}/g)?.join(' ')} `;
    const { stdout } = await rollcall(environment, 'sign-in', 'list', '--org', 'gamma', '--search', grouped);
    expect(stdout).toContain('refused (test): what the identity provider sent could not be believed');
    expect(stdout).toContain(
      `${reference}:\n  It is not assigned.\n  Assign it.\n  The identity provider said: AADSTS50105\n`,
    );
  });

  it('tells a sign-in that began at the identity provider from what could not be believed', async () => {
    await anOrganizationWith('delta', { idpInitiated: true });
    const { stdout } = await rollcall(environment, 'sign-in', 'list', '--org', 'delta');
    expect(stdout).toContain('refused: it began at the identity provider, not here');
  });
});
