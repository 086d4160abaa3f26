import { isJsonObject, type Json, type JsonObject } from '../../attributes/json.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import { BULK_REQUEST } from '../../attributes/urns.ts';
import { memberNamed } from '../protocol/member-named.ts';
import { ScimError, scimErrors } from '../protocol/scim-error.ts';
import { referenceIn } from './bulk-references.ts';

/** RFC 7644 §3.7.4: more is a 413 that names the limit. */
export const BULK_OPERATIONS_MAX = 1000;
const BULK_ID_LENGTH_MAX = 128;
/** Encoded. Ours have 36 characters; a bulkId may stand for one a thousand times. */
const ID_LENGTH_MAX = 128;
/** As written, without the query. */
const PATH_LENGTH_MAX = 2048;

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type BulkOperation = {
  readonly method: (typeof methods)[number];
  /** `/Users` or `/Groups`. */
  readonly endpoint: string;
  /** What follows the endpoint, decoded; "" in a POST. It may be a `bulkId:` reference. */
  readonly id: string;
  readonly bulkId: string | undefined;
  readonly version: string | undefined;
  /** Empty in a DELETE. */
  readonly body: JsonObject;
};

/** An operation as it was sent, or what is wrong with it alone. */
export type BulkEntry = { readonly operation: BulkOperation } | { readonly problem: ScimError; readonly sent: Json };

export type BulkRequest = { readonly failOnErrors: number | undefined; readonly entries: BulkEntry[] };

const endpointsByName = new Map(
  [userTable, groupTable].map(({ endpoint }) => [endpoint.slice(1).toLowerCase(), endpoint]),
);

/**
 * The operations of a bulk request (RFC 7644 §3.7). Names and methods are read in any case, `schemas` may be missing. 400
 * `invalidSyntax` for what is no bulk request, 413 for too many operations; what is wrong with one operation is its own result.
 */
export function readBulkRequest(body: JsonObject): BulkRequest {
  checkSchemas(memberNamed(body, 'schemas'));
  const operations = memberNamed(body, 'operations');
  if (!Array.isArray(operations) || operations.length === 0)
    throw scimErrors.invalidSyntax('"Operations" must be a list of at least one operation');
  if (operations.length > BULK_OPERATIONS_MAX) {
    const detail = `The bulk request has ${operations.length} operations; nothing was done, at most ${BULK_OPERATIONS_MAX} are (maxOperations)`;
    throw scimErrors.payloadTooLarge(detail);
  }
  const failOnErrors = readFailOnErrors(memberNamed(body, 'failonerrors'));
  return { failOnErrors, entries: refuseDoubles(operations.map(readEntry)) };
}

/** The `bulkId` of an operation, whatever else is wrong with it; undefined where it is none itself. */
export function bulkIdOf(sent: Json): string | undefined {
  const bulkId = isJsonObject(sent) ? memberNamed(sent, 'bulkid') : undefined;
  return typeof bulkId === 'string' && bulkId !== '' && bulkId.length <= BULK_ID_LENGTH_MAX ? bulkId : undefined;
}

/** Where the resource of an operation is, below the directory's address, whatever else is wrong with it; not of a POST. */
export function resourcePathOf(sent: Json): string | undefined {
  const path = isJsonObject(sent) ? memberNamed(sent, 'path') : undefined;
  try {
    const { endpoint, id } = readPath(path, '');
    return id === '' || referenceIn(id) !== undefined ? undefined : `${endpoint}/${encodeURIComponent(id)}`;
  } catch {
    return undefined;
  }
}

function checkSchemas(schemas: Json | undefined): void {
  if (schemas === undefined || schemas === null) return;
  const isBulk = (urn: Json) => typeof urn === 'string' && urn.toLowerCase() === BULK_REQUEST.toLowerCase();
  if (!(Array.isArray(schemas) ? schemas : [schemas]).some(isBulk))
    throw scimErrors.invalidSyntax(`"schemas" must name ${BULK_REQUEST}`);
}

function readFailOnErrors(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && Number(value) > 0) return Number(value);
  throw scimErrors.invalidValue('"failOnErrors" must be a whole number of at least 1');
}

function readEntry(sent: Json, position: number): BulkEntry {
  try {
    return { operation: readOperation(sent, `Operations[${position}]`) };
  } catch (error) {
    if (error instanceof ScimError) return { problem: error, sent };
    throw error;
  }
}

function readOperation(sent: Json, place: string): BulkOperation {
  if (!isJsonObject(sent)) throw scimErrors.invalidSyntax(`${place} must be an object`);
  const written = memberNamed(sent, 'method');
  const method = methods.find((name) => typeof written === 'string' && name === written.toUpperCase());
  if (method === undefined) throw scimErrors.invalidSyntax(`${place}.method must be one of ${methods.join(', ')}`);
  const { endpoint, id } = readPath(memberNamed(sent, 'path'), place);
  if ((id === '') !== (method === 'POST')) {
    const wanted = method === 'POST' ? 'an endpoint such as /Users' : 'a resource such as /Users/{id}';
    throw scimErrors.invalidPath(`${place}.path must be ${wanted} for ${method}`);
  }
  const bulkId = memberNamed(sent, 'bulkid');
  if (bulkId !== undefined && bulkId !== null && bulkIdOf(sent) === undefined)
    throw scimErrors.invalidValue(`${place}.bulkId must be a string of at most ${BULK_ID_LENGTH_MAX} characters`);
  const version = memberNamed(sent, 'version');
  if (version !== undefined && version !== null && typeof version !== 'string')
    throw new ScimError(400, `${place}.version must be a string`, 'invalidVers');
  const body = memberNamed(sent, 'data');
  if (method !== 'DELETE' && !isJsonObject(body)) throw scimErrors.invalidSyntax(`${place}.data must be an object`);
  return {
    method,
    endpoint,
    id,
    bulkId: bulkIdOf(sent),
    version: typeof version === 'string' ? version : undefined,
    body: method !== 'DELETE' && isJsonObject(body) ? body : {},
  };
}

/** A bulk request holds operations on resources, never another bulk request, a search or a discovery. */
function readPath(path: Json | undefined, place: string): { endpoint: string; id: string } {
  if (typeof path !== 'string') throw scimErrors.invalidSyntax(`${place}.path must be a string`);
  const [address = ''] = path.split('?', 1);
  if (address.length > PATH_LENGTH_MAX)
    throw scimErrors.notFound(`${place}.path must not be longer than ${PATH_LENGTH_MAX} characters`);
  const [name = '', segment = '', ...rest] = address.split('/').filter((part) => part !== '');
  const endpoint = endpointsByName.get(name.toLowerCase());
  if (endpoint === undefined || rest.length > 0)
    throw scimErrors.notFound(`${place}.path must begin with ${[...endpointsByName.values()].join(' or ')}`);
  const id = decoded(segment);
  if (id === undefined) throw scimErrors.invalidPath(`${place}.path is not encoded correctly`);
  if (id.toLowerCase() === '.search')
    throw scimErrors.notFound(`${place}.path must be that of a resource, not of a search`);
  // A reference may be as long as a bulkId; what is longer leads nowhere and is found there.
  if (referenceIn(id) === undefined && encodeURIComponent(id).length > ID_LENGTH_MAX)
    throw scimErrors.notFound(
      `${place}.path has an id of more than ${ID_LENGTH_MAX} characters, which no resource has`,
    );
  return { endpoint, id };
}

/** Undefined for what is no text once it is decoded, or could not be encoded again: half a surrogate pair. */
function decoded(segment: string): string | undefined {
  try {
    const id = decodeURIComponent(segment);
    return id.isWellFormed() ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A bulkId that stands for two operations stands for none: all of them are refused. */
function refuseDoubles(entries: readonly BulkEntry[]): BulkEntry[] {
  const counts = new Map<string, number>();
  const bulkIds = entries.map((entry) => ('operation' in entry ? entry.operation.bulkId : bulkIdOf(entry.sent)));
  for (const bulkId of bulkIds) if (bulkId !== undefined) counts.set(bulkId, (counts.get(bulkId) ?? 0) + 1);
  return entries.map((entry, position) => {
    const bulkId = bulkIds[position];
    if (bulkId === undefined || counts.get(bulkId) === 1 || 'problem' in entry) return entry;
    const problem = scimErrors.invalidValue(`The bulkId "${bulkId}" stands for ${counts.get(bulkId)} operations`);
    const { method, endpoint, id } = entry.operation;
    return { problem, sent: { bulkId, method, path: `${endpoint}/${encodeURIComponent(id)}` } };
  });
}
