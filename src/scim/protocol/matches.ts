import { type Attribute, subAttributeNamed } from '../../attributes/attribute.ts';
import { comparable } from '../../attributes/attribute-value.ts';
import type { Json, JsonObject } from '../../attributes/json.ts';
import type { CompareFilter, Filter } from './filter.ts';

/** True when one value of a complex attribute fits the resolved filter of its value path (RFC 7644 §3.4.2.2). */
export function matches(filter: Filter, item: JsonObject, parent: Attribute): boolean {
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

function compares(filter: CompareFilter, item: JsonObject, parent: Attribute): boolean {
  const subAttribute = subAttributeNamed(parent, filter.attribute);
  const own = item[filter.attribute];
  if (subAttribute === undefined) return false;
  if (filter.operator === 'pr') return own !== undefined;
  if (own === undefined || filter.value === undefined) return filter.operator === 'ne';
  const left = comparable(subAttribute, own);
  const right = comparable(subAttribute, filter.value);
  switch (filter.operator) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'co':
      return String(left).includes(String(right));
    case 'sw':
      return String(left).startsWith(String(right));
    case 'ew':
      return String(left).endsWith(String(right));
    default:
      return inOrder(filter.operator, left, right);
  }
}

function inOrder(operator: 'gt' | 'ge' | 'lt' | 'le', left: Json, right: Json): boolean {
  if (left === null || right === null || typeof left !== typeof right) return false;
  if (operator === 'gt') return left > right;
  if (operator === 'ge') return left >= right;
  return operator === 'lt' ? left < right : left <= right;
}
