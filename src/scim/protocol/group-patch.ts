import type { Attribute } from '../../attributes/attribute.ts';
import { canonicalValue } from '../../attributes/attribute-value.ts';
import { type FoundAttribute, findAttribute } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json } from '../../attributes/json.ts';
import { memberIds } from '../../attributes/member-values.ts';
import { isExtensionUrn } from '../../attributes/open-attribute.ts';
import { groupTable } from '../../attributes/resource-tables.ts';
import { checkedValue } from './checked-value.ts';
import type { Filter } from './filter.ts';
import type { PatchOperation } from './patch-request.ts';
import { parsePath } from './path.ts';
import { scimErrors } from './scim-error.ts';

/** One step on the members, to be taken in order. `removeWhere` holds a resolved filter over the sub-attributes of a member. */
export type MemberDelta =
  | { readonly kind: 'add' | 'remove' | 'replace'; readonly values: string[] }
  | { readonly kind: 'removeWhere'; readonly filter: Filter };

/**
 * Absent keys stay as they are; `externalId: null` takes it away. `extensions` are the operations on extensions, in order, for
 * which the group has to be read: `applyPatch` takes them.
 */
export type GroupChange = {
  displayName?: string;
  externalId?: string | null;
  members: MemberDelta[];
  extensions?: PatchOperation[];
};

type Edit = {
  readonly op: PatchOperation['op'];
  readonly value: Json | undefined;
  readonly filter: Filter | undefined;
};

/**
 * What the operations of a group's PATCH change (RFC 7644 §3.5.2), without ever reading the members. `remove` of `members`
 * with a list removes only what it lists, without a value all. Unknown attributes of the core are ignored. Throws only
 * ScimErrors.
 */
export function compileGroupPatch(operations: readonly PatchOperation[]): GroupChange {
  const change: GroupChange = { members: [] };
  for (const operation of operations) {
    const { op, path: written, value } = operation;
    const path = written === undefined ? undefined : parsePath(written, groupTable);
    if (path?.kind === 'open') {
      keepForExtensions(change, operation);
    } else if (path === undefined || path.kind === 'schema') {
      applyValue(change, op, value);
    } else if (path.kind === 'attribute') {
      if (path.found.attribute.mutability === 'readOnly') throw scimErrors.mutability(`"${written}" is read-only`);
      applyAttribute(change, path.found, { op, value, filter: path.filter });
    }
  }
  return { ...change, members: mergedDeltas(change.members) };
}

function applyValue(change: GroupChange, op: PatchOperation['op'], value: Json | undefined): void {
  if (op === 'remove') throw scimErrors.noTarget('Name the attribute to remove');
  if (!isJsonObject(value)) throw scimErrors.invalidValue('Without a path the value must be an object');
  // Only the keys that are there are touched: a rename without members must not empty the group.
  for (const [key, item] of Object.entries(value)) {
    const found = findAttribute(groupTable, key);
    if (found?.isOpen || (found === undefined && isExtensionUrn(key)))
      keepForExtensions(change, { op, value: { [key]: item } });
    else if (found !== undefined) applyAttribute(change, found, { op, value: item, filter: undefined });
  }
}

function keepForExtensions(change: GroupChange, operation: PatchOperation): void {
  change.extensions ??= [];
  change.extensions.push(operation);
}

function applyAttribute(change: GroupChange, { attribute, subAttribute }: FoundAttribute, edit: Edit): void {
  if (attribute.name === 'displayName') change.displayName = requiredText(attribute, edit);
  else if (attribute.name === 'externalId') change.externalId = text(attribute, edit) ?? null;
  else if (attribute.name === 'members' && (subAttribute === undefined || subAttribute.name === 'value'))
    change.members.push(memberDelta(edit));
}

function memberDelta({ op, value, filter }: Edit): MemberDelta {
  if (filter !== undefined) {
    if (op !== 'remove') throw scimErrors.invalidPath('Members are added without a filter');
    const values = listedValues(filter);
    return values === undefined ? { kind: 'removeWhere', filter } : { kind: 'remove', values };
  }
  if (op === 'remove' && (value === undefined || value === null)) return { kind: 'replace', values: [] };
  return { kind: op, values: checkedValue((problems) => memberIds(value, problems)) };
}

/** The ids of `value eq "a" or value eq "b"`, or undefined for any other filter. */
function listedValues(filter: Filter): string[] | undefined {
  if (filter.kind === 'compare') {
    const { attribute, operator, value } = filter;
    return attribute === 'value' && operator === 'eq' && typeof value === 'string' ? [value] : undefined;
  }
  if (filter.kind !== 'or') return undefined;
  const lists = filter.filters.map(listedValues);
  return lists.includes(undefined) ? undefined : lists.flatMap((values) => values ?? []);
}

function requiredText(attribute: Attribute, edit: Edit): string {
  const value = text(attribute, edit);
  if (value !== undefined) return value;
  throw edit.op === 'remove'
    ? scimErrors.mutability(`"${attribute.name}" is required and cannot be removed`)
    : scimErrors.invalidValue(`"${attribute.name}" is required and cannot be empty`);
}

function text(attribute: Attribute, { op, value }: Edit): string | undefined {
  if (op === 'remove') return undefined;
  const canonical = checkedValue((problems) => canonicalValue(attribute, value, attribute.name, problems));
  return typeof canonical === 'string' ? canonical : undefined;
}

/** Neighbours of one kind as one delta, each id once; a replace makes what came before it pointless. */
function mergedDeltas(deltas: readonly MemberDelta[]): MemberDelta[] {
  const merged: ({ kind: 'add' | 'remove' | 'replace'; ids: Set<string> } | { kind: 'removeWhere'; filter: Filter })[] =
    [];
  for (const delta of deltas) {
    if (delta.kind === 'removeWhere') {
      merged.push(delta);
      continue;
    }
    if (delta.kind === 'replace') merged.length = 0;
    else if (delta.values.length === 0) continue;
    const last = merged.at(-1);
    if (last?.kind === delta.kind) for (const id of delta.values) last.ids.add(id);
    else merged.push({ kind: delta.kind, ids: new Set(delta.values) });
  }
  return merged.map((delta) => (delta.kind === 'removeWhere' ? delta : { kind: delta.kind, values: [...delta.ids] }));
}
