// What customers of two products do with groups, roles and spaces, as far as an API shows it: rows S21 and T11 of what Rollcall
// has to match, through GraphQL and SCIM over HTTP as a product's back end and Entra do.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser } from './entra-requests.ts';
import { idOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** A connected organization, asked and changed with its own key. */
async function aCustomer() {
  const connected: Connected = await service.connected();
  const { apiKey } = connected.organization;
  const ask = async <Data>(query: string, variables: object = {}): Promise<Data> => {
    const { data, errors } = await service.graphql<Data>(apiKey, query, { ...variables });
    if (!data || errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  /** The object that a mutation made. */
  async function make(mutation: string, input: object, noun: string): Promise<string> {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation M($input: ${type}!) { made: ${mutation}(input: $input) { ${noun} { id } errors { code message } } }`;
    const { made } = await ask<{ made: { errors: object[]; [noun: string]: unknown } }>(query, { input });
    if (made.errors.length > 0) throw new Error(JSON.stringify(made.errors));
    return (made[noun] as { id: string }).id;
  }
  return {
    ...connected,
    ask,
    aSet: (name: string, permissions: string[]) => make('createPermissionSet', { name, permissions }, 'permissionSet'),
    aGroup: (name: string) => make('createGroup', { name }, 'group'),
    aSpace: (name: string) => make('createSpace', { name }, 'space'),
    aUser: (userName: string) => make('createUser', { userName }, 'user'),
    grant: (input: object) => make('grantPermissionSet', input, 'grant'),
    addMember: (groupId: string, userId: string) => make('addGroupMembers', { groupId, userIds: [userId] }, 'group'),
    async builtIn(name: 'OWNER' | 'ADMIN' | 'READER'): Promise<string> {
      const { permissionSets } = await ask<{ permissionSets: { nodes: { id: string; builtIn: string | null }[] } }>(
        '{ permissionSets { nodes { id builtIn } } }',
      );
      return permissionSets.nodes.find((set) => set.builtIn === name)?.id ?? '';
    },
    /** The id and the permissions of a person, on the whole organization or in a space. */
    async person(userName: string, spaceId?: string): Promise<{ id: string; effectivePermissions: string[] }> {
      const query = `query Q($name: String!, $space: ID) {
        users(filter: { search: $name }) { nodes { id effectivePermissions(spaceId: $space) } } }`;
      type Nodes = { users: { nodes: { id: string; effectivePermissions: string[] }[] } };
      const [user] = (await ask<Nodes>(query, { name: userName, space: spaceId })).users.nodes;
      if (!user) throw new Error(`There is no ${userName}.`);
      return user;
    },
  };
}

describe('parity T11: roles are managed through groups', () => {
  it('what a person may do is the union of what all their groups give: the strongest wins', async () => {
    const { scim, person, aSet, aGroup, grant } = await aCustomer();
    await grant({ permissionSetId: await aSet('Viewers', ['screens:view']), groupId: await aGroup('Everybody') });
    await grant({
      permissionSetId: await aSet('Editors', ['screens:view', 'screens:edit']),
      groupId: await aGroup('Editors'),
    });
    const ada = idOf(await scim.post('/Users', entraUser('ada')));
    const groups: string[] = [];
    for (const name of ['Everybody', 'Editors']) {
      const id = idOf(await scim.post('/Groups', entraGroup(name)));
      groups.push(id);
      await scim.patch(`/Groups/${id}`, [defaultDialect.addMembers(ada)]);
    }
    expect((await person('ada@')).effectivePermissions).toEqual(['screens:edit', 'screens:view']);
    await scim.patch(`/Groups/${groups[1]}`, [defaultDialect.removeMembers(ada)]);
    expect((await person('ada@')).effectivePermissions).toEqual(['screens:view']);
  });

  it('S7: no group means no permissions, and with a default permission set what that holds', async () => {
    const { scim, person, ask, builtIn } = await aCustomer();
    await scim.post('/Users', entraUser('ada'));
    expect((await person('ada@')).effectivePermissions).toEqual([]);
    const query = `mutation M($id: ID) { updateOrganization(input: { defaultPermissionSetId: $id }) {
      organization { defaultPermissionSet { builtIn } } errors { code } } }`;
    expect(await ask(query, { id: await builtIn('READER') })).toEqual({
      updateOrganization: { organization: { defaultPermissionSet: { builtIn: 'READER' } }, errors: [] },
    });
    const { id, effectivePermissions } = await person('ada@');
    expect(effectivePermissions).toEqual(['screens:view']);
    const why = 'query Q($id: ID!) { explain(userId: $id, permission: "screens:view") { isAllowed paths { source } } }';
    expect(await ask(why, { id })).toEqual({ explain: { isAllowed: true, paths: [{ source: 'DEFAULT' }] } });
    expect(await ask(query, { id: await builtIn('ADMIN') })).toEqual({
      updateOrganization: { organization: null, errors: [{ code: 'SENSITIVE_DEFAULT' }] },
    });
  });

  it('the owner stays owner: the last one is not removed, blocked or stripped, whatever the product asks for', async () => {
    const { ask, aUser, grant, builtIn, person } = await aCustomer();
    const id = await aUser('owner@contoso.example');
    const grantId = await grant({ permissionSetId: await builtIn('OWNER'), userId: id });
    for (const [mutation, input] of [
      ['removeUser', { id }],
      ['blockUser', { id }],
      ['revokeGrant', { id: grantId }],
    ] as const) {
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
      const query = `mutation M($input: ${type}!) { answer: ${mutation}(input: $input) { errors { code } } }`;
      expect(await ask(query, { input }), mutation).toEqual({ answer: { errors: [{ code: 'LAST_OWNER' }] } });
    }
    expect((await person('owner@')).effectivePermissions).toContain('rollcall:organization');
  });

  it('the identity provider may take the last owner out, which raises an alarm', async () => {
    const { scim, ask, organization, person, grant, builtIn } = await aCustomer();
    const record = idOf(await scim.post('/Users', entraUser('ada')));
    const { id: userId } = await person('ada@');
    await grant({ permissionSetId: await builtIn('OWNER'), userId });
    const answer = await scim.patch(`/Users/${record}`, [defaultDialect.disable]);
    expect(answer.status).toBe(200);
    expect((await person('ada@')).effectivePermissions).toEqual([]);
    const alarms = async () => {
      const { events } = await ask<{ events: { nodes: { type: string; subjectId: string }[] } }>(
        '{ events(first: 500) { nodes { type subjectId } } }',
      );
      return events.nodes.filter((event) => event.type === 'ownersUnreachable');
    };
    await expect.poll(alarms, { timeout: 10_000 }).toEqual([{ type: 'ownersUnreachable', subjectId: organization.id }]);
  });
});

describe('parity S21: people, groups and spaces', () => {
  it('groups carry permissions, spaces scope them, and explain says why', async () => {
    const { scim, ask, person, aSet, aGroup, aSpace, grant } = await aCustomer();
    const [berlin, paris] = [await aSpace('Berlin'), await aSpace('Paris')];
    const publishers = await aSet('Publishers', ['screens:publish']);
    await grant({ permissionSetId: publishers, groupId: await aGroup('Marketing'), spaceId: berlin });
    const ada = idOf(await scim.post('/Users', entraUser('ada')));
    const group = idOf(await scim.post('/Groups', entraGroup('Marketing')));
    await scim.patch(`/Groups/${group}`, [defaultDialect.addMembers(ada)]);
    const { id } = await person('ada@');
    const query = `query Q($id: ID!, $berlin: ID!, $paris: ID!) {
      checkMany(questions: [{ userId: $id, permission: "screens:publish", spaceId: $berlin },
        { userId: $id, permission: "screens:publish", spaceId: $paris }, { userId: $id, permission: "screens:publish" }])
      whoHas(permission: "screens:publish", spaceId: $berlin) { nodes { userName } }
      explain(userId: $id, permission: "screens:publish", spaceId: $berlin) { isAllowed paths {
        source grant { space { name } } group { name } directoryGroup { name } memberRequest { method path }
        directoryUser { userName } } } }`;
    expect(await ask(query, { id, berlin, paris })).toEqual({
      checkMany: [true, false, false],
      whoHas: { nodes: [{ userName: 'ada@contoso.example' }] },
      explain: {
        isAllowed: true,
        paths: [
          {
            source: 'DIRECTORY',
            grant: { space: { name: 'Berlin' } },
            group: { name: 'Marketing' },
            directoryGroup: { name: 'Marketing' },
            memberRequest: { method: 'PATCH', path: expect.stringContaining(`/Groups/${group}`) },
            directoryUser: { userName: 'ada@contoso.example' },
          },
        ],
      },
    });
  });
});

describe('security 20: nobody gives more than they hold', () => {
  it('by a grant, a set, a member, a default, or a key', async () => {
    const customer = await aCustomer();
    const { aSet, aGroup, aUser, aSpace, grant, organization } = customer;
    const strong = await aSet('Payers', ['billing:pay']);
    const edit = await aSet('Editors', ['screens:edit']);
    const group = await aGroup('Finance');
    await grant({ permissionSetId: strong, groupId: group });
    const [userId, spaceId] = [await aUser('eve@contoso.example'), await aSpace('Berlin')];
    const permissions = [
      'rollcall:grants',
      'rollcall:permission-sets',
      'rollcall:groups',
      'rollcall:organization',
      'rollcall:keys',
      'rollcall:users',
    ];
    const set = await service.domain.permissionSets.create(organization.operator, { name: 'Helpers', permissions });
    const { key } = await service.domain.apiKeys.create(organization.operator, {
      name: 'helper',
      permissionSetId: set.id,
    });
    const attempts: [string, object][] = [
      ['grantPermissionSet', { permissionSetId: strong, userId }],
      ['grantPermissionSet', { permissionSetId: strong, userId, spaceId }],
      ['grantPermissionSet', { permissionSetId: await customer.builtIn('OWNER'), userId }],
      ['createPermissionSet', { name: 'Mine', permissions: ['billing:pay'] }],
      ['updatePermissionSet', { id: set.id, addPermissions: ['billing:pay'] }],
      ['addGroupMembers', { groupId: group, userIds: [userId] }],
      ['updateGroup', { id: group, name: 'What Entra will push next' }],
      ['updateOrganization', { defaultPermissionSetId: edit }],
      ['createApiKey', { name: 'Mine', permissionSetId: strong }],
    ];
    for (const [mutation, input] of attempts) {
      const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
      const query = `mutation M($input: ${type}!) { answer: ${mutation}(input: $input) { errors { code } } }`;
      const { data, errors } = await service.graphql(key, query, { input });
      expect({ data, errors }, mutation).toEqual({
        data: { answer: { errors: [{ code: 'PERMISSIONS_EXCEED_OWN' }] } },
        errors: undefined,
      });
    }
  });
});
