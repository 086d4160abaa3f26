// Parity S17: after the token is regenerated in the product, provisioning from Azure fails until the new one is pasted there. The
// product has to say so: which calls were refused, why, and what to do. And S4: the way to replace a token without any refused call.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../src/database/statement.ts';
import { HttpGraphClient } from '../../src/scim/http-graph-client.ts';
import { createScimFacade } from '../../src/scim/router.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraUser } from './entra-requests.ts';
import { Rows } from './fingerprint.ts';

let service: TestService;
let rows: Rows;
beforeAll(async () => {
  service = await startTestService();
  rows = await Rows.open(service.connection);
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await rows.close();
  await service.close();
});

interface ShownCalls {
  reason: string;
  tokenHint: string | null;
  address: string;
  count: number;
  lastMethod: string;
  lastPath: string;
  firstAt: string;
  lastAt: string;
  advice: string;
}

const REFUSED = `query Q($id: ID!) { directory(id: $id) { refusedCalls { nodes {
  reason tokenHint address count lastMethod lastPath firstAt lastAt advice } } } }`;

async function ask<Data>(
  { organization }: Connected,
  query: string,
  variables: Record<string, unknown>,
): Promise<Data> {
  const { data, errors } = await service.graphql<Data>(organization.apiKey, query, variables);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function refusedCalls(connected: Connected): Promise<ShownCalls[]> {
  const { id } = connected.directory;
  const answer = await ask<{ directory: { refusedCalls: { nodes: ShownCalls[] } } }>(connected, REFUSED, { id });
  return answer.directory.refusedCalls.nodes;
}

/** What the log shows once it has counted so many calls. */
async function shownAfter(connected: Connected, count: number): Promise<ShownCalls[]> {
  const total = async () => (await refusedCalls(connected)).reduce((sum, row) => sum + row.count, 0);
  await expect.poll(total, { timeout: 5_000 }).toBe(count);
  return refusedCalls(connected);
}

interface MadeToken {
  token: string;
  scimToken: { id: string; hint: string };
}

async function makeToken(connected: Connected): Promise<MadeToken> {
  const create =
    'mutation M($id: ID!) { createScimToken(input: { directoryId: $id }) { token scimToken { id hint } errors { code } } }';
  return (await ask<{ createScimToken: MadeToken }>(connected, create, { id: connected.directory.id })).createScimToken;
}

const tokensOf = 'query Q($id: ID!) { directory(id: $id) { tokens { id hint expiresAt revokedAt lastUsedAt } } }';
interface ShownToken {
  id: string;
  hint: string;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

describe('parity S17', () => {
  it('after the token was regenerated the log shows the refused calls, the reason and what Entra needs', async () => {
    const connected = await service.connected();
    const { directory, scim } = connected;
    expect((await scim.post('/Users', entraUser('ada'))).status).toBe(201);
    const { token, scimToken } = await makeToken(connected);
    const shown = await ask<{ directory: { tokens: ShownToken[] } }>(connected, tokensOf, { id: directory.id });
    const old = shown.directory.tokens.find(({ id }) => id !== scimToken.id);
    await ask(connected, 'mutation M($id: ID!) { revokeScimToken(input: { id: $id }) { errors { code } } }', {
      id: old?.id,
    });
    const before = Date.now();
    for (const answer of [
      await scim.find('/Users', 'userName eq "ada@contoso.example"'),
      await scim.get('/ServiceProviderConfig'),
      await scim.post('/Users', entraUser('grace')),
    ]) {
      expect([answer.status, answer.body.status]).toEqual([401, '401']);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
    const [row, ...others] = await shownAfter(connected, 3);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      reason: 'TOKEN_REVOKED',
      tokenHint: directory.token.slice(-4),
      address: '127.0.0.1',
      lastMethod: 'POST',
      lastPath: `/scim/v2/${directory.id}/Users`,
    });
    expect(Date.parse(row?.firstAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(row?.lastAt ?? '')).toBeLessThanOrEqual(Date.now());
    expect(row?.advice).toContain(`…${directory.token.slice(-4)}`);
    expect(row?.advice).toContain('needs the new token');
    expect(row?.advice).toContain('Entra');
    // Once the new token is pasted there, nothing more is refused, and the health tells both.
    const fresh = service.scim({ ...directory, token });
    expect((await fresh.post('/Users', entraUser('grace'))).status).toBe(201);
    const health = await ask<{ directory: { health: Record<string, unknown> } }>(
      connected,
      'query Q($id: ID!) { directory(id: $id) { health { refusedCallsLastDay lastRefusalReason lastRefusedAt lastWriteAt lastTokenUseAt } } }',
      { id: directory.id },
    );
    expect(health.directory.health).toMatchObject({
      refusedCallsLastDay: 3,
      lastRefusalReason: 'TOKEN_REVOKED',
      lastRefusedAt: row?.lastAt,
      lastWriteAt: expect.any(String),
      lastTokenUseAt: expect.any(String),
    });
    expect(await rows.tablesHolding([directory.token, directory.token.slice(10, 60)])).toEqual([]);
  });

  it('every reason is told apart over HTTP', async () => {
    const connected = await service.connected();
    const { directory, organization } = connected;
    const other = await service.directory(organization);
    const elsewhere = await service.connected();
    const client = (token: string) => service.scim({ ...directory, token });
    const anonymous = await client('').raw({ method: 'GET', path: '/Users' });
    const answers = [
      anonymous,
      await client('').raw({ method: 'GET', path: '/Users', headers: { Authorization: `Basic ${btoa('x:y')}` } }),
      await client('made-up').get('/Users'),
      await client(organization.apiKey).get('/Users'),
      await client(`${directory.token.slice(0, -1)}${directory.token.endsWith('A') ? 'B' : 'A'}`).get('/Users'),
      await client(other.token).get('/Users'),
      await client(elsewhere.directory.token).get('/Users'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 401]);
    const shown = (await shownAfter(connected, 7)).map(({ reason, tokenHint, count }) => [reason, tokenHint, count]);
    // What came last stands first.
    expect(shown).toEqual([
      // The hint is that of the other directory of the same organization.
      ['TOKEN_OF_ANOTHER_DIRECTORY', expect.toBeOneOf([other.token.slice(-4), null]), 2],
      ['TOKEN_UNKNOWN', null, 3],
      ['TOKEN_MISSING', null, 2],
    ]);
    expect(await refusedCalls({ ...connected, directory: other })).toEqual([]);
    expect(await refusedCalls(elsewhere)).toEqual([]);
    const logged = await ask<{ directory: { provisioningEvents: { nodes: unknown[] } } }>(
      connected,
      'query Q($id: ID!) { directory(id: $id) { provisioningEvents { nodes { id } } } }',
      { id: directory.id },
    );
    expect(logged.directory.provisioningEvents.nodes).toEqual([]);
  });

  it('a facade in a process of its own tells the same', async () => {
    const connected = await service.connected();
    const graph = new HttpGraphClient(`${service.url}/graphql`);
    const facade = createScimFacade({ graph, baseUrl: (id) => `${service.url}/scim/v2/${id}` });
    const server = createServer(express().use('/scim/v2', facade.router));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const tenantUrl = `http://127.0.0.1:${port}/scim/v2/${connected.directory.id}`;
    const scim = service.scim({ ...connected.directory, tenantUrl, token: 'rcscim_unknown' });
    try {
      expect((await scim.get('/Users')).status).toBe(401);
      await facade.flush();
      expect(await refusedCalls(connected)).toMatchObject([
        { reason: 'TOKEN_UNKNOWN', count: 1, address: '127.0.0.1' },
      ]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('a flood of 10,000 refused calls takes a few rows and little memory, and the directory goes on working', async () => {
    const connected = await service.connected();
    const { directory, scim } = connected;
    const before = process.memoryUsage().heapUsed;
    const stranger = service.scim({ ...directory, token: '' });
    let sent = 0;
    const flood = async () => {
      while (sent < 10_000) {
        sent += 1;
        const bearer = sent % 3 === 0 ? 'the same' : `guess-${sent}`;
        const headers = { Authorization: `Bearer ${bearer}` };
        const answer = await stranger.raw({ method: 'GET', path: '/Users', headers });
        if (answer.status !== 401) throw new Error(`A guess was answered ${answer.status}.`);
      }
    };
    const clients = Array.from({ length: 16 }, flood);
    expect((await scim.post('/Users', entraUser('ada'))).status).toBe(201);
    await Promise.all(clients);
    const shown = await shownAfter(connected, 10_000);
    // One row, or two where the hour ended meanwhile.
    expect(shown.length).toBeLessThanOrEqual(2);
    expect(shown[0]).toMatchObject({ reason: 'TOKEN_UNKNOWN', address: '127.0.0.1' });
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 1024 * 1024);
  }, 60_000);
});

describe('reportRefusedCalls', () => {
  const REPORT =
    'mutation M($input: ReportRefusedCallsInput!) { reportRefusedCalls(input: $input) { errors { code message } } }';
  const call = { address: '192.0.2.1', count: 1, method: 'GET', path: '/', at: new Date().toISOString() };

  it('answers everybody the same, whatever there is', async () => {
    const connected = await service.connected();
    const bearers = [undefined, 'x', connected.directory.token, connected.organization.apiKey];
    const directoryIds = [connected.directory.id, connected.organization.id, uuid(), 'x', '', "' or 1=1"];
    const calls = [[], [call], [{ ...call, address: '\u0000', path: '\u0000\ud800', method: '' }]];
    for (const bearer of bearers) {
      for (const directoryId of directoryIds) {
        for (const listed of calls) {
          const answer = await service.graphql(bearer, REPORT, { input: { directoryId, calls: listed } });
          expect(answer).toEqual({ status: 200, data: { reportRefusedCalls: { errors: [] } } });
        }
      }
    }
    const shown = await refusedCalls(connected);
    expect(shown.map(({ reason, count }) => [reason, count]).sort()).toEqual([
      ['TOKEN_MISSING', 1],
      ['TOKEN_MISSING', 1],
      ['TOKEN_UNKNOWN', 2],
      ['TOKEN_UNKNOWN', 2],
    ]);
  });

  it('counts nothing for a bearer that opens the directory', async () => {
    const connected = await service.connected();
    const input = { directoryId: connected.directory.id, calls: [call] };
    await service.graphql(connected.directory.token, REPORT, { input });
    expect(await refusedCalls(connected)).toEqual([]);
  });

  it('writes at most 21 rows an hour and reason, whatever it is told', async () => {
    const connected = await service.connected();
    const directoryId = connected.directory.id;
    for (let round = 0; round < 10; round += 1) {
      const calls = Array.from({ length: 150 }, (_, number) => ({
        ...call,
        address: `10.0.${round}.${number}`,
        count: 2_000_000_000,
        path: '/'.repeat(10_000),
        at: new Date(number * 1e10).toISOString(),
      }));
      expect((await service.graphql(undefined, REPORT, { input: { directoryId, calls } })).status).toBe(200);
    }
    const count = statement<{ count: number; longest: number }>(
      `select count(*) as count, max(length(last_path)) as longest from refused_calls where organization_id = $1`,
    );
    const { rows: counted } = await queryAsSuperuser(count.text, [connected.organization.id]);
    // Those of a hundred years ago are of an hour ago, and the hour may end meanwhile.
    expect(Number(counted[0]?.count)).toBeLessThanOrEqual(63);
    expect(Number(counted[0]?.longest)).toBe(512);
  });

  async function queryAsSuperuser(text: string, values: unknown[]) {
    const { default: pg } = await import('pg');
    const client = new pg.Client(service.connection);
    await client.connect();
    try {
      return await client.query<Record<string, unknown>>(text, values);
    } finally {
      await client.end();
    }
  }
});

describe('parity S4', () => {
  const ROTATE = `mutation M($input: RotateScimTokenInput!) { rotateScimToken(input: $input) {
    token scimToken { id hint expiresAt } replaced { id hint expiresAt revokedAt } errors { code path } } }`;
  interface Rotated {
    rotateScimToken: { token: string; scimToken: ShownToken; replaced: ShownToken; errors: { code: string }[] };
  }

  it('two tokens live for the overlap that was chosen, with expiry and last use shown; then one is revoked now', async () => {
    const connected = await service.connected();
    const { directory, scim } = connected;
    expect((await scim.get('/Users')).status).toBe(200);
    const tokens = async () =>
      (await ask<{ directory: { tokens: ShownToken[] } }>(connected, tokensOf, { id: directory.id })).directory.tokens;
    const [old] = await tokens();
    const expiresAt = '2040-01-01T00:00:00.000Z';
    const first = await ask<Rotated>(connected, ROTATE, { input: { id: old?.id, overlapHours: 24, expiresAt } });
    expect(first.rotateScimToken.errors).toEqual([]);
    expect(first.rotateScimToken.scimToken).toMatchObject({ expiresAt });
    const overlap = Date.parse(first.rotateScimToken.replaced.expiresAt ?? '') - Date.now();
    expect(Math.abs(overlap - 24 * 3_600_000)).toBeLessThan(60_000);
    const fresh = service.scim({ ...directory, token: first.rotateScimToken.token });
    expect([(await scim.get('/Users')).status, (await fresh.get('/Users')).status]).toEqual([200, 200]);
    await service.domain.settled();
    expect(await tokens()).toMatchObject([
      { hint: first.rotateScimToken.token.slice(-4), expiresAt, lastUsedAt: expect.any(String) },
      { id: old?.id, expiresAt: first.rotateScimToken.replaced.expiresAt, lastUsedAt: expect.any(String) },
    ]);
    const second = await ask<Rotated>(connected, ROTATE, {
      input: { id: first.rotateScimToken.scimToken.id, overlapHours: 0 },
    });
    expect(second.rotateScimToken.replaced.revokedAt).toEqual(expect.any(String));
    const last = service.scim({ ...directory, token: second.rotateScimToken.token });
    expect([
      (await scim.get('/Users')).status,
      (await fresh.get('/Users')).status,
      (await last.get('/Users')).status,
    ]).toEqual([200, 401, 200]);
    const again = await ask<Rotated>(connected, ROTATE, {
      input: { id: first.rotateScimToken.scimToken.id, overlapHours: 0 },
    });
    expect(again.rotateScimToken).toMatchObject({ token: null, errors: [{ code: 'INVALID_VALUE', path: 'id' }] });
  });
});
