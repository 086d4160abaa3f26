import type { ResourceTable } from '../../attributes/attribute.ts';
import { textProblem } from '../../attributes/text.ts';
import { type Database, isTimeout } from '../../database/database.ts';
import { search } from '../../database/statement.ts';
import { DomainError } from '../domain-error.ts';
import { compileFilter, type DirectoryFilter, type FilterScope } from './directory-filter.ts';
import { type DirectorySort, type SortKey, sortKeyOf } from './directory-sort.ts';
import { unsupported } from './filter-comparison.ts';
import { cursorInvalid, type Position } from './page-cursor.ts';
import { SqlParameters } from './sql-parameters.ts';

/** Records of one type, as the row `d`. */
export interface RecordSource {
  table: ResourceTable;
  from: 'directory_users' | 'directory_groups';
  /** Of all sources of a list in the same order and of the same types. */
  columns: string;
}

/** What a list is of: the records of a directory that fit, in their order. */
export interface RecordQuery {
  directoryId: string;
  sources: readonly RecordSource[];
  filter: DirectoryFilter | null;
  sort: DirectorySort | null;
  /** See `QueryScope`. */
  baseUrl: string;
}

/** Which of them: `behind` a position in the direction of reading, or from an `offset` on. */
export interface Window {
  behind: Position | null;
  offset: number;
  isBackwards: boolean;
  limit: number;
}

export type Placed<Row> = Row & { position: Position };

const TIMEOUT_MILLISECONDS = 5_000;
const VALUE_LENGTH_MAX = 8_192;

/**
 * Reads records in the order of the list, whatever the direction of reading. Throws `filterNotSupported`, `invalidValue`,
 * `cursorInvalid`, and `searchTooLarge` for what takes too long.
 */
export async function readWindow<Row extends { id: string }>(
  database: Pick<Database, 'run'>,
  organizationId: string,
  query: RecordQuery,
  window: Window,
): Promise<Placed<Row>[]> {
  const { text, values } = windowStatement(query, window);
  const statement = search<Row & { sortKey: string | null }>(text, TIMEOUT_MILLISECONDS);
  const rows = await answeringTimeouts(database.run(organizationId, statement, query.directoryId, ...values));
  const placed = rows.map(({ sortKey, ...row }) => {
    const { sortValue: _, ...shown } = row as Record<string, unknown>;
    return { ...shown, position: { key: sortKey, id: row.id } } as unknown as Placed<Row>;
  });
  return window.isBackwards ? placed.reverse() : placed;
}

/** How many records fit, read one by one. Throws as `readWindow` does. */
export async function countMatches(
  database: Pick<Database, 'run'>,
  organizationId: string,
  query: RecordQuery,
): Promise<number> {
  const parameters = new SqlParameters();
  parameters.add(query.directoryId);
  const counts = query.sources.map(
    (source) => `(select count(*) ${matches(scopeOf(query, source, parameters), query, source)})`,
  );
  const statement = search<{ total: number }>(`select ${counts.join(' + ')} as total`, TIMEOUT_MILLISECONDS);
  const [row] = await answeringTimeouts(database.run(organizationId, statement, ...checked(parameters)));
  return row?.total ?? 0;
}

function windowStatement(query: RecordQuery, window: Window): { text: string; values: unknown[] } {
  const { sources, sort } = query;
  const { isBackwards, limit, offset } = window;
  const parameters = new SqlParameters();
  parameters.add(query.directoryId);
  const isDescending = (sort?.order === 'desc') !== isBackwards;
  const direction = isDescending ? 'desc' : 'asc';
  const isOne = sources.length === 1;
  const scopes = sources.map((source) => scopeOf(query, source, parameters));
  // The id decides last in any case, and has an index.
  const keys = sort && sort.attribute !== 'id' ? sortKeys(scopes, sort) : [];
  const orderBy = (prefix: string, key: string | undefined) =>
    [...(key === undefined ? [] : [`${key} ${direction}`]), `${prefix}.id ${direction}`].join(', ');
  const parts = sources.map((source, position) => {
    const scope = scopes[position] as FilterScope;
    const key = keys[position];
    const columns = `${source.columns}${key ? `, ${key.sql} as "sortValue"` : ''}`;
    const behind = window.behind ? ` and ${isBehind(key, window.behind, isDescending, parameters)}` : '';
    // Several sources are merged below, where the offset is taken.
    const end = isOne ? `limit ${limit}${offset > 0 ? ` offset ${offset}` : ''}` : `limit ${limit + offset}`;
    return `select ${columns} ${matches(scope, query, source)}${behind} order by ${orderBy('d', key?.sql)} ${end}`;
  });
  const isKeyed = keys.length > 0;
  const rows = parts.map((part) => `(${part})`).join(' union all ');
  const text = `select l.*, ${isKeyed ? 'l."sortValue"::text' : 'null'} as "sortKey" from (${rows}) l
    order by ${orderBy('l', isKeyed ? 'l."sortValue"' : undefined)}${isOne ? '' : ` limit ${limit} offset ${offset}`}`;
  return { text, values: checked(parameters).slice(1) };
}

function scopeOf(query: RecordQuery, { table }: RecordSource, parameters: SqlParameters): FilterScope {
  return { table, tables: query.sources.map((source) => source.table), parameters, baseUrl: query.baseUrl };
}

function matches(scope: FilterScope, { filter }: RecordQuery, { from }: RecordSource): string {
  const fits = filter ? ` and ${compileFilter(scope, filter)}` : '';
  return `from ${from} d where d.organization_id = $1 and d.directory_id = $2${fits}`;
}

/** The keys of several types of records are compared with each other, so that they need one type and one collation. */
function sortKeys(scopes: FilterScope[], sort: DirectorySort): SortKey[] {
  const keys = scopes.map((scope) => sortKeyOf(scope, sort));
  const [type, ...others] = new Set(keys.flatMap((key) => key?.type ?? []));
  const common = type !== undefined && others.length === 0 ? type : 'text';
  return keys.map((key) => {
    if (key && keys.length === 1) return key;
    const sql = `(${key?.sql ?? 'null'})::${common}${common === 'text' ? ' collate "C"' : ''}`;
    return { sql, type: common, isNullable: key?.isNullable ?? true };
  });
}

/** Ascending, what has no value comes last; descending is the exact reverse. */
function isBehind(
  key: SortKey | undefined,
  position: Position,
  isDescending: boolean,
  parameters: SqlParameters,
): string {
  const symbol = isDescending ? '<' : '>';
  const id = `${parameters.add(position.id)}::uuid`;
  if (!key) return `d.id ${symbol} ${id}`;
  if (position.key === null) {
    const behindId = `${key.sql} is null and d.id ${symbol} ${id}`;
    return isDescending ? `((${behindId}) or ${key.sql} is not null)` : `(${behindId})`;
  }
  if (!isKeyOf(key, position.key)) throw cursorInvalid('The cursor is of another sorting.');
  const value = `${parameters.add(position.key)}::${key.type}`;
  const behindKey = `(${key.sql}, d.id) ${symbol} (${value}, ${id})`;
  return key.isNullable && !isDescending ? `(${behindKey} or ${key.sql} is null)` : behindKey;
}

/** A caller may have made the cursor up, so nothing passes that PostgreSQL could not read as the key's type. */
function isKeyOf({ type }: SortKey, text: string): boolean {
  if (type === 'boolean') return text === 'true' || text === 'false';
  if (type === 'numeric') return text.length < 2_000 && /^-?\d+(\.\d+)?$/.test(text);
  return textProblem(text, VALUE_LENGTH_MAX) === undefined;
}

/** PostgreSQL refuses NUL and lone surrogates; nothing stored has them either. */
function checked({ values }: SqlParameters): unknown[] {
  for (const value of values.flat()) {
    const problem = typeof value === 'string' ? textProblem(value, VALUE_LENGTH_MAX) : undefined;
    if (problem) throw unsupported(`A value of the filter cannot be searched: it ${problem}.`);
  }
  return values;
}

async function answeringTimeouts<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    const message = `The search took longer than ${TIMEOUT_MILLISECONDS / 1_000} seconds. Compare an attribute by eq or sw, or ask for fewer records.`;
    throw new DomainError('searchTooLarge', message, { path: 'filter' });
  }
}
