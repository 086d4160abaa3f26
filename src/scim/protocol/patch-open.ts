import { isJsonObject, type Json, type JsonObject, sortedJson } from '../../attributes/json.ts';
import { spelledKey } from '../../attributes/open-attribute.ts';
import { canonicalOpenValue } from '../../attributes/open-value.ts';
import { checkedValue } from './checked-value.ts';
import type { Filter } from './filter.ts';
import { matches } from './matches.ts';
import { type AttributeEdit, impliedItem } from './patch-attribute.ts';

/** Which part of an attribute that nobody declared is meant; `path` is for the reader of a refusal. */
export type OpenTarget = {
  readonly path: string;
  readonly subName: string | undefined;
  readonly filter: Filter | undefined;
};

/**
 * The value of an attribute that nobody declared after one operation on it, or undefined when nothing is left; `current` is
 * not changed. What it holds shows what it is: a list is multi-valued, an object complex (RFC 7644 §3.5.2).
 */
export function editOpen(current: Json | undefined, target: OpenTarget, edit: AttributeEdit): Json | undefined {
  const after = target.filter === undefined ? editPart(current, target, edit) : editMet(current, target, edit);
  return checkedValue((problems) => canonicalOpenValue(after, target.path, problems));
}

function editPart(current: Json | undefined, { subName }: OpenTarget, edit: AttributeEdit): Json | undefined {
  if (subName === undefined) return editWhole(current, edit);
  if (!Array.isArray(current)) return withMember(isJsonObject(current) ? current : {}, subName, edit);
  // Without a filter every value is meant.
  const edited = current.map((item) => (isJsonObject(item) ? withMember(item, subName, edit) : item));
  if (edit.op === 'remove' || current.some(isJsonObject)) return edited.filter((item) => !isNothing(item));
  return [...current, withMember({}, subName, edit)];
}

function editWhole(current: Json | undefined, { op, value }: AttributeEdit): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (op === 'remove') return withoutListed(current, value);
  if (op === 'add' && Array.isArray(current)) return withAdded(current, value);
  return isJsonObject(current) && isJsonObject(value) ? merged(current, value) : value;
}

/** Entra's default dialect removes by value; a single value is taken away by whatever it is said to be. */
function withoutListed(current: Json | undefined, value: Json): Json | undefined {
  if (!Array.isArray(current)) return undefined;
  const listed = new Set((Array.isArray(value) ? value : [value]).flatMap(keysOf));
  return current.filter((item) => !keysOf(item).some((key) => listed.has(key)));
}

/** All that it says, and its `value`, by which it may be named alone. */
function keysOf(item: Json): string[] {
  const whole = sortedJson(item);
  const value = isJsonObject(item) ? item[spelledKey(item, 'value') ?? ''] : item;
  return value === undefined ? [whole] : [whole, `value ${sortedJson(value)}`];
}

function withAdded(current: readonly Json[], value: Json): Json[] {
  const known = new Set(current.map(sortedJson));
  const added = (Array.isArray(value) ? value : [value]).filter((item) => {
    const key = sortedJson(item);
    return !known.has(key) && known.add(key);
  });
  return [...current, ...added];
}

function editMet(current: Json | undefined, target: OpenTarget, edit: AttributeEdit): Json | undefined {
  const { filter, subName, path } = target;
  if (filter === undefined) return current;
  const isList = Array.isArray(current);
  const items: Json[] = isList ? current : current === undefined ? [] : [current];
  let isMet = false;
  const edited = items.flatMap((item) => {
    if (!isJsonObject(item) || !matches(filter, item)) return [item];
    isMet = true;
    const after = subName === undefined ? editItem(item, edit) : withMember(item, subName, edit);
    return isNothing(after) ? [] : [after as Json];
  });
  if (isMet || edit.op === 'remove' || isNothing(edit.value)) return isList ? edited : edited[0];
  // RFC 7644 answers noTarget here; Entra counts on the value being made, with what the filter says.
  const implied = impliedItem(filter, path);
  const made = subName === undefined ? editItem(implied, edit) : withMember(implied, subName, edit);
  return isNothing(made) ? items : withAdded(items, made as Json);
}

function editItem(item: JsonObject, { op, value }: AttributeEdit): Json | undefined {
  if (op === 'remove' || value === undefined || value === null) return undefined;
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return isJsonObject(only) ? merged(item, only) : only;
}

function withMember(item: JsonObject, name: string, { op, value }: AttributeEdit): JsonObject {
  return merged(item, { [name]: op === 'remove' || value === undefined ? null : value });
}

/** The members of both; what the change sets to null or "" goes. Names are met in any case and stay as they were spelled. */
function merged(item: JsonObject, change: JsonObject): JsonObject {
  const after = new Map(Object.entries(item));
  const spelled = new Map([...after.keys()].map((name) => [name.toLowerCase(), name]));
  for (const [name, value] of Object.entries(change)) {
    const key = spelled.get(name.toLowerCase()) ?? name;
    spelled.set(key.toLowerCase(), key);
    if (isNothing(value)) after.delete(key);
    else after.set(key, value);
  }
  return Object.fromEntries(after);
}

function isNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
