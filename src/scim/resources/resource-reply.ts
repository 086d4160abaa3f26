import type { ResourceTable } from '../../attributes/attribute.ts';
import { isStored } from '../../attributes/canonical-resource.ts';
import { isJsonObject, type Json, type ResourceJson } from '../../attributes/json.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { etag } from '../protocol/etag.ts';
import { listResponse, type Paging } from '../protocol/list.ts';
import { project } from '../protocol/projection.ts';
import { presentResource } from '../protocol/resource-json.ts';
import { scimErrors } from '../protocol/scim-error.ts';

/** A directory user or group as GraphQL gives it. */
type DirectoryResource = {
  readonly id: string;
  readonly version: number;
  readonly resource: Json;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** Attributes kept apart from the document. An empty list is left out: RFC 7643 §2.5 calls it unassigned. */
type ReadOnlyLists = { readonly groups?: Json[]; readonly members?: Json[] };

/** Where everything that is stored is returned by default, which spares long lists the projection. */
const tablesShownWhole = new Set(
  [userTable, groupTable].filter(({ schema, extensions }) =>
    [schema, ...extensions]
      .flatMap(({ attributes }) => attributes)
      .every((attribute) => !isStored(attribute) || ['always', 'default'].includes(attribute.returned)),
  ),
);

/** The resource as the client wants to see it. */
export function presented(
  exchange: Exchange,
  table: ResourceTable,
  stored: DirectoryResource,
  lists: ReadOnlyLists,
): ResourceJson {
  const resource = presentResource({
    table,
    id: stored.id,
    resource: documentOf(stored),
    createdAt: stored.createdAt,
    lastModified: stored.updatedAt,
    version: stored.version,
    location: locationOf(exchange, table, stored.id),
    readOnly: {
      ...(lists.groups?.length ? { groups: lists.groups } : {}),
      ...(lists.members?.length ? { members: lists.members } : {}),
    },
    baseUrl: exchange.baseUrl,
  });
  const isShownWhole = exchange.projection.kind === 'all' && tablesShownWhole.has(table);
  return isShownWhole ? resource : project(resource, exchange.projection, table);
}

/** One resource with its ETag; a GET of what the client has already is a 304 (RFC 7644 §3.14). */
export function resourceReply(
  exchange: Exchange,
  stored: DirectoryResource,
  body: ResourceJson,
  extra: Partial<Reply> = {},
): Reply {
  const headers = { ETag: etag(stored.version), ...extra.headers };
  if (exchange.call.method === 'GET' && exchange.hasSeen(stored.version)) return { ...extra, status: 304, headers };
  return { status: 200, body, ...extra, headers };
}

/** A page of resources; `outcome` names the read in the provisioning log. */
export function listReply(
  outcome: string,
  { startIndex }: Paging,
  totalResults: number,
  resources: ResourceJson[],
): Reply {
  const body = listResponse({ resources, totalResults, startIndex });
  return { status: 200, body, outcome, detail: { totalResults } };
}

export function locationOf(exchange: Exchange, table: ResourceTable, id: string): string {
  return `${exchange.baseUrl}${table.endpoint}/${encodeURIComponent(id)}`;
}

/** The stored SCIM document, which the schema knows only as JSON. */
export function documentOf({ resource }: DirectoryResource): ResourceJson {
  return isJsonObject(resource) ? resource : {};
}

/** What a mutation answers beside an empty list of errors. */
export function written<Resource>(resource: Resource | null | undefined): Resource {
  if (resource === null || resource === undefined) throw scimErrors.internal();
  return resource;
}
