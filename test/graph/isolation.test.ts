import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graph/schema.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';
import { type RootField, rootFields } from './root-fields.ts';

let graph: OpenGraph;
let acme: GraphOrganization;
let globex: GraphOrganization;
/** The id of one object of each kind, all of Acme. */
let ids: Record<string, string>;
beforeAll(async () => {
  graph = await openGraph();
  [acme, globex] = [await graph.anOrganization(), await graph.anOrganization()];
  const { domain } = graph;
  const { operator, directoryId } = acme;
  const user = await domain.users.create(operator, { userName: 'ada' });
  const group = await domain.groups.create(operator, { name: 'Administrators' });
  const set = await domain.permissionSets.create(operator, { name: 'Pay', permissions: ['billing:pay'] });
  const grant = await domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
  const call = { requestId: 'r', method: 'POST', path: '/' };
  const person = await domain.directoryUsers.create(operator, call, { directoryId, resource: { userName: 'grace' } });
  const pushed = await domain.directoryGroups.create(operator, call, {
    directoryId,
    resource: { displayName: 'Administrators' },
    memberIds: [person.id],
  });
  const links = await domain.links.list(operator, { states: ['pending'] }, {});
  const keys = await domain.apiKeys.list(operator, {});
  const tokens = await domain.scimTokens.list(operator, directoryId);
  const oauth = await domain.oauthClients.create(operator, { directoryId, name: 'Entra' });
  const { customSchema } = await domain.customSchemas.create(operator, {
    urn: 'urn:acme:2.0:User',
    resourceType: 'User',
    attributes: [{ name: 'badge' }],
  });
  ids = {
    customSchema: customSchema.id,
    user: user.id,
    group: group.id,
    set: set.id,
    grant: grant.id,
    directory: directoryId,
    person: person.id,
    pushed: pushed.id,
    link: links.items[0]?.id ?? '',
    key: keys.items[0]?.id ?? '',
    token: tokens[0]?.id ?? '',
    oauthClient: oauth.oauthClient.id,
    oauthClientSecret: oauth.oauthClientSecret.id,
  };
  return () => graph.close();
});

/** Every query or mutation that takes an id, once with each id of Acme. */
async function fieldsByIdOf(operation: 'query' | 'mutation'): Promise<RootField[]> {
  const schema = await createSchema();
  return Object.values(ids).flatMap((id) =>
    rootFields(schema, { ID: `"${id}"`, String: '"screens:view"' }).filter(
      (field) => field.operation === operation && field.text.includes(id),
    ),
  );
}

describe('security 10: the owner of another organization', () => {
  it('finds nothing by any id, through any query', async () => {
    for (const { name, text } of await fieldsByIdOf('query')) {
      const { data, errors } = await graph.run(globex.ownerKey, text);
      const isRefused = errors?.[0]?.extensions?.reason === 'NOT_FOUND';
      if (!isRefused) expect([null, [null], { totalCount: 0 }], text).toContainEqual(data?.[name]);
    }
  });

  it('changes nothing by any id, through any mutation', async () => {
    // Nothing changes without a domain event.
    const before = await graph.historyOf(acme);
    for (const { name, text } of await fieldsByIdOf('mutation')) {
      // Counts calls that were refused, and answers everybody the same.
      if (name === 'reportRefusedCalls') continue;
      const answer = await graph.run<Record<string, { errors: { code: string }[] }> | null>(globex.ownerKey, text);
      const code = answer.data?.[name]?.errors[0]?.code ?? answer.errors?.[0]?.extensions?.reason;
      // The directory layer is written by its directory only, whoever asks.
      const isDirectoryWrite = name === 'reportProvisioningEvents' || /^[a-z]+Directory(User|Group)$/.test(name);
      // A key has no session, whose organization could be another.
      const isForPeople = name === 'switchOrganization';
      expect(isDirectoryWrite || isForPeople ? ['FORBIDDEN'] : ['NOT_FOUND', 'INVALID_VALUE'], text).toContain(code);
    }
    expect(await graph.historyOf(acme)).toEqual(before);
  });

  it('sees nothing of it in lists and counts', async () => {
    const text = `{ users { nodes { id } } groups { nodes { id } } permissionSets { nodes { name } } grants { nodes { id } }
      links { nodes { id } } directories { nodes { id users { nodes { id } } groups { nodes { id } } } } apiKeys { nodes { id } } events { nodes { subjectId } } }`;
    const { data, errors } = await graph.run(globex.ownerKey, text);
    expect(errors).toBeUndefined();
    for (const [kind, id] of Object.entries(ids)) expect(JSON.stringify(data), kind).not.toContain(id);
  });

  it('joins nothing of it to its own', async () => {
    const group = await graph.domain.groups.create(globex.operator, { name: 'Ours' });
    const set = await graph.domain.permissionSets.create(globex.operator, {
      name: 'Ours',
      permissions: ['screens:view'],
    });
    const text = `mutation ($group: ID!, $set: ID!, $user: ID!, $theirGroup: ID!, $theirSet: ID!) {
      addGroupMembers(input: { groupId: $group, userIds: [$user] }) { errors { code path } }
      toTheirGroup: grantPermissionSet(input: { permissionSetId: $set, groupId: $theirGroup }) { errors { code path } }
      toTheirUser: grantPermissionSet(input: { permissionSetId: $set, userId: $user }) { errors { code path } }
      theirSet: grantPermissionSet(input: { permissionSetId: $theirSet, groupId: $group }) { errors { code path } }
      createApiKey(input: { name: "x", permissionSetId: $theirSet }) { errors { code path } } }`;
    const variables = { group: group.id, set: set.id, user: ids.user, theirGroup: ids.group, theirSet: ids.set };
    expect((await graph.run(globex.ownerKey, text, variables)).data).toEqual({
      addGroupMembers: { errors: [{ code: 'INVALID_VALUE', path: 'userIds' }] },
      toTheirGroup: { errors: [{ code: 'NOT_FOUND', path: 'groupId' }] },
      toTheirUser: { errors: [{ code: 'NOT_FOUND', path: 'userId' }] },
      theirSet: { errors: [{ code: 'NOT_FOUND', path: 'permissionSetId' }] },
      createApiKey: { errors: [{ code: 'NOT_FOUND', path: 'permissionSetId' }] },
    });
  });
});
