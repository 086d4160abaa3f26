import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
  return () => graph.close();
});

/** An organization of the test's own, with the means to ask as its owner. */
async function anAcme() {
  const acme: GraphOrganization = await graph.anOrganization();
  const ask = <Data = Record<string, unknown>>(text: string, variables: object = {}) =>
    graph.run<Data>(acme.ownerKey, text, { ...variables });
  /** The payload of a mutation with one input. */
  async function mutate<Payload extends { errors: object[] }>(name: string, input: object, fields: string) {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const text = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} errors { code message path } } }`;
    const { data, errors } = await ask<Record<string, Payload>>(text, { input });
    const payload = data?.[name];
    if (errors || !payload) throw new Error(JSON.stringify(errors));
    return payload;
  }
  const made = async (name: string, noun: string, input: object) => {
    const payload = await mutate<{ errors: object[]; [noun: string]: unknown }>(name, input, `${noun} { id }`);
    return (payload[noun] as { id: string }).id;
  };
  return {
    acme,
    ask,
    mutate,
    aUser: (userName: string, more: object = {}) => made('createUser', 'user', { userName, ...more }),
    aGroup: (name: string) => made('createGroup', 'group', { name }),
    aSet: (permissions: string[]) =>
      made('createPermissionSet', 'permissionSet', { name: `Set ${uuid()}`, permissions }),
    aGrant: (permissionSetId: string, to: object) => made('grantPermissionSet', 'grant', { permissionSetId, ...to }),
    /** Pushes people and a group of them, as the identity provider would. */
    async push(displayName: string, userNames: string[]) {
      const { directoryId } = acme;
      const actor = {
        kind: 'directory' as const,
        organizationId: acme.id,
        directoryId,
        tokenId: uuid(),
        scopes: allScopes,
      };
      const call = { requestId: 'r', method: 'POST', path: '/' };
      const memberIds: string[] = [];
      for (const userName of userNames) {
        const user = await graph.domain.directoryUsers.create(actor, call, { directoryId, resource: { userName } });
        memberIds.push(user.id);
      }
      return graph.domain.directoryGroups.create(actor, call, { directoryId, resource: { displayName }, memberIds });
    },
  };
}

describe('the organization', () => {
  it('is read and changed, over the version that the caller named', async () => {
    const { ask, mutate, acme } = await anAcme();
    const read = await ask('{ organization { id plan status groupMatching scimWithoutSso version } }');
    expect(read.data).toEqual({
      organization: {
        id: acme.id,
        plan: 'ENTERPRISE',
        status: 'ACTIVE',
        groupMatching: 'AUTOMATICALLY',
        scimWithoutSso: true,
        version: 1,
      },
    });
    const change = (input: object) =>
      mutate('updateOrganization', input, 'organization { name groupMatching version }');
    expect(await change({ groupMatching: 'ASK', ifVersion: 1 })).toMatchObject({
      organization: { groupMatching: 'ASK', version: 2 },
      errors: [],
    });
    expect(await change({ name: 'New', ifVersion: 1 })).toMatchObject({
      organization: null,
      errors: [{ code: 'VERSION_CONFLICT', path: 'ifVersion' }],
    });
    expect(await change({ name: null })).toMatchObject({
      organization: null,
      errors: [{ code: 'INVALID_VALUE', path: 'name' }],
    });
  });
});

describe('a user', () => {
  it('is left where a field is absent, and cleared where it is null', async () => {
    const { aUser, mutate } = await anAcme();
    const id = await aUser('ada@acme.example', { displayName: 'Ada', email: 'ada@acme.example' });
    const fields = 'user { userName displayName email version }';
    expect(await mutate('updateUser', { id, email: null }, fields)).toMatchObject({
      user: { userName: 'ada@acme.example', displayName: 'Ada', email: null, version: 2 },
    });
    expect(await mutate('updateUser', { id, userName: null }, fields)).toMatchObject({
      user: null,
      errors: [{ code: 'INVALID_VALUE', path: 'userName' }],
    });
  });

  it('is refused under a taken userName, as data', async () => {
    const { aUser, mutate } = await anAcme();
    await aUser('ada@acme.example');
    expect(await mutate('createUser', { userName: 'ADA@acme.example' }, 'user { id }')).toMatchObject({
      user: null,
      errors: [{ code: 'USER_NAME_TAKEN', path: 'userName' }],
    });
  });

  it('is blocked, unblocked and removed', async () => {
    const { aUser, mutate, ask } = await anAcme();
    const id = await aUser('ada@acme.example');
    const fields = 'user { active blockedAt removedAt }';
    expect(await mutate('blockUser', { id }, fields)).toMatchObject({
      user: { active: false, blockedAt: expect.any(String) },
    });
    expect(await mutate('unblockUser', { id }, fields)).toMatchObject({ user: { active: true, blockedAt: null } });
    expect(await mutate('removeUser', { id }, fields)).toMatchObject({
      user: { active: false, removedAt: expect.any(String) },
    });
    expect(await mutate('blockUser', { id }, fields)).toMatchObject({ errors: [{ code: 'NOT_FOUND', path: 'id' }] });
    expect((await ask('{ users { nodes { id } } }')).data).toEqual({ users: { nodes: [] } });
    expect((await ask('query ($id: ID!) { user(id: $id) { id } }', { id })).data).toEqual({ user: { id } });
  });
});

describe('a list', () => {
  it('is read page by page behind opaque cursors', async () => {
    const { aUser, ask } = await anAcme();
    for (const name of ['a', 'b', 'c']) await aUser(name);
    const text = `query ($after: String) { users(first: 2, after: $after) {
      edges { cursor node { userName } } nodes { userName } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    interface Answer {
      users: { edges: { cursor: string }[]; nodes: object[]; pageInfo: { endCursor: string } };
    }
    const first = (await ask<Answer>(text)).data.users;
    expect(first).toMatchObject({
      nodes: [{ userName: 'a' }, { userName: 'b' }],
      pageInfo: {
        hasNextPage: true,
        hasPreviousPage: false,
        startCursor: first.edges[0]?.cursor,
        endCursor: first.edges[1]?.cursor,
      },
    });
    expect(first.pageInfo.endCursor).toMatch(/^[\w-]+$/);
    const second = (await ask<Answer>(text, { after: first.pageInfo.endCursor })).data.users;
    expect(second).toMatchObject({
      nodes: [{ userName: 'c' }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
  });

  it.each([
    ['users(first: 501)', 'first'],
    ['users(first: -1)', 'first'],
    ['users(after: "bm9uc2Vuc2U")', 'after'],
    ['users(after: "%%%")', 'after'],
    ['groups(after: "")', 'after'],
    ['events(after: "bm9uc2Vuc2U")', 'after'],
  ])('refuses %s', async (field) => {
    const { ask } = await anAcme();
    const { errors } = await ask(`{ ${field} { nodes { id } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'INVALID_VALUE' } }]);
  });

  it('is narrowed by a filter', async () => {
    const { aUser, aGroup, ask, mutate } = await anAcme();
    const id = await aUser('ada@acme.example');
    await aUser('grace@acme.example');
    await mutate('blockUser', { id }, 'user { id }');
    await aGroup('Marketing');
    await aGroup('Sales');
    const text = `{ search: users(filter: { search: "ADA@" }) { nodes { userName } }
      active: users(filter: { active: true }) { nodes { userName } }
      withoutAccess: users(filter: { withoutAccess: true }) { nodes { userName } }
      groups(filter: { search: "mark" }) { nodes { name } } }`;
    expect((await ask(text)).data).toEqual({
      search: { nodes: [{ userName: 'ada@acme.example' }] },
      active: { nodes: [{ userName: 'grace@acme.example' }] },
      withoutAccess: { nodes: [{ userName: 'grace@acme.example' }] },
      groups: { nodes: [{ name: 'Marketing' }] },
    });
  });
});

describe('a group', () => {
  it('tells its members of both layers with how they are in it, its grants and its links', async () => {
    const { aUser, aGroup, aSet, aGrant, mutate, push, ask } = await anAcme();
    const [userId, groupId] = [await aUser('ada@acme.example'), await aGroup('Marketing')];
    await aGrant(await aSet(['screens:publish']), { groupId });
    await mutate('addGroupMembers', { groupId, userIds: [userId] }, 'group { id }');
    await push('marketing', ['grace@acme.example']);
    const text = `query ($id: ID!) { group(id: $id) { name isLinked isProtected
      members { nodes { source user { userName } } } grants { nodes { permissionSet { permissions } group { id } user { id } } }
      links { kind state directoryRecordName } } }`;
    expect((await ask(text, { id: groupId })).data).toEqual({
      group: {
        name: 'Marketing',
        isLinked: true,
        isProtected: false,
        members: {
          nodes: [
            { source: 'MANUAL', user: { userName: 'ada@acme.example' } },
            { source: 'DIRECTORY', user: { userName: 'grace@acme.example' } },
          ],
        },
        grants: {
          nodes: [{ permissionSet: { permissions: ['screens:publish'] }, group: { id: groupId }, user: null }],
        },
        links: [{ kind: 'GROUP', state: 'ACTIVE', directoryRecordName: 'marketing' }],
      },
    });
    expect(await mutate('addGroupMembers', { groupId, userIds: [userId] }, 'group { id }')).toMatchObject({
      group: null,
      errors: [{ code: 'GROUP_IS_LINKED' }],
    });
    expect(await mutate('deleteGroup', { id: groupId }, 'deletedId')).toEqual({ deletedId: groupId, errors: [] });
    const left = '{ links(filter: { kind: GROUP }) { nodes { state group { id } } } }';
    expect((await ask(left)).data).toEqual({ links: { nodes: [{ state: 'REMOVED_IN_PRODUCT', group: null }] } });
  });

  it('names unknown users, and takes members out again', async () => {
    const { aUser, aGroup, mutate, ask } = await anAcme();
    const [userId, groupId, nobody] = [await aUser('ada'), await aGroup('Sales'), uuid()];
    const add = (userIds: string[]) =>
      mutate<{ errors: { message: string }[] }>('addGroupMembers', { groupId, userIds }, 'group { id }');
    const { errors } = await add([userId, nobody]);
    expect(errors).toMatchObject([{ code: 'INVALID_VALUE', path: 'userIds' }]);
    expect(errors[0]?.message).toContain(nobody);
    expect((await add([userId])).errors).toEqual([]);
    await mutate('removeGroupMembers', { groupId, userIds: [userId, nobody] }, 'group { id }');
    expect(
      (await ask('query ($id: ID!) { group(id: $id) { members { nodes { source } } } }', { id: groupId })).data,
    ).toEqual({
      group: { members: { nodes: [] } },
    });
    expect(
      await mutate('updateGroup', { id: groupId, description: 'Sells', ifVersion: 1 }, 'group { description }'),
    ).toMatchObject({
      group: { description: 'Sells' },
    });
    expect(await mutate('deleteGroup', { id: groupId }, 'deletedId')).toMatchObject({ deletedId: groupId, errors: [] });
  });
});

describe('what a user may do', () => {
  it('is answered by check, checkMany, effectivePermissions and explain alike', async () => {
    const { aUser, aGroup, aSet, aGrant, mutate, ask } = await anAcme();
    const [userId, groupId] = [await aUser('ada'), await aGroup('Editors')];
    await aGrant(await aSet(['screens:edit']), { groupId });
    await aGrant(await aSet(['screens:publish']), { userId });
    await mutate('addGroupMembers', { groupId, userIds: [userId] }, 'group { id }');
    const text = `query ($id: ID!) {
      edit: check(userId: $id, permission: "screens:edit") pay: check(userId: $id, permission: "billing:pay")
      checkMany(questions: [{ userId: $id, permission: "screens:publish" }, { userId: $id, permission: "unknown:one" }])
      user(id: $id) { effectivePermissions groups { source group { name } } }
      explain(userId: $id, permission: "screens:edit") { isAllowed inactiveReason paths { source group { name } permissionSet { builtIn } directoryGroup { name } } } }`;
    expect((await ask(text, { id: userId })).data).toEqual({
      edit: true,
      pay: false,
      checkMany: [true, false],
      user: {
        effectivePermissions: ['screens:edit', 'screens:publish'],
        groups: [{ source: 'MANUAL', group: { name: 'Editors' } }],
      },
      explain: {
        isAllowed: true,
        inactiveReason: null,
        paths: [
          { source: 'MANUAL', group: { name: 'Editors' }, permissionSet: { builtIn: null }, directoryGroup: null },
        ],
      },
    });
    await mutate('blockUser', { id: userId }, 'user { id }');
    expect((await ask(text, { id: userId })).data).toMatchObject({
      edit: false,
      checkMany: [false, false],
      user: { effectivePermissions: [], groups: [] },
      explain: { isAllowed: false, inactiveReason: 'BLOCKED', paths: [{ source: 'MANUAL' }] },
    });
  });

  it('is BAD_USER_INPUT for an unknown user, and for a permission that cannot be explained', async () => {
    const { aUser, ask } = await anAcme();
    const unknown = await ask('query ($id: ID!) { check(userId: $id, permission: "screens:edit") }', { id: uuid() });
    expect(unknown.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'NOT_FOUND' } }]);
    const id = await aUser('ada');
    const explained = await ask('query ($id: ID!) { explain(userId: $id, permission: "no:such") { isAllowed } }', {
      id,
    });
    expect(explained.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'UNKNOWN_PERMISSION' } }]);
  });
});

describe('permission sets and grants', () => {
  it('list the catalogue and the built-in sets', async () => {
    const { ask } = await anAcme();
    const text =
      '{ permissions { name description isSensitive isForReaders } permissionSets { nodes { builtIn permissions } } }';
    const { data } = await ask<{ permissions: object[]; permissionSets: { nodes: object[] } }>(text);
    expect(data.permissions).toContainEqual({
      name: 'billing:pay',
      description: 'Pay invoices.',
      isSensitive: true,
      isForReaders: false,
    });
    expect(data.permissions).toContainEqual(expect.objectContaining({ name: 'rollcall:links', isSensitive: true }));
    expect(data.permissionSets.nodes).toContainEqual({ builtIn: 'READER', permissions: ['screens:view'] });
  });

  it('change as a whole or by additions and removals, and built-in ones not at all', async () => {
    const { aSet, mutate, ask } = await anAcme();
    const id = await aSet(['screens:view', 'screens:edit']);
    const change = (input: object) => mutate('updatePermissionSet', { id, ...input }, 'permissionSet { permissions }');
    expect(await change({ addPermissions: ['screens:publish'], removePermissions: ['screens:edit'] })).toMatchObject({
      permissionSet: { permissions: ['screens:publish', 'screens:view'] },
    });
    expect(await change({ permissions: ['no:such'] })).toMatchObject({
      errors: [{ code: 'UNKNOWN_PERMISSION', path: 'permissions' }],
    });
    const { data } = await ask<{ permissionSets: { nodes: { id: string }[] } }>(
      '{ permissionSets(first: 1) { nodes { id } } }',
    );
    const builtIn = { id: data.permissionSets.nodes[0]?.id, name: 'Mine' };
    expect(await mutate('updatePermissionSet', builtIn, 'permissionSet { id }')).toMatchObject({
      errors: [{ code: 'PERMISSION_SET_BUILT_IN' }],
    });
  });

  it('are given to one group or one user, revoked, and free to delete then', async () => {
    const { aSet, aUser, aGrant, mutate, ask } = await anAcme();
    const [permissionSetId, userId] = [await aSet(['screens:edit']), await aUser('ada')];
    const grant = (to: object) => mutate('grantPermissionSet', { permissionSetId, ...to }, 'grant { id }');
    expect(await grant({})).toMatchObject({ grant: null, errors: [{ code: 'INVALID_VALUE', path: 'groupId' }] });
    expect(await grant({ userId: uuid() })).toMatchObject({ errors: [{ code: 'NOT_FOUND', path: 'userId' }] });
    const id = await aGrant(permissionSetId, { userId });
    const filtered =
      'query ($filter: GrantFilterInput) { grants(filter: $filter) { nodes { id user { userName } grantedBy { name } } } }';
    expect((await ask(filtered, { filter: { userId } })).data).toEqual({
      grants: { nodes: [{ id, user: { userName: 'ada' }, grantedBy: { name: 'Owner key' } }] },
    });
    const remove = () => mutate('deletePermissionSet', { id: permissionSetId }, 'deletedId');
    expect(await remove()).toMatchObject({ deletedId: null, errors: [{ code: 'PERMISSION_SET_IN_USE' }] });
    expect(await mutate('revokeGrant', { id }, 'grant { id }')).toMatchObject({ grant: { id }, errors: [] });
    expect(await remove()).toMatchObject({ deletedId: permissionSetId, errors: [] });
  });
});

describe('a link that waits', () => {
  it('is approved on what its preview showed, and on nothing else', async () => {
    const { aGroup, aSet, aGrant, push, mutate, ask } = await anAcme();
    const groupId = await aGroup('Administrators');
    await aGrant(await aSet(['billing:pay']), { groupId });
    await push('Administrators', ['ada', 'grace']);
    const waiting = await ask<{ links: { nodes: { id: string }[] } }>(
      '{ links(filter: { states: [PENDING], kind: GROUP }) { nodes { id state reason group { name } user { id } directoryRecordName } } }',
    );
    expect(waiting.data.links.nodes).toMatchObject([
      { state: 'PENDING', reason: 'GROUP_IS_PROTECTED', group: { name: 'Administrators' }, user: null },
    ]);
    const id = waiting.data.links.nodes[0]?.id;
    const preview = await ask<{ linkPreview: { digest: string } }>(
      'query ($id: ID!) { linkPreview(id: $id) { peopleCount permissions digest link { id } } }',
      { id },
    );
    expect(preview.data.linkPreview).toMatchObject({ peopleCount: 2, permissions: ['billing:pay'], link: { id } });
    const approve = (digest: string) => mutate('approveLink', { id, digest }, 'link { state decidedBy { kind name } }');
    expect(await approve('another')).toMatchObject({
      link: null,
      errors: [{ code: 'PREVIEW_OUTDATED', path: 'digest' }],
    });
    expect(await approve(preview.data.linkPreview.digest)).toMatchObject({
      link: { state: 'ACTIVE', decidedBy: { kind: 'API_KEY', name: 'Owner key' } },
      errors: [],
    });
    expect(await mutate('rejectLink', { id }, 'link { id }')).toMatchObject({ errors: [{ code: 'LINK_NOT_PENDING' }] });
  });

  it('has no preview where it does not exist', async () => {
    const { ask } = await anAcme();
    expect((await ask('query ($id: ID!) { linkPreview(id: $id) { digest } }', { id: uuid() })).data).toEqual({
      linkPreview: null,
    });
  });
});

describe('a directory', () => {
  it('is connected with a token that is shown once, and tells what it sent', async () => {
    const { acme, mutate, push, ask } = await anAcme();
    const { directory } = await mutate<{ errors: object[]; directory: { id: string } }>(
      'createDirectory',
      { name: 'Okta', isStrict: true },
      'directory { id name status isStrict matchesGroupsBy version }',
    );
    expect(directory).toMatchObject({
      name: 'Okta',
      status: 'ACTIVE',
      isStrict: true,
      matchesGroupsBy: 'DISPLAY_NAME',
      version: 1,
    });
    const changed = await mutate(
      'updateDirectory',
      { id: directory.id, matchesGroupsBy: 'EXTERNAL_ID' },
      'directory { name matchesGroupsBy }',
    );
    expect(changed).toMatchObject({ directory: { name: 'Okta', matchesGroupsBy: 'EXTERNAL_ID' } });
    const made = await mutate<{ errors: object[]; token: string; scimToken: { id: string } }>(
      'createScimToken',
      { directoryId: directory.id },
      'token scimToken { id hint directoryId }',
    );
    expect(made.token).toMatch(/^rcscim_/);
    await push('Field Sales', ['ada']);
    const text = `query ($id: ID!) { directory(id: $id) { name tokens { hint revokedAt createdBy { kind } }
      users { nodes { resource groups { displayName } } } groups { nodes { resource members } } } }`;
    expect((await ask(text, { id: acme.directoryId })).data).toMatchObject({
      directory: {
        name: 'Entra',
        tokens: [{ revokedAt: null, createdBy: { kind: 'OPERATOR' } }],
        users: { nodes: [{ resource: { userName: 'ada' }, groups: [{ displayName: 'Field Sales' }] }] },
        groups: { nodes: [{ resource: { displayName: 'Field Sales' }, members: [{ display: 'ada' }] }] },
      },
    });
    const listed = await ask('{ directories { nodes { name tokens { hint } } } }');
    expect(JSON.stringify(listed.data)).not.toContain(made.token);
  });

  it('is not connected on a plan without SCIM', async () => {
    const { id } = await graph.domain.organizations.create({ name: 'Small', slug: `small-${uuid().slice(-8)}` });
    const operator = { kind: 'operator' as const, organizationId: id };
    const sets = await graph.domain.permissionSets.list(operator, {});
    const permissionSetId = sets.items.find((set) => set.builtIn === 'owner')?.id ?? '';
    const { key } = await graph.domain.apiKeys.create(operator, { name: 'Key', permissionSetId });
    const { data } = await graph.run(
      key,
      'mutation { createDirectory(input: { name: "Entra" }) { directory { id } errors { code } } }',
    );
    expect(data).toEqual({ createDirectory: { directory: null, errors: [{ code: 'PLAN_LACKS_SCIM' }] } });
  });
});

describe('the feed of events', () => {
  it('tells every change in order and goes on behind its cursor', async () => {
    const { aUser, aGroup, ask } = await anAcme();
    const text = `query ($after: String) { events(first: 500, after: $after) {
      nodes { type subjectId actor { kind name } data } pageInfo { hasNextPage endCursor } } }`;
    interface Answer {
      events: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    }
    // The feed stops below the oldest running transaction, and other test files share the server.
    const read = (after: string | null, count: number) =>
      vi.waitFor(async () => {
        const { events } = (await ask<Answer>(text, { after })).data;
        expect(events.nodes.length).toBeGreaterThanOrEqual(count);
        return events;
      }, 10_000);
    // The organization, its directory, the token and the key.
    const before = await read(null, 4);
    expect(before.nodes).toHaveLength(4);
    expect(before.nodes[0]).toMatchObject({ type: 'organizationCreated', actor: { kind: 'OPERATOR', name: null } });
    const userId = await aUser('ada');
    const groupId = await aGroup('Sales');
    const after = await read(before.pageInfo.endCursor, 2);
    expect(after.nodes).toMatchObject([
      {
        type: 'userCreated',
        subjectId: userId,
        actor: { kind: 'API_KEY', name: 'Owner key' },
        data: { userName: 'ada' },
      },
      { type: 'groupCreated', subjectId: groupId },
    ]);
    expect(after.pageInfo.hasNextPage).toBe(false);
  });
});
