import type { ScimAnswer, ScimConnection } from './scim-connection.ts';
import { equals, isJsonObject, type JsonObject, listResponseUrn } from './scim-wire.ts';
import { incompatible, QuarantineError, SimulationFailure } from './simulation-failure.ts';

export type Collection = '/Users' | '/Groups';

/** The one resource whose matching attribute has the value, or undefined; several are DuplicateTargetEntries. */
export async function findMatch(
  connection: ScimConnection,
  collection: Collection,
  attribute: string,
  value: string,
): Promise<JsonObject | undefined> {
  const answer = await connection
    .request({ method: 'GET', path: collection, query: matchQuery(collection, equals(attribute, value)) })
    .catch((error: unknown) => {
      if (error instanceof SimulationFailure && error.status === 404) {
        throw new QuarantineError(error, 'A filter without a hit must be answered with 200 and an empty list.');
      }
      throw error;
    });
  const resources = listedResources(answer);
  if (resources.length > 1) {
    throw new SimulationFailure({
      code: 'DuplicateTargetEntries',
      message: `${resources.length} resources match ${attribute} "${value}".`,
      request: answer.request,
      status: answer.status,
    });
  }
  const [match] = resources;
  if (match && collection === '/Groups') requireNoMembers(match, answer);
  return match;
}

/** Entra writes excludedAttributes before the filter. */
function matchQuery(collection: Collection, filter: string): [string, string][] {
  return collection === '/Groups'
    ? [
        ['excludedAttributes', 'members'],
        ['filter', filter],
      ]
    : [['filter', filter]];
}

/** The resources of a ListResponse; anything else is incompatible (RFC 7644 §3.4.2). */
export function listedResources(answer: ScimAnswer): JsonObject[] {
  const { body } = answer;
  if (!isJsonObject(body) || !Array.isArray(body.schemas) || !body.schemas.includes(listResponseUrn)) {
    throw incompatible(answer.request, answer.status, 'A query must be answered with a ListResponse.');
  }
  const resources = body.Resources ?? [];
  if (typeof body.totalResults !== 'number' || !Array.isArray(resources) || !resources.every(isJsonObject)) {
    throw incompatible(answer.request, answer.status, 'totalResults must be a number and Resources a list of objects.');
  }
  return resources;
}

/** A resource with its id, as the answer to POST or GET by id must carry it. */
export function resourceOf(answer: ScimAnswer): JsonObject & { id: string } {
  const { body } = answer;
  if (!isJsonObject(body)) throw incompatible(answer.request, answer.status, 'The answer is not a SCIM resource.');
  const { id } = body;
  if (typeof id !== 'string' || id === '') throw incompatible(answer.request, answer.status, 'The resource has no id.');
  return { ...body, id };
}

/** A server that answers members although they were excluded makes Entra replace memberships with partial lists. */
export function requireNoMembers(resource: JsonObject, answer: ScimAnswer): void {
  if (!('members' in resource)) return;
  throw new SimulationFailure({
    code: 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse',
    message: 'The answer carries members although excludedAttributes=members was asked for.',
    request: answer.request,
    status: answer.status,
  });
}
