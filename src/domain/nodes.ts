import type { Database } from '../database/database.ts';
import { prepared } from '../database/statement.ts';
import { type Actor, requireReader } from './actors/actor.ts';
import { inOrderOf, isId } from './id.ts';

/** The tables of the objects that have an id of their own, each with its kind. */
const tables = [
  ['users', 'user'],
  ['groups', 'group'],
  ['permission_sets', 'permissionSet'],
  ['spaces', 'space'],
  ['grants', 'grant'],
  ['api_keys', 'apiKey'],
  ['connections', 'ssoConnection'],
  ['directories', 'directory'],
  ['scim_tokens', 'scimToken'],
  ['oauth_clients', 'oauthClient'],
  ['oauth_client_secrets', 'oauthClientSecret'],
  ['workload_identities', 'workloadIdentity'],
  ['directory_users', 'directoryUser'],
  ['directory_groups', 'directoryGroup'],
  ['user_links', 'link'],
  ['group_links', 'link'],
  ['email_domains', 'emailDomain'],
  ['domain_events', 'domainEvent'],
  ['provisioning_events', 'provisioningEvent'],
] as const;

export type NodeKind = (typeof tables)[number][1] | 'organization';

export interface FoundNode {
  id: string;
  kind: NodeKind;
  /** Whose record it is; null for what no directory sent. */
  directoryId: string | null;
}

const ofDirectory = new Set(['directory_users', 'directory_groups']);
const lookUps = tables.map(([table, kind]) => {
  const directory = ofDirectory.has(table) ? 'directory_id' : 'null::uuid';
  return `select '${kind}' as kind, ${directory} as "directoryId" from ${table} where organization_id = $1 and id = asked.id`;
});

/** Ids are unique over all tables, so that at most one has a row; each is looked up by its primary key. */
const findNodes = prepared<FoundNode>(
  'nodes_find',
  `select asked.id, found.kind, found."directoryId"
     from unnest($2::uuid[]) as asked(id)
    cross join lateral (
      ${lookUps.join('\n union all ')}
       union all select 'organization', null from organizations where organization_id = $1 and $1 = asked.id offset 0) found`,
);

/** What an id of the organization stands for, without reading it: that is for the use cases of its kind to allow. */
export class Nodes {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** The kinds of the ids, in their order; undefined for an unknown id. For loaders. */
  async find(actor: Actor, ids: readonly string[]): Promise<(FoundNode | undefined)[]> {
    requireReader(actor);
    return inOrderOf(ids, await this.#database.run(actor.organizationId, findNodes, ids.filter(isId)));
  }
}
