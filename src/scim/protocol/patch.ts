import type { Attribute, ResourceTable, SchemaTable } from '../../attributes/attribute.ts';
import { type FoundAttribute, findAttribute, findSchema } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type ResourceJson } from '../../attributes/json.ts';
import { isExtensionUrn } from '../../attributes/open-attribute.ts';
import { isStored } from '../../attributes/stored-attribute.ts';
import type { Filter } from './filter.ts';
import { type AttributeEdit, editAttribute } from './patch-attribute.ts';
import { Draft } from './patch-draft.ts';
import { editOpen } from './patch-open.ts';
import type { PatchOperation } from './patch-request.ts';
import { type OpenPatchPath, type PatchPath, parsePath } from './path.ts';
import { scimErrors } from './scim-error.ts';

/**
 * The resource after the operations, in order (RFC 7644 §3.5.2); the resource that was passed in stays as it was. Lenient
 * where Entra, Okta and OneLogin need it: a filtered path without a match makes the value, a removed list removes only
 * what it lists, and unknown attributes of the core are ignored, so that nothing ever blocks a deactivation. Extensions that
 * nobody declared take whatever they are given. Throws only ScimErrors. The result is not checked as a whole; a group's members are no part of it.
 * `beforeEach` sees what each operation is applied to.
 */
export function applyPatch(
  resource: ResourceJson,
  operations: readonly PatchOperation[],
  table: ResourceTable,
  beforeEach?: (draft: Draft, operation: PatchOperation) => void,
): ResourceJson {
  const draft = new Draft(resource, table);
  for (const operation of operations) {
    beforeEach?.(draft, operation);
    applyOperation(draft, operation);
  }
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
    if (isExtension) draft.removeExtension(schema.id);
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
  if (found?.isOpen || (found === undefined && isExtensionUrn(key)))
    return { kind: 'open', urn: key, found, filter: undefined };
  return found === undefined ? { kind: 'unknown' } : { kind: 'attribute', found, filter: undefined };
}

/** `written` is the path as the client wrote it, undefined for a key of a value: Okta repeats `id` and `groups` there. */
function applyToPath(draft: Draft, path: PatchPath, edit: AttributeEdit, written: string | undefined): void {
  if (path.kind === 'open') applyToOpen(draft, path, edit);
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
    draft.effort.countList(current, listed + (filter === undefined ? 0 : termsOf(filter)));
  }
  const next = editAttribute(current, { found, filter }, edit);
  if (next === undefined && attribute.required) throw requiredProblem(attribute, edit.op);
  draft.set(found, next);
}

function applyToOpen(draft: Draft, path: OpenPatchPath, edit: AttributeEdit): void {
  if (path.found === undefined || namesExtension(draft, path, path.found, edit.value))
    applyToOpenExtension(draft, path.urn, edit);
  else applyToOpenAttribute(draft, path.found, path.filter, edit);
}

/**
 * Whether a URN means an extension rather than an attribute of one: the resource has it; or it is given an object, and
 * nothing says that the URN without its last part is the extension.
 */
function namesExtension(
  draft: Draft,
  { urn, filter }: OpenPatchPath,
  { schema }: FoundAttribute,
  value: Json | undefined,
): boolean {
  if (filter !== undefined) return false;
  if (draft.hasExtension(urn)) return true;
  const isParentExtension = findSchema(draft.table, schema.id) !== undefined || draft.hasExtension(schema.id);
  return isJsonObject(value) && !isParentExtension && !endsWithResourceType.test(schema.id);
}

/** As the URNs of extensions usually do (RFC 7643 §10.2). */
const endsWithResourceType = /:(?:user|group)$/i;

/** As `applyToSchema`, for an extension that nobody declared. */
function applyToOpenExtension(draft: Draft, urn: string, { op, value }: AttributeEdit): void {
  if (op === 'remove' || value === null || value === undefined) {
    draft.removeExtension(urn);
    return;
  }
  if (!isJsonObject(value)) throw scimErrors.invalidValue(`"${urn}" must be an object`);
  for (const [name, item] of Object.entries(value)) {
    const path = keyPath(draft.table, `${urn}:${name}`);
    if (path.kind === 'open' && path.found !== undefined)
      applyToOpenAttribute(draft, path.found, path.filter, { op, value: item });
  }
}

function applyToOpenAttribute(
  draft: Draft,
  found: FoundAttribute,
  filter: Filter | undefined,
  edit: AttributeEdit,
): void {
  const current = draft.getOpen(found);
  if (current !== undefined && filter !== undefined) draft.effort.countReading(current, termsOf(filter));
  const target = { path: found.canonicalPath, subName: found.subAttribute?.name, filter };
  draft.setOpen(found, editOpen(current, target, { ...edit, effort: draft.effort }));
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
