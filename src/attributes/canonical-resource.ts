import type { ResourceTable, SchemaTable } from './attribute.ts';
import { type AttributeProblem, invalidValue } from './attribute-value.ts';
import { checkRequiredOfExtensions, readExtension, readQualified } from './canonical-extension.ts';
import { findAttribute, findSchema } from './find-attribute.ts';
import { isJsonObject, type ResourceJson } from './json.ts';
import { isJsonLongerThan } from './json-length.ts';
import { isUrn } from './open-attribute.ts';
import { readAttribute } from './stored-attribute.ts';
import { LEGACY_CORE_PREFIX } from './urns.ts';

export type CanonicalResource =
  | { readonly ok: true; readonly resource: ResourceJson }
  | { readonly ok: false; readonly problems: AttributeProblem[] };

/** In UTF-16 units of the stored JSON text. */
const RESOURCE_LENGTH_MAX = 262_144;
const PROBLEMS_MAX = 20;

/**
 * What a client sent in a POST or PUT, or what a PATCH made, as the document to store: declared names and types, text as
 * sent, nothing unassigned or read-only. `schemas`, `id`, `meta`, `password` and `members` are not part of it. Unknown names
 * of the core schema are left out; extensions that nobody declared, and unknown attributes of those that somebody did, are
 * kept as they are. On create, absent attributes get their initial value (`active` is true). Nesting is bounded. `before`
 * is the document that it goes over: what is the same there of attributes that an organization declared is let be.
 */
export function canonicalResource(
  table: ResourceTable,
  json: unknown,
  options: { readonly create?: boolean; readonly before?: ResourceJson } = {},
): CanonicalResource {
  if (!isJsonObject(json))
    return refused([{ kind: 'invalidSyntax', path: '', message: 'The body must be a JSON object' }]);
  const problems: AttributeProblem[] = [];
  const resource: ResourceJson = {};
  const reading = { table, resource, problems, before: options.before };
  for (const [key, value] of Object.entries(json)) {
    const schema = findSchema(table, key);
    const found = schema === undefined ? findAttribute(table, key) : undefined;
    if (found?.schema === table.schema) {
      if (found.attribute.name === 'schemas') checkSchemas(table, value, problems);
      else if (found.subAttribute === undefined)
        readAttribute(resource, found.attribute, found.attribute.name, value, problems);
    } else if (schema !== undefined) {
      if (schema !== table.schema) readExtension(reading, schema, value);
    } else if (isUrn(key)) readQualified(reading, key, found, value);
  }
  checkRequiredOfExtensions(reading);
  if (options.create) addInitialValues(resource, table.schema);
  checkRequired(resource, table.schema, problems);
  if (problems.length === 0 && isJsonLongerThan(resource, RESOURCE_LENGTH_MAX))
    problems.push(invalidValue('', `The resource must not be longer than ${RESOURCE_LENGTH_MAX} characters`));
  return problems.length === 0 ? { ok: true, resource } : refused(problems);
}

function refused(problems: AttributeProblem[]): CanonicalResource {
  return { ok: false, problems: problems.slice(0, PROBLEMS_MAX) };
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
