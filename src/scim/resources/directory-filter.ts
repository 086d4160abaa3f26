import type { ResourceTable } from '../../attributes/attribute.ts';
import { findAttribute } from '../../attributes/find-attribute.ts';
import type { DirectoryFilter, FilterOperator } from '../documents/operations.ts';
import { type CompareOperator, type Filter, parseFilter } from '../protocol/filter.ts';
import { resolveFilter } from '../protocol/resolve-filter.ts';
import { scimErrors } from '../protocol/scim-error.ts';

const operators: Record<CompareOperator, FilterOperator> = {
  eq: 'EQ',
  ne: 'NE',
  co: 'CO',
  sw: 'SW',
  ew: 'EW',
  gt: 'GT',
  ge: 'GE',
  lt: 'LT',
  le: 'LE',
  pr: 'PR',
};

/**
 * The GraphQL input of a `filter` parameter, null without one. Of several types each attribute is looked for in all of them: what
 * one type lacks, its resources simply do not have (RFC 7644 §3.4.2.1). Throws 400 `invalidFilter`.
 */
export function directoryFilter(text: string | undefined, tables: readonly ResourceTable[]): DirectoryFilter | null {
  if (text === undefined) return null;
  return filterInput(resolveAmong(parseFilter(text), tables), '');
}

function resolveAmong(filter: Filter, tables: readonly ResourceTable[]): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map((part) => resolveAmong(part, tables)) };
    case 'not':
      return { kind: 'not', filter: resolveAmong(filter.filter, tables) };
    default: {
      const known = tables.find((table) => findAttribute(table, filter.attribute) !== undefined) ?? tables[0];
      if (known === undefined) throw scimErrors.internal();
      return resolveFilter(filter, known);
    }
  }
}

/** `prefix` makes whole paths of the attributes inside a value path. */
function filterInput(filter: Filter, prefix: string): DirectoryFilter {
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map((part) => filterInput(part, prefix)) };
    case 'or':
      return { or: filter.filters.map((part) => filterInput(part, prefix)) };
    case 'not':
      return { not: filterInput(filter.filter, prefix) };
    case 'valuePath':
      return {
        valuePath: { attribute: filter.attribute, filter: filterInput(filter.filter, `${filter.attribute}.`) },
      };
    case 'compare': {
      const { attribute, operator, value } = filter;
      const comparison = { attribute: `${prefix}${attribute}`, operator: operators[operator] };
      return { compare: value === undefined ? comparison : { ...comparison, value } };
    }
  }
}
