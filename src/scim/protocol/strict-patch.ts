import { type Attribute, type ResourceTable, subAttributeNamed } from '../../attributes/attribute.ts';
import { type FoundAttribute, findAttribute, findSchema } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject, type ResourceJson } from '../../attributes/json.ts';
import { isExtensionUrn } from '../../attributes/open-attribute.ts';
import { PATCH_OP } from '../../attributes/urns.ts';
import { parseWrittenPath } from './filter.ts';
import { matches } from './matches.ts';
import { memberNamed } from './member-named.ts';
import { applyPatch, termsOf } from './patch.ts';
import type { Draft } from './patch-draft.ts';
import type { PatchOperation } from './patch-request.ts';
import { type PatchPath, parsePath } from './path.ts';
import { type ScimError, scimErrors } from './scim-error.ts';
import { attributesDeparture, singleDeparture, valueDeparture } from './strict-body.ts';

/**
 * The first thing in a PATCH body, one that `readPatchRequest` has read, that RFC 7644 §3.5.2 does not allow although this
 * service would understand it; undefined when there is none.
 */
export function patchDeparture(body: JsonObject, table: ResourceTable): ScimError | undefined {
  const schemas = memberNamed(body, 'schemas');
  const namesPatchOp = (urn: Json) => typeof urn === 'string' && urn.toLowerCase() === PATCH_OP.toLowerCase();
  if (!Array.isArray(schemas) || !schemas.some(namesPatchOp))
    return scimErrors.invalidSyntax(`"schemas" must be a list that names ${PATCH_OP}`);
  const operations = memberNamed(body, 'operations');
  for (const operation of Array.isArray(operations) ? operations.filter(isJsonObject) : []) {
    const departure = operationDeparture(operation, table);
    if (departure !== undefined) return departure;
  }
  return undefined;
}

/** 400 `noTarget` for the first filter of an add or a replace that meets no value, where this service would make one. */
export function targetDeparture(
  resource: ResourceJson,
  operations: readonly PatchOperation[],
  table: ResourceTable,
): ScimError | undefined {
  let departure: ScimError | undefined;
  applyPatch(resource, operations, table, (draft, operation) => {
    const path = operation.path === undefined ? undefined : parsePath(operation.path, table);
    if (path?.kind === 'attribute' && !hasTarget(draft, path, operation))
      departure ??= scimErrors.noTarget(`No value matches the filter in the path ${operation.path}`);
  });
  return departure;
}

function hasTarget(
  draft: Draft,
  { found, filter }: Extract<PatchPath, { kind: 'attribute' }>,
  { op }: PatchOperation,
): boolean {
  if (op === 'remove' || filter === undefined || found.isOpen) return true;
  const values = draft.get(found);
  if (!Array.isArray(values)) return false;
  draft.effort.countList(values, termsOf(filter));
  return values.some((item) => matches(filter, item, found.attribute));
}

function operationDeparture(operation: JsonObject, table: ResourceTable): ScimError | undefined {
  const op = memberNamed(operation, 'op');
  const path = memberNamed(operation, 'path');
  const value = memberNamed(operation, 'value');
  const unknown = unknownMember(operation);
  if (unknown !== undefined) return unknown;
  if (op !== 'add' && op !== 'remove' && op !== 'replace')
    return scimErrors.invalidSyntax('"op" must be "add", "remove" or "replace", in lower case');
  if (path !== undefined && (typeof path !== 'string' || path === ''))
    return scimErrors.invalidPath('"path" must be a path or absent');
  // Taken by the letter this would remove more than the client means: Entra lists here what is to go.
  if (op === 'remove' && value !== undefined)
    return scimErrors.invalidValue('A "remove" has no value: name what goes by a filter in the path');
  if (path !== undefined) return pathDeparture(path, op === 'remove' ? undefined : value, table);
  return isJsonObject(value)
    ? attributesDeparture(value, table, { changes: true })
    : scimErrors.invalidValue('Without a path the value must be an object');
}

/** RFC 7644 §3.5.2 knows three members; case does not tell names apart (RFC 7643 §2.1). */
function unknownMember(operation: JsonObject): ScimError | undefined {
  const known = new Set(['op', 'path', 'value']);
  const name = Object.keys(operation).find((key) => !known.delete(key.toLowerCase()));
  if (name === undefined) return undefined;
  return scimErrors.invalidSyntax(`"${name}" is no member of a PATCH operation, or is there twice`);
}

/** `value` is undefined for a remove. */
function pathDeparture(path: string, value: Json | undefined, table: ResourceTable): ScimError | undefined {
  const written = parseWrittenPath(path.trim());
  const schema = findSchema(table, written.attribute);
  if (schema !== undefined && written.filter === undefined) {
    if (value === undefined) return undefined;
    const sent = schema === table.schema ? value : { [schema.id]: value };
    if (!isJsonObject(value) || !isJsonObject(sent)) return scimErrors.invalidValue(`"${path}" must be an object`);
    return attributesDeparture(sent, table, { changes: true });
  }
  const found = findAttribute(table, written.attribute);
  // Attributes of an extension that no schema here declares are for the service to judge.
  const isOpen = found === undefined ? isExtensionUrn(written.attribute) : found.isOpen;
  if (isOpen && (found === undefined || findSchema(table, found.schema.id) === undefined)) return undefined;
  if (found === undefined || found.isOpen || !isWrittenInFull(found, written.attribute, table))
    return scimErrors.invalidPath(`"${path}" is no path of a ${table.resourceType}`);
  if (written.filter !== undefined && !(found.attribute.multiValued && found.subAttribute === undefined))
    return scimErrors.invalidPath(`"${written.attribute}" is no list to filter`);
  const subAttribute =
    written.subAttribute === undefined ? found.subAttribute : subAttributeNamed(found.attribute, written.subAttribute);
  if (written.subAttribute !== undefined && subAttribute === undefined)
    return scimErrors.invalidPath(`"${path}" is no path of a ${table.resourceType}`);
  if (found.attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly')
    return scimErrors.mutability(`"${path}" is read-only`);
  if (value === undefined || value === null) return undefined;
  return targetValueDeparture(found.attribute, subAttribute, {
    value,
    path,
    isOneOfList: written.filter !== undefined,
  });
}

function targetValueDeparture(
  attribute: Attribute,
  subAttribute: Attribute | undefined,
  { value, path, isOneOfList }: { value: Json; path: string; isOneOfList: boolean },
): ScimError | undefined {
  if (subAttribute !== undefined) return valueDeparture(subAttribute, value, path);
  return isOneOfList ? singleDeparture(attribute, value, path) : valueDeparture(attribute, value, path);
}

/** An attribute of an extension comes with its URN and a colon (RFC 7644 §3.10); one of the core schema may. */
function isWrittenInFull(found: FoundAttribute, written: string, table: ResourceTable): boolean {
  const { canonicalPath, schema } = found;
  const forms = schema === table.schema ? [canonicalPath, `${schema.id}:${canonicalPath}`] : [canonicalPath];
  return forms.some((form) => form.toLowerCase() === written.toLowerCase());
}
