import { type Attribute, type AttributeType, subAttributeNamed } from './attribute.ts';
import { foldKey } from './fold.ts';
import { isJsonObject, type Json, type JsonObject, memberOf } from './json.ts';
import { keyProblem, textProblem } from './text.ts';

/** What is wrong with one place of a request body; `path` is written as in SCIM (`emails[0].value`), empty for the whole. */
export type AttributeProblem = {
  readonly kind: 'invalidValue' | 'invalidSyntax';
  readonly path: string;
  readonly message: string;
};

export const LIST_LENGTH_MAX = 1000;

/**
 * A value of an attribute as it is stored, or undefined when it is unassigned: null, an empty list, an empty string, an
 * object that holds nothing. Text stays as sent. What cannot be taken is added to `problems`.
 */
export function canonicalValue(
  attribute: Attribute,
  value: unknown,
  path: string,
  problems: AttributeProblem[],
): Json | undefined {
  if (attribute.multiValued && attribute.type !== 'complex') return canonicalScalars(attribute, value, path, problems);
  if (attribute.multiValued) {
    const items = tidyItems(attribute, canonicalItems(attribute, value, path, problems));
    return items.length === 0 ? undefined : items;
  }
  const single = onlyValue(value, path, problems);
  if (attribute.type !== 'complex') return canonicalScalar(attribute, single, path, problems);
  const object = canonicalObject(attribute, single, path, problems);
  return object === undefined || holdsNothing(attribute, object) ? undefined : object;
}

/** The values of a multi-valued simple attribute, each once; a single one is a list of one. */
function canonicalScalars(
  attribute: Attribute,
  value: unknown,
  path: string,
  problems: AttributeProblem[],
): Json[] | undefined {
  const sent = sentItems(value, path, problems);
  const values = new Map<Json, Json>();
  for (const [position, item] of sent.entries()) {
    const scalar = canonicalScalar(attribute, item, `${path}[${position}]`, problems);
    if (scalar === undefined) continue;
    const key = comparable(attribute, scalar);
    if (!values.has(key)) values.set(key, scalar);
  }
  return values.size === 0 ? undefined : [...values.values()];
}

function sentItems(value: unknown, path: string, problems: AttributeProblem[]): unknown[] {
  const sent: unknown[] = Array.isArray(value) ? value : [value];
  if (sent.length <= LIST_LENGTH_MAX) return sent;
  problems.push(invalidValue(path, `must not have more than ${LIST_LENGTH_MAX} values`));
  return [];
}

/** The values of a multi-valued complex attribute; OneLogin sends a single object, others single strings. */
export function canonicalItems(
  attribute: Attribute,
  value: unknown,
  path: string,
  problems: AttributeProblem[],
): JsonObject[] {
  const items: JsonObject[] = [];
  for (const [position, item] of sentItems(value, path, problems).entries()) {
    const object = canonicalObject(attribute, item, `${path}[${position}]`, problems);
    if (object !== undefined) items.push(attribute.decodesJsonValue ? decodeJsonValue(object) : object);
  }
  return items;
}

/**
 * One value of a complex attribute with its declared sub-attributes, possibly empty; undefined for null and "". A scalar
 * becomes `{ value }` where the attribute has such a sub-attribute: Entra sends managers and members as plain strings.
 */
export function canonicalObject(
  attribute: Attribute,
  value: unknown,
  path: string,
  problems: AttributeProblem[],
): JsonObject | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (isJsonObject(value)) return declaredSubAttributes(attribute, value, path, problems);
  const valueSubAttribute = subAttributeNamed(attribute, 'value');
  if (Array.isArray(value) || valueSubAttribute === undefined) {
    problems.push(invalidValue(path, 'must be an object'));
    return undefined;
  }
  const scalar = canonicalScalar(valueSubAttribute, value, path, problems);
  return scalar === undefined ? undefined : { value: scalar };
}

function declaredSubAttributes(
  attribute: Attribute,
  sent: JsonObject,
  path: string,
  problems: AttributeProblem[],
): JsonObject {
  const object: JsonObject = {};
  for (const [key, value] of Object.entries(sent)) {
    // Entra's roles say displayName where RFC 7643 says display.
    const subAttribute =
      subAttributeNamed(attribute, key) ??
      (key === 'displayName' && sent.display === undefined ? subAttributeNamed(attribute, 'display') : undefined);
    if (
      subAttribute === undefined ||
      subAttribute.mutability === 'readOnly' ||
      Object.hasOwn(object, subAttribute.name)
    )
      continue;
    const canonical = canonicalScalar(subAttribute, value, `${path}.${subAttribute.name}`, problems);
    if (canonical !== undefined) object[subAttribute.name] = canonical;
  }
  return object;
}

/** A value of a simple attribute, or undefined when it is null or an empty string. */
function canonicalScalar(
  attribute: Attribute,
  value: unknown,
  path: string,
  problems: AttributeProblem[],
): string | number | boolean | undefined {
  // Old Entra jobs wrap a scalar as [{ "$ref": null, "value": "x" }].
  const scalar: unknown = isJsonObject(value) && Object.hasOwn(value, 'value') ? value.value : value;
  if (scalar === null || scalar === undefined || scalar === '') return undefined;
  const canonical = typedValue(attribute, scalar);
  const message = canonical === undefined ? typeProblems[attribute.type] : scalarProblem(attribute, canonical);
  if (message === undefined) return canonical;
  problems.push(invalidValue(path, message));
  return undefined;
}

/** The value in the attribute's type, or undefined when it is of another; texts may spell booleans and numbers. */
export function typedValue(attribute: Attribute, value: unknown): string | number | boolean | undefined {
  if (attribute.type === 'boolean') return booleanValue(value);
  if (attribute.type === 'integer') return numberValue(value, Number.isSafeInteger);
  if (attribute.type === 'decimal') return numberValue(value, Number.isFinite);
  if (attribute.type === 'dateTime') return isDateTime(value) ? value : undefined;
  return attribute.type !== 'complex' && typeof value === 'string' ? value : undefined;
}

/** Entra sends "True" and "False"; anything that is not plainly a boolean is undefined. */
function booleanValue(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function numberValue(value: unknown, isAllowed: (number: number) => boolean): number | undefined {
  if (typeof value === 'string' && !/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = Number(value);
  return isAllowed(number) ? number : undefined;
}

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/i;

/** True for an xsd:dateTime that names a real moment (RFC 7643 §2.3.5). */
function isDateTime(value: unknown): value is string {
  return typeof value === 'string' && dateTime.test(value) && !Number.isNaN(Date.parse(value));
}

const typeProblems: Record<AttributeType, string> = {
  string: 'must be a string',
  boolean: 'must be true or false',
  decimal: 'must be a number',
  integer: 'must be an integer',
  dateTime: 'must be a dateTime',
  reference: 'must be a string',
  binary: 'must be a string',
  complex: 'must be an object',
};

function scalarProblem(attribute: Attribute, value: string | number | boolean): string | undefined {
  if (attribute.isRestricted && !isCanonicalValue(attribute, value))
    return `must be one of: ${(attribute.canonicalValues ?? []).join(', ')}`;
  if (typeof value !== 'string') return undefined;
  return textProblem(value, attribute.maxLength) ?? (attribute.search === undefined ? undefined : keyProblem(value));
}

function isCanonicalValue(attribute: Attribute, value: string | number | boolean): boolean {
  const sought = comparable(attribute, String(value));
  return (attribute.canonicalValues ?? []).some((canonical) => comparable(attribute, canonical) === sought);
}

function onlyValue(value: unknown, path: string, problems: AttributeProblem[]): unknown {
  if (!Array.isArray(value)) return value;
  if (value.length > 1) problems.push(invalidValue(path, 'must be a single value'));
  return value.length === 1 ? value[0] : undefined;
}

/** Without this, Entra's AppRoleAssignmentsComplex would leave roles whose value is a JSON text. */
function decodeJsonValue(item: JsonObject): JsonObject {
  if (typeof item.value !== 'string' || !item.value.startsWith('{')) return item;
  let decoded: unknown;
  try {
    decoded = JSON.parse(item.value);
  } catch {
    return item;
  }
  if (!isJsonObject(decoded) || typeof decoded.value !== 'string' || decoded.value === '') return item;
  const display = item.display ?? decoded.displayName;
  const isDisplay =
    typeof display === 'string' && display !== '' && textProblem(display, item.value.length) === undefined;
  if (textProblem(decoded.value, item.value.length) !== undefined) return item;
  return { ...item, value: decoded.value, ...(isDisplay ? { display } : {}) };
}

/**
 * True when a complex value says nothing: no sub-attribute at all; in a list nothing but its labels (type, primary); in a
 * single one that has a `value` sub-attribute (manager) no value.
 */
export function holdsNothing(attribute: Attribute, object: JsonObject): boolean {
  if (attribute.multiValued) return Object.keys(object).every((name) => name === 'type' || name === 'primary');
  if (subAttributeNamed(attribute, 'value') !== undefined) return object.value === undefined;
  return Object.keys(object).length === 0;
}

/** Drops values that say nothing, makes doubles of a role one, and leaves `primary` true on the first that has it. */
export function tidyItems(attribute: Attribute, items: readonly JsonObject[]): JsonObject[] {
  let kept = items.filter((item) => !holdsNothing(attribute, item));
  if (attribute.decodesJsonValue) kept = withoutDoubles(kept);
  const primary = kept.findIndex((item) => item.primary === true);
  return kept.map((item, position) =>
    item.primary === true && position !== primary ? { ...item, primary: false } : item,
  );
}

/**
 * Items of exactly the same value as one; what the primary or else the first says of it wins. Not folded: of "B" and "b" one
 * would be lost, and a client that reads back another text than it wrote writes again in every cycle.
 */
function withoutDoubles(items: readonly JsonObject[]): JsonObject[] {
  const kept = new Map<Json | symbol, JsonObject>();
  for (const item of items) {
    const key = item.value ?? Symbol('no value, no double');
    const known = kept.get(key);
    kept.set(key, item.primary === true ? { ...known, ...item } : { ...item, ...known });
  }
  return [...kept.values()];
}

/**
 * The list with the added values: one that is there already (same `value` and no other `type`; without a `value`, all that
 * it says) is merged, the others are appended.
 */
export function mergeItems(
  attribute: Attribute,
  items: readonly JsonObject[],
  added: readonly JsonObject[],
): JsonObject[] {
  const merged = [...items];
  const valueSubAttribute = subAttributeNamed(attribute, 'value');
  const positions = new Map<Json, number[]>();
  const remember = (item: JsonObject, position: number) => {
    const key = valueKey(valueSubAttribute, item);
    if (key === undefined) return;
    const known = positions.get(key);
    if (known === undefined) positions.set(key, [position]);
    else known.push(position);
  };
  for (const [position, item] of merged.entries()) remember(item, position);
  for (const item of added) {
    const key = valueKey(valueSubAttribute, item);
    const same =
      key === undefined
        ? merged.findIndex((candidate) => saysAll(attribute, candidate, item))
        : ((positions.get(key) ?? []).find((position) => hasCompatibleType(merged[position], item)) ?? -1);
    if (same >= 0) merged[same] = { ...merged[same], ...item };
    else remember(item, merged.push(item) - 1);
  }
  return merged;
}

function valueKey(valueSubAttribute: Attribute | undefined, item: JsonObject): Json | undefined {
  if (valueSubAttribute === undefined || item.value === undefined) return undefined;
  return comparable(valueSubAttribute, item.value);
}

function hasCompatibleType(item: JsonObject | undefined, added: JsonObject): boolean {
  if (typeof item?.type !== 'string' || typeof added.type !== 'string') return true;
  return foldKey(item.type) === foldKey(added.type);
}

/** True when `item` has every sub-attribute that `sought` has, with the same value. */
export function saysAll(attribute: Attribute, item: JsonObject, sought: JsonObject): boolean {
  return Object.entries(sought).every(([name, value]) => {
    const subAttribute = subAttributeNamed(attribute, name);
    const own = memberOf(item, name);
    return (
      subAttribute !== undefined &&
      own !== undefined &&
      comparable(subAttribute, own) === comparable(subAttribute, value)
    );
  });
}

/** The form in which two values of a simple attribute are compared: strings folded unless the attribute is caseExact. */
export function comparable<Value extends Json>(attribute: Attribute, value: Value): Value | string {
  return typeof value === 'string' && !attribute.caseExact ? foldKey(value) : value;
}

export function invalidValue(path: string, message: string): AttributeProblem {
  return { kind: 'invalidValue', path, message };
}
