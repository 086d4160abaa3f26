// How JumpCloud's "Custom SCIM" identity management provisions. Sources: jumpcloud.com/support "Provision and manage users and groups
// in apps using Custom SCIM Identity Management Integration" (the test of an activation, groups taken over by name, renames, what
// becomes of groups and people that leave), the PATCH shapes of the public test data of boxyhq/jackson (npm/test/dsync/data), and
// app.uni-moni.com/en/kb/sso-setup-jumpcloud (members are removed by a list of values). Bodies of users: derived from the mapping
// table of the support article.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

function jumpcloudUser(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    userName: `${name}@acme.example`,
    externalId: `64a0-${name}`,
    name: { givenName: name, familyName: 'User' },
    displayName: `${name} User`,
    emails: [{ type: 'work', value: `${name}@acme.example`, primary: true }],
    active: true,
    [ENTERPRISE_USER_SCHEMA]: { department: 'IT' },
    ...overrides,
  };
}

const group = (displayName: string, members: string[] = []) => ({
  schemas: [GROUP_SCHEMA],
  displayName,
  members: members.map((value) => ({ value })),
});

async function activated(): Promise<Connected> {
  const connected = await service.connected();
  const { scim } = connected;
  expect((await scim.get('/Users')).body).toMatchObject({ totalResults: 0, Resources: [] });
  const user = await scim.post('/Users', jumpcloudUser('jumpcloud-test'));
  const made = await scim.post('/Groups', group('JumpCloud test group', [idOf(user)]));
  const found = await scim.find('/Users', 'userName eq "jumpcloud-test@acme.example"');
  const steps = [
    user,
    made,
    found,
    await scim.get(`/Users/${idOf(user)}`),
    await scim.put(`/Users/${idOf(user)}`, jumpcloudUser('jumpcloud-test', { displayName: 'Updated' })),
    await scim.get(`/Groups/${idOf(made)}`),
    await scim.delete(`/Groups/${idOf(made)}`),
    await scim.delete(`/Users/${idOf(user)}`),
    await scim.get(`/Users/${idOf(user)}`),
  ];
  expect(steps.map(({ status }) => status)).toEqual([201, 201, 200, 200, 200, 200, 204, 204, 404]);
  return connected;
}

it('activates: a test user and a test group are made, read, changed and deleted, and nothing stays behind', async () => {
  const { organization, directory, scim } = await activated();
  expect((await scim.get('/Users')).body.totalResults).toBe(0);
  expect((await scim.get('/Groups')).body.totalResults).toBe(0);
  const events = await service.domain.provisioningEvents.list(organization.operator, directory.id, { first: 50 });
  expect(events.items.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['userDeleted', 'groupDeleted']));
});

it('activates a second time, as a changed configuration is tested again', async () => {
  const { scim } = await activated();
  const again = await scim.post('/Users', jumpcloudUser('jumpcloud-test'));
  expect(again.status).toBe(201);
  expect((await scim.delete(`/Users/${idOf(again)}`)).status).toBe(204);
});

it('updates by PATCH with one operation an attribute, and an attribute that nobody knows stops none of them', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', jumpcloudUser('ada')));
  const answer = await scim.patch(`/Users/${id}`, [
    { op: 'replace', path: 'name.givenName', value: 'David' },
    { op: 'replace', path: 'name.familyName', value: 'Jones' },
    { op: 'add', path: 'companyName', value: 'Acme' },
    { op: 'replace', value: { active: false } },
  ]);
  expect([answer.status, answer.body.name, answer.body.active]).toEqual([
    200,
    { givenName: 'David', familyName: 'Jones' },
    false,
  ]);
  expect(answer.body).not.toHaveProperty('companyName');
});

it('takes a PATCH without schemas', async () => {
  const { directory, scim } = await service.connected();
  const id = idOf(await scim.post('/Users', jumpcloudUser('ada')));
  const answer = await scim.raw({
    method: 'PATCH',
    path: `/Users/${id}`,
    headers: { Authorization: `Bearer ${directory.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ Operations: [{ op: 'replace', value: { active: false } }] }),
  });
  expect([answer.status, answer.body.active]).toEqual([200, false]);
});

it('updates, deactivates and activates again by PUT', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', jumpcloudUser('ada')));
  for (const active of [false, true]) {
    const answer = await scim.put(`/Users/${id}`, jumpcloudUser('ada', { active, title: 'Engineer' }));
    expect([answer.status, answer.body.id, answer.body.active, answer.body.title]).toEqual([
      200,
      id,
      active,
      'Engineer',
    ]);
  }
});

it('takes over the group of the same name: finds it, and puts its people into it', async () => {
  const { scim } = await service.connected();
  const [a, b] = await Promise.all(
    ['a', 'b'].map(async (name) => idOf(await scim.post('/Users', jumpcloudUser(name)))),
  );
  const existing = idOf(await scim.post('/Groups', group('Engineering')));
  const [found] = resourcesOf(await scim.find('/Groups', 'displayName eq "Engineering"'));
  expect(found?.id).toBe(existing);
  const value = [{ value: a }, { value: b }];
  expect((await scim.patch(`/Groups/${existing}`, [{ op: 'add', path: 'members', value }])).status).toBe(204);
  expect(memberIdsOf(await scim.get(`/Groups/${existing}`))).toEqual([a, b].sort());
});

it('removes a member by a list of values, and no other one with it', async () => {
  const { scim } = await service.connected();
  const ids = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => idOf(await scim.post('/Users', jumpcloudUser(name)))),
  );
  const path = `/Groups/${idOf(await scim.post('/Groups', group('Engineering', ids)))}`;
  const answer = await scim.patch(path, [{ op: 'remove', path: 'members', value: [{ value: ids[0] }] }]);
  expect(answer.status).toBe(204);
  expect(memberIdsOf(await scim.get(path))).toEqual(ids.slice(1).sort());
});

it('renames a group in place, by PATCH and by PUT, and keeps its people', async () => {
  const { scim } = await service.connected();
  const a = idOf(await scim.post('/Users', jumpcloudUser('a')));
  const id = idOf(await scim.post('/Groups', group('Engineering', [a])));
  await scim.patch(`/Groups/${id}`, [{ op: 'replace', value: { displayName: 'Research' } }]);
  expect((await scim.get(`/Groups/${id}`)).body).toMatchObject({ displayName: 'Research', members: [{ value: a }] });
  const answer = await scim.put(`/Groups/${id}`, group('Development', [a]));
  expect([answer.status, answer.body.displayName, memberIdsOf(answer)]).toEqual([200, 'Development', [a]]);
});

it('unbinds a group: its people are deactivated one by one and it stays as it is; deleted there, it goes here', async () => {
  const { scim } = await service.connected();
  const a = idOf(await scim.post('/Users', jumpcloudUser('a')));
  const path = `/Groups/${idOf(await scim.post('/Groups', group('Engineering', [a])))}`;
  await scim.patch(`/Users/${a}`, [{ op: 'replace', path: 'active', value: false }]);
  expect(memberIdsOf(await scim.get(path))).toEqual([a]);
  expect((await scim.delete(path)).status).toBe(204);
  expect((await scim.get(`/Users/${a}`)).body.active).toBe(false);
});
