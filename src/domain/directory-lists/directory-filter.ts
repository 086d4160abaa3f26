import type { Attribute, ResourceTable } from '../../attributes/attribute.ts';
import type { FoundAttribute } from '../../attributes/find-attribute.ts';
import { compareValue, type FilterOperator, readComparison, unsupported } from './filter-comparison.ts';
import { type FoundComparison, indexedCondition, indexedValuePath } from './filter-indexes.ts';
import {
  attributeAt,
  type ItemsSql,
  isSimpleList,
  type Place,
  placeOf,
  type QueryScope,
  type ValueSql,
  withValue,
} from './filter-places.ts';

/** A filter as it crosses the API: exactly one member each. Attributes are canonical SCIM paths. */
export interface DirectoryFilter {
  and?: DirectoryFilter[] | null;
  or?: DirectoryFilter[] | null;
  not?: DirectoryFilter | null;
  compare?: AttributeComparison | null;
  valuePath?: { attribute: string; filter: DirectoryFilter } | null;
}

export interface AttributeComparison {
  attribute: string;
  operator: FilterOperator;
  value?: unknown;
}

/** What a filter is compiled for. */
export interface FilterScope extends QueryScope {
  /** All types that are searched at once: what only another one has, is simply absent here (RFC 7644 §3.4.2.1). */
  tables: readonly ResourceTable[];
}

const DEPTH_MAX = 20;
const NODES_MAX = 100;

/**
 * Compiles a filter to SQL over `directory_users d` or `directory_groups d`, `$2` being the directory. What identity providers
 * match by is found by an index; anything else reads the records of the directory. Throws `filterNotSupported` for unknown
 * attributes, and operators that the type of an attribute lacks: a filter is never widened.
 *
 * RFC 7644 §3.4.2.2, with two readings of ours: `ne` is true of what is not there, as `not (… eq …)` is; of an attribute
 * with several values every comparison, `ne` too, is true when it is true of one of them.
 */
export function compileFilter(scope: FilterScope, filter: DirectoryFilter): string {
  let nodes = 0;

  function compile(node: DirectoryFilter, depth: number, within?: ValuePath): string {
    nodes += 1;
    if (depth > DEPTH_MAX || nodes > NODES_MAX) throw unsupported('The filter is too large.');
    const { and, or, not, compare, valuePath } = node;
    if ([and, or, not, compare, valuePath].filter((part) => part != null).length !== 1) {
      throw unsupported('A filter has exactly one of and, or, not, compare, valuePath.');
    }
    if (and) return joined(and, ' and ', depth, within);
    if (or) return joined(or, ' or ', depth, within);
    if (not) return `((${compile(not, depth + 1, within)}) is not true)`;
    if (compare) return within ? compareItem(scope, within, compare) : compareRow(scope, compare);
    if (valuePath && !within) return compileValuePath(valuePath, depth);
    throw unsupported('A value path stands inside no other value path.');
  }

  function joined(filters: DirectoryFilter[], word: string, depth: number, within?: ValuePath): string {
    if (filters.length === 0) throw unsupported('and and or name at least one filter.');
    return `(${filters.map((part) => compile(part, depth + 1, within)).join(word)})`;
  }

  function compileValuePath(path: { attribute: string; filter: DirectoryFilter }, depth: number): string {
    const found = known(scope, path.attribute);
    if (!found) return 'false';
    const hasParts = found.isOpen || isSimpleList(found) || found.attribute.subAttributes;
    if (found.subAttribute || !hasParts) {
      throw unsupported(`${path.attribute} has no sub-attributes to choose by.`);
    }
    const items = found.isOpen || found.attribute.multiValued ? itemsOf(scope, found) : undefined;
    const fits = compile(path.filter, depth + 1, { found, items });
    const exists = items
      ? `exists (select 1 from ${items.rows} where ${fits})`
      : `(${isPresent(scope, found)} and ${fits})`;
    return indexedValuePath(scope, conjunction(scope, path.filter), exists);
  }

  return compile(filter, 1);
}

/** The attribute whose values a value path chooses from; `items` are absent where it has a single one. */
interface ValuePath {
  found: FoundAttribute;
  items: ItemsSql | undefined;
}

function compareRow(scope: FilterScope, compare: AttributeComparison): string {
  const found = known(scope, compare.attribute);
  if (!found) return compare.operator === 'ne' ? 'true' : 'false';
  if (compare.operator === 'pr') return isPresent(scope, found);
  const compared = withValue(found);
  const comparison = readComparison(simpleAttribute(compared), compare);
  const indexed = indexedCondition(scope, { found: compared, ...comparison });
  if (indexed) return indexed;
  const place = placeOf(scope, compared);
  if (place.kind === 'single') return compareValue(place.value, comparison, scope.parameters);
  const fits = compareValue(place.items.valueOf(compared.subAttribute), comparison, scope.parameters);
  const some = `exists (select 1 from ${place.items.rows} where ${fits})`;
  return comparison.operator === 'ne' ? `(${some} or not exists (select 1 from ${place.items.rows}))` : some;
}

/** Inside the brackets of a value path; there too the attributes are whole paths. */
function compareItem(scope: FilterScope, { found: parent, items }: ValuePath, compare: AttributeComparison): string {
  const found = attributeAt(scope.table, compare.attribute);
  const isPart = found && (found.subAttribute || isSimpleList(found));
  if (!isPart || parentPath(found) !== parentPath(parent)) {
    throw unsupported(`${compare.attribute} is no sub-attribute of ${parent.canonicalPath}.`);
  }
  const value = items ? items.valueOf(found.subAttribute) : singleValue(placeOf(scope, found));
  if (compare.operator === 'pr') return `${value.sql} is not null`;
  return compareValue(value, readComparison(simpleAttribute(found), compare), scope.parameters);
}

function isPresent(scope: FilterScope, found: FoundAttribute): string {
  const place = placeOf(scope, found);
  if (place.kind === 'single') return `${place.value.sql} is not null`;
  if (!found.subAttribute) return `exists (select 1 from ${place.items.rows})`;
  return `exists (select 1 from ${place.items.rows} where ${place.items.valueOf(found.subAttribute).sql} is not null)`;
}

function itemsOf(scope: FilterScope, found: FoundAttribute): ItemsSql {
  const place = placeOf(scope, found);
  if (place.kind === 'items') return place.items;
  throw unsupported(`${found.canonicalPath} has a single value.`);
}

function singleValue(place: Place): ValueSql {
  if (place.kind === 'single') return place.value;
  throw unsupported('Only a single value has single sub-attributes.');
}

/** What a comparison is typed by; nothing is known of an open attribute. */
function simpleAttribute({ isOpen, attribute, subAttribute }: FoundAttribute): Attribute | undefined {
  return isOpen ? undefined : (subAttribute ?? attribute);
}

function parentPath({ schema, attribute }: FoundAttribute): string {
  return `${schema.id}:${attribute.name}`.toLowerCase();
}

/** The attribute, or undefined where only another of the searched types has it. */
function known({ table, tables }: FilterScope, path: string): FoundAttribute | undefined {
  const found = attributeAt(table, path);
  const isElsewhere = () => tables.some((other) => attributeAt(other, path) !== undefined);
  if (found?.attribute.returned === 'never' || (!found && !isElsewhere())) {
    throw unsupported(`Nothing can be found by ${path}.`);
  }
  return found;
}

/** The comparisons that all have to hold; `isAll` says that nothing else has to. */
function conjunction(scope: FilterScope, filter: DirectoryFilter): { comparisons: FoundComparison[]; isAll: boolean } {
  const { compare, and } = filter;
  if (and) {
    const parts = and.map((part) => conjunction(scope, part));
    return { comparisons: parts.flatMap((part) => part.comparisons), isAll: parts.every((part) => part.isAll) };
  }
  const found = compare && attributeAt(scope.table, compare.attribute);
  if (!compare || !found || compare.operator === 'pr') return { comparisons: [], isAll: false };
  return { comparisons: [{ found, ...readComparison(simpleAttribute(found), compare) }], isAll: true };
}
