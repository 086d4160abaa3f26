// How OneLogin's "SCIM Provisioner with SAML (SCIM v2 Enterprise)" provisions. Sources: developers.onelogin.com/scim/implement-scim-api
// (the calls and their order), goauthentik/authentik#11249 (captured addresses, schemas and bodies), and the SCIM JSON templates that
// doc.keepnetlabs.com ("OneLogin SCIM Integration": active and id as texts) and support.templafy.com ("How to set up SCIM for
// OneLogin": misspelt and unknown attributes) have their customers paste.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, LIST_RESPONSE, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** OneLogin speaks plain JSON. */
const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };

/** Of the template that docs/guides/connect-onelogin.md has people paste, with the parameters filled in. */
function templateUser(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    userName: `${name}@acme.example`,
    externalId: `onelogin-${name}`,
    name: { givenName: name, familyName: 'User', formatted: `${name} User` },
    displayName: `${name} User`,
    emails: [{ value: `${name}@acme.example`, type: 'work', primary: true }],
    title: '',
    [ENTERPRISE_USER_SCHEMA]: { department: 'IT', manager: { displayName: ' ' } },
    ...overrides,
  };
}

/** Of the template that OneLogin's own connector starts with (authentik#11249). */
function legacyUser(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemas: ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'],
    userName: name,
    name: { familyName: 'User 01', givenName: 'AAA Test', formatted: 'AAA Test User 01' },
    emails: { value: `${name}@acme.example` },
    ...overrides,
  };
}

const byUserName = (userName: string) => `/Users?filter=userName+eq+%22${encodeURIComponent(userName)}%22&`;

it('enables the connection by asking for a userName that nobody has, with a "&" at the end', async () => {
  const { scim } = await service.connected();
  const answer = await scim.get(byUserName('onelogin-no-such-user'), headers);
  expect([answer.status, answer.body]).toEqual([
    200,
    { schemas: [LIST_RESPONSE], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
  ]);
});

it('creates a user with the schemas of SCIM 1 and a single e-mail as an object, and finds it again', async () => {
  const { scim } = await service.connected();
  const created = await scim.post('/Users', legacyUser('ada'), headers);
  expect([created.status, created.body.schemas, created.body.emails, created.body.active]).toEqual([
    201,
    [USER_SCHEMA],
    [{ value: 'ada@acme.example' }],
    true,
  ]);
  const [found] = resourcesOf(await scim.get(byUserName('ADA'), headers));
  expect(found?.id).toBe(idOf(created));
  expect((await scim.get(`/Users/${idOf(created)}?`, headers)).status).toBe(200);
});

it('takes a template whose parameters are empty, misspelt or of another type', async () => {
  const { scim } = await service.connected();
  const user = templateUser('ada', {
    active: 'true',
    id: null,
    prefferedLanguage: 'en',
    meta: { resourceType: 'User' },
    addresses: [{ type: 'work', streetAddress: '', locality: '', city: 'Turku' }],
    phoneNumbers: [
      { value: '', type: 'work' },
      { value: '+358 1', type: 'mobile' },
    ],
    [ENTERPRISE_USER_SCHEMA]: { department: 'IT', manager: { managerId: 'x', displayName: ' ' } },
  });
  const answer = await scim.post('/Users', user, headers);
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ active: true, phoneNumbers: [{ value: '+358 1', type: 'mobile' }] });
  expect(answer.body[ENTERPRISE_USER_SCHEMA]).toEqual({ department: 'IT' });
  for (const unassigned of ['title', 'addresses', 'prefferedLanguage'])
    expect(answer.body).not.toHaveProperty(unassigned);
});

it('updates by PUT of the whole template under an address that ends in a bare "?"', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', templateUser('ada'), headers));
  const answer = await scim.put(`/Users/${id}?`, templateUser('ada', { title: 'Engineer' }), headers);
  expect([answer.status, answer.body.id, answer.body.title]).toEqual([200, id, 'Engineer']);
});

it('leaves an inactive user inactive when a PUT says nothing of active, and suspends and restores when it does', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', templateUser('ada'), headers));
  const put = async (more: object) =>
    (await scim.put(`/Users/${id}?`, templateUser('ada', { ...more }), headers)).body.active;
  expect(await put({ active: false })).toBe(false);
  expect(await put({})).toBe(false);
  expect(await put({ active: 'true' })).toBe(true);
});

it('reads the groups, makes the missing one and adds its people with a lower-case add', async () => {
  const { scim } = await service.connected();
  const [a, b] = await Promise.all(['a', 'b'].map(async (name) => idOf(await scim.post('/Users', templateUser(name)))));
  expect((await scim.get('/Groups?', headers)).body).toMatchObject({ totalResults: 0, Resources: [] });
  const body = { schemas: [GROUP_SCHEMA], displayName: 'Developers' };
  const created = await scim.post('/Groups', body, headers);
  expect(created.status).toBe(201);
  const path = `/Groups/${idOf(created)}`;
  const add = (value: object) => scim.patch(`${path}?`, [{ op: 'add', path: 'members', value }], headers);
  expect((await add([{ value: a }])).status).toBe(204);
  expect((await add([{ value: b }])).status).toBe(204);
  expect((await add([{ value: b }])).status).toBe(204);
  expect(memberIdsOf(await scim.get(path, headers))).toEqual([a, b].sort());
  const removal = await scim.patch(path, [{ op: 'remove', path: `members[value eq "${a}"]` }], headers);
  expect(removal.status).toBe(204);
  expect(memberIdsOf(await scim.get(path, headers))).toEqual([b]);
});

it('deletes a user; asked again the user is not there, and the list no longer has them', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', templateUser('ada'), headers));
  const statuses = [await scim.delete(`/Users/${id}?`, headers), await scim.delete(`/Users/${id}?`, headers)];
  expect(statuses.map(({ status }) => status)).toEqual([204, 404]);
  expect((await scim.get('/Users?', headers)).body.totalResults).toBe(0);
});
