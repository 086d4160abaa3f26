// How Google Workspace's automated user provisioning works. Sources: knowledge.workspace.google.com (set-up of the catalogue apps: people
// only, suspended, deleted at once or after days), our notes (the probe GET /Users?count=1), and pond/scimitar#142 (the User-Agent
// "Google-Auto-Provisioning" and bodies of plain application/json, which made servers answer 406). Google publishes no bodies: those
// here are the plain ones of RFC 7643, with what its attribute mapping can fill.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { idOf, resourcesOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const headers = { 'User-Agent': 'Google-Auto-Provisioning', 'Content-Type': 'application/json' };

function googleUser(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    userName: `${name}@acme.example`,
    externalId: `1157-${name}`,
    name: { givenName: name, familyName: 'User', formatted: `${name} User` },
    emails: [{ value: `${name}@acme.example`, primary: true, type: 'work' }],
    active: true,
    [ENTERPRISE_USER_SCHEMA]: { department: 'Sales', costCenter: '7' },
    ...overrides,
  };
}

it('probes with one user, whatever it accepts', async () => {
  const { scim } = await service.connected();
  for (const accept of [{}, { Accept: '*/*' }, { Accept: 'application/json' }]) {
    const answer = await scim.get('/Users?count=1', { ...headers, ...accept });
    expect([answer.status, answer.body.totalResults, answer.body.itemsPerPage]).toEqual([200, 0, 0]);
  }
  await scim.post('/Users', googleUser('a'), headers);
  await scim.post('/Users', googleUser('b'), headers);
  const answer = await scim.get('/Users?count=1', headers);
  expect([answer.body.totalResults, answer.body.itemsPerPage, resourcesOf(answer).length]).toEqual([2, 1, 1]);
});

it('creates a user whose body is plain application/json (pond/scimitar#142)', async () => {
  const { scim } = await service.connected();
  const answer = await scim.post('/Users', googleUser('ada'), headers);
  expect([answer.status, answer.headers['content-type']]).toEqual([201, 'application/scim+json']);
  expect(answer.body).toMatchObject({ userName: 'ada@acme.example', active: true });
  const [found] = resourcesOf(await scim.find('/Users', 'userName eq "Ada@acme.example"'));
  expect(found?.id).toBe(idOf(answer));
});

it.for([
  ['PATCH with a path', (active: boolean) => [{ op: 'replace', path: 'active', value: active }]],
  ['PATCH without a path', (active: boolean) => [{ op: 'replace', value: { active } }]],
] as const)('suspends and restores by %s', async ([, operations]) => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', googleUser('ada'), headers));
  for (const active of [false, true]) {
    const answer = await scim.patch(`/Users/${id}`, operations(active), headers);
    expect([answer.status, answer.body.active]).toEqual([200, active]);
  }
});

it('suspends and updates by PUT', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', googleUser('ada'), headers));
  const answer = await scim.put(`/Users/${id}`, googleUser('ada', { active: false, title: 'Engineer' }), headers);
  expect([answer.status, answer.body.active, answer.body.title]).toEqual([200, false, 'Engineer']);
});

it('deletes days later, and creates anew whoever is switched on again', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', googleUser('ada'), headers));
  await scim.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }], headers);
  expect((await scim.delete(`/Users/${id}`, headers)).status).toBe(204);
  const again = await scim.post('/Users', googleUser('ada'), headers);
  expect(again.status).toBe(201);
  expect(again.body.id).not.toBe(id);
});

it('never asks for groups, and a user without any is whole', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', googleUser('ada'), headers));
  expect((await scim.get(`/Users/${id}`, headers)).body).not.toHaveProperty('groups');
});
