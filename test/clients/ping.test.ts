// How PingFederate's SCIM Provisioner and PingOne's SCIM connection provision. Sources: docs.pingidentity.com "SCIM provisioner settings
// reference" (matching by `userName eq` or `emails eq`, Basic, bearer or client credentials, disable or delete), "SCIM filter expressions"
// (`username Eq "%s"`, `email Co "%s"`), "User and group management" (groups, renames, memberships), and our notes (an audit saw page
// size 1000 and PUT as the default update). Ping publishes no bodies: those here are the plain ones of RFC 7643.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

function pingUser(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    userName: name,
    name: { givenName: name, familyName: 'User' },
    emails: [{ value: `${name}@acme.example`, type: 'work', primary: true }],
    active: true,
    [ENTERPRISE_USER_SCHEMA]: { department: 'IT', manager: { value: '26118915-6090-4610-87e4-49d8ca9f808d' } },
    ...overrides,
  };
}

it.for([
  'userName eq "ada"',
  'userName Eq "ADA"',
  'username Eq "ada"',
  'emails Eq "ada@acme.example"',
  'emails eq "Ada@Acme.example"',
  'emails.value Eq "ada@acme.example"',
  'emails[type eq "work"].value Eq "ada@acme.example"',
])('finds an existing user by the filter expression %s', async (filter) => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', pingUser('ada')));
  await scim.post('/Users', pingUser('grace'));
  expect(resourcesOf(await scim.find('/Users', filter)).map((user) => user.id)).toEqual([id]);
  const miss = await scim.find('/Users', filter.replace(/ada/i, 'nobody'));
  expect([miss.status, miss.body.totalResults]).toEqual([200, 0]);
});

it('finds by "Co" as well', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', pingUser('ada')));
  expect(resourcesOf(await scim.find('/Users', 'emails Co "ada@"')).map((user) => user.id)).toEqual([id]);
});

it('says invalidFilter to the attribute "email" of an example of Ping, which no schema has, and never answers everybody', async () => {
  const { scim } = await service.connected();
  await scim.post('/Users', pingUser('ada'));
  const answer = await scim.find('/Users', 'email Co "ada"');
  expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidFilter']);
});

it('reads whole lists in pages of 1,000', async () => {
  const { scim } = await service.connected();
  await scim.post('/Users', pingUser('ada'));
  const answer = await scim.get('/Users?startIndex=1&count=1000');
  expect(answer.body).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1 });
});

it('updates by PUT, and keeps whom the identity provider has as manager', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', pingUser('ada')));
  const answer = await scim.put(`/Users/${id}`, pingUser('ada', { id, title: 'Engineer' }));
  expect([answer.status, answer.body.title]).toEqual([200, 'Engineer']);
  expect(answer.body[ENTERPRISE_USER_SCHEMA]).toMatchObject({
    manager: { value: '26118915-6090-4610-87e4-49d8ca9f808d' },
  });
});

it.for([
  ['disable', 200],
  ['delete', 204],
] as const)('lets people go by the remove action "%s"', async ([action, status]) => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', pingUser('ada')));
  const path = `/Users/${id}`;
  const answer =
    action === 'delete' ? await scim.delete(path) : await scim.put(path, pingUser('ada', { active: false }));
  expect(answer.status).toBe(status);
  const [left] = resourcesOf(await scim.find('/Users', 'userName eq "ada"'));
  expect(left?.active).toBe(action === 'delete' ? undefined : false);
});

it('provisions somebody who is disabled there, when told to, as inactive', async () => {
  const { scim } = await service.connected();
  const answer = await scim.post('/Users', pingUser('ada', { active: false }));
  expect([answer.status, answer.body.active]).toEqual([201, false]);
});

it('makes groups, renames them, adds and removes people, and deletes them', async () => {
  const { scim } = await service.connected();
  const [a, b] = await Promise.all(['a', 'b'].map(async (name) => idOf(await scim.post('/Users', pingUser(name)))));
  const body = (displayName: string, people: (string | undefined)[]) => ({
    schemas: [GROUP_SCHEMA],
    displayName,
    members: people.map((value) => ({ value })),
  });
  expect((await scim.find('/Groups', 'displayName Eq "Engineering"')).body.totalResults).toBe(0);
  const path = `/Groups/${idOf(await scim.post('/Groups', body('Engineering', [a])))}`;
  await scim.patch(path, [{ op: 'add', path: 'members', value: [{ value: b }] }]);
  await scim.patch(path, [{ op: 'remove', path: `members[value eq "${a}"]` }]);
  await scim.patch(path, [{ op: 'replace', path: 'displayName', value: 'Research' }]);
  const read = await scim.get(path);
  expect([read.body.displayName, memberIdsOf(read)]).toEqual(['Research', [b]]);
  const overwritten = await scim.put(path, body('Research', [a]));
  expect([overwritten.status, memberIdsOf(overwritten)]).toEqual([200, [a]]);
  expect((await scim.delete(path)).status).toBe(204);
});

it.for(['header', 'body'] as const)(
  'signs in by OAuth 2 client credentials in the %s and provisions',
  async (place) => {
    const { organization, directory } = await service.connected();
    const made = await service.domain.oauthClients.create(organization.operator, {
      directoryId: directory.id,
      name: 'Ping',
    });
    const { clientId } = made.oauthClient;
    const basic = { Authorization: `Basic ${Buffer.from(`${clientId}:${made.clientSecret}`).toString('base64')}` };
    const form = place === 'body' ? { client_id: clientId, client_secret: made.clientSecret } : {};
    const answer = await fetch(`${service.url}/oauth/token`, {
      method: 'POST',
      headers: place === 'header' ? basic : {},
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
    });
    const token = (await answer.json()) as { access_token: string; token_type: string };
    expect([answer.status, token.token_type]).toEqual([200, 'Bearer']);
    const scim = service.scim({ ...directory, token: token.access_token });
    expect((await scim.post('/Users', pingUser('ada'))).status).toBe(201);
    expect((await scim.find('/Users', 'userName Eq "ada"')).body.totalResults).toBe(1);
  },
);

it('says 401 with a challenge to HTTP Basic, which is no credential here', async () => {
  const { scim } = await service.connected();
  const answer = await scim.get('/Users?startIndex=1&count=1', { Authorization: 'Basic cGluZzpwaW5n' });
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, expect.stringContaining('Bearer')]);
});
