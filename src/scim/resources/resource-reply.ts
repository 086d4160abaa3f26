import type { ResourceTable } from '../../attributes/attribute.ts';
import { isJsonObject, type Json, type JsonObject, type ResourceJson } from '../../attributes/json.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import { isStored } from '../../attributes/stored-attribute.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { listPieces, resourcePieces, type Shown } from '../json-pieces.ts';
import { etag } from '../protocol/etag.ts';
import { project, type ReturnedRules } from '../protocol/projection.ts';
import { presentResource } from '../protocol/resource-json.ts';
import { scimErrors } from '../protocol/scim-error.ts';

/** A directory user or group as GraphQL gives it. */
type DirectoryResource = {
  readonly id: string;
  readonly version: number;
  readonly resource: Json;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly returnedRules: Json;
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
  return projected(exchange, table, resource, returnedRulesOf(stored));
}

/** What of a resource the client asked for. */
export function projected(
  exchange: Exchange,
  table: ResourceTable,
  resource: ResourceJson,
  returned?: ReturnedRules,
): ResourceJson {
  const isShownWhole = exchange.projection.kind === 'all' && !returned && tablesShownWhole.has(table);
  return isShownWhole ? resource : project(resource, exchange.projection, table, returned);
}

/** How attributes that the organization declared are returned, which the schema knows only as JSON. */
function returnedRulesOf({ returnedRules }: DirectoryResource): ReturnedRules | undefined {
  if (!isJsonObject(returnedRules)) return undefined;
  return new Map(
    Object.entries(returnedRules).flatMap(([path, rule]) =>
      rule === 'always' || rule === 'request' ? [[path.toLowerCase(), rule]] : [],
    ),
  );
}

/**
 * One resource with its ETag and its addresses: `Content-Location` is `meta.location` (RFC 7643 §3.1), `Location` stands in the
 * answers of RFC 7644 §3.3 to §3.5. A GET of what the client has already is a 304, of what it does not expect a 412 (§3.14).
 */
export function resourceReply(
  exchange: Exchange,
  table: ResourceTable,
  stored: DirectoryResource,
  shown: Shown,
  extra: Partial<Reply> = {},
): Reply {
  const location = locationOf(exchange, table, stored.id);
  const headers = { ETag: etag(stored.version), Location: location, 'Content-Location': location };
  if (exchange.isRead) {
    if (exchange.ifVersions !== null && !exchange.ifVersions.includes(stored.version))
      throw scimErrors.preconditionFailed('The resource has another version than If-Match names');
    if (exchange.hasSeen(stored.version)) return { ...extra, status: 304, headers };
  }
  if (shown.moreMembers === undefined) return { status: 200, body: shown.resource, ...extra, headers };
  return { status: 200, pieces: resourcePieces(shown), ...extra, headers };
}

/** Up to so many resources go out in one piece, with the length of the answer. */
const SHORT_LIST = 10;

/**
 * A list: what `envelope` says of it, then its items, each presented when its turn comes. `outcome` names the read in the
 * provisioning log.
 */
export function listReply<Item>(
  outcome: string,
  envelope: JsonObject & { readonly totalResults: number },
  items: readonly Item[],
  present: (item: Item) => Shown,
): Reply {
  const reply = { status: 200, outcome, detail: { totalResults: envelope.totalResults } };
  if (items.length > SHORT_LIST) return { ...reply, pieces: listPieces(envelope, presentedInTurn(items, present)) };
  const shown = items.map(present);
  if (shown.some(({ moreMembers }) => moreMembers !== undefined))
    return { ...reply, pieces: listPieces(envelope, shown) };
  return { ...reply, body: { ...envelope, Resources: shown.map(({ resource }) => resource) } };
}

function* presentedInTurn<Item>(items: readonly Item[], present: (item: Item) => Shown): Iterable<Shown> {
  for (const item of items) yield present(item);
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
