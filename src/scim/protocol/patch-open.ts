import { LIST_LENGTH_MAX } from '../../attributes/attribute-value.ts';
import { isJsonObject, type Json, type JsonObject } from '../../attributes/json.ts';
import { spelledKey } from '../../attributes/open-attribute.ts';
import { canonicalOpenValue } from '../../attributes/open-value.ts';
import { checkedValue } from './checked-value.ts';
import type { Filter } from './filter.ts';
import { matches } from './matches.ts';
import { type AttributeEdit, impliedItem } from './patch-attribute.ts';
import type { PatchEffort } from './patch-effort.ts';
import { scimErrors } from './scim-error.ts';

/** Which part of an attribute that nobody declared is meant; `path` is for the reader of a refusal. */
export type OpenTarget = {
  readonly path: string;
  readonly subName: string | undefined;
  readonly filter: Filter | undefined;
};

type OpenEdit = AttributeEdit & { readonly effort: PatchEffort };

/**
 * The value of an attribute that nobody declared after one operation on it, or undefined when nothing is left; `current` is
 * not changed. What it holds shows what it is: a list is multi-valued, an object complex (RFC 7644 §3.5.2). A value of a
 * list that is no object has itself as its `value` (RFC 7643 §2.4). Only what is written is made canonical: the rest is.
 */
export function editOpen(current: Json | undefined, target: OpenTarget, edit: OpenEdit): Json | undefined {
  const { filter } = target;
  const after = filter === undefined ? editPart(current, target, edit) : editMet(current, { ...target, filter }, edit);
  if (Array.isArray(after) && after.length > LIST_LENGTH_MAX)
    throw scimErrors.invalidValue(`"${target.path}" must not have more than ${LIST_LENGTH_MAX} values`);
  return isNothing(after) ? undefined : after;
}

function editPart(current: Json | undefined, { path, subName }: OpenTarget, edit: OpenEdit): Json | undefined {
  if (subName === undefined) return editWhole(current, path, edit);
  if (!Array.isArray(current)) return withMember(isJsonObject(current) ? current : {}, { path, subName }, edit);
  if (isValue(subName) && !current.some(isJsonObject)) {
    const value = Array.isArray(edit.value) || isNothing(edit.value) ? edit.value : [edit.value as Json];
    return editWhole(current, path, { ...edit, value });
  }
  // Without a filter every value is meant.
  const edited = current.map((item) => (isJsonObject(item) ? withMember(item, { path, subName }, edit) : item));
  if (edit.op === 'remove' || current.some(isJsonObject)) return edited.filter((item) => !isNothing(item));
  return [...current, withMember({}, { path, subName }, edit)];
}

function editWhole(current: Json | undefined, path: string, edit: OpenEdit): Json | undefined {
  const { op, value, effort } = edit;
  if (value === undefined || value === null) return undefined;
  if (op === 'remove') return withoutListed(current, canonical(value, path), effort);
  if (op === 'add' && Array.isArray(current)) return effort.withAdded(current, listed(canonical(listed(value), path)));
  return isJsonObject(current) && isJsonObject(value) ? merged(current, value, path, effort) : canonical(value, path);
}

function canonical(value: Json | undefined, path: string): Json | undefined {
  return checkedValue((problems) => canonicalOpenValue(value, path, problems));
}

function listed(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Entra's default dialect removes by value; a single value is taken away by whatever it is said to be. */
function withoutListed(current: Json | undefined, value: Json | undefined, effort: PatchEffort): Json | undefined {
  if (!Array.isArray(current)) return undefined;
  effort.countReading(current);
  const sought = new Set(listed(value).flatMap((item) => keysOf(item, effort)));
  return current.filter((item) => !keysOf(item, effort).some((key) => sought.has(key)));
}

/** All that it says, and its `value`, by which it may be named alone. */
function keysOf(item: Json, effort: PatchEffort): string[] {
  const whole = effort.keyOf(item);
  if (!isJsonObject(item)) return [whole, `value ${whole}`];
  const name = spelledKey(item, 'value');
  const value = name === undefined ? undefined : item[name];
  return value === undefined ? [whole] : [whole, `value ${effort.keyOf(value)}`];
}

type MetTarget = OpenTarget & { readonly filter: Filter };

function editMet(current: Json | undefined, target: MetTarget, edit: OpenEdit): Json | undefined {
  const { filter } = target;
  const isList = Array.isArray(current);
  const items: Json[] = isList ? current : current === undefined ? [] : [current];
  const isMet = items.map((item) => matches(filter, item));
  const edited = items.flatMap((item, position) => {
    const after = isMet[position] ? editItem(item, target, edit) : item;
    return after === undefined || isNothing(after) ? [] : [after];
  });
  if (isMet.includes(true)) {
    const isSimple = isList && edited.length > 1 && !edited.some(isJsonObject);
    // A list of simple values has each of them once.
    return isSimple && edit.op !== 'remove' ? [...new Set(edited)] : isList ? edited : edited[0];
  }
  if (edit.op === 'remove' || isNothing(edit.value)) return current;
  return withMade(items, target, edit);
}

/** RFC 7644 answers noTarget here; Entra counts on the value being made, with what the filter says. */
function withMade(items: readonly Json[], target: MetTarget, edit: OpenEdit): Json[] {
  const made = editItem(impliedItem(target.filter, target.path), target, edit);
  if (made === undefined || isNothing(made)) return [...items];
  const isSimple = items.length > 0 && !items.some(isJsonObject);
  return edit.effort.withAdded(items, [isSimple ? simple(made) : made]);
}

/** One value that is meant, after the operation. One that is no object becomes one only for what its `value` cannot say. */
function editItem(item: Json, { path, subName }: OpenTarget, edit: OpenEdit): Json | undefined {
  const { op, value, effort } = edit;
  if (subName !== undefined) {
    if (isJsonObject(item)) return withMember(item, { path, subName }, edit);
    return simple(withMember({ value: item }, { path, subName }, edit));
  }
  if (op === 'remove' || value === undefined || value === null) return undefined;
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (isJsonObject(item) && isJsonObject(only)) return merged(item, only, path, effort);
  const after = canonical(only, path);
  return after === undefined || isJsonObject(item) ? after : simple(after);
}

/** An object that has a `value` and nothing else as that. */
function simple(item: Json): Json {
  if (!isJsonObject(item)) return item;
  const [[name, value] = ['', item], ...others] = Object.entries(item);
  return others.length === 0 && isValue(name) ? value : item;
}

function isValue(name: string): boolean {
  return name.toLowerCase() === 'value';
}

function withMember(
  item: JsonObject,
  { path, subName }: { path: string; subName: string },
  { op, value, effort }: OpenEdit,
): JsonObject {
  return merged(item, { [subName]: op === 'remove' || value === undefined ? null : value }, path, effort);
}

/** The members of both; what the change sets to null or "" goes. Names are met in any case and stay as they were spelled. */
function merged(item: JsonObject, change: JsonObject, path: string, effort: PatchEffort): JsonObject {
  const written = canonical(change, path);
  const after = new Map(Object.entries(item));
  effort.count(after.size);
  const spelled = new Map([...after.keys()].map((name) => [name.toLowerCase(), name]));
  for (const name of Object.keys(change)) {
    const key = spelled.get(name.toLowerCase()) ?? name;
    spelled.set(key.toLowerCase(), key);
    const value = isJsonObject(written) && Object.hasOwn(written, name) ? written[name] : undefined;
    if (value === undefined) after.delete(key);
    else after.set(key, value);
  }
  return Object.fromEntries(after);
}

function isNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
