import type { Attribute, ResourceTable, SchemaTable } from './attribute.ts';
import { type AttributeProblem, canonicalValue, invalidValue } from './attribute-value.ts';
import { findAttribute, findSchema } from './find-attribute.ts';
import { isJsonObject, type JsonObject, type ResourceJson } from './json.ts';
import { LEGACY_CORE_PREFIX } from './urns.ts';

export type CanonicalResource =
  | { readonly ok: true; readonly resource: ResourceJson }
  | { readonly ok: false; readonly problems: AttributeProblem[] };

/** In UTF-16 units of the stored JSON text. */
const RESOURCE_LENGTH_MAX = 262_144;
const PROBLEMS_MAX = 20;

/**
 * What a client sent in a POST or PUT, or what a PATCH made, as the document to store: declared names and types, text as
 * sent, nothing unassigned, unknown or read-only. `schemas`, `id`, `meta`, `password` and `members` are not part of it. On
 * create, absent attributes get their initial value (`active` is true). Nesting is bounded: only declared levels are read.
 */
export function canonicalResource(
  table: ResourceTable,
  json: unknown,
  options: { readonly create?: boolean } = {},
): CanonicalResource {
  if (!isJsonObject(json))
    return refused([{ kind: 'invalidSyntax', path: '', message: 'The body must be a JSON object' }]);
  const problems: AttributeProblem[] = [];
  const resource: ResourceJson = {};
  for (const [key, value] of Object.entries(json)) {
    const found = findAttribute(table, key);
    const schema = findSchema(table, key);
    if (found?.attribute.name === 'schemas') checkSchemas(table, value, problems);
    else if (found !== undefined && found.schema === table.schema && found.subAttribute === undefined)
      readAttribute(resource, found.attribute, found.attribute.name, value, problems);
    else if (schema !== undefined && schema !== table.schema) readExtension(resource, table, schema, value, problems);
  }
  if (options.create) addInitialValues(resource, table.schema);
  checkRequired(resource, table.schema, problems);
  if (problems.length === 0 && JSON.stringify(resource).length > RESOURCE_LENGTH_MAX)
    problems.push(invalidValue('', `The resource must not be longer than ${RESOURCE_LENGTH_MAX} characters`));
  return problems.length === 0 ? { ok: true, resource } : refused(problems);
}

function refused(problems: AttributeProblem[]): CanonicalResource {
  return { ok: false, problems: problems.slice(0, PROBLEMS_MAX) };
}

function readAttribute(
  target: JsonObject,
  attribute: Attribute,
  path: string,
  value: unknown,
  problems: AttributeProblem[],
): void {
  if (!isStored(attribute) || Object.hasOwn(target, attribute.name)) return;
  const canonical = canonicalValue(attribute, value, path, problems);
  if (canonical !== undefined) target[attribute.name] = canonical;
}

/** True for attributes that are part of the stored document. */
export function isStored(attribute: Attribute): boolean {
  return (
    attribute.mutability !== 'readOnly' &&
    attribute.mutability !== 'writeOnly' &&
    attribute.keptApart !== true &&
    attribute.name !== 'schemas'
  );
}

function readExtension(
  resource: ResourceJson,
  table: ResourceTable,
  schema: SchemaTable,
  value: unknown,
  problems: AttributeProblem[],
): void {
  if (value === null || Object.hasOwn(resource, schema.id)) return;
  if (!isJsonObject(value)) {
    problems.push(invalidValue(schema.id, 'must be an object'));
    return;
  }
  const extension: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const found = findAttribute(table, `${schema.id}:${key}`);
    if (found === undefined || found.subAttribute !== undefined) continue;
    readAttribute(extension, found.attribute, found.canonicalPath, item, problems);
  }
  if (Object.keys(extension).length > 0) resource[schema.id] = extension;
}

/** Extra URNs are common (Microsoft's ADSCIM, misspelt extensions); a list without any schema of the resource is a mistake. */
function checkSchemas(table: ResourceTable, value: unknown, problems: AttributeProblem[]): void {
  if (value === null || (Array.isArray(value) && value.length === 0)) return;
  const urns: unknown[] = Array.isArray(value) ? value : [value];
  const message = 'must name the schema of the resource';
  const isKnown = (urn: unknown) =>
    typeof urn === 'string' &&
    (findSchema(table, urn) !== undefined || urn.toLowerCase().startsWith(LEGACY_CORE_PREFIX));
  if (!urns.some(isKnown)) problems.push({ kind: 'invalidSyntax', path: 'schemas', message });
}

function addInitialValues(resource: ResourceJson, schema: SchemaTable): void {
  for (const attribute of schema.attributes) {
    if (attribute.initial !== undefined) resource[attribute.name] ??= attribute.initial;
  }
}

function checkRequired(resource: ResourceJson, schema: SchemaTable, problems: AttributeProblem[]): void {
  for (const { name, required } of schema.attributes) {
    const isReported = problems.some((problem) => problem.path === name);
    if (required && resource[name] === undefined && !isReported) problems.push(invalidValue(name, 'is required'));
  }
}
