import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { DomainError } from '../domain/domain-error.ts';
import type { FoundNode, NodeKind } from '../domain/nodes.ts';
import { GraphContext } from './context.ts';
import { emailDomainsById } from './email-domains/email-domain.loader.ts';
import { groupsById } from './groups/group.loader.ts';
import {
  apiKeysById,
  directoriesById,
  domainEventsById,
  grantsById,
  linksById,
  nodesById,
  provisioningEventsById,
  scimTokensById,
  spacesById,
} from './node.loader.ts';
import { type NamedNode, NodeType } from './node.type.ts';
import { oauthClientSecretsById, oauthClientsById } from './oauth-clients/oauth-client.loader.ts';
import { permissionSetsById } from './permissions/permission-set.loader.ts';
import { ssoConnectionsById } from './sso-connections/sso-connection.loader.ts';
import { usersById } from './users/user.loader.ts';
import { workloadIdentitiesById } from './workload-identities/workload-identity.loader.ts';

/** The most objects that one field may ask for by id. */
const NODES_MAX = 100;

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, {
    nullable: true,
    description:
      'Any object by its id, to be read by `... on User` and its like; null for an unknown id. It needs what the query of its kind needs.',
  })
  node(
    @Arg('id', () => ID, { description: 'The id of the object.' }) id: string,
    @Ctx() context: GraphContext,
  ): Promise<NamedNode | null> {
    return readNode(context, id);
  }

  @Query(() => [NodeType], {
    nullable: 'items',
    description: 'Several objects by their ids, in their order; null in the place of an unknown id.',
  })
  async nodes(
    @Arg('ids', () => [ID], { description: `The ids, at most ${NODES_MAX}.` }) ids: string[],
    @Ctx() context: GraphContext,
  ): Promise<(NamedNode | null)[]> {
    if (ids.length > NODES_MAX) {
      throw new DomainError('tooMany', `At most ${NODES_MAX} objects are read at once.`, { path: 'ids' });
    }
    return Promise.all(ids.map((id) => readNode(context, id)));
  }
}

type Read = (context: GraphContext, found: FoundNode) => Promise<{ id: string } | undefined>;

/** How each kind is read, by the use case that authorizes it, and what its type is called. */
const kinds: Readonly<Record<NodeKind, { typeName: string; read: Read }>> = {
  user: { typeName: 'User', read: ({ load }, { id }) => load(usersById, id) },
  group: { typeName: 'Group', read: ({ load }, { id }) => load(groupsById, id) },
  permissionSet: { typeName: 'PermissionSet', read: ({ load }, { id }) => load(permissionSetsById, id) },
  space: { typeName: 'Space', read: ({ load }, { id }) => load(spacesById, id) },
  grant: { typeName: 'Grant', read: ({ load }, { id }) => load(grantsById, id) },
  apiKey: { typeName: 'ApiKey', read: ({ load }, { id }) => load(apiKeysById, id) },
  ssoConnection: { typeName: 'SsoConnection', read: ({ load }, { id }) => load(ssoConnectionsById, id) },
  directory: { typeName: 'Directory', read: ({ load }, { id }) => load(directoriesById, id) },
  scimToken: { typeName: 'ScimToken', read: ({ load }, { id }) => load(scimTokensById, id) },
  oauthClient: { typeName: 'OAuthClient', read: ({ load }, { id }) => load(oauthClientsById, id) },
  oauthClientSecret: { typeName: 'OAuthClientSecret', read: ({ load }, { id }) => load(oauthClientSecretsById, id) },
  workloadIdentity: { typeName: 'WorkloadIdentity', read: ({ load }, { id }) => load(workloadIdentitiesById, id) },
  directoryUser: {
    typeName: 'DirectoryUser',
    read: async ({ domain, actor }, { id, directoryId }) =>
      domain.directoryUsers.find(await actor(), { id, directoryId: directoryId ?? '', withGroups: true }),
  },
  directoryGroup: {
    typeName: 'DirectoryGroup',
    read: async ({ domain, actor }, { id, directoryId }) =>
      domain.directoryGroups.find(await actor(), { id, directoryId: directoryId ?? '' }),
  },
  link: { typeName: 'Link', read: ({ load }, { id }) => load(linksById, id) },
  emailDomain: { typeName: 'EmailDomain', read: ({ load }, { id }) => load(emailDomainsById, id) },
  domainEvent: { typeName: 'DomainEvent', read: ({ load }, { id }) => load(domainEventsById, id) },
  provisioningEvent: { typeName: 'ProvisioningEvent', read: ({ load }, { id }) => load(provisioningEventsById, id) },
  organization: {
    typeName: 'Organization',
    read: async ({ domain, actor }) => domain.organizations.get(await actor()),
  },
};

async function readNode(context: GraphContext, id: string): Promise<NamedNode | null> {
  const found = await context.load(nodesById, id);
  if (!found) return null;
  const { typeName, read } = kinds[found.kind];
  const row = await read(context, found);
  return row ? { ...row, __typename: typeName } : null;
}
