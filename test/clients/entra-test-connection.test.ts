// What Entra sends when an admin presses "Test Connection", and at the start of every activity after it. Sources: Microsoft
// Learn, "Develop and plan provisioning for a SCIM endpoint"; the threads named in the tests.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR, LIST_RESPONSE } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { entraGroup, entraUser } from './entra-requests.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const guid = '2e7c1f0a-6a57-4a5d-9d1d-0b6a1f6a2c11';
const emptyList = { schemas: [LIST_RESPONSE], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] };

describe('parity S5: Test Connection succeeds with the tenant URL and the token', () => {
  it.for([
    ['userName', '/Users', `userName eq "${guid}"`],
    ['userName with the prefix of newer probes (scim-for-keycloak#78)', '/Users', `userName eq "AzureAD_Test-${guid}"`],
    ['externalId', '/Users', `externalId eq "${guid}"`],
    ['the work e-mail', '/Users', `emails[type eq "work"].value eq "${guid}"`],
    [
      'the displayName of groups (SystemForCrossDomainIdentityManagementServiceIncompatible)',
      '/Groups',
      `displayName eq "${guid}"`,
    ],
    ['the externalId of groups', '/Groups', `externalId eq "${guid}"`],
  ] as const)('answers 200 and an empty list to a probe of %s for a random GUID', async ([, endpoint, filter]) => {
    const { scim } = await service.connected();
    await scim.post('/Users', entraUser('ada'));
    await scim.post('/Groups', entraGroup('Screens'));
    const answer = await scim.find(endpoint, filter, endpoint === '/Groups' ? '&excludedAttributes=members' : '');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(emptyList);
    expect(answer.headers['content-type']).toBe('application/scim+json');
  });

  it('answers SCIM to a request without a User-Agent (kortix-ai/suna#7297)', async () => {
    const { directory, scim } = await service.connected();
    const answer = await scim.raw({
      method: 'GET',
      path: `/Users?filter=userName+eq+%22${guid}%22`,
      headers: { Authorization: `Bearer ${directory.token}` },
    });
    expect([answer.status, answer.body]).toEqual([200, emptyList]);
  });

  it.for(['*/*', 'text/html', 'application/json', 'application/xml;q=0.9', ''])(
    'answers application/scim+json whatever Accept says: %s',
    async (accept) => {
      const { scim } = await service.connected();
      const answer = await scim.get(`/Users?filter=userName+eq+%22${guid}%22`, { Accept: accept });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/scim+json']);
    },
  );

  it('ignores the flag that the admin put on the tenant URL, before and behind the other parameters', async () => {
    const { scim } = await service.connected();
    await scim.post('/Users', entraUser('ada'));
    const filter = 'filter=userName+eq+%22ada%40contoso.example%22';
    for (const query of [
      `aadOptscim062020&${filter}`,
      `${filter}&aadOptscim062020`,
      `AzureAdScimPatch2017=&${filter}`,
    ]) {
      expect((await scim.get(`/Users?${query}`)).body.totalResults, query).toBe(1);
    }
  });
});

it('refuses a wrong token with 401, a SCIM error and the scheme that it wants', async () => {
  const { scim } = await service.connected();
  const answer = await scim.get('/Users', { Authorization: 'Bearer wrong' });
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer\b/);
  expect(answer.headers['content-type']).toBe('application/scim+json');
  expect(answer.body).toEqual({ schemas: [ERROR], status: '401', detail: expect.any(String) });
});

it('answers a list without any parameters with the first page (bitwarden/server#4034)', async () => {
  const { scim } = await service.connected();
  await scim.post('/Users', entraUser('ada'));
  for (const path of ['/Users', '/Users?', '/Users/', '/users']) {
    const answer = await scim.get(path);
    expect([answer.status, answer.body.totalResults, answer.body.itemsPerPage], path).toEqual([200, 1, 1]);
  }
});
