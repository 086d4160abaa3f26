// Public failures of SCIM servers, tried here and seen to fail. The numbers are those of the cases that Rollcall keeps; 2, 3, 8,
// 9, 15 and 22 are in security-credentials.test.ts, 29 and 30 in concurrency.test.ts, 26 in hostile-graphql.test.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { Rows } from './fingerprint.ts';
import { oktaUser } from './okta-requests.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

let service: TestService;
let rows: Rows;
beforeAll(async () => {
  service = await startTestService();
  rows = await Rows.open(service.connection);
});
afterAll(async () => {
  await rows.close();
  await service.close();
});

/** The product's user of a userName, with what the operator may see of it. */
async function productUser({ organization }: Connected, userName: string) {
  const { items } = await service.domain.users.list(organization.operator, {}, { search: userName });
  const [user] = items;
  if (!user) throw new Error(`The product has no user ${userName}.`);
  return user;
}

async function mayPublish(connected: Connected, userName: string): Promise<boolean> {
  const { id: userId } = await productUser(connected, userName);
  return service.domain.access.check(connected.organization.operator, { userId, permission: 'screens:publish' });
}

async function builtInSet({ organization }: Connected, builtIn: string): Promise<string> {
  const { items } = await service.domain.permissionSets.list(organization.operator, {});
  const set = items.find((item) => item.builtIn === builtIn);
  if (!set) throw new Error(`There is no ${builtIn} set.`);
  return set.id;
}

async function grantingGroup({ organization }: Connected, name: string, permissions: string[]): Promise<string> {
  const group = await service.domain.groups.create(organization.operator, { name });
  const set = await service.domain.permissionSets.create(organization.operator, { name: `of ${name}`, permissions });
  await service.domain.grants.grant(organization.operator, { permissionSetId: set.id, groupId: group.id });
  return group.id;
}

async function keyOf({ organization }: Connected, permissions: string[]): Promise<string> {
  const set = await service.domain.permissionSets.create(organization.operator, {
    name: `key ${permissions}`,
    permissions,
  });
  const { key } = await service.domain.apiKeys.create(organization.operator, { name: 'key', permissionSetId: set.id });
  return key;
}

it('security 1: an externalId, or an id that the client sends, is never an id of ours (CVE-2025-41115)', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const first = await scim.post('/Users', entraUser('first', { externalId: '1', id: '1' }));
  const second = await scim.post('/Users', entraUser('second', { externalId: idOf(first), id: idOf(first) }));
  expect(idOf(second)).not.toBe(idOf(first));
  expect((await scim.get('/Users/1')).status).toBe(404);
  expect((await scim.get(`/Users/${idOf(first)}`)).body.userName).toBe('first@contoso.example');
  expect((await productUser(connected, 'second')).id).not.toBe((await productUser(connected, 'first')).id);
  const patched = await scim.patch(`/Users/${idOf(second)}`, [
    { op: 'replace', value: { id: idOf(first), title: 'T' } },
  ]);
  expect([patched.body.id, patched.body.title]).toEqual([idOf(second), 'T']);
});

it('security 5: members are guarded like users: without the permission no path to them is open (Keycloak#47536)', async () => {
  const connected = await service.connected();
  const groupId = await grantingGroup(connected, 'Marketing', ['screens:publish']);
  const user = await service.domain.users.create(connected.organization.operator, { userName: 'ada' });
  const userIds = [user.id];
  const add =
    'mutation M($groupId: ID!, $userIds: [ID!]!) { addGroupMembers(input: { groupId: $groupId, userIds: $userIds }) { errors { code } } }';
  const remove = add.replaceAll('addGroupMembers', 'removeGroupMembers');
  for (const key of [await keyOf(connected, ['rollcall:users']), connected.directory.token]) {
    for (const text of [add, remove]) {
      expect((await service.graphql(key, text, { groupId, userIds })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  }
  // Nor does the right over groups alone give what the caller does not hold.
  const groups = await service.graphql<{ addGroupMembers: object }>(await keyOf(connected, ['rollcall:groups']), add, {
    groupId,
    userIds,
  });
  expect(groups.data?.addGroupMembers).toEqual({ errors: [{ code: 'PERMISSIONS_EXCEED_OWN' }] });
  expect(await mayPublish(connected, 'ada')).toBe(false);
});

it('security 10: the organization of a token counts, not that of the address (vouch#310)', async () => {
  const [one, other] = [await service.connected(), await service.connected()];
  const crossed = service.scim({ ...one.directory, token: other.directory.token });
  expect((await crossed.post('/Users', entraUser('ada'))).status).toBe(401);
  for (const { scim } of [one, other]) expect((await scim.get('/Users')).body.totalResults).toBe(0);
});

it('security 11: an e-mail of another organization makes a person of our own and renames nobody (tale#2036)', async () => {
  const [victim, attacker] = [await service.connected(), await service.connected()];
  await victim.scim.post('/Users', entraUser('ceo', { displayName: 'The CEO' }));
  const before = await rows.fingerprint(victim.organization.id);
  const id = idOf(await attacker.scim.post('/Users', entraUser('ceo', { displayName: 'Renamed' })));
  await attacker.scim.patch(`/Users/${id}`, [
    defaultDialect.replace('emails[type eq "work"].value', 'ceo@contoso.example'),
  ]);
  expect(await rows.fingerprint(victim.organization.id)).toEqual(before);
  expect((await productUser(victim, 'ceo')).displayName).toBe('The CEO');
  expect((await productUser(victim, 'ceo')).id).not.toBe((await productUser(attacker, 'ceo')).id);
});

it('security 11: a user made by hand is taken over by no POST of the same userName or e-mail', async () => {
  const connected = await service.connected();
  const { operator } = connected.organization;
  const manual = await service.domain.users.create(operator, {
    userName: 'boss',
    email: 'boss@contoso.example',
    displayName: 'The boss',
  });
  const set = await builtInSet(connected, 'owner');
  await service.domain.grants.grant(operator, { permissionSetId: set, userId: manual.id });
  const answer = await connected.scim.post('/Users', entraUser('boss@contoso.example', { displayName: 'Intruder' }));
  expect(answer.status).toBe(201);
  const links = await service.domain.links.list(operator, { kind: 'user' }, {});
  expect(links.items).toMatchObject([{ state: 'pending', targetId: manual.id }]);
  expect(await service.domain.users.get(operator, manual.id)).toMatchObject({
    displayName: 'The boss',
    userName: 'boss',
  });
  // Nor does the pending record end the access of the person it resembles.
  await connected.scim.patch(`/Users/${idOf(answer)}`, [defaultDialect.disable]);
  expect((await service.domain.users.get(operator, manual.id)).active).toBe(true);
});

it('security 14: a password is kept nowhere and never shown (Langfuse#16027)', async () => {
  const { scim } = await service.connected();
  const password = 'correct horse battery staple';
  const path = `/Users/${idOf(await scim.post('/Users', oktaUser('ada', { password })))}`;
  await scim.put(path, oktaUser('ada', { password, title: 'T' }));
  await scim.patch(path, [
    { op: 'replace', value: { password } },
    { op: 'add', path: 'password', value: password },
  ]);
  expect((await scim.get(`${path}?attributes=password,userName`)).body).not.toHaveProperty('password');
  const asked = await scim.find('/Users', `password eq "${password}"`);
  expect([asked.status, asked.body.scimType]).toEqual([400, 'invalidFilter']);
  expect(await rows.tablesHolding([password])).toEqual([]);
});

it('security 16: Remove with a value list removes only what it lists (agent-bom#3687)', async () => {
  const { scim } = await service.connected();
  const ids = await Promise.all(['a', 'b', 'c'].map(async (name) => idOf(await scim.post('/Users', entraUser(name)))));
  const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens', { members: ids.map((value) => ({ value })) })))}`;
  await scim.patch(path, [defaultDialect.removeMembers(ids[0] ?? '')]);
  expect(memberIdsOf(await scim.get(path))).toEqual(ids.slice(1).sort());
});

it('security 17: deactivation ends every permission at once, and a restore gives back exactly those (Yuzu#2018)', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  await grantingGroup(connected, 'Marketing', ['screens:publish']);
  const id = idOf(await scim.post('/Users', entraUser('ada')));
  await scim.post('/Groups', entraGroup('Marketing', { members: [{ value: id }] }));
  expect(await mayPublish(connected, 'ada')).toBe(true);
  await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
  expect(await mayPublish(connected, 'ada')).toBe(false);
  const query =
    'query Q($id: ID!) { check(userId: $id, permission: "screens:publish") user(id: $id) { effectivePermissions } }';
  const user = await productUser(connected, 'ada');
  expect((await service.graphql(connected.organization.apiKey, query, { id: user.id })).data).toEqual({
    check: false,
    user: { effectivePermissions: [] },
  });
  await scim.patch(`/Users/${id}`, [defaultDialect.restore]);
  expect(await mayPublish(connected, 'ada')).toBe(true);
});

it('security 17: a directory group that is called like the administrators becomes none of them (Yuzu#2136)', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const admins = await service.domain.groups.create(connected.organization.operator, { name: 'Administrators' });
  await service.domain.grants.grant(connected.organization.operator, {
    permissionSetId: await builtInSet(connected, 'admin'),
    groupId: admins.id,
  });
  const id = idOf(await scim.post('/Users', entraUser('mallory')));
  const members = [{ value: id }];
  await scim.post('/Groups', entraGroup('ADMINISTRATORS', { members }));
  const renamed = idOf(await scim.post('/Groups', entraGroup('Harmless', { members })));
  await scim.patch(`/Groups/${renamed}`, [defaultDialect.replace('displayName', 'Administrators\u200b')]);
  const user = await productUser(connected, 'mallory');
  expect(await service.domain.access.effectivePermissions(connected.organization.operator, user.id)).toEqual([]);
});

describe('security 18: the life of a user (llmgateway#2933)', () => {
  it('active false on create makes a user who may do nothing', async () => {
    const connected = await service.connected();
    await grantingGroup(connected, 'Marketing', ['screens:publish']);
    const created = await connected.scim.post('/Users', entraUser('ada', { active: false }));
    await connected.scim.post('/Groups', entraGroup('Marketing', { members: [{ value: idOf(created) }] }));
    expect(created.body.active).toBe(false);
    expect(await productUser(connected, 'ada')).toMatchObject({ active: false });
    expect(await mayPublish(connected, 'ada')).toBe(false);
  });

  it('rights follow the membership of the moment after reactivation and after a rename', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    await grantingGroup(connected, 'Marketing', ['screens:publish']);
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    const group = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Marketing', { members: [{ value: id }] })))}`;
    await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
    await scim.patch(group, [flagDialect.removeMember(id)]);
    await scim.patch(`/Users/${id}`, [defaultDialect.restore]);
    expect(await mayPublish(connected, 'ada')).toBe(false);
    await scim.patch(group, [flagDialect.addMembers(id), defaultDialect.replace('displayName', 'Renamed')]);
    expect(await mayPublish(connected, 'ada')).toBe(true);
    await scim.delete(group);
    expect(await mayPublish(connected, 'ada')).toBe(false);
  });

  it('the last owner whom the directory disables loses access and stays the owner on record (itsaplan#250)', async () => {
    const connected = await service.connected();
    const { operator } = connected.organization;
    const id = idOf(await connected.scim.post('/Users', entraUser('owner')));
    const user = await productUser(connected, 'owner');
    await service.domain.grants.grant(operator, {
      permissionSetId: await builtInSet(connected, 'owner'),
      userId: user.id,
    });
    expect(await mayPublish(connected, 'owner')).toBe(true);
    const answer = await connected.scim.patch(`/Users/${id}`, [defaultDialect.disable]);
    expect([answer.status, answer.body.active]).toEqual([200, false]);
    expect(await mayPublish(connected, 'owner')).toBe(false);
    expect((await service.domain.grants.list(operator, {}, { userId: user.id })).items).toHaveLength(1);
    expect((await connected.scim.delete(`/Users/${id}`)).status).toBe(204);
    expect((await service.domain.grants.list(operator, {}, { userId: user.id })).items).toHaveLength(1);
    expect(await mayPublish(connected, 'owner')).toBe(false);
  });
});

it('security 23: a filter that is not understood finds nobody, and externalId comes back (langwatch#616)', async () => {
  const { scim } = await service.connected();
  const ada = await scim.post('/Users', entraUser('ada', { externalId: 'jyoung' }));
  expect(ada.body.externalId).toBe('jyoung');
  for (const filter of ['externalId eq jyoung', 'externalid = "jyoung"', 'unknown eq "jyoung"', 'externalId']) {
    const answer = await scim.find('/Users', filter);
    expect([answer.status, answer.body.scimType], filter).toEqual([400, 'invalidFilter']);
  }
  expect(resourcesOf(await scim.find('/Users', 'externalId eq "jyoung"'))).toEqual([ada.body]);
});

it('security 28: Remove of members without a value is the only way to empty a group by Remove (SCIM-SDK#149)', async () => {
  const { scim } = await service.connected();
  const id = idOf(await scim.post('/Users', entraUser('ada')));
  const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens', { members: [{ value: id }] })))}`;
  const removals = [[], [{ value: 'nobody' }], [{ value: '' }], [{}], {}, ''];
  for (const value of removals) await scim.patch(path, [{ op: 'Remove', path: 'members', value }]);
  expect(memberIdsOf(await scim.get(path))).toEqual([id]);
  await scim.patch(path, [{ op: 'Remove', path: 'members' }]);
  expect(memberIdsOf(await scim.get(path))).toEqual([]);
});

describe('security 34: a name that is linked already gives nobody its rights', () => {
  it("a second group pushed under it waits, from the same organization's other directory too", async () => {
    const connected = await service.connected();
    await grantingGroup(connected, 'Marketing', ['screens:publish']);
    await connected.scim.post('/Groups', entraGroup('Marketing'));
    const second = service.scim(await service.directory(connected.organization, { name: 'Second' }));
    const id = idOf(await second.post('/Users', entraUser('mallory')));
    await second.post('/Groups', entraGroup('Marketing', { members: [{ value: id }] }));
    expect(await mayPublish(connected, 'mallory')).toBe(false);
    const { items } = await service.domain.links.list(
      connected.organization.operator,
      { kind: 'group', states: ['pending'] },
      {},
    );
    expect(items).toMatchObject([{ reason: 'group_is_linked' }]);
  });

  it('a group renamed to it keeps its own link and captures nothing', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    await grantingGroup(connected, 'Marketing', ['screens:publish']);
    await grantingGroup(connected, 'Finance', ['billing:pay']);
    const id = idOf(await scim.post('/Users', entraUser('mallory')));
    const group = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Harmless', { members: [{ value: id }] })))}`;
    for (const name of ['Marketing', 'Finance']) await scim.patch(group, [defaultDialect.replace('displayName', name)]);
    const user = await productUser(connected, 'mallory');
    expect(await service.domain.access.effectivePermissions(connected.organization.operator, user.id)).toEqual([]);
  });
});
