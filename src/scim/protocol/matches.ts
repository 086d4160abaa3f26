import { type Attribute, subAttributeNamed } from '../../attributes/attribute.ts';
import { comparable } from '../../attributes/attribute-value.ts';
import { foldKey } from '../../attributes/fold.ts';
import { isJsonObject, type Json, type JsonObject, memberOf } from '../../attributes/json.ts';
import { spelledKey } from '../../attributes/open-attribute.ts';
import type { CompareFilter, CompareOperator, Filter } from './filter.ts';

/**
 * True when one value of an attribute fits the resolved filter of its value path (RFC 7644 §3.4.2.2). Without a `parent`,
 * of an attribute that nobody declared, names are met in any case and texts are compared folded. A value that is no object
 * has itself as its `value` (RFC 7643 §2.4).
 */
export function matches(filter: Filter, item: Json, parent?: Attribute): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => matches(part, item, parent));
    case 'or':
      return filter.filters.some((part) => matches(part, item, parent));
    case 'not':
      return !matches(filter.filter, item, parent);
    case 'compare':
      return compares(filter, item, parent);
    case 'valuePath':
      return false;
  }
}

function compares(filter: CompareFilter, item: Json, parent: Attribute | undefined): boolean {
  const object: JsonObject = isJsonObject(item) ? item : { value: item };
  if (parent === undefined) {
    const key = spelledKey(object, filter.attribute);
    return holds(filter, key === undefined ? undefined : object[key], foldedText);
  }
  const subAttribute = subAttributeNamed(parent, filter.attribute);
  if (subAttribute === undefined) return false;
  return holds(filter, memberOf(object, filter.attribute), (value) => comparedForm(subAttribute, value));
}

function foldedText(value: Json): Json {
  return typeof value === 'string' ? foldKey(value) : value;
}

function holds({ operator, value }: CompareFilter, own: Json | undefined, form: (value: Json) => Json): boolean {
  if (operator === 'pr') return own !== undefined;
  if (own === undefined || value === undefined) return operator === 'ne';
  return areInRelation(operator, form(own), form(value));
}

function areInRelation(operator: Exclude<CompareOperator, 'pr'>, left: Json, right: Json): boolean {
  switch (operator) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'co':
      return typeof left === 'string' && left.includes(String(right));
    case 'sw':
      return typeof left === 'string' && left.startsWith(String(right));
    case 'ew':
      return typeof left === 'string' && left.endsWith(String(right));
    default:
      return inOrder(operator, left, right);
  }
}

/** Moments are compared as such, whatever zone they were written in. */
function comparedForm(attribute: Attribute, value: Json): Json {
  return attribute.type === 'dateTime' && typeof value === 'string' ? Date.parse(value) : comparable(attribute, value);
}

function inOrder(operator: 'gt' | 'ge' | 'lt' | 'le', left: Json, right: Json): boolean {
  const order = orderOf(left, right);
  if (order === undefined) return false;
  if (operator === 'gt') return order > 0;
  if (operator === 'ge') return order >= 0;
  return operator === 'lt' ? order < 0 : order <= 0;
}

/** Texts by their code points, as the database has them; undefined for what has no order. */
function orderOf(left: Json, right: Json): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
