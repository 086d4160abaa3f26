// Entra's workload identity federation (RFC 7523 §2.2) against the real service and an issuer of this machine. Security 36.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARED_AUDIENCE } from '../../src/domain/directory-credentials/workload-identities.ts';
import { Rows } from '../clients/fingerprint.ts';
import { type LocalIssuer, startLocalIssuer } from '../harness/local-issuer.ts';
import { type Connected, type ServiceDirectory, startTestService, type TestService } from '../harness/service.ts';
import { entraClaims, entraTenant } from './entra-assertion.ts';

let service: TestService;
let issuer: LocalIssuer;
let rows: Rows;
beforeAll(async () => {
  [service, issuer] = await Promise.all([startTestService({ NODE_ENV: 'test' }), startLocalIssuer()]);
  rows = await Rows.open(service.connection);
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await rows.close();
  await service.close();
  await issuer.close();
});

const issuerUrl = () => issuer.of(entraTenant.tenantId);

async function trust(connected: Connected, directory: ServiceDirectory = connected.directory, more = {}) {
  const input = { directoryId: directory.id, ...entraTenant, issuer: issuerUrl(), ...more };
  return service.domain.workloadIdentities.set(connected.organization.operator, input);
}

async function ask(clientId: string, assertion: string, more: Record<string, string> = {}) {
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    scope: 'scim',
    ...more,
  };
  const response = await fetch(`${service.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { access_token?: string; error?: string; scope?: string },
  };
}

const assertion = (overrides: Record<string, unknown> = {}) =>
  issuer.sign({ ...entraClaims(issuerUrl()), ...overrides });

/** The newest refusals of a directory, once there are so many. */
async function refusals(
  connected: Connected,
  count: number,
): Promise<{ reason: string; lastDetail: string; advice: string }[]> {
  const query = `query Q($id: ID!) { directory(id: $id) { health { refusedCallsLastDay } refusedCalls { nodes { reason lastDetail advice } } } }`;
  type Data = {
    directory: {
      health: { refusedCallsLastDay: number };
      refusedCalls: { nodes: { reason: string; lastDetail: string; advice: string }[] };
    };
  };
  const read = async () =>
    (await service.graphql<Data>(connected.organization.apiKey, query, { id: connected.directory.id })).data?.directory;
  await expect.poll(async () => (await read())?.health.refusedCallsLastDay, { timeout: 5_000 }).toBe(count);
  return (await read())?.refusedCalls.nodes ?? [];
}

describe('workload identity federation', () => {
  it('gives a token for an hour for an assertion of Entra, which opens the directory', async () => {
    const connected = await service.connected();
    const identity = await trust(connected);
    const { status, headers, body } = await ask(identity.clientId, await assertion());
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^rcscim_/),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'read users:write groups:write',
    });
    const scim = service.scim({ ...connected.directory, token: String(body.access_token) });
    expect((await scim.get('/Users')).status).toBe(200);
    const query =
      'query Q($id: ID!) { directory(id: $id) { tokenEndpoint workloadIdentity { clientId lastUsedAt authorizedParty } } }';
    const { data } = await service.graphql(connected.organization.apiKey, query, { id: connected.directory.id });
    expect(data).toEqual({
      directory: {
        tokenEndpoint: `${service.url}/oauth/token`,
        workloadIdentity: {
          clientId: identity.clientId,
          lastUsedAt: expect.any(String),
          authorizedParty: entraTenant.authorizedParty,
        },
      },
    });
  });

  it('security 36: an assertion is good for one token, also when it is sent many times at once', async () => {
    const connected = await service.connected();
    const { clientId } = await trust(connected);
    const once = await assertion();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(clientId, once)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)]);
    const [row] = await refusals(connected, 7);
    expect(row).toMatchObject({ reason: 'ASSERTION_REFUSED', lastDetail: 'replay' });
    expect(row?.advice).toContain('used before');
    expect(await rows.tablesHolding([once, once.slice(20, 80)])).toEqual([]);
  });

  it('security 36: an assertion for one directory opens no other, and is not used up by the attempt', async () => {
    const connected = await service.connected();
    const beside = await service.directory(connected.organization);
    const stranger = await service.connected();
    const own = await trust(connected);
    const other = await trust(connected, beside, { audience: 'api://0f0f0f0f-0000-4000-8000-000000000000' });
    const foreign = await trust(stranger, stranger.directory, { subject: 'another' });
    const token = await assertion();
    for (const { clientId } of [other, foreign]) {
      expect((await ask(clientId, token)).body).toMatchObject({ error: 'invalid_client' });
    }
    const answer = await ask(own.clientId, token);
    expect(answer.status).toBe(200);
    const opened = service.scim({ ...beside, token: String(answer.body.access_token) });
    expect((await opened.get('/Users')).status).toBe(401);
    // The same tenant trusted by two directories: the assertion is still good for one token only.
    const twin = await trust(connected, beside);
    expect((await ask(twin.clientId, token)).status).toBe(401);
  });

  it.each([
    ['iss', 'of another tenant by the same keys', () => ({ iss: issuer.of('019b0000-0000-4000-8000-000000000000') })],
    ['tid', 'of another tenant that names this issuer', () => ({ tid: '019b0000-0000-4000-8000-000000000000' })],
    ['aud', 'for another audience', () => ({ aud: 'api://another' })],
    ['sub', 'of another subject', () => ({ sub: 'another' })],
    ['azp', 'of another application', () => ({ appid: 'another' })],
    ['exp', 'that has expired', () => ({ exp: Math.floor(Date.now() / 1000) - 120 })],
    ['nbf', 'that is not valid yet', () => ({ nbf: Math.floor(Date.now() / 1000) + 120 })],
    ['uti', 'without uti', () => ({ uti: undefined })],
    ['sharedAudience', 'of the empty-token mode', () => ({ aud: SHARED_AUDIENCE })],
  ] as const)('security 36: refuses by %s one %s, and the admin reads why', async (detail, _, overrides) => {
    const connected = await service.connected();
    const { clientId } = await trust(connected);
    const before = await rows.fingerprint(connected.organization.id);
    const { status, headers, body } = await ask(clientId, await assertion(overrides()));
    expect([status, body.error]).toEqual([401, 'invalid_client']);
    expect(headers.get('www-authenticate')).toMatch(/^Basic/);
    expect(JSON.stringify(body)).not.toContain(detail);
    const [row] = await refusals(connected, 1);
    expect(row).toMatchObject({ reason: 'ASSERTION_REFUSED', lastDetail: detail });
    expect(await rows.fingerprint(connected.organization.id)).toEqual(before);
  });

  it('answers 503, which quarantines nothing, while the issuer does not show its keys', async () => {
    const connected = await service.connected();
    const { clientId } = await trust(connected, connected.directory, { jwksUri: 'http://127.0.0.1:9/keys' });
    const { status, headers, body } = await ask(clientId, await assertion());
    expect([status, headers.get('retry-after'), body.error]).toEqual([503, '30', 'temporarily_unavailable']);
    expect((await refusals(connected, 1))[0]).toMatchObject({ reason: 'ASSERTION_REFUSED', lastDetail: 'keys' });
  });

  it('ends with what was set: its tokens stop when it is set anew or removed, and its client id stays', async () => {
    const connected = await service.connected();
    const { operator } = connected.organization;
    const first = await trust(connected);
    const { body } = await ask(first.clientId, await assertion());
    const scim = service.scim({ ...connected.directory, token: String(body.access_token) });
    expect((await scim.get('/Users')).status).toBe(200);
    const second = await trust(connected, connected.directory, { scopes: ['read'] });
    expect([second.id, second.clientId]).toEqual([first.id, first.clientId]);
    expect((await scim.get('/Users')).status).toBe(401);
    const again = await ask(second.clientId, await assertion());
    expect(again.body.scope).toBe('read');
    await service.domain.workloadIdentities.remove(operator, connected.directory.id);
    const late = service.scim({ ...connected.directory, token: String(again.body.access_token) });
    expect((await late.get('/Users')).status).toBe(401);
    expect((await ask(second.clientId, await assertion())).body).toMatchObject({ error: 'invalid_client' });
    expect((await refusals(connected, 3)).map(({ reason }) => reason)).toContain('CLIENT_DELETED');
    expect((await trust(connected)).clientId).toBe(first.clientId);
  });

  it('is asked for by the client id of a workload identity, and secrets by that of an OAuth client', async () => {
    const connected = await service.connected();
    const { clientId } = await trust(connected);
    const { oauthClient, clientSecret } = await service.domain.oauthClients.create(connected.organization.operator, {
      directoryId: connected.directory.id,
      name: 'Entra',
    });
    expect((await ask(oauthClient.clientId, await assertion())).status).toBe(401);
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const response = await fetch(`${service.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect(response.status).toBe(401);
  });
});
