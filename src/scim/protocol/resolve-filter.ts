import { type Attribute, type ResourceTable, subAttributeNamed } from '../../attributes/attribute.ts';
import { typedValue } from '../../attributes/attribute-value.ts';
import { findAttribute } from '../../attributes/find-attribute.ts';
import { isOpenName } from '../../attributes/open-attribute.ts';
import type { CompareFilter, CompareOperator, Filter, FilterValue } from './filter.ts';
import { scimErrors } from './scim-error.ts';

/**
 * The same filter with canonical attribute paths and operands of the attribute's type: "True" against a boolean is true,
 * moments are ISO 8601 in UTC, a complex attribute that has a `value` stands for it, `eq null` is `not (… pr)`. Open
 * attributes are passed on as they were written. Unknown attributes, operators that the type does not have and `password`
 * are 400 `invalidFilter`.
 */
export function resolveFilter(filter: Filter, table: ResourceTable): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map((part) => resolveFilter(part, table)) };
    case 'not':
      return { kind: 'not', filter: resolveFilter(filter.filter, table) };
    case 'valuePath': {
      const found = findAttribute(table, filter.attribute);
      if (found === undefined) throw unknownAttribute(filter.attribute);
      if (found.subAttribute !== undefined) throw notComplex(filter.attribute);
      return {
        kind: 'valuePath',
        attribute: found.canonicalPath,
        filter: found.isOpen
          ? resolveOpenValueFilter(filter.filter)
          : resolveValueFilter(filter.filter, found.attribute),
      };
    }
    case 'compare': {
      const found = findAttribute(table, filter.attribute);
      if (found === undefined || found.attribute.returned === 'never') throw unknownAttribute(filter.attribute);
      if (found.isOpen) return resolveOpenComparison(filter, found.canonicalPath);
      return resolveComparison(filter, found.subAttribute ?? found.attribute, found.canonicalPath);
    }
  }
}

/** The filter inside the brackets of an attribute that nobody declared: names and operands as they were written. */
export function resolveOpenValueFilter(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map(resolveOpenValueFilter) };
    case 'not':
      return { kind: 'not', filter: resolveOpenValueFilter(filter.filter) };
    case 'valuePath':
      throw scimErrors.invalidFilter('A value path must not hold another one');
    case 'compare':
      if (!isOpenName(filter.attribute)) throw unknownAttribute(filter.attribute);
      return resolveOpenComparison(filter, filter.attribute);
  }
}

/** The filter inside the brackets of a value path, with its attributes relative to the complex attribute. */
export function resolveValueFilter(filter: Filter, parent: Attribute): Filter {
  if (parent.type !== 'complex') throw notComplex(parent.name);
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map((part) => resolveValueFilter(part, parent)) };
    case 'not':
      return { kind: 'not', filter: resolveValueFilter(filter.filter, parent) };
    case 'valuePath':
      throw scimErrors.invalidFilter('A value path must not hold another one');
    case 'compare': {
      const subAttribute = subAttributeNamed(parent, filter.attribute);
      if (subAttribute === undefined) throw unknownAttribute(`${parent.name}.${filter.attribute}`);
      return resolveComparison(filter, subAttribute, subAttribute.name);
    }
  }
}

function resolveComparison(filter: CompareFilter, attribute: Attribute, path: string): Filter {
  if (filter.operator === 'pr') return { kind: 'compare', attribute: path, operator: 'pr' };
  if (attribute.type === 'complex') {
    const valueSubAttribute = subAttributeNamed(attribute, 'value');
    if (valueSubAttribute === undefined)
      throw scimErrors.invalidFilter(`"${path}" has no value of its own; name one of its sub-attributes`);
    return resolveComparison(filter, valueSubAttribute, `${path}.${valueSubAttribute.name}`);
  }
  if (filter.value === null || filter.value === undefined) return resolveNull(filter.operator, path);
  if (!operatorsOf(attribute).has(filter.operator))
    throw scimErrors.invalidFilter(`"${path}" cannot be compared with "${filter.operator}"`);
  return {
    kind: 'compare',
    attribute: path,
    operator: filter.operator,
    value: operand(attribute, filter.value, path),
  };
}

/** The operand has the only type that is known: texts have parts, booleans no order. */
function resolveOpenComparison(filter: CompareFilter, path: string): Filter {
  const { operator, value } = filter;
  if (operator === 'pr') return { kind: 'compare', attribute: path, operator };
  if (value === null || value === undefined) return resolveNull(operator, path);
  const allowed = typeof value === 'string' ? all : typeof value === 'number' ? order : equality;
  if (!allowed.has(operator))
    throw scimErrors.invalidFilter(`"${path}" cannot be compared with "${operator}" ${String(value)}`);
  return { kind: 'compare', attribute: path, operator, value };
}

function resolveNull(operator: CompareOperator, path: string): Filter {
  const isPresent: Filter = { kind: 'compare', attribute: path, operator: 'pr' };
  if (operator === 'ne') return isPresent;
  if (operator === 'eq') return { kind: 'not', filter: isPresent };
  throw scimErrors.invalidFilter(`"${path}" cannot be compared with "${operator}" null`);
}

const equality = new Set<CompareOperator>(['eq', 'ne']);
const order = new Set<CompareOperator>([...equality, 'gt', 'ge', 'lt', 'le']);
const all = new Set<CompareOperator>([...order, 'co', 'sw', 'ew']);

/** RFC 7644 §3.4.2.2: booleans and binaries have no order, only texts have parts. */
function operatorsOf(attribute: Attribute): ReadonlySet<CompareOperator> {
  if (attribute.type === 'boolean' || attribute.type === 'binary') return equality;
  return attribute.type === 'string' || attribute.type === 'reference' ? all : order;
}

function operand(attribute: Attribute, value: string | number | boolean, path: string): FilterValue {
  const typed = typedValue(attribute, value);
  if (typed === undefined) throw scimErrors.invalidFilter(`"${path}" is of type ${attribute.type}`);
  return attribute.type === 'dateTime' ? new Date(String(typed)).toISOString() : typed;
}

function unknownAttribute(path: string) {
  return scimErrors.invalidFilter(`There is no attribute "${path}" to filter by`);
}

function notComplex(path: string) {
  return scimErrors.invalidFilter(`"${path}" has no sub-attributes`);
}
