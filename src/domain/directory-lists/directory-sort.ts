import { DomainError } from '../domain-error.ts';
import type { FilterScope } from './directory-filter.ts';
import { scalarOf } from './filter-comparison.ts';
import { attributeAt, type ItemsSql, placeOf, type ValueSql, withValue } from './filter-places.ts';

/** By what a list is sorted; the attribute is a canonical SCIM path. */
export interface DirectorySort {
  attribute: string;
  order: 'asc' | 'desc';
}

/** What a record is sorted by, as SQL over the row `d`. */
export interface SortKey {
  sql: string;
  type: 'text' | 'numeric' | 'boolean';
  isNullable: boolean;
}

/** Of longer texts this beginning decides, so that a cursor fits into an address. */
const TEXT_LENGTH_MAX = 500;

/**
 * RFC 7644 §3.4.2.3: of several values the primary one, else the first; text by code points and, unless the attribute is exact,
 * without regard to case; what has no value last, or first when descending. userName of users and displayName of groups are
 * read from their index; any other attribute of all records of the directory. Throws `invalidValue` for an unknown attribute
 * and for a complex one without a `value`. Undefined for what only another of the searched types has.
 */
export function sortKeyOf(scope: FilterScope, { attribute: path }: DirectorySort): SortKey | undefined {
  const found = attributeAt(scope.table, path);
  const isElsewhere = () => scope.tables.some((table) => attributeAt(table, path) !== undefined);
  if (!found && isElsewhere()) return undefined;
  if (!found || found.attribute.returned === 'never') throw unsortable(path, 'There is no attribute of this name.');
  const compared = sortable(() => withValue(found), path);
  const place = placeOf(scope, compared);
  if (place.kind === 'single') return keyOf(place.value);
  return keyOf(place.items.valueOf(compared.subAttribute), place.items);
}

function keyOf(value: ValueSql, items?: ItemsSql): SortKey {
  const { sql, type } = scalarOf(value);
  const isStoredKey = value.kind === 'text' && value.folding === 'key';
  const of = items ? `(select ${sql} from ${items.rows} order by ${items.order} limit 1)` : sql;
  const isNullable = value.kind === 'json' || items !== undefined || value.sql === 'd.external_id';
  // As a number it goes into a cursor whole and back again.
  if (type === 'timestamptz') return { sql: `extract(epoch from ${of})`, type: 'numeric', isNullable };
  if (type !== 'text' || isStoredKey) return { sql: of, type, isNullable };
  return { sql: `left(${of}, ${TEXT_LENGTH_MAX}) collate "C"`, type, isNullable };
}

function sortable<Result>(work: () => Result, path: string): Result {
  try {
    return work();
  } catch {
    throw unsortable(path, 'The attribute has no value of its own; name one of its sub-attributes.');
  }
}

function unsortable(path: string, message: string): DomainError {
  return new DomainError('invalidValue', `${message} Nothing can be sorted by ${path}.`, { path: 'sortBy' });
}
