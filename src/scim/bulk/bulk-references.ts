import { isJsonObject, type Json, type JsonObject } from '../../attributes/json.ts';
import type { BulkOperation } from './bulk-request.ts';

/** A whole value: `"value": "bulkId:qwerty"`. */
const reference = /^bulkId:(.+)$/is;
/** In a PATCH path: `members[value eq "bulkId:qwerty"]`. */
const quotedReference = /"bulkId:([^"\\]+)"/gi;

/** The bulkId that a text refers to, undefined for any other text. */
export function referenceIn(text: string): string | undefined {
  return reference.exec(text)?.[1];
}

/** The bulkIds that an operation refers to, in its path and its data, and how often. */
export function referencesOf({ method, id, body }: BulkOperation): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (bulkId: string) => {
    counts.set(bulkId, (counts.get(bulkId) ?? 0) + 1);
    return undefined;
  };
  const inPath = referenceIn(id);
  if (inPath !== undefined) count(inPath);
  mapped(method, body, count);
  return counts;
}

/** The data with each reference replaced by the id that `idOf` gives; where it gives none the reference stays. */
export function resolvedBody(
  { method, body }: BulkOperation,
  idOf: (bulkId: string) => string | undefined,
): JsonObject {
  const resolved = mapped(method, body, idOf);
  return isJsonObject(resolved) ? resolved : {};
}

/**
 * What a POST can say before the resources that it refers to in a circle are there, and what has to be added afterwards, as
 * a PATCH (RFC 7644 §3.7.1). Attributes are moved whole, those of an extension one by one.
 */
export function splitBody(
  body: JsonObject,
  isMissing: (bulkId: string) => boolean,
): { now: JsonObject; later: Json[] } {
  const now: JsonObject = {};
  const later: Json[] = [];
  for (const [key, value] of Object.entries(body)) {
    if (!refers(value, isMissing)) {
      now[key] = value;
    } else if (/^urn:/i.test(key) && isJsonObject(value)) {
      const attributes = Object.entries(value);
      now[key] = Object.fromEntries(attributes.filter(([, item]) => !refers(item, isMissing)));
      for (const [name, item] of attributes) {
        if (refers(item, isMissing)) later.push({ op: 'add', path: `${key}:${name}`, value: item });
      }
    } else {
      later.push({ op: 'add', path: key, value });
    }
  }
  return { now, later };
}

function refers(value: Json, isMissing: (bulkId: string) => boolean): boolean {
  let isFound = false;
  mapped('POST', value, (bulkId) => {
    isFound ||= isMissing(bulkId);
    return undefined;
  });
  return isFound;
}

function mapped(method: BulkOperation['method'], value: Json, idOf: (bulkId: string) => string | undefined): Json {
  const map = (json: Json, key: string): Json => {
    if (typeof json === 'string') {
      if (method === 'PATCH' && key.toLowerCase() === 'path')
        return json.replace(quotedReference, (whole, bulkId: string) => {
          const id = idOf(bulkId);
          return id === undefined ? whole : JSON.stringify(id);
        });
      const bulkId = referenceIn(json);
      return (bulkId === undefined ? undefined : idOf(bulkId)) ?? json;
    }
    if (Array.isArray(json)) return json.map((item) => map(item, key));
    if (!isJsonObject(json)) return json;
    return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, map(item, name)]));
  };
  return map(value, '');
}
