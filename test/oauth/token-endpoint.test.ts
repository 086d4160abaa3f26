// Client credentials (RFC 6749 §4.4) against the real service: by the requests that Entra sends
// (shared/fixtures/entra-oauth-token-and-wif.json), with what the RFC says of the answers.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { entraUser } from '../clients/entra-requests.ts';
import { Rows } from '../clients/fingerprint.ts';
import { idOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';

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

interface Client {
  id: string;
  clientId: string;
  clientSecret: string;
  secretId: string;
}

async function aClient(connected: Connected, input: { scopes?: string[] } = {}): Promise<Client> {
  const { oauthClients } = service.domain;
  const made = await oauthClients.create(connected.organization.operator, {
    directoryId: connected.directory.id,
    name: 'Entra',
    ...input,
  });
  const { oauthClient, oauthClientSecret, clientSecret } = made;
  return { id: oauthClient.id, clientId: oauthClient.clientId, clientSecret, secretId: oauthClientSecret.id };
}

interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function post(form: Record<string, string> | string, headers: Record<string, string> = {}): Promise<TokenAnswer> {
  const response = await fetch(`${service.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

function basic({ clientId, clientSecret }: Client): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
}

const GRANT = { grant_type: 'client_credentials' };

async function accessToken(client: Client, scope?: string): Promise<string> {
  const { status, body } = await post({ ...GRANT, ...(scope ? { scope } : {}) }, basic(client));
  if (status !== 200) throw new Error(JSON.stringify(body));
  return String(body.access_token);
}

interface Refused {
  address: string;
  reason: string;
  tokenHint: string | null;
  lastDetail: string | null;
  lastPath: string;
  advice: string;
  count: number;
}

async function refusedCalls(connected: Connected, count: number): Promise<Refused[]> {
  const query = `query Q($id: ID!) { directory(id: $id) { refusedCalls { nodes {
    address reason tokenHint lastDetail lastPath advice count } } } }`;
  const read = async () => {
    const { data } = await service.graphql<{ directory: { refusedCalls: { nodes: Refused[] } } }>(
      connected.organization.apiKey,
      query,
      { id: connected.directory.id },
    );
    return data?.directory.refusedCalls.nodes ?? [];
  };
  await expect
    .poll(async () => (await read()).reduce((sum, row) => sum + row.count, 0), { timeout: 5_000 })
    .toBe(count);
  return read();
}

describe('client credentials', () => {
  it('in the Authorization header or in the body give a token for an hour that opens the directory', async () => {
    const connected = await service.connected();
    const client = await aClient(connected);
    const { clientId, clientSecret } = client;
    for (const answer of [
      await post({ ...GRANT, scope: 'scim' }, basic(client)),
      await post({ ...GRANT, client_id: clientId, client_secret: clientSecret }),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^rcscim_[0-9A-Za-z]{60}$/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'read users:write groups:write',
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('pragma')).toBe('no-cache');
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      const scim = service.scim({ ...connected.directory, token: String(answer.body.access_token) });
      expect((await scim.find('/Users', 'userName eq "john.doe@contoso.com"')).body).toMatchObject({ totalResults: 0 });
    }
    const scim = service.scim({ ...connected.directory, token: await accessToken(client) });
    const created = await scim.post('/Users', entraUser('ada'));
    expect([created.status, (await scim.get(`/Users/${idOf(created)}`)).status]).toEqual([201, 200]);
  });

  it('opens no other directory, of the same organization or of another', async () => {
    const connected = await service.connected();
    const token = await accessToken(await aClient(connected));
    const beside = await service.directory(connected.organization);
    const elsewhere = await service.connected();
    for (const other of [beside, elsewhere.directory]) {
      expect((await service.scim({ ...other, token }).get('/Users')).status).toBe(401);
    }
  });

  it('leave no secret and no access token in the database in clear, and each shows its use', async () => {
    const connected = await service.connected();
    const client = await aClient(connected);
    const token = await accessToken(client);
    for (const secret of [token, client.clientSecret]) {
      expect(await rows.tablesHolding([secret, secret.slice(10, 60)])).toEqual([]);
    }
    const [[secret] = []] = await service.domain.oauthClients.listSecrets(connected.organization.operator, [client.id]);
    expect(secret?.lastUsedAt).toBeInstanceOf(Date);
  });

  it('show no access token among the tokens that admins make, nor let one be prolonged or revoked as such', async () => {
    const connected = await service.connected();
    const { operator } = connected.organization;
    const token = await accessToken(await aClient(connected));
    const { scimTokens } = service.domain;
    const actor = (await scimTokens.authenticate(token)) as Extract<Actor, { kind: 'directory' }>;
    expect((await scimTokens.list(operator, connected.directory.id)).map(({ id }) => id)).not.toContain(actor.tokenId);
    expect(await scimTokens.getMany(operator, [actor.tokenId])).toEqual([undefined]);
    const notFound = { code: 'notFound' };
    await expect(scimTokens.rotate(operator, { id: actor.tokenId, overlapHours: 1 })).rejects.toMatchObject(notFound);
    await expect(scimTokens.revoke(operator, actor.tokenId)).rejects.toMatchObject(notFound);
  });

  it('tell who asked for an access token, in an event', async () => {
    const connected = await service.connected();
    const client = await aClient(connected);
    const token = await accessToken(client, 'read');
    const query = '{ events(first: 1, filter: { types: ["accessTokenIssued"] }) { nodes { actor { kind id } data } } }';
    // An event is shown once no older transaction runs, of whichever test.
    const read = async () => (await service.graphql(connected.organization.apiKey, query)).data;
    await expect.poll(read, { timeout: 10_000 }).toEqual({
      events: {
        nodes: [
          {
            actor: { kind: 'DIRECTORY', id: connected.directory.id },
            data: expect.objectContaining({
              hint: token.slice(-4),
              scope: 'read',
              oauthClientSecretId: client.secretId,
            }),
          },
        ],
      },
    });
  });
});

describe('a token request is refused', () => {
  it('as a client that did not prove who it is, whatever was wrong (RFC 6749 §5.2)', async () => {
    const connected = await service.connected();
    const client = await aClient(connected);
    const other = await aClient(connected);
    const stranger = await aClient(await service.connected());
    const { token } = connected.directory;
    const { clientId, clientSecret } = client;
    const wrong: [string, string][] = [
      [clientId, `${clientSecret.slice(0, -1)}${clientSecret.endsWith('A') ? 'B' : 'A'}`],
      [clientId, other.clientSecret],
      [clientId, stranger.clientSecret],
      [clientId, token],
      [clientId, connected.organization.apiKey],
      [clientId, clientId],
      [stranger.clientId, clientSecret],
      [client.id, clientSecret],
      ['unknown', clientSecret],
      [token, clientSecret],
    ];
    for (const [id, secret] of wrong) {
      for (const answer of [
        await post({ ...GRANT, client_id: id, client_secret: secret }),
        await post(GRANT, basic({ ...client, clientId: id, clientSecret: secret })),
      ]) {
        expect([answer.status, answer.body], `${id} ${secret}`).toEqual([
          401,
          { error: 'invalid_client', error_description: expect.any(String) },
        ]);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
    }
    expect(await refusedCalls(connected, 12)).toMatchObject([
      { reason: 'CLIENT_SECRET_UNKNOWN', tokenHint: null, lastPath: '/oauth/token', count: 12 },
    ]);
  });

  it('with a scope that is unknown, or more than the client may have; scim stands for all that it may', async () => {
    const connected = await service.connected();
    const client = await aClient(connected, { scopes: ['read', 'users:write'] });
    const granted = async (scope: string) => (await post({ ...GRANT, scope }, basic(client))).body;
    for (const scope of ['groups:write', 'read groups:write', 'admin', 'READ', 'scim groups:write']) {
      expect((await post({ ...GRANT, scope }, basic(client))).status).toBe(400);
      expect(await granted(scope), scope).toMatchObject({ error: 'invalid_scope' });
    }
    expect(await granted('scim')).toMatchObject({ scope: 'read users:write' });
    expect(await granted('users:write')).toMatchObject({ scope: 'users:write' });
    expect(await granted('users:write read read')).toMatchObject({ scope: 'read users:write' });
    const [row] = await refusedCalls(connected, 10);
    expect(row).toMatchObject({ reason: 'SCOPE_REFUSED', advice: expect.stringContaining('scim') });
  });

  it('for a resource that is not the directory (RFC 8707)', async () => {
    const connected = await service.connected();
    const client = await aClient(connected);
    const { tenantUrl } = connected.directory;
    const other = await service.directory(connected.organization);
    for (const resource of [other.tenantUrl, `${tenantUrl}#x`, 'https://example.com/', 'x']) {
      expect((await post({ ...GRANT, resource }, basic(client))).body).toMatchObject({ error: 'invalid_target' });
    }
    expect((await post({ ...GRANT, resource: tenantUrl }, basic(client))).status).toBe(200);
    expect((await post({ ...GRANT, resource: `${tenantUrl}/` }, basic(client))).status).toBe(200);
  });

  it('by another method, with another body, or a large one', async () => {
    const client = await aClient(await service.connected());
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await fetch(`${service.url}/oauth/token?grant_type=client_credentials`, {
        method,
        headers: basic(client),
      });
      expect([response.status, response.headers.get('allow')], method).toEqual([405, 'POST']);
    }
    const json = await post(JSON.stringify(GRANT), { ...basic(client), 'content-type': 'application/json' });
    expect([json.status, json.body.error]).toEqual([400, 'invalid_request']);
    const large = await post({ ...GRANT, padding: 'x'.repeat(17_000) }, basic(client));
    expect([large.status, large.body.error]).toEqual([413, 'invalid_request']);
    const packed = await post('x', { ...basic(client), 'content-encoding': 'gzip' });
    expect([packed.status, packed.body.error]).toEqual([400, 'invalid_request']);
    const inQuery = await fetch(
      `${service.url}/oauth/token?client_id=${client.clientId}&client_secret=${client.clientSecret}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials',
      },
    );
    expect(inQuery.status).toBe(401);
    expect((await fetch(`${service.url}/oauth/other`)).status).toBe(404);
  });

  it('never by a 500, whatever bytes come', async () => {
    const client = await aClient(await service.connected());
    const bodies = [
      '%',
      '%00=%00',
      'grant_type=client_credentials&client_id=%00&client_secret=%ED%A0%80',
      '\u0000\uffff',
      '&&&==&=',
      'a'.repeat(16_000),
    ];
    for (const body of bodies) {
      const { status } = await post(body, { 'x-request-id': 'fuzz' });
      expect([400, 401], body).toContain(status);
    }
    const nul = await post({ ...GRANT, client_id: `${client.clientId}\u0000`, client_secret: client.clientSecret });
    expect(nul.status).toBe(401);
    const charset = await post('grant_type=client_credentials', {
      'content-type': 'application/x-www-form-urlencoded; charset=x',
    });
    expect(charset.status).toBe(400);
    const broken = await new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(service.url);
      const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic \u00ff' };
      const sent = request({ hostname, port, path: '/oauth/token', method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end('grant_type=client_credentials');
    });
    expect(broken).toBe(401);
  });

  it('once one client asks too often from one address, and no other is', async () => {
    const connected = await service.connected();
    const [client, other] = [await aClient(connected), await aClient(connected)];
    const answers = [];
    for (let count = 0; count < 21; count += 1) answers.push(await post(GRANT, basic(client)));
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(200), 429]);
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post(GRANT, basic(other))).status).toBe(200);
  });

  it('when a stranger fails too often under a client id; the client itself goes in all the while', async () => {
    const connected = await service.connected();
    const client = await aClient(connected);
    const guess = () => post({ ...GRANT, client_id: client.clientId, client_secret: 'wrong' });
    const guesses = [];
    for (let count = 0; count < 25; count += 1) guesses.push(await guess());
    expect(guesses.map(({ status }) => status)).toEqual([...Array(20).fill(401), ...Array(5).fill(429)]);
    expect((await post(GRANT, basic(client))).status).toBe(200);
    expect((await guess()).status).toBe(429);
  });

  it('and told to the admin with the address of the caller, not that of the proxy', async () => {
    const connected = await service.connected();
    const client = await aClient(connected);
    const proxied = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9:50123' };
    await post({ ...GRANT, client_id: client.clientId, client_secret: 'wrong' }, proxied);
    await expect.poll(async () => (await refusedCalls(connected, 1))[0]?.address).toBe('203.0.113.9');
  });
});

describe('the end of a secret', () => {
  it('ends the access tokens that were made by it, at once, and not those of another; Entra is told apart by reason', async () => {
    const connected = await service.connected();
    const { operator } = connected.organization;
    const client = await aClient(connected);
    const added = await service.domain.oauthClients.addSecret(operator, { oauthClientId: client.id });
    const second = { ...client, clientSecret: added.clientSecret };
    const [first, later] = [await accessToken(client), await accessToken(second)];
    const open = async (token: string) => (await service.scim({ ...connected.directory, token }).get('/Users')).status;
    expect([await open(first), await open(later)]).toEqual([200, 200]);
    await service.domain.oauthClients.revokeSecret(operator, client.secretId);
    expect([await open(first), await open(later)]).toEqual([401, 200]);
    expect((await post(GRANT, basic(client))).body).toMatchObject({ error: 'invalid_client' });
    expect((await post(GRANT, basic(second))).status).toBe(200);
    const refused = await refusedCalls(connected, 2);
    expect(refused).toHaveLength(2);
    expect(refused).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ reason: 'CLIENT_SECRET_REVOKED', tokenHint: client.clientSecret.slice(-4) }),
        expect.objectContaining({ reason: 'ACCESS_TOKEN_REVOKED', tokenHint: first.slice(-4) }),
      ]),
    );
    expect(refused.find(({ reason }) => reason === 'CLIENT_SECRET_REVOKED')?.advice).toContain(
      client.clientSecret.slice(-4),
    );
  });

  it('comes with that of its client and of its directory', async () => {
    const connected = await service.connected();
    const { operator } = connected.organization;
    const deleted = await aClient(connected);
    const token = await accessToken(deleted);
    await service.domain.oauthClients.delete(operator, deleted.id);
    expect((await service.scim({ ...connected.directory, token }).get('/Users')).status).toBe(401);
    expect((await post(GRANT, basic(deleted))).body).toMatchObject({ error: 'invalid_client' });
    const retired = await aClient(connected);
    await service.domain.directoryStatuses.retire(operator, {
      id: connected.directory.id,
      people: 'letGo',
      confirmName: 'Entra',
    });
    expect((await post(GRANT, basic(retired))).body).toMatchObject({ error: 'invalid_client' });
    const reasons = (await refusedCalls(connected, 3)).map(({ reason }) => reason).sort();
    expect(reasons).toEqual(
      ['CLIENT_DELETED', 'DIRECTORY_RETIRED'].concat(reasons.filter((r) => r.startsWith('ACCESS'))).sort(),
    );
  });
});

describe('scopes', () => {
  const anyUser = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'grace@contoso.example' };

  it('are kept to by every address of SCIM, for SCIM tokens and access tokens alike', async () => {
    const connected = await service.connected();
    const user = idOf(await connected.scim.post('/Users', entraUser('ada')));
    const group = idOf(await connected.scim.post('/Groups', { displayName: 'Marketing' }));
    const client = await aClient(connected);
    const { token: longLived } = await service.domain.scimTokens.create(connected.organization.operator, {
      directoryId: connected.directory.id,
      scopes: ['read'],
    });
    const calls: Record<string, (token: string) => Promise<number>> = {};
    const add = (name: string, method: string, path: string, body?: object) => {
      calls[name] = async (token) => {
        const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
        const sent = body ? { body: JSON.stringify(body) } : {};
        const answer = await connected.scim.raw({ method, path, headers, ...sent });
        if (answer.status === 403) {
          expect(answer.headers['www-authenticate']).toBe('Bearer realm="scim", error="insufficient_scope"');
          expect(answer.body).toMatchObject({ status: '403', detail: expect.stringContaining('scope') });
        }
        return answer.status;
      };
    };
    const patch = (path: string, value: unknown) => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', path, value }],
    });
    add('users listed', 'GET', '/Users');
    add('a user found', 'GET', '/Users?filter=userName%20eq%20%22ada%22');
    add('a user read', 'GET', `/Users/${user}`);
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter: 'id pr' };
    add('users searched', 'POST', '/Users/.search', search);
    add('everything searched', 'POST', '/.search', search);
    add('groups listed', 'GET', '/Groups');
    add('groups searched', 'POST', '/Groups/.search', search);
    add('a group read', 'GET', `/Groups/${group}`);
    add('a user created', 'POST', '/Users', anyUser);
    add('a user replaced', 'PUT', `/Users/${user}`, entraUser('ada'));
    add('a user patched', 'PATCH', `/Users/${user}`, patch('title', 'x'));
    add('a group patched', 'PATCH', `/Groups/${group}`, patch('displayName', 'Sales'));
    add('a member added', 'PATCH', `/Groups/${group}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'add', path: 'members', value: [{ value: user }] }],
    });
    add('the schemas read', 'GET', '/Schemas');
    add('a user deleted', 'DELETE', `/Users/${user}`);
    add('a group deleted', 'DELETE', `/Groups/${group}`);
    const refusedWith = async (token: string) => {
      const refused: string[] = [];
      for (const [name, call] of Object.entries(calls)) if ((await call(token)) === 403) refused.push(name);
      return refused;
    };
    const userWrites = ['a user created', 'a user replaced', 'a user patched', 'a user deleted'];
    const groupWrites = ['a group patched', 'a member added', 'a group deleted'];
    const inOrder = (names: string[]) => Object.keys(calls).filter((name) => names.includes(name));
    expect(await refusedWith(longLived)).toEqual(inOrder([...userWrites, ...groupWrites]));
    expect(await refusedWith(await accessToken(client, 'read'))).toEqual(inOrder([...userWrites, ...groupWrites]));
    expect(await refusedWith(await accessToken(client, 'groups:write'))).toEqual(
      inOrder([...userWrites, 'users listed', 'a user found', 'a user read', 'users searched', 'everything searched']),
    );
    expect(await refusedWith(await accessToken(client, 'users:write'))).toEqual(
      inOrder([...groupWrites, 'groups listed', 'a group read', 'groups searched', 'everything searched']),
    );
    expect((await connected.scim.get(`/Users/${user}`)).status).toBe(404);
    expect((await connected.scim.get(`/Groups/${group}`)).status).toBe(404);
  });

  it('are kept to by every operation of a bulk request', async () => {
    const connected = await service.connected();
    const token = await accessToken(await aClient(connected), 'groups:write');
    const answer = await service.scim({ ...connected.directory, token }).post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'u', data: anyUser },
        { method: 'POST', path: '/Groups', bulkId: 'g', data: { displayName: 'Marketing' } },
      ],
    });
    expect([answer.status, answer.body.Operations]).toMatchObject([200, [{ status: '403' }, { status: '201' }]]);
    expect((await connected.scim.get('/Users')).body.totalResults).toBe(0);
  });

  it('are read by admins in the provisioning log', async () => {
    const connected = await service.connected();
    const token = await accessToken(await aClient(connected), 'read');
    await service.scim({ ...connected.directory, token }).post('/Users', anyUser);
    const query = 'query Q($id: ID!) { directory(id: $id) { provisioningEvents { nodes { outcome isFailure } } } }';
    await expect
      .poll(
        async () => (await service.graphql(connected.organization.apiKey, query, { id: connected.directory.id })).data,
        {
          timeout: 3_000,
        },
      )
      .toEqual({ directory: { provisioningEvents: { nodes: [{ outcome: 'insufficientScope', isFailure: true }] } } });
  });
});
