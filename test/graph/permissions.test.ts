import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
  return () => graph.close();
});

interface Payload {
  errors: { code: string; path: string | null }[];
  [field: string]: unknown;
}

/** An organization of the test's own, asked as its owner. */
async function anAcme() {
  const acme: GraphOrganization = await graph.anOrganization();
  const ask = async <Data = Record<string, unknown>>(text: string, variables: object = {}) => {
    const { data, errors } = await graph.run<Data>(acme.ownerKey, text, { ...variables });
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  /** The payload of a mutation with one input. */
  async function mutate(name: string, input: object, fields: string): Promise<Payload> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const text = `mutation ($input: ${type}!) { payload: ${name}(input: $input) { ${fields} errors { code path } } }`;
    return (await ask<{ payload: Payload }>(text, { input })).payload;
  }
  const made = async (name: string, noun: string, input: object) => {
    const payload = await mutate(name, input, `${noun} { id }`);
    return (payload[noun] as { id: string }).id;
  };
  return {
    acme,
    ask,
    mutate,
    aUser: (userName: string) => made('createUser', 'user', { userName }),
    aGroup: (name: string) => made('createGroup', 'group', { name }),
    aSpace: (name: string) => made('createSpace', 'space', { name }),
    aSet: (permissions: string[]) =>
      made('createPermissionSet', 'permissionSet', { name: `Set ${uuid()}`, permissions }),
    grant: (input: object) =>
      mutate('grantPermissionSet', input, 'grant { id space { name } group { name } user { userName } }'),
    /** Pushes a group with one member, as the identity provider would. */
    async push(displayName: string, userName: string) {
      const { directoryId } = acme;
      const actor = {
        kind: 'directory' as const,
        organizationId: acme.id,
        directoryId,
        tokenId: uuid(),
        scopes: allScopes,
      };
      const call = { requestId: 'request-7', method: 'POST', path: `/scim/v2/${directoryId}/Groups` };
      const { id } = await graph.domain.directoryUsers.create(actor, call, { directoryId, resource: { userName } });
      await graph.domain.directoryGroups.create(actor, call, {
        directoryId,
        resource: { displayName },
        memberIds: [id],
      });
    },
  };
}

describe('a space', () => {
  it('is made, changed, listed and deleted', async () => {
    const { mutate, ask, aSpace } = await anAcme();
    const { space, errors } = await mutate(
      'createSpace',
      { name: 'Berlin', externalId: 'team-7' },
      'space { id version }',
    );
    expect(errors).toEqual([]);
    const { id } = space as { id: string };
    expect(await mutate('createSpace', { name: 'berlin' }, 'space { id }')).toEqual({
      space: null,
      errors: [{ code: 'SPACE_NAME_TAKEN', path: 'name' }],
    });
    expect(await mutate('createSpace', { name: 'Bonn', externalId: 'team-7' }, 'space { id }')).toMatchObject({
      errors: [{ code: 'SPACE_EXTERNAL_ID_TAKEN', path: 'externalId' }],
    });
    expect(await mutate('updateSpace', { id, externalId: null, ifVersion: 1 }, 'space { name externalId }')).toEqual({
      space: { name: 'Berlin', externalId: null },
      errors: [],
    });
    await aSpace('Athens');
    const text = `query ($id: ID!) {
      space(id: $id) { name version } spaces(orderBy: { field: NAME }, filter: { search: "b" }) { nodes { name } }
      all: spaces(orderBy: { field: NAME }) { nodes { name } } node(id: $id) { ... on Space { name } } }`;
    expect(await ask(text, { id })).toEqual({
      space: { name: 'Berlin', version: 2 },
      spaces: { nodes: [{ name: 'Berlin' }] },
      all: { nodes: [{ name: 'Athens' }, { name: 'Berlin' }] },
      node: { name: 'Berlin' },
    });
    expect(await mutate('deleteSpace', { id }, 'deletedId')).toEqual({ deletedId: id, errors: [] });
    expect(await ask('query ($id: ID!) { space(id: $id) { name } }', { id })).toEqual({ space: null });
    expect(await mutate('deleteSpace', { id }, 'deletedId')).toMatchObject({
      errors: [{ code: 'NOT_FOUND', path: 'id' }],
    });
  });

  it('is where a grant counts', async () => {
    const { ask, mutate, aUser, aSet, aSpace, grant } = await anAcme();
    const [userId, permissionSetId, spaceId] = [
      await aUser('ada'),
      await aSet(['screens:edit']),
      await aSpace('Berlin'),
    ];
    const other = await aSpace('Paris');
    expect(await grant({ permissionSetId, userId, spaceId: uuid() })).toMatchObject({
      errors: [{ code: 'NOT_FOUND', path: 'spaceId' }],
    });
    expect(await grant({ permissionSetId, userId, spaceId })).toMatchObject({
      grant: { space: { name: 'Berlin' }, user: { userName: 'ada' }, group: null },
      errors: [],
    });
    const text = `query ($user: ID!, $here: ID!, $there: ID!) {
      everywhere: check(userId: $user, permission: "screens:edit")
      here: check(userId: $user, permission: "screens:edit", spaceId: $here)
      checkMany(questions: [{ userId: $user, permission: "screens:edit", spaceId: $there },
                            { userId: $user, permission: "screens:edit", spaceId: $here }])
      user(id: $user) { effectivePermissions inBerlin: effectivePermissions(spaceId: $here) }
      whoHas(permission: "screens:edit", spaceId: $here) { nodes { userName } pageInfo { hasNextPage } }
      nobody: whoHas(permission: "screens:edit") { nodes { userName } }
      grants(filter: { spaceId: $here }) { nodes { space { name } } }
      elsewhere: grants(filter: { isOrganizationWide: true, userId: $user }) { nodes { id } }
      explain(userId: $user, permission: "screens:edit", spaceId: $there) {
        isAllowed paths { source } otherSpaces { source grant { space { name } grantedBy { name } } } } }`;
    expect(await ask(text, { user: userId, here: spaceId, there: other })).toEqual({
      everywhere: false,
      here: true,
      checkMany: [false, true],
      user: { effectivePermissions: [], inBerlin: ['screens:edit'] },
      whoHas: { nodes: [{ userName: 'ada' }], pageInfo: { hasNextPage: false } },
      nobody: { nodes: [] },
      grants: { nodes: [{ space: { name: 'Berlin' } }] },
      elsewhere: { nodes: [] },
      explain: {
        isAllowed: false,
        paths: [],
        otherSpaces: [{ source: 'DIRECT', grant: { space: { name: 'Berlin' }, grantedBy: { name: 'Owner key' } } }],
      },
    });
    expect(await mutate('deleteSpace', { id: spaceId }, 'deletedId')).toMatchObject({
      errors: [{ code: 'SPACE_IN_USE' }],
    });
  });
});

describe('something sensitive for a group that a directory fills', () => {
  it('is given only when the caller confirms who decides on its members', async () => {
    const { aSet, grant, push, ask, mutate } = await anAcme();
    await push('Finance', 'ada');
    const { groups } = await ask<{ groups: { nodes: { id: string }[] } }>('{ groups { nodes { id } } }');
    const groupId = groups.nodes[0]?.id;
    const plain = await aSet(['screens:view']);
    const permissionSetId = await aSet(['billing:pay']);
    expect(await grant({ permissionSetId: plain, groupId })).toMatchObject({ errors: [] });
    expect(await grant({ permissionSetId, groupId })).toMatchObject({
      grant: null,
      errors: [{ code: 'CONFIRMATION_REQUIRED', path: 'confirmsDirectoryMembership' }],
    });
    expect(await grant({ permissionSetId, groupId, confirmsDirectoryMembership: true })).toMatchObject({ errors: [] });
    const change = { id: plain, addPermissions: ['billing:pay'] };
    expect(await mutate('updatePermissionSet', change, 'permissionSet { id }')).toMatchObject({
      errors: [{ code: 'CONFIRMATION_REQUIRED', path: 'confirmsDirectoryMembership' }],
    });
    const confirmed = { ...change, confirmsDirectoryMembership: true };
    expect(await mutate('updatePermissionSet', confirmed, 'permissionSet { id }')).toMatchObject({ errors: [] });
  });
});

describe('the last owner', () => {
  it('stays, as data', async () => {
    const { acme, ask, aUser, grant, mutate } = await anAcme();
    const sets = await ask<{ permissionSets: { nodes: { id: string; builtIn: string }[] } }>(
      '{ permissionSets { nodes { id builtIn } } }',
    );
    const owner = sets.permissionSets.nodes.find((set) => set.builtIn === 'OWNER')?.id;
    const id = await aUser('ada');
    await grant({ permissionSetId: owner, userId: id });
    expect(await mutate('removeUser', { id }, 'user { id }')).toEqual({
      user: null,
      errors: [{ code: 'LAST_OWNER', path: null }],
    });
    const admin = await graph.aKey(acme, ['rollcall:users']);
    const text = 'mutation ($id: ID!) { blockUser(input: { id: $id }) { errors { code } } }';
    const { errors } = await graph.run(admin, text, { id });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'FORBIDDEN' } }]);
  });
});

describe('explain', () => {
  it('S21: tells every step through both layers', async () => {
    const { aSet, grant, push, ask } = await anAcme();
    await push('Marketing', 'ada');
    const { groups, users } = await ask<{ groups: { nodes: { id: string }[] }; users: { nodes: { id: string }[] } }>(
      '{ groups { nodes { id } } users { nodes { id } } }',
    );
    await grant({ permissionSetId: await aSet(['screens:edit']), groupId: groups.nodes[0]?.id });
    const text = `query ($user: ID!) { explain(userId: $user, permission: "screens:edit") { isAllowed paths {
      source isEffective permissionSet { name builtIn } grant { id grantedBy { kind name } grantedAt space { name } }
      group { name } membership { addedBy { name } addedAt } groupLink { id createdAt decidedBy { name } decidedAt }
      directoryGroup { name } memberRequest { id method path requestId at } directoryUser { userName active directoryName }
      userLink { id createdAt decidedAt } } } }`;
    const { explain } = await ask<{ explain: { paths: object[] } }>(text, { user: users.nodes[0]?.id });
    expect(explain).toMatchObject({
      isAllowed: true,
      paths: [
        {
          source: 'DIRECTORY',
          isEffective: true,
          grant: { grantedBy: { kind: 'API_KEY', name: 'Owner key' }, grantedAt: expect.any(String), space: null },
          group: { name: 'Marketing' },
          membership: null,
          groupLink: { createdAt: expect.any(String), decidedBy: null, decidedAt: null },
          directoryGroup: { name: 'Marketing' },
          memberRequest: { method: 'POST', requestId: 'request-7' },
          directoryUser: { userName: 'ada', active: true, directoryName: 'Entra' },
          userLink: { decidedAt: null },
        },
      ],
    });
  });
});
