// Any object by its id: read by the use case of its kind, so that it shows no more than the query of that kind.
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
  return () => graph.close();
});

interface Furnished {
  acme: GraphOrganization;
  /** An id of each type, with a field that tells the object and what it answers. */
  nodes: Record<string, { id: string; field: string; value: unknown; permission?: string }>;
}

/** An organization with one object of each kind. */
async function furnished(): Promise<Furnished> {
  const acme = await graph.anOrganization();
  const { domain } = graph;
  const { operator, directoryId } = acme;
  const actor = {
    kind: 'directory',
    organizationId: acme.id,
    directoryId,
    tokenId: uuid(),
    scopes: allScopes,
  } as const;
  const call = { requestId: 'r', method: 'POST', path: '/Users' };
  const user = await domain.users.create(operator, { userName: 'ada' });
  const group = await domain.groups.create(operator, { name: 'Marketing' });
  const set = await domain.permissionSets.create(operator, { name: 'Viewers', permissions: ['screens:view'] });
  const space = await domain.spaces.create(operator, { name: 'Lobby' });
  const grant = await domain.grants.grant(operator, { groupId: group.id, permissionSetId: set.id });
  const { apiKey } = await domain.apiKeys.create(operator, { name: 'Back end', permissionSetId: set.id });
  const { scimToken } = await domain.scimTokens.create(operator, { directoryId });
  const oauth = await domain.oauthClients.create(operator, { directoryId, name: 'Entra client' });
  const claims = { tenantId: uuid(), audience: `api://${uuid()}`, subject: 'subject' };
  const identity = await domain.workloadIdentities.set(operator, { directoryId, ...claims });
  const connection = await domain.connections.create(operator, {
    protocol: 'oidc',
    issuer: 'https://acme.okta.example',
    clientId: 'client',
    clientSecret: 'secret',
  });
  const emailDomain = await domain.emailDomains.add(operator, 'acme.example');
  const resource = { userName: 'eve' };
  const directoryUser = await domain.directoryUsers.create(actor, call, { directoryId, resource });
  const pushed = { directoryId, resource: { displayName: 'Sales' }, memberIds: [] };
  const directoryGroup = await domain.directoryGroups.create(actor, call, pushed);
  const links = await domain.links.list(operator, {}, {});
  const sent = await domain.provisioningEvents.list(operator, directoryId, {});
  const [firstEvent] = await graph.historyOf(acme);
  const directories = 'rollcall:directories';
  return {
    acme,
    nodes: {
      User: { id: user.id, field: 'userName', value: 'ada' },
      Group: { id: group.id, field: 'name', value: 'Marketing' },
      PermissionSet: { id: set.id, field: 'permissions', value: ['screens:view'] },
      Space: { id: space.id, field: 'name', value: 'Lobby' },
      Grant: { id: grant.id, field: 'group { name }', value: { name: 'Marketing' } },
      ApiKey: { id: apiKey.id, field: 'name', value: 'Back end', permission: 'rollcall:keys' },
      Directory: { id: directoryId, field: 'name', value: 'Entra', permission: directories },
      ScimToken: { id: scimToken.id, field: 'hint', value: scimToken.hint, permission: directories },
      OAuthClient: { id: oauth.oauthClient.id, field: 'name', value: 'Entra client', permission: directories },
      OAuthClientSecret: {
        id: oauth.oauthClientSecret.id,
        field: 'hint',
        value: oauth.clientSecret.slice(-4),
        permission: directories,
      },
      WorkloadIdentity: { id: identity.id, field: 'tenantId', value: claims.tenantId, permission: directories },
      DirectoryUser: {
        id: directoryUser.id,
        field: 'resource',
        value: directoryUser.resource,
        permission: directories,
      },
      DirectoryGroup: { id: directoryGroup.id, field: 'resource', value: pushed.resource, permission: directories },
      Link: { id: links.items[0]?.id ?? '', field: 'directoryRecordName', value: 'eve' },
      SsoConnection: {
        id: connection.id,
        field: 'issuer',
        value: 'https://acme.okta.example',
        permission: 'rollcall:connections',
      },
      EmailDomain: {
        id: emailDomain.id,
        field: 'domain',
        value: 'acme.example',
        permission: 'rollcall:connections',
      },
      DomainEvent: { id: firstEvent ?? '', field: 'type', value: 'organizationCreated', permission: 'rollcall:audit' },
      ProvisioningEvent: { id: sent.items[0]?.id ?? '', field: 'path', value: '/Users', permission: directories },
      Organization: { id: acme.id, field: 'plan', value: 'ENTERPRISE' },
    },
  };
}

const byId = (fragments = '') => `query ($id: ID!) { node(id: $id) { __typename id ${fragments} } }`;

describe('node', () => {
  it('reads one object of each kind, and each type of an id is one', async () => {
    const { acme, nodes } = await furnished();
    for (const [type, { id, field, value }] of Object.entries(nodes)) {
      const answer = await graph.run(acme.ownerKey, byId(`... on ${type} { ${field} }`), { id });
      const name = field.split(' ')[0] ?? '';
      expect(answer, type).toEqual({ data: { node: { __typename: type, id, [name]: value } } });
    }
    const schema = await createSchema();
    const node = schema.getType('Node');
    const implementing = schema.toConfig().types.flatMap((type) => {
      return 'getInterfaces' in type && type.getInterfaces().some((other) => other === node) ? [type.name] : [];
    });
    expect(implementing.toSorted()).toEqual(Object.keys(nodes).toSorted());
    expect(graph.failures).toEqual([]);
  });

  it('is null for an unknown id and for an id of another organization', async () => {
    const { nodes } = await furnished();
    const other = await graph.anOrganization();
    for (const id of [uuid(), '', 'no id', ...Object.values(nodes).map((node) => node.id)]) {
      expect(await graph.run(other.ownerKey, byId(), { id })).toEqual({ data: { node: null } });
    }
  });

  it('needs what the query of the kind needs, and answers as that does', async () => {
    const { acme, nodes } = await furnished();
    const key = await graph.aKey(acme, ['screens:view']);
    for (const [type, { id, permission }] of Object.entries(nodes)) {
      const { data, errors } = await graph.run(key, byId(), { id });
      expect([type, errors?.[0]?.message]).toEqual([type, permission && `This needs the permission ${permission}.`]);
      expect([type, (data as { node: object | null }).node === null]).toEqual([type, permission !== undefined]);
      if (permission) expect(errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', reason: 'FORBIDDEN' });
    }
  });

  it('tells a directory token that it reads only its own directory, whatever the id', async () => {
    const { acme, nodes } = await furnished();
    for (const id of [uuid(), ...Object.values(nodes).map((node) => node.id)]) {
      const { errors } = await graph.run(acme.scimToken, byId(), { id });
      expect(errors?.[0]).toMatchObject({ message: 'A directory token reads only its own directory.' });
    }
  });

  it('is UNAUTHENTICATED without a bearer, also for an unknown id', async () => {
    const { errors } = await graph.run(undefined, byId(), { id: uuid() });
    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});

describe('nodes', () => {
  const several = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';

  it('come in the order of the ids, null in the place of an unknown one', async () => {
    const { acme, nodes } = await furnished();
    const other = await furnished();
    const [user, group] = [nodes.User?.id ?? '', nodes.Group?.id ?? ''];
    const ids = [group, uuid(), user, other.nodes.User?.id ?? '', group];
    expect(await graph.run(acme.ownerKey, several, { ids })).toEqual({
      data: {
        nodes: [
          { __typename: 'Group', id: group },
          null,
          { __typename: 'User', id: user },
          null,
          { __typename: 'Group', id: group },
        ],
      },
    });
  });

  it('cost one statement to tell them apart and one a kind', async () => {
    const { acme } = await furnished();
    const { domain } = graph;
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4]) {
      ids.push((await domain.users.create(acme.operator, { userName: `user-${n}` })).id);
      ids.push((await domain.groups.create(acme.operator, { name: `Group ${n}` })).id);
      ids.push((await domain.spaces.create(acme.operator, { name: `Space ${n}` })).id);
    }
    await graph.run(acme.ownerKey, '{ organization { id } }');
    await domain.settled();
    expect(await graph.countStatements(() => graph.run(acme.ownerKey, several, { ids }))).toBe(4);
  });

  it('are at most 100', async () => {
    const { acme } = await furnished();
    const ids = Array.from({ length: 101 }, () => uuid());
    const { errors } = await graph.run(acme.ownerKey, several, { ids });
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', reason: 'TOO_MANY' });
    expect((await graph.run(acme.ownerKey, several, { ids: ids.slice(1) })).errors).toBeUndefined();
  });
});
