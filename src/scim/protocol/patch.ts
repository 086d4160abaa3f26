import type { Attribute, ResourceTable, SchemaTable } from '../../attributes/attribute.ts';
import { tidyItems } from '../../attributes/attribute-value.ts';
import { isStored } from '../../attributes/canonical-resource.ts';
import { type FoundAttribute, findAttribute, findSchema } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject, type ResourceJson } from '../../attributes/json.ts';
import type { Filter } from './filter.ts';
import { type AttributeEdit, editAttribute } from './patch-attribute.ts';
import type { PatchOperation } from './patch-request.ts';
import { type PatchPath, parsePath } from './path.ts';
import { scimErrors } from './scim-error.ts';

/** Bounds the work of one request: each operation compares the values that are there with its list or its filter. */
const COMPARISONS_MAX = 500_000;

/**
 * The resource after the operations, in order (RFC 7644 §3.5.2); the resource that was passed in stays as it was. Lenient
 * where Entra, Okta and OneLogin need it: a filtered path without a match makes the value, a removed list removes only
 * what it lists, and unknown attributes are ignored, so that nothing ever blocks a deactivation. Throws only ScimErrors.
 * The result is not checked as a whole; a group's members are no part of it.
 */
export function applyPatch(
  resource: ResourceJson,
  operations: readonly PatchOperation[],
  table: ResourceTable,
): ResourceJson {
  const draft = new Draft(resource, table);
  for (const operation of operations) applyOperation(draft, operation);
  return draft.finish();
}

function applyOperation(draft: Draft, operation: PatchOperation): void {
  const { op, value = null } = operation;
  if (operation.path === undefined) {
    applyToSchema(draft, op, draft.table.schema, value);
    return;
  }
  const path = parsePath(operation.path, draft.table);
  if (path.kind === 'schema') applyToSchema(draft, op, path.schema, value);
  else applyToPath(draft, path, { op, value: operation.value }, operation.path);
}

/** A value without a path, or under a schema's URN: each of its keys is a path of its own. */
function applyToSchema(draft: Draft, op: PatchOperation['op'], schema: SchemaTable, value: Json): void {
  const isExtension = schema !== draft.table.schema;
  if (op === 'remove' || value === null) {
    if (isExtension) draft.removeExtension(schema);
    else if (op === 'remove') throw scimErrors.noTarget('Name the attribute to remove');
    return;
  }
  if (!isJsonObject(value)) throw scimErrors.invalidValue('Without a path the value must be an object');
  for (const [key, item] of Object.entries(value)) {
    const extension = isExtension ? undefined : findSchema(draft.table, key);
    if (extension === undefined) {
      const path = keyPath(draft.table, isExtension ? `${schema.id}:${key}` : key);
      applyToPath(draft, path, { op, value: item }, undefined);
    } else if (extension !== schema) applyToSchema(draft, op, extension, item);
  }
}

/** Keys of a value are dotted names and URNs; some clients write whole value paths there. */
function keyPath(table: ResourceTable, key: string): PatchPath {
  if (key.includes('[')) return parsePath(key, table);
  const found = findAttribute(table, key);
  return found === undefined ? { kind: 'unknown' } : { kind: 'attribute', found, filter: undefined };
}

/** `written` is the path as the client wrote it, undefined for a key of a value: Okta repeats `id` and `groups` there. */
function applyToPath(draft: Draft, path: PatchPath, edit: AttributeEdit, written: string | undefined): void {
  if (path.kind !== 'attribute') return;
  const { found, filter } = path;
  const { attribute, subAttribute } = found;
  const current = draft.get(found);
  if (!isStored(attribute)) {
    const isHarmless = attribute.mutability !== 'readOnly' || (current !== undefined && current === edit.value);
    if (written === undefined || isHarmless) return;
    throw scimErrors.mutability(`"${written}" is read-only`);
  }
  if (subAttribute?.mutability === 'readOnly') return;
  if (Array.isArray(current)) {
    const listed = Array.isArray(edit.value) ? edit.value.length : 1;
    draft.countComparisons(current.length * (listed + (filter === undefined ? 0 : termsOf(filter))));
  }
  const next = editAttribute(current, { found, filter }, edit);
  if (next === undefined && attribute.required) throw requiredProblem(attribute, edit.op);
  draft.set(found, next);
}

/** How many comparisons a filter makes of one value. */
export function termsOf(filter: Filter): number {
  if ('filters' in filter) return filter.filters.reduce((sum, part) => sum + termsOf(part), 0);
  return filter.kind === 'compare' ? 1 : termsOf(filter.filter);
}

function requiredProblem(attribute: Attribute, op: PatchOperation['op']) {
  return op === 'remove'
    ? scimErrors.mutability(`"${attribute.name}" is required and cannot be removed`)
    : scimErrors.invalidValue(`"${attribute.name}" is required and cannot be empty`);
}

/** A copy that is made as far as it is written to. */
class Draft {
  private readonly resource: ResourceJson;
  private readonly touched = new Set<FoundAttribute>();
  private comparisons = 0;

  constructor(
    resource: ResourceJson,
    readonly table: ResourceTable,
  ) {
    this.resource = { ...resource };
  }

  get({ schema, attribute }: FoundAttribute): Json | undefined {
    return this.container(schema)?.[attribute.name];
  }

  set(found: FoundAttribute, value: Json | undefined): void {
    const { schema, attribute } = found;
    if (attribute.multiValued) this.touched.add(found);
    const isCore = schema === this.table.schema;
    const container: JsonObject = isCore ? this.resource : { ...this.container(schema) };
    if (value === undefined) delete container[attribute.name];
    else container[attribute.name] = value;
    if (isCore) return;
    if (Object.keys(container).length === 0) this.removeExtension(schema);
    else this.resource[schema.id] = container;
  }

  countComparisons(count: number): void {
    this.comparisons += count;
    if (this.comparisons > COMPARISONS_MAX) throw scimErrors.payloadTooLarge('The PATCH compares too many values');
  }

  removeExtension(schema: SchemaTable): void {
    delete this.resource[schema.id];
  }

  /** Values are tidied at the end only, because several operations may build one of them. */
  finish(): ResourceJson {
    for (const found of this.touched) {
      const items = this.get(found);
      if (!Array.isArray(items)) continue;
      const tidied = tidyItems(found.attribute, items.filter(isJsonObject));
      this.set(found, tidied.length === 0 ? undefined : tidied);
    }
    return this.resource;
  }

  private container(schema: SchemaTable): JsonObject | undefined {
    if (schema === this.table.schema) return this.resource;
    const extension = this.resource[schema.id];
    return isJsonObject(extension) ? extension : undefined;
  }
}
