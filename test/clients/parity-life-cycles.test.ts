// What happens over months between an identity provider and a product, through the two doors that customers use: SCIM and
// GraphQL. The numbers are those of the rows that Rollcall has to match.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser } from './entra-requests.ts';
import { idOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
});

async function ask<Data>(
  { organization }: Pick<Connected, 'organization'>,
  query: string,
  variables = {},
): Promise<Data> {
  const { data, errors } = await service.graphql<Data>(organization.apiKey, query, variables);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

interface ShownUser {
  id: string;
  active: boolean;
  effectivePermissions: string[];
  groups: { source: string; group: { name: string } }[];
}

async function userOf(connected: Connected, name: string): Promise<ShownUser> {
  const query = `query Q($search: String!) { users(filter: { search: $search }) {
    nodes { id active effectivePermissions groups { source group { name } } } } }`;
  const { users } = await ask<{ users: { nodes: ShownUser[] } }>(connected, query, { search: name });
  const [user] = users.nodes;
  if (!user) throw new Error(`The product shows no user ${name}.`);
  return user;
}

/** A group of the product that grants the permissions, and Entra's group of that name with the people in it. */
async function aLinkedGroup(connected: Connected, name: string, people: string[]) {
  const { operator } = connected.organization;
  const group = await service.domain.groups.create(operator, { name });
  const set = await service.domain.permissionSets.create(operator, {
    name: `of ${name}`,
    permissions: ['screens:publish'],
  });
  await service.domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
  const userIds: string[] = [];
  for (const person of people) userIds.push(idOf(await connected.scim.post('/Users', entraUser(person))));
  const pushed = idOf(await connected.scim.post('/Groups', entraGroup(name)));
  await connected.scim.patch(`/Groups/${pushed}`, [defaultDialect.addMembers(...userIds)]);
  return { groupId: group.id, pushed, userIds };
}

it('parity S15: unassigning a person ends their access at once and leaves the user to an admin', async () => {
  const connected = await service.connected();
  const { userIds } = await aLinkedGroup(connected, 'Marketing', ['ada']);
  expect(await userOf(connected, 'ada')).toMatchObject({ active: true, effectivePermissions: ['screens:publish'] });
  await connected.scim.patch(`/Users/${userIds[0]}`, [defaultDialect.disable]);
  const user = await userOf(connected, 'ada');
  expect(user).toMatchObject({ active: false, effectivePermissions: [] });
  const { check } = await ask<{ check: boolean }>(
    connected,
    'query Q($id: ID!) { check(userId: $id, permission: "screens:publish") }',
    { id: user.id },
  );
  expect(check).toBe(false);
  await connected.scim.delete(`/Users/${userIds[0]}`);
  expect(await userOf(connected, 'ada')).toMatchObject({ id: user.id, active: false });
});

it('parity S16: a user removed in the product stays so, however often Entra writes, until an admin brings them back', async () => {
  const connected = await service.connected();
  const { userIds, pushed } = await aLinkedGroup(connected, 'Marketing', ['ada']);
  const { id } = await userOf(connected, 'ada');
  await ask(connected, 'mutation M($id: ID!) { removeUser(input: { id: $id }) { errors { code } } }', { id });
  const answers = [
    await connected.scim.patch(`/Users/${userIds[0]}`, [defaultDialect.replace('displayName', 'Ada Again')]),
    await connected.scim.patch(`/Users/${userIds[0]}`, [defaultDialect.disable]),
    await connected.scim.patch(`/Users/${userIds[0]}`, [defaultDialect.restore]),
    await connected.scim.patch(`/Groups/${pushed}`, [defaultDialect.addMembers(userIds[0] ?? '')]),
  ];
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 204]);
  const text = 'query Q($id: ID!) { user(id: $id) { removedAt effectivePermissions links { id state } } }';
  const removed = await ask<{ user: { links: { id: string }[] } }>(connected, text, { id });
  expect(removed.user).toMatchObject({ effectivePermissions: [], links: [{ state: 'REMOVED_IN_PRODUCT' }] });
  const link = removed.user.links[0]?.id;
  const { linkPreview } = await ask<{ linkPreview: { digest: string } }>(
    connected,
    'query Q($id: ID!) { linkPreview(id: $id) { digest } }',
    { id: link },
  );
  await ask(
    connected,
    'mutation M($id: ID!, $digest: String!) { approveLink(input: { id: $id, digest: $digest }) { errors { code } } }',
    {
      id: link,
      digest: linkPreview.digest,
    },
  );
  const back = await ask(connected, text, { id });
  expect(back).toMatchObject({ user: { removedAt: null, effectivePermissions: ['screens:publish'] } });
});

it('parity S20: one person in two organizations is two users, and nothing of one shows in the other', async () => {
  const [one, other] = [await service.connected(), await service.connected()];
  const first = await aLinkedGroup(one, 'Marketing', ['ada']);
  await other.scim.post('/Users', entraUser('ada'));
  const [here, there] = [await userOf(one, 'ada'), await userOf(other, 'ada')];
  expect(here.id).not.toBe(there.id);
  expect(here.effectivePermissions).toEqual(['screens:publish']);
  expect(there).toMatchObject({ effectivePermissions: [], groups: [] });
  await one.scim.patch(`/Users/${first.userIds[0]}`, [defaultDialect.disable]);
  expect(await userOf(other, 'ada')).toMatchObject({ active: true });
  const text = 'query Q($id: ID!) { user(id: $id) { id } node(id: $id) { id } }';
  expect(await ask(other, text, { id: here.id })).toEqual({ user: null, node: null });
});

it('parity S22: a group that is unassigned and assigned again finds its link; restored people keep their memberships', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const { groupId, pushed, userIds } = await aLinkedGroup(connected, 'Marketing', ['ada', 'bob']);
  // A second group that stays assigned: its memberships are not sent again for people who come back.
  const other = idOf(await scim.post('/Groups', entraGroup('Everyone')));
  await scim.patch(`/Groups/${other}`, [defaultDialect.addMembers(...userIds)]);
  for (const id of userIds) await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
  expect((await scim.delete(`/Groups/${pushed}`)).status).toBe(204);
  expect(await userOf(connected, 'ada')).toMatchObject({ active: false, effectivePermissions: [] });
  for (const id of userIds) await scim.patch(`/Users/${id}`, [defaultDialect.restore]);
  expect(await userOf(connected, 'ada')).toMatchObject({ active: true, groups: [{ group: { name: 'Everyone' } }] });
  const again = idOf(await scim.post('/Groups', entraGroup('Marketing')));
  await scim.patch(`/Groups/${again}`, [defaultDialect.addMembers(...userIds)]);
  const text =
    'query Q($id: ID!) { group(id: $id) { links { state earlier { state } } members { nodes { user { userName } } } } }';
  expect(await ask(connected, text, { id: groupId })).toMatchObject({
    group: { links: [{ state: 'ACTIVE', earlier: { state: 'ACTIVE' } }], members: { nodes: [{}, {}] } },
  });
  expect((await userOf(connected, 'bob')).effectivePermissions).toEqual(['screens:publish']);
});

it("security 33: a new employee with a leaver's userName starts without the leaver's rights", async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const { userIds, pushed } = await aLinkedGroup(connected, 'Marketing', ['ada']);
  const leaver = await userOf(connected, 'ada');
  await scim.patch(`/Users/${userIds[0]}`, [defaultDialect.disable]);
  const hired = await scim.post('/Users', entraUser('ada', { externalId: 'object-id-of-the-new-ada' }));
  expect([hired.status, idOf(hired)]).toEqual([201, userIds[0]]);
  const users = '{ users(first: 10) { nodes { id userName active effectivePermissions } } }';
  const { users: shown } = await ask<{ users: { nodes: ShownUser[] } }>(connected, users);
  const fresh = shown.nodes.find((user) => user.id !== leaver.id);
  expect(fresh).toMatchObject({ active: true, effectivePermissions: [] });
  expect(shown.nodes.find((user) => user.id === leaver.id)).toMatchObject({ active: false });
  const group = await scim.get(`/Groups/${pushed}`);
  expect(group.body.members ?? []).toEqual([]);
});

it("security 34: a group renamed to a linked group's name, or pushed under it, gains nothing", async () => {
  const connected = await service.connected();
  const { scim } = connected;
  await aLinkedGroup(connected, 'Marketing', ['ada']);
  const eve = idOf(await scim.post('/Users', entraUser('eve')));
  const renamed = idOf(await scim.post('/Groups', entraGroup('Interns')));
  await scim.patch(`/Groups/${renamed}`, [defaultDialect.addMembers(eve)]);
  const taken = await scim.patch(`/Groups/${renamed}`, [defaultDialect.replace('displayName', 'MARKETING')]);
  expect(taken.status).toBe(409);
  await scim.patch(`/Groups/${renamed}`, [defaultDialect.replace('displayName', 'Marke\u200bting')]);
  expect((await userOf(connected, 'eve')).effectivePermissions).toEqual([]);
  const second = service.scim(await service.directory(connected.organization, { name: 'Okta' }));
  const mallory = idOf(await second.post('/Users', entraUser('mallory')));
  const pushed = idOf(await second.post('/Groups', entraGroup('marketing')));
  await second.patch(`/Groups/${pushed}`, [defaultDialect.addMembers(mallory)]);
  expect((await userOf(connected, 'mallory')).effectivePermissions).toEqual([]);
});

it('security 35: who put themselves into a group before the push is seen, and is out when Entra takes them out', async () => {
  const connected = await service.connected();
  const { scim, organization } = connected;
  const eve = idOf(await scim.post('/Users', entraUser('eve')));
  const { id } = await userOf(connected, 'eve');
  const group = await service.domain.groups.create(organization.operator, { name: 'Finance' });
  await service.domain.groups.addMembers(organization.operator, group.id, [id]);
  const set = await service.domain.permissionSets.create(organization.operator, {
    name: 'Pay',
    permissions: ['billing:pay'],
  });
  await service.domain.grants.grant(organization.operator, { permissionSetId: set.id, groupId: group.id });
  const pushed = idOf(await scim.post('/Groups', entraGroup('Finance')));
  const links = await ask<{ group: { links: { id: string }[] } }>(
    connected,
    'query Q($id: ID!) { group(id: $id) { links { id state } } }',
    { id: group.id },
  );
  const preview = await ask<{ linkPreview: { digest: string } }>(
    connected,
    'query Q($id: ID!) { linkPreview(id: $id) { digest manualCount manualMembers(which: STAYING) { nodes { userName } } } }',
    { id: links.group.links[0]?.id },
  );
  expect(preview.linkPreview).toMatchObject({
    manualCount: 1,
    manualMembers: { nodes: [{ userName: 'eve@contoso.example' }] },
  });
  await ask(connected, 'mutation M($input: ApproveLinkInput!) { approveLink(input: $input) { errors { code } } }', {
    input: { id: links.group.links[0]?.id, digest: preview.linkPreview.digest },
  });
  await scim.patch(`/Groups/${pushed}`, [defaultDialect.addMembers(eve)]);
  await scim.patch(`/Groups/${pushed}`, [defaultDialect.removeMembers(eve)]);
  expect(await userOf(connected, 'eve')).toMatchObject({ effectivePermissions: [], groups: [] });
  const add = await ask<{ addGroupMembers: { errors: object[] } }>(
    connected,
    'mutation M($input: AddGroupMembersInput!) { addGroupMembers(input: $input) { errors { code } } }',
    { input: { groupId: group.id, userIds: [id] } },
  );
  expect(add.addGroupMembers.errors).toEqual([{ code: 'GROUP_IS_LINKED' }]);
});
