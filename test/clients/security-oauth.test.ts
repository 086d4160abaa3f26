// Security 22 and 3 for what OAuth adds: client ids, client secrets and access tokens each open their own door only (Atlas#175), and
// nothing empty is a credential (ToolJet#16217). Security 36 is in test/oauth/.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
});

async function credentialsOf(connected: Connected) {
  const made = await service.domain.oauthClients.create(connected.organization.operator, {
    directoryId: connected.directory.id,
    name: 'Entra',
  });
  const { clientSecret } = made;
  const { clientId } = made.oauthClient;
  const { status, body } = await post({ client_id: clientId, client_secret: clientSecret });
  expect(status).toBe(200);
  return { clientId, clientSecret, accessToken: String(body.access_token) };
}

async function post(form: Record<string, string>) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
  const response = await fetch(`${service.url}/oauth/token`, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const productQueries = [
  '{ viewer { permissions } }',
  '{ users { nodes { id } } }',
  '{ organization { name } }',
  '{ apiKeys { nodes { id } } }',
  '{ directories { nodes { oauthClients { clientId } } } }',
];

describe('security 22', () => {
  it('an access token reads nothing of the product and makes no credential', async () => {
    const connected = await service.connected();
    const { accessToken } = await credentialsOf(connected);
    const make = `mutation { createOAuthClient(input: { directoryId: "${connected.directory.id}", name: "x" }) { clientSecret errors { code } } }`;
    for (const query of [...productQueries, make]) {
      const { data, errors } = await service.graphql(accessToken, query);
      expect([data ?? null, errors?.[0]?.extensions?.code], query).toEqual([null, 'FORBIDDEN']);
    }
  });

  it('a client id and a client secret are no bearers, neither of SCIM nor of GraphQL', async () => {
    const connected = await service.connected();
    const { clientId, clientSecret } = await credentialsOf(connected);
    for (const text of [clientId, clientSecret]) {
      const scim = service.scim({ ...connected.directory, token: text });
      expect([(await scim.get('/Users')).status, (await scim.get('/Schemas')).status]).toEqual([401, 401]);
      for (const query of productQueries) {
        expect((await service.graphql(text, query)).errors?.[0]?.extensions?.code, query).toBe('UNAUTHENTICATED');
      }
    }
  });

  it('no other credential is a client secret', async () => {
    const connected = await service.connected();
    const { clientId, accessToken } = await credentialsOf(connected);
    for (const secret of [accessToken, connected.directory.token, connected.organization.apiKey, clientId]) {
      expect((await post({ client_id: clientId, client_secret: secret })).body).toMatchObject({
        error: 'invalid_client',
      });
    }
  });
});

it('security 3: an empty or blank secret is none, in the body and in the header', async () => {
  const connected = await service.connected();
  const { clientId } = await credentialsOf(connected);
  for (const secret of ['', ' ', '\t', '\u0000']) {
    expect((await post({ client_id: clientId, client_secret: secret })).status).toBe(401);
    const response = await fetch(`${service.url}/oauth/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${encodeURIComponent(secret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    expect(response.status).toBe(401);
  }
});

it('security 9: what OAuth adds is made by the permission over directories, inside the own organization', async () => {
  const [own, other] = [await service.connected(), await service.connected()];
  const make =
    'mutation M($id: ID!) { createOAuthClient(input: { directoryId: $id, name: "x" }) { clientSecret errors { code } } }';
  const { data } = await service.graphql(own.organization.apiKey, make, { id: other.directory.id });
  expect(data).toEqual({ createOAuthClient: { clientSecret: null, errors: [{ code: 'NOT_FOUND' }] } });
});
