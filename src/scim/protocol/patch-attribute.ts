import { type Attribute, subAttributeNamed } from '../../attributes/attribute.ts';
import {
  canonicalItems,
  canonicalObject,
  canonicalValue,
  holdsNothing,
  LIST_LENGTH_MAX,
  mergeItems,
  saysAll,
  tidyItems,
} from '../../attributes/attribute-value.ts';
import type { FoundAttribute } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject } from '../../attributes/json.ts';
import { checkedValue } from './checked-value.ts';
import type { Filter } from './filter.ts';
import { matches } from './matches.ts';
import type { PatchOperation } from './patch-request.ts';
import { scimErrors } from './scim-error.ts';

/** `value` is undefined only when a remove has none. */
export type AttributeEdit = { readonly op: PatchOperation['op']; readonly value: Json | undefined };
type Target = { readonly found: FoundAttribute; readonly filter: Filter | undefined };

/** The attribute's value after one operation on it, or undefined when nothing is left; `current` is not changed. */
export function editAttribute(current: Json | undefined, target: Target, edit: AttributeEdit): Json | undefined {
  const { attribute, canonicalPath } = target.found;
  if (attribute.multiValued) {
    const before = Array.isArray(current) ? current.filter(isJsonObject) : [];
    const after = withOnePrimary(before, editItems(before, target, edit));
    if (after.length > LIST_LENGTH_MAX)
      throw scimErrors.invalidValue(`"${canonicalPath}" must not have more than ${LIST_LENGTH_MAX} values`);
    return after.length === 0 ? undefined : after;
  }
  if (attribute.type === 'complex') return editObject(isJsonObject(current) ? current : undefined, target, edit);
  if (edit.op === 'remove') return undefined;
  return checkedValue((problems) => canonicalValue(attribute, edit.value, canonicalPath, problems));
}

function editObject(current: JsonObject | undefined, target: Target, edit: AttributeEdit): JsonObject | undefined {
  const { found, filter } = target;
  const { attribute } = found;
  let object = current ?? {};
  // Entra removes a manager by manager[value eq "…"], a filter on a single-valued attribute.
  if (filter !== undefined && !(current !== undefined && matches(filter, current, attribute))) {
    if (edit.op === 'remove') return current;
    object = impliedItem(filter, found.canonicalPath);
  }
  if (found.subAttribute === undefined && edit.op === 'remove') return undefined;
  const edited = editOne(object, found, edit);
  return edited === undefined || holdsNothing(attribute, edited) ? undefined : edited;
}

/** One value of a complex attribute after an operation on it or on its sub-attribute; undefined when it is unassigned. */
function editOne(item: JsonObject, found: FoundAttribute, edit: AttributeEdit): JsonObject | undefined {
  const { attribute, subAttribute, canonicalPath } = found;
  if (subAttribute !== undefined) {
    const value =
      edit.op === 'remove'
        ? undefined
        : checkedValue((problems) => canonicalValue(subAttribute, edit.value, canonicalPath, problems));
    const { [subAttribute.name]: _former, ...rest } = item;
    return value === undefined ? rest : { ...rest, [subAttribute.name]: value };
  }
  const sent = Array.isArray(edit.value) && edit.value.length <= 1 ? edit.value[0] : edit.value;
  const object = checkedValue((problems) => canonicalObject(attribute, sent, canonicalPath, problems));
  if (object === undefined) return undefined;
  const cleared = isJsonObject(sent) ? unassignedNames(attribute, sent) : [];
  return Object.fromEntries(Object.entries({ ...item, ...object }).filter(([name]) => !cleared.includes(name)));
}

/** Sub-attributes that the value sets to null or "", which takes them away where others are merged. */
function unassignedNames(attribute: Attribute, sent: JsonObject): string[] {
  return Object.entries(sent).flatMap(([key, value]) => {
    const subAttribute = value === null || value === '' ? subAttributeNamed(attribute, key) : undefined;
    return subAttribute === undefined ? [] : [subAttribute.name];
  });
}

function editItems(items: readonly JsonObject[], target: Target, edit: AttributeEdit): JsonObject[] {
  const { found, filter } = target;
  if (filter === undefined && found.subAttribute === undefined) return editWholeList(items, found, edit);
  const { attribute } = found;
  const isMeant = (item: JsonObject) => filter === undefined || matches(filter, item, attribute);
  if (edit.op === 'remove' && found.subAttribute === undefined) return items.filter((item) => !isMeant(item));
  if (items.some(isMeant)) return editMatches(items, isMeant, found, edit);
  const given = edit.op === 'remove' ? undefined : editOne({}, found, edit);
  if (given === undefined || Object.keys(given).length === 0) return [...items];
  // RFC 7644 answers noTarget here; Entra counts on the value being made, with what the filter says.
  const implied = filter === undefined ? {} : impliedItem(filter, found.canonicalPath);
  const made = { ...implied, ...given };
  return items.some((item) => saysAll(attribute, item, made)) ? [...items] : mergeItems(attribute, items, [made]);
}

function editMatches(
  items: readonly JsonObject[],
  isMeant: (item: JsonObject) => boolean,
  found: FoundAttribute,
  edit: AttributeEdit,
): JsonObject[] {
  let isPrimaryTaken = false;
  return items.flatMap((item) => {
    if (!isMeant(item)) return [item];
    const edited = editOne(item, found, edit) ?? (edit.op === 'add' ? item : undefined);
    if (edited === undefined) return [];
    if (edited.primary !== true) return [edited];
    // Several may match an operation that sets primary; the first has it then.
    const settled = isPrimaryTaken ? { ...edited, primary: false } : edited;
    isPrimaryTaken = true;
    return [settled];
  });
}

function editWholeList(items: readonly JsonObject[], found: FoundAttribute, edit: AttributeEdit): JsonObject[] {
  const { attribute, canonicalPath } = found;
  // Entra's default dialect removes by value. Reading it as "remove all" emptied lists elsewhere.
  if (edit.op === 'remove' && (edit.value === undefined || edit.value === null)) return [];
  const listed = checkedValue((problems) => canonicalItems(attribute, edit.value, canonicalPath, problems));
  if (edit.op === 'remove') return items.filter((item) => !listed.some((sought) => isListed(attribute, item, sought)));
  return edit.op === 'add' ? mergeItems(attribute, items, listed) : tidyItems(attribute, listed);
}

function isListed(attribute: Attribute, item: JsonObject, sought: JsonObject): boolean {
  const { value, type } = sought;
  const key = value === undefined ? sought : { value, ...(type === undefined ? {} : { type }) };
  return Object.keys(key).length > 0 && saysAll(attribute, item, key);
}

/** When a value became the primary one, the others are not any more (RFC 7644 §3.5.2). */
function withOnePrimary(before: readonly JsonObject[], after: JsonObject[]): JsonObject[] {
  const chosen = after.findIndex((item, position) => item.primary === true && before[position]?.primary !== true);
  if (chosen < 0) return after;
  return after.map((item, position) =>
    position !== chosen && item.primary === true ? { ...item, primary: false } : item,
  );
}

/** What a filter says of the value it looks for; 400 `noTarget` when it says more than equalities. */
export function impliedItem(filter: Filter, path: string): JsonObject {
  const parts = filter.kind === 'and' ? filter.filters : [filter];
  const item: JsonObject = {};
  for (const part of parts) {
    if (part.kind !== 'compare' || part.operator !== 'eq' || part.value === undefined)
      throw scimErrors.noTarget(`No value of "${path}" matches the filter`);
    item[part.attribute] = part.value;
  }
  return item;
}
