import type { Attribute, ResourceTable, SchemaTable } from './attribute.ts';
import { type AttributeProblem, invalidValue } from './attribute-value.ts';
import { type FoundAttribute, findAttribute, findSchema } from './find-attribute.ts';
import { isJsonObject, type Json, type JsonObject, memberOf, type ResourceJson, sortedJson } from './json.ts';
import { isExtensionUrn, isOpenName, spelledKey } from './open-attribute.ts';
import { canonicalOpenValue } from './open-value.ts';
import { readAttribute } from './stored-attribute.ts';

/** A document under way: what was sent is read into `resource`, what cannot be taken is added to `problems`. */
export type Reading = {
  readonly table: ResourceTable;
  readonly resource: ResourceJson;
  readonly problems: AttributeProblem[];
  /** The document that this one goes over. */
  readonly before: ResourceJson | undefined;
};

/** Reads the extension of a schema that the table has. An extension that comes twice, in another case, is one. */
export function readExtension(reading: Reading, schema: SchemaTable, value: unknown): void {
  if (value === null) return;
  if (!isJsonObject(value)) {
    reading.problems.push(invalidValue(schema.id, 'must be an object'));
    return;
  }
  const extension = extensionAt(reading.resource, schema.id) ?? {};
  for (const [key, item] of Object.entries(value)) {
    const found = findAttribute(reading.table, `${schema.id}:${key}`);
    if (found === undefined || found.subAttribute !== undefined) continue;
    readExtensionAttribute(reading, extension, found, item);
  }
  if (Object.keys(extension).length > 0) reading.resource[schema.id] = extension;
}

/**
 * Reads what stands under a URN that is no schema's. An object there is an extension that nobody declared; anything else, and
 * what stands under the URN of a declared one, is the value of the attribute that the URN ends with.
 */
export function readQualified(reading: Reading, urn: string, found: FoundAttribute | undefined, value: unknown): void {
  const { resource, table } = reading;
  const isDeclared = found !== undefined && findSchema(table, found.schema.id) !== undefined;
  if (isJsonObject(value) && !isDeclared) {
    if (isExtensionUrn(urn)) readOpenExtension(reading, urn, value);
  } else if (found !== undefined && found.subAttribute === undefined) {
    const key = spelledKey(resource, found.schema.id) ?? found.schema.id;
    const extension = extensionAt(resource, key) ?? {};
    readExtensionAttribute(reading, extension, found, value);
    if (Object.keys(extension).length > 0) resource[key] = extension;
  }
}

function readOpenExtension({ resource, problems }: Reading, urn: string, value: JsonObject): void {
  const key = spelledKey(resource, urn) ?? urn;
  const extension = extensionAt(resource, key) ?? {};
  for (const [name, item] of Object.entries(value)) readOpenAttribute(extension, urn, name, item, problems);
  if (Object.keys(extension).length > 0) resource[key] = extension;
}

function readExtensionAttribute(
  { before, problems }: Reading,
  extension: JsonObject,
  { attribute, schema, canonicalPath, isOpen }: FoundAttribute,
  value: unknown,
): void {
  if (isOpen) {
    readOpenAttribute(extension, schema.id, attribute.name, value, problems);
    return;
  }
  const own: AttributeProblem[] = [];
  readAttribute(extension, attribute, canonicalPath, value, own);
  const kept = own.length > 0 && schema.isDeclared ? valueAt(before, schema.id, attribute.name) : undefined;
  if (kept !== undefined && sortedJson(kept) === sortedJson(value as Json)) extension[attribute.name] = kept;
  else problems.push(...own);
}

/** The first of names that differ only by case is kept. What no path could name is left out. */
function readOpenAttribute(
  extension: JsonObject,
  urn: string,
  name: string,
  value: unknown,
  problems: AttributeProblem[],
): void {
  if (!isOpenName(name) || spelledKey(extension, name) !== undefined) return;
  const canonical = canonicalOpenValue(value, `${urn}:${name}`, problems);
  if (canonical !== undefined) extension[name] = canonical;
}

/**
 * Adds a problem for each attribute that a declared extension requires and lacks, where the document has the extension at
 * all: no declared schema is required as a whole (RFC 7643 §6, `schemaExtensions.required`).
 */
export function checkRequiredOfExtensions({ table, resource, problems, before }: Reading): void {
  for (const schema of table.extensions) {
    const extension = schema.isDeclared ? extensionAt(resource, schema.id) : undefined;
    if (extension === undefined) continue;
    for (const attribute of schema.attributes) {
      if (!attribute.required || memberOf(extension, attribute.name) !== undefined) continue;
      const path = `${schema.id}:${attribute.name}`;
      const isReported = problems.some((problem) => problem.path.startsWith(path));
      if (!isReported && !hasLacked(before, schema.id, attribute)) problems.push(invalidValue(path, 'is required'));
    }
  }
}

function hasLacked(before: ResourceJson | undefined, urn: string, { name }: Attribute): boolean {
  const has = before !== undefined && extensionAt(before, spelledKey(before, urn) ?? urn) !== undefined;
  return has && valueAt(before, urn, name) === undefined;
}

/** The value of an extension's attribute, in whatever case the document spells them. */
export function valueAt(document: ResourceJson | undefined, urn: string, name: string): Json | undefined {
  const extension = document && extensionAt(document, spelledKey(document, urn) ?? urn);
  return extension && memberOf(extension, spelledKey(extension, name) ?? name);
}

function extensionAt(document: ResourceJson, key: string): JsonObject | undefined {
  const extension = memberOf(document, key);
  return isJsonObject(extension) ? extension : undefined;
}
