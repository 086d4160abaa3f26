import type { ResourceTable } from '../../attributes/attribute.ts';
import type { DirectoryFilter, FilterOperator } from '../documents/operations.ts';
import { type CompareOperator, type Filter, parseFilter } from '../protocol/filter.ts';
import { resolveFilter } from '../protocol/resolve-filter.ts';

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

/** The GraphQL input of a `filter` parameter, null without one. Throws 400 `invalidFilter`. */
export function directoryFilter(text: string | undefined, table: ResourceTable): DirectoryFilter | null {
  if (text === undefined) return null;
  return filterInput(resolveFilter(parseFilter(text), table), '');
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
