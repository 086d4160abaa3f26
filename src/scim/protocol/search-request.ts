import type { Json, JsonObject } from '../../attributes/json.ts';
import { SEARCH_REQUEST } from '../../attributes/urns.ts';
import { queryNames, type ScimQuery } from './query.ts';
import { scimErrors } from './scim-error.ts';

/**
 * The body of a search (RFC 7644 §3.4.3) as the query that a GET would say the same with. Names in any case, lists of attributes
 * also as one text, null as if it were not there, members that are none of its own ignored. 400 `invalidSyntax` for a body of
 * another kind, `invalidValue` for a member of another type.
 */
export function readSearchRequest(body: JsonObject): ScimQuery {
  const query: ScimQuery = {};
  for (const [key, value] of Object.entries(body)) {
    if (key.toLowerCase() === 'schemas') checkSchemas(value);
    const name = queryNames.get(key.toLowerCase());
    if (name !== undefined && value !== null) query[name] = textOf(name, value);
  }
  return query;
}

function checkSchemas(schemas: Json): void {
  const urns = Array.isArray(schemas) ? schemas : [schemas];
  const isNamed = urns.some((urn) => typeof urn === 'string' && urn.toLowerCase() === SEARCH_REQUEST.toLowerCase());
  // A body without any is taken at its word: it came to an address that takes nothing else.
  if (!isNamed && urns.length > 0) throw scimErrors.invalidSyntax(`"schemas" must name ${SEARCH_REQUEST}`);
}

function textOf(name: keyof ScimQuery, value: Json): string {
  const isList = name === 'attributes' || name === 'excludedAttributes';
  if (isList && Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && (name === 'startIndex' || name === 'count')) return String(value);
  throw scimErrors.invalidValue(`"${name}" is of another type in a search`);
}
