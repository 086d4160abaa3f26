// Public failures of SCIM and sign-in servers around tokens and keys, tried here and seen to fail. The numbers are those of the
// cases that Rollcall keeps; the other numbers are in security.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { CredentialHasher } from '../../src/domain/actors/credential.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraUser } from './entra-requests.ts';
import { Rows } from './fingerprint.ts';
import { allOperations } from './graph-operations.ts';

let service: TestService;
let rows: Rows;
beforeAll(async () => {
  service = await startTestService();
  rows = await Rows.open(service.connection);
});
afterAll(async () => {
  await rows.close();
  await service.close();
});

async function keyOf({ organization }: Connected, permissions: string[]): Promise<string> {
  const set = await service.domain.permissionSets.create(organization.operator, {
    name: `key ${permissions}`,
    permissions,
  });
  const { key } = await service.domain.apiKeys.create(organization.operator, { name: 'key', permissionSetId: set.id });
  return key;
}

describe('security 2: every route is denied by default (CVE-2025-4210)', () => {
  const unknown = '019b0000-0000-7000-8000-000000000000';
  const routes = [
    '/Users',
    '/Groups',
    '/ServiceProviderConfig',
    '/ResourceTypes',
    '/ResourceTypes/User',
    '/Schemas',
    '/Schemas/x',
    '/Me',
    '/Bulk',
    '/.search',
    '/nothing',
    '',
    '/',
    `/Users/${unknown}`,
    `/Groups/${unknown}`,
  ];
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

  it.for([
    'no token',
    'an empty bearer',
    'a bearer of spaces',
    'basic credentials',
    'a bearer of its own making',
    'a token in the address',
  ] as const)(
    'with %s every method of every route answers 401 in SCIM, and security 3: so does an empty one (ToolJet#16217)',
    async (kind) => {
      const { directory, scim } = await service.connected();
      const headers: Record<string, string> = {
        'no token': {},
        'an empty bearer': { Authorization: 'Bearer ' },
        'a bearer of spaces': { Authorization: 'Bearer    ' },
        'basic credentials': { Authorization: `Basic ${btoa(`x:${directory.token}`)}` },
        'a bearer of its own making': {
          Authorization: `Bearer ${directory.token.slice(0, -1)}${directory.token.endsWith('A') ? 'B' : 'A'}`,
        },
        'a token in the address': {},
      }[kind];
      const search = kind === 'a token in the address' ? `?access_token=${directory.token}` : '';
      for (const route of routes) {
        for (const method of methods) {
          const body = method === 'GET' || method === 'OPTIONS' ? {} : { body: '{}' };
          const answer = await scim.raw({
            method,
            path: `${route}${search}`,
            headers: { 'Content-Type': 'application/json', ...headers },
            ...body,
          });
          expect([answer.status, answer.body.status], `${method} ${route}`).toEqual([401, '401']);
          expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        }
      }
    },
  );

  it('and every field of GraphQL answers UNAUTHENTICATED without a key', async () => {
    // Whoever does not get in may say so; the answer is the same to everybody (refused-calls.test.ts).
    for (const operation of allOperations().filter(({ name }) => name !== 'reportRefusedCalls')) {
      const { data, errors } = await service.graphql(
        undefined,
        operation.text,
        operation.variables(() => undefined),
      );
      expect(errors?.[0]?.extensions?.code, operation.name).toBe('UNAUTHENTICATED');
      expect(Object.values(data ?? {}), operation.name).toEqual(data ? [null] : []);
    }
  });
});

it('security 3: a missing secret stops the start and an empty one hashes nothing (ToolJet#16217)', () => {
  const databaseUrl = { DATABASE_URL: 'postgresql://localhost/rollcall' };
  for (const secret of [undefined, '', '   ', 'short']) {
    expect(() => readConfig({ ...databaseUrl, SECRET_KEY: secret })).toThrow('SECRET_KEY');
  }
  for (const secret of ['', '   ']) expect(() => new CredentialHasher(secret)).toThrow('SECRET_KEY');
});

it('security 8: who holds nothing may do nothing: a key of an empty set changes nothing at all (better-auth#9840)', async () => {
  const connected = await service.connected();
  const key = await keyOf(connected, []);
  const before = await rows.fingerprint();
  const mutations = allOperations().filter(({ kind, name }) => kind === 'mutation' && name !== 'reportRefusedCalls');
  for (const operation of mutations) {
    const { errors } = await service.graphql(
      key,
      operation.text,
      operation.variables(() => undefined),
    );
    expect(errors?.[0]?.extensions?.code, operation.name).toBe('FORBIDDEN');
  }
  expect(await rows.fingerprint()).toEqual(before);
});

it('security 9: a caller without an organization, or of another kind, makes no token (open-mercato#3907)', async () => {
  const { directory } = await service.connected();
  const create = 'mutation M($id: ID!) { createScimToken(input: { directoryId: $id }) { token errors { code } } }';
  expect((await service.graphql(undefined, create, { id: directory.id })).errors?.[0]?.extensions?.code).toBe(
    'UNAUTHENTICATED',
  );
  expect((await service.graphql(directory.token, create, { id: directory.id })).errors?.[0]?.extensions?.code).toBe(
    'FORBIDDEN',
  );
  const stranger = await service.connected();
  const { data } = await service.graphql<{ createScimToken: object }>(stranger.organization.apiKey, create, {
    id: directory.id,
  });
  expect(data?.createScimToken).toEqual({ token: null, errors: [{ code: 'NOT_FOUND' }] });
});

it('security 15: no token and no key stands in the database in clear, in an answer twice, or in an event (Sentry#108093)', async () => {
  const connected = await service.connected();
  const { directory, organization, scim } = connected;
  await scim.post('/Users', entraUser('ada'));
  await scim.get(`/Users?access_token=${directory.token}`);
  for (const secret of [directory.token, organization.apiKey]) {
    expect(await rows.tablesHolding([secret, secret.slice(10, 60)])).toEqual([]);
  }
  const everything =
    '{ apiKeys { nodes { id hint name } } directories { nodes { tokens { id hint } provisioningEvents { nodes { path detail } } } } events { nodes { data actor { name } } } }';
  await expect
    .poll(async () => JSON.stringify((await service.graphql(organization.apiKey, everything)).data), { timeout: 3_000 })
    .toContain('access_token');
  const shown = JSON.stringify(await service.graphql(organization.apiKey, everything));
  for (const secret of [directory.token, organization.apiKey]) expect(shown).not.toContain(secret.slice(10, 60));
});

describe('security 22: kinds of credentials do not stand in for each other (Atlas#175)', () => {
  it.for([
    ['without a permission over directories', ['screens:view']],
    ['with the permission over directories', ['rollcall:directories']],
  ] as const)('an API key %s opens no SCIM endpoint', async ([, permissions]) => {
    const connected = await service.connected();
    const scim = service.scim({ ...connected.directory, token: await keyOf(connected, [...permissions]) });
    for (const answer of [
      await scim.get('/Users'),
      await scim.get('/Schemas'),
      await scim.post('/Users', entraUser('ada')),
    ]) {
      expect([answer.status, answer.body.status]).toEqual([401, '401']);
    }
    expect((await connected.scim.get('/Users')).body.totalResults).toBe(0);
  });

  it('a SCIM token reads nothing of the product', async () => {
    const { directory } = await service.connected();
    for (const query of [
      '{ viewer { permissions } }',
      '{ users { nodes { id } } }',
      '{ organization { name } }',
      '{ apiKeys { nodes { id } } }',
    ]) {
      const { data, errors } = await service.graphql(directory.token, query);
      expect([data ?? null, errors?.[0]?.extensions?.code], query).toEqual([null, 'FORBIDDEN']);
    }
  });
});
