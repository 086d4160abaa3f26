// How Okta tests, imports, creates, updates and deactivates users. Sources: Okta developer docs, "SCIM 2.0 reference" and
// "Build your SCIM API service"; the threads named in the tests.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LIST_RESPONSE } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { oktaHeaders, oktaUser } from './okta-requests.ts';
import { idOf, resourcesOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

it('answers the test of the credentials with integers, also while nobody is there', async () => {
  const { scim } = await service.connected();
  const answer = await scim.get('/Users?startIndex=1&count=2', oktaHeaders);
  expect(answer.body).toEqual({
    schemas: [LIST_RESPONSE],
    totalResults: 0,
    startIndex: 1,
    itemsPerPage: 0,
    Resources: [],
  });
});

it('matches by userName with paging parameters beside the filter', async () => {
  const { scim } = await service.connected();
  await scim.post('/Users', oktaUser('ada'), oktaHeaders);
  const filter = 'filter=userName%20eq%20%22ada%40okta.local%22&startIndex=1&count=100';
  const answer = await scim.get(`/Users?${filter}`, oktaHeaders);
  expect(answer.body).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1 });
});

it('creates a user, ignores the password and answers active true (kortix-ai/suna#4244)', async () => {
  const { scim } = await service.connected();
  const answer = await scim.post('/Users', oktaUser('ada'), oktaHeaders);
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    userName: 'ada@okta.local',
    externalId: '00u-ada',
    active: true,
    locale: 'en-US',
  });
  expect(answer.body).not.toHaveProperty('password');
  expect(answer.text).not.toContain('1mz050nq');
});

it('answers 409 uniqueness to the retry of a create that timed out, and blanks nothing (croffasia/itsaplan#250)', async () => {
  const { scim } = await service.connected();
  const created = await scim.post('/Users', oktaUser('ada'));
  const retried = await scim.post('/Users', oktaUser('ada', { displayName: undefined }));
  expect([retried.status, retried.body.scimType]).toEqual([409, 'uniqueness']);
  expect((await scim.get(`/Users/${idOf(created)}`)).body).toEqual(created.body);
});

it('updates a profile by PUT, which clears what it does not name and keeps id and groups (kortix-ai/suna#4244)', async () => {
  const { scim } = await service.connected();
  const created = await scim.post('/Users', oktaUser('ada', { title: 'Engineer' }));
  const id = idOf(created);
  await scim.post('/Groups', { displayName: 'Okta', members: [{ value: id }] });
  const name = { givenName: 'Another', middleName: 'Excited', familyName: 'User' };
  const answer = await scim.put(
    `/Users/${id}`,
    oktaUser('ada', { id, name, meta: { resourceType: 'User' } }),
    oktaHeaders,
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ id, name, active: true, groups: [{ display: 'Okta' }] });
  expect(answer.body).not.toHaveProperty('title');
  expect((await scim.get(`/Users/${id}`)).body).toEqual(answer.body);
});

it('updates by PUT under an address that ends in a bare "?" or "&" (goauthentik/authentik#11249)', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  expect((await scim.put(`/Users/${id}?`, oktaUser('ada', { title: 'One' }))).body.title).toBe('One');
  expect((await scim.get('/Users?filter=userName+eq+%22ada%40okta.local%22&')).body.totalResults).toBe(1);
});

it('takes the schemas of SCIM 1 and a single e-mail as an object, as OneLogin sends them (goauthentik/authentik#11249)', async () => {
  const { scim } = await service.connected();
  const user = oktaUser('ada', { schemas: ['urn:scim:schemas:core:2.0'], emails: { value: 'ada@one.example' } });
  const answer = await scim.post('/Users', user);
  expect([answer.status, answer.body.emails]).toEqual([201, [{ value: 'ada@one.example' }]]);
});

it('deactivates and reactivates by an object without a path and keeps the user', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  const off = await scim.patch(`/Users/${id}`, [{ op: 'replace', value: { active: false } }], oktaHeaders);
  expect([off.status, off.body.active]).toEqual([200, false]);
  const [found] = resourcesOf(await scim.find('/Users', 'userName eq "ada@okta.local"'));
  expect(found).toMatchObject({ id, active: false });
  const on = await scim.patch(`/Users/${id}`, [{ op: 'replace', value: { id, displayName: 'Back', active: true } }]);
  expect([on.status, on.body.active, on.body.displayName, on.body.id]).toEqual([200, true, 'Back', id]);
});

it('deactivates and reactivates by PUT, as custom apps do', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  expect((await scim.put(`/Users/${id}`, oktaUser('ada', { active: false }))).body.active).toBe(false);
  expect((await scim.put(`/Users/${id}`, oktaUser('ada'))).body.active).toBe(true);
});

it('ignores a password sync and says nothing of it', async () => {
  const { scim } = await service.connected();
  const created = await scim.post('/Users', oktaUser('ada'));
  const answer = await scim.patch(`/Users/${idOf(created)}`, [{ op: 'replace', value: { password: 'N3wP@ss' } }]);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual(created.body);
});

it('revives an inactive user who is assigned again by POST, under the same id (fleetdm/fleet#53446)', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  await scim.patch(`/Users/${id}`, [{ op: 'replace', value: { active: false } }]);
  const answer = await scim.post('/Users', oktaUser('ada', { title: 'Rehired' }));
  expect([answer.status, answer.body.id, answer.body.active, answer.body.title]).toEqual([201, id, true, 'Rehired']);
});
