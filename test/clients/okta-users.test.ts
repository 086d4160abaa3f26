// How Okta tests, imports, creates, updates and deactivates users. Sources: Okta developer docs, "SCIM 2.0 reference" and
// "Build your SCIM API service"; the threads named in the tests.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LIST_RESPONSE } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { oktaHeaders, oktaReplacement, oktaUser } from './okta-requests.ts';
import { idOf, resourcesOf, type ScimClient } from './scim-client.ts';

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

/** What Okta reads before it writes. */
async function read(scim: ScimClient, id: string) {
  return (await scim.get(`/Users/${id}`, oktaHeaders)).body;
}

it('answers the test of the credentials of a directory with people with the first two', async () => {
  const { scim } = await service.connected();
  for (const name of ['a', 'b', 'c']) await scim.post('/Users', oktaUser(name));
  const answer = await scim.get('/Users?startIndex=1&count=2', oktaHeaders);
  expect(answer.body).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 2 });
  expect(resourcesOf(answer)).toHaveLength(2);
});

it('says 401 with a challenge and a SCIM body to the test of wrong credentials', async () => {
  const { directory, scim } = await service.connected();
  for (const authorization of [`Bearer ${directory.token}x`, directory.token, 'Basic b2t0YTpva3Rh']) {
    const answer = await scim.get('/Users?startIndex=1&count=2', { ...oktaHeaders, Authorization: authorization });
    expect([answer.status, answer.body.status, answer.headers['www-authenticate']]).toEqual([
      401,
      '401',
      expect.stringContaining('Bearer'),
    ]);
  }
});

it('is imported page by page: everybody once, the inactive ones too, in an order that stays (ory/polis#4054)', async () => {
  const { scim } = await service.connected();
  const names = Array.from({ length: 250 }, (_, number) => `import-${number}`);
  const ids = await Promise.all(names.map(async (name) => idOf(await scim.post('/Users', oktaUser(name)))));
  await scim.patch(`/Users/${ids[7]}`, [{ op: 'replace', value: { active: false } }]);
  const walk = async () => {
    const seen: unknown[] = [];
    for (let startIndex = 1, total = 1; startIndex <= total; ) {
      const answer = await scim.get(`/Users?startIndex=${startIndex}&count=100`, oktaHeaders);
      const page = resourcesOf(answer);
      expect(answer.body).toMatchObject({ totalResults: 250, startIndex, itemsPerPage: page.length });
      seen.push(...page.map(({ id }) => id));
      startIndex += page.length;
      total = Number(answer.body.totalResults);
    }
    return seen;
  };
  const first = await walk();
  expect([...first].sort()).toEqual([...ids].sort());
  expect(await walk()).toEqual(first);
});

it('of a create and its retry that run at the same time makes one user (croffasia/itsaplan#250)', async () => {
  const { scim } = await service.connected();
  const answers = await Promise.all([1, 2, 3].map(() => scim.post('/Users', oktaUser('ada'), oktaHeaders)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  expect((await scim.get('/Users')).body.totalResults).toBe(1);
});

it('custom apps: takes back by PUT the whole user that it answered, and counts that as no change', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  await scim.post('/Groups', { displayName: 'Okta', members: [{ value: id }] });
  const before = await read(scim, id);
  const same = await scim.put(`/Users/${id}`, oktaReplacement(before, {}), oktaHeaders);
  expect([same.status, same.body]).toEqual([200, before]);
  const changed = await scim.put(
    `/Users/${id}`,
    oktaReplacement(before, { title: 'Engineer', groups: [] }),
    oktaHeaders,
  );
  expect(changed.body).toMatchObject({ id, title: 'Engineer', active: true, groups: [{ display: 'Okta' }] });
});

it('custom apps: deactivates, reactivates and takes a password by PUT of the whole user', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  for (const active of [false, true]) {
    const profile = { active, password: 'N3wP@ss' };
    const answer = await scim.put(`/Users/${id}`, oktaReplacement(await read(scim, id), profile), oktaHeaders);
    expect([answer.status, answer.body.active]).toEqual([200, active]);
    expect(answer.text).not.toContain('N3wP@ss');
  }
});

it('catalogue apps: reactivates by PATCH and updates the profile by PUT right behind it', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  await scim.patch(`/Users/${id}`, [{ op: 'replace', value: { active: false } }], oktaHeaders);
  expect((await scim.find('/Users', 'userName eq "ada@okta.local"')).body.totalResults).toBe(1);
  const on = await scim.patch(`/Users/${id}`, [{ op: 'replace', value: { active: true } }], oktaHeaders);
  expect([on.status, on.body.active]).toEqual([200, true]);
  const profile = await scim.put(`/Users/${id}`, oktaUser('ada', { id, title: 'Back' }), oktaHeaders);
  expect(profile.body).toMatchObject({ id, active: true, title: 'Back' });
});

it('re-hire: revives by POST with the same externalId and keeps what the user was in (better-auth#11111)', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', oktaUser('ada')));
  const group = idOf(await scim.post('/Groups', { displayName: 'Okta', members: [{ value: id }] }));
  await scim.put(`/Users/${id}`, oktaUser('ada', { active: false }), oktaHeaders);
  const answer = await scim.post('/Users', oktaUser('ada'), oktaHeaders);
  expect([answer.status, answer.body.id, answer.body.externalId, answer.body.active]).toEqual([
    201,
    id,
    '00u-ada',
    true,
  ]);
  expect((await scim.get(`/Users/${id}`)).body.groups).toMatchObject([{ value: group }]);
  expect((await scim.post('/Users', oktaUser('ada'), oktaHeaders)).status).toBe(409);
});

it('re-hire: makes a new user where the old one was deleted here, and then knows one only', async () => {
  const { scim } = await service.connected();
  const old = idOf(await scim.post('/Users', oktaUser('ada')));
  expect((await scim.delete(`/Users/${old}`)).status).toBe(204);
  expect((await scim.put(`/Users/${old}`, oktaUser('ada'), oktaHeaders)).status).toBe(404);
  const answer = await scim.post('/Users', oktaUser('ada'), oktaHeaders);
  expect(answer.status).toBe(201);
  expect(answer.body.id).not.toBe(old);
  expect((await scim.find('/Users', 'userName eq "ada@okta.local"')).body.totalResults).toBe(1);
});
