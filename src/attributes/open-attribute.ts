import { type Attribute, attribute, type ResourceTable, type SchemaTable } from './attribute.ts';
import type { JsonObject } from './json.ts';
import { RESERVED_PREFIXES } from './urns.ts';

/** A path into an extension: the URN as written (of a known extension as declared), the attribute and perhaps its sub-attribute. */
export type OpenPath = { readonly urn: string; readonly name: string; readonly subName: string | undefined };

export const URN_LENGTH_MAX = 200;
export const OPEN_NAME_LENGTH_MAX = 100;

// The letters are those of a path in a filter or a PATCH, so that whatever is kept can be asked for.
const urnPattern = /^urn:[a-z0-9][a-z0-9-]{0,31}:[\w.:$/%~#-]*[\w$/%~#-]$/i;
// RFC 7643 §2.1, and an underscore first.
const namePattern = /^[a-z_$][\w$-]*$/i;

/** True for the URN of a schema that is none of the protocol's own: an organization's or an identity provider's extension. */
export function isExtensionUrn(text: string): boolean {
  if (!isUrn(text) || text.length > URN_LENGTH_MAX || !urnPattern.test(text)) return false;
  const lowered = text.toLowerCase();
  return !RESERVED_PREFIXES.some((prefix) => lowered.startsWith(prefix));
}

/** True for what begins as a URN does, as the keys of a document's extensions. */
export function isUrn(text: string): boolean {
  return text.charCodeAt(3) === COLON && text.slice(0, 4).toLowerCase() === 'urn:';
}

const COLON = 0x3a;

/** True for a name that an attribute of an extension can have. */
export function isOpenName(name: string): boolean {
  return name.length <= OPEN_NAME_LENGTH_MAX && namePattern.test(name) && name !== '__proto__';
}

/** The path `URN:name` or `URN:name.sub` in its parts, or undefined; the attribute begins behind the last colon. */
export function readOpenPath(table: ResourceTable, path: string): OpenPath | undefined {
  if (!isUrn(path)) return undefined;
  const { urn, rest } = knownStart(table, path) ?? lastColon(path);
  const [name = '', subName, ...more] = rest.split('.');
  if (!isOpenName(name) || more.length > 0) return undefined;
  if (subName !== undefined && !isOpenName(subName)) return undefined;
  return isExtensionUrn(urn) ? { urn, name, subName } : undefined;
}

/** A Microsoft collection writes a dot behind the URN of an extension. */
function knownStart(table: ResourceTable, path: string): { urn: string; rest: string } | undefined {
  const lowered = path.toLowerCase();
  for (const { id } of table.extensions) {
    const isInside = lowered.startsWith(id.toLowerCase()) && [':', '.'].includes(path.charAt(id.length));
    if (isInside) return { urn: id, rest: path.slice(id.length + 1) };
  }
  return undefined;
}

function lastColon(path: string): { urn: string; rest: string } {
  const colon = path.lastIndexOf(':');
  return { urn: path.slice(0, colon), rest: path.slice(colon + 1) };
}

/** A schema that nobody declared. */
export function openSchema(urn: string): SchemaTable {
  return { id: urn, name: urn, description: '', attributes: [] };
}

/** An attribute that nobody declared; the string it is called stands for any JSON. */
export function openAttribute(name: string): Attribute {
  return attribute(name, '');
}

/** The key of the object that is this name in any case, or undefined; the exact spelling wins. */
export function spelledKey(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lowered = name.toLowerCase();
  return Object.keys(object).find((key) => key.length === name.length && key.toLowerCase() === lowered);
}

/** The extensions of a document by their URN. */
export function extensionsOf(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([key]) => isUrn(key)));
}
