import { textProblem } from '../attributes/text.ts';
import type { Database } from '../database/database.ts';
import { wide } from '../database/statement.ts';
import { isId } from './id.ts';
import { type Page, type PageRequest, placeUnknown, readPageSize } from './page.ts';

export type OrderDirection = 'asc' | 'desc';

export interface Order<Field extends string> {
  field: Field;
  direction: OrderDirection;
}

/** A window of a list in an order of the caller's choice; without one, in the order of making. */
export interface OrderedPageRequest<Field extends string> extends PageRequest {
  orderBy?: Order<Field> | null | undefined;
}

/** What a list can be ordered by, as SQL. Items without a value come last in both directions. */
interface OrderColumn {
  sql: string;
  /** Text, when absent. */
  type?: 'text' | 'integer' | 'time';
  isNullable?: true;
}

/** SQL that is true for the items that pass, of the names of its parameters. */
type FilterSql = (...parameters: string[]) => string;

export interface OrderedListParts<Field extends string, Filter extends string> {
  /** The fields of a row, `id` among them. */
  columns: string;
  /** In a list of what each of several owners has, such as the members of groups, `owner.id` is the owner's id. */
  from: string;
  /** `$1` is the organization, `$2`… the values that every reading gives; the owners come last among them. */
  where: string;
  /** The id, whose order is that of making (`createdAt`), and which decides between equals. */
  id: string;
  /** What else the list can be ordered by. An index that begins with the organization should carry it. */
  orders?: Readonly<Record<Exclude<Field, 'createdAt'>, OrderColumn>>;
  /** Conditions that stand in the statement only when they are asked for, so that each can have its own plan. */
  filters?: Readonly<Record<Filter, FilterSql>>;
}

export interface ListSelection<Filter extends string> {
  /** The values of `$2`…, which `columns`, `from` and `where` name. */
  values?: readonly unknown[];
  /** The values of the filters that apply; see `given`. */
  filters?: Readonly<Partial<Record<Filter, readonly unknown[] | undefined>>>;
}

/** The value of a filter where a caller gave one: null and undefined do not narrow a list. */
export function given(value: unknown): readonly unknown[] | undefined {
  return value === null || value === undefined ? undefined : [value];
}

const NO_PAGE = { items: [], hasNextPage: false };

interface Place {
  value: unknown;
  id: string;
}

type Listed<Row> = Row & { orderValue: unknown; ownerId: string | null };

/** Which rows one statement reads. */
interface Window {
  owners: readonly (string | null)[] | undefined;
  column: OrderColumn | undefined;
  direction: OrderDirection;
  /** False: of a nullable column, the items without a value. */
  isWithValue: boolean;
  behind: Place | undefined;
  limit: number;
}

/**
 * A list that is read page by page in several orders. A place is the value and the id of an item, so that pages stay right
 * while items come and go, and reading on costs the same at the end of a list as at its beginning.
 */
export class OrderedList<Row extends { id: string }, Field extends string, Filter extends string = never> {
  readonly #parts: OrderedListParts<Field, Filter>;

  constructor(parts: OrderedListParts<Field, Filter>) {
    this.#parts = parts;
  }

  /** Throws `invalidValue` for a size that cannot be or a place of another order. */
  async read(
    database: Pick<Database, 'run'>,
    organizationId: string,
    request: OrderedPageRequest<Field>,
    selection: ListSelection<Filter> = {},
  ): Promise<Page<Row>> {
    const pages = await this.#pages(database, organizationId, undefined, request, selection);
    return pages.get(null) ?? NO_PAGE;
  }

  /** The same page of what each owner has, in the order of the owners' ids, by one statement. */
  async readOfMany(
    database: Pick<Database, 'run'>,
    organizationId: string,
    owners: readonly string[],
    request: OrderedPageRequest<Field>,
    selection: ListSelection<Filter> = {},
  ): Promise<Page<Row>[]> {
    const pages = await this.#pages(database, organizationId, owners, request, selection);
    return owners.map((owner) => pages.get(owner) ?? NO_PAGE);
  }

  async #pages(
    database: Pick<Database, 'run'>,
    organizationId: string,
    owners: readonly string[] | undefined,
    request: OrderedPageRequest<Field>,
    selection: ListSelection<Filter>,
  ): Promise<Map<string | null, Page<Row>>> {
    const first = readPageSize(request.first);
    const order: Order<string> = request.orderBy ?? { field: 'createdAt', direction: 'asc' };
    const column = this.#columnOf(order.field);
    const place = request.after == null ? undefined : readPlace(order, column, request.after);
    const rowsOf = new Map<string | null, Listed<Row>[]>((owners ?? [null]).map((owner) => [owner, []]));
    const read = async (window: Pick<Window, 'isWithValue' | 'behind'>) => {
      const ids = owners && [...rowsOf.keys()];
      const shape = { ...window, owners: ids, column, direction: order.direction, limit: first + 1 };
      const { text, values } = this.#statementOf(shape, selection);
      const rows = await database.run(organizationId, wide<Listed<Row>>(text), ...values);
      for (const row of rows) rowsOf.get(row.ownerId)?.push(row);
    };
    const isBehindValues = column !== undefined && place !== undefined && place.value === null;
    if (!isBehindValues) await read({ isWithValue: true, behind: place });
    if (column?.isNullable) {
      const behind = isBehindValues ? place : undefined;
      const isFull = [...rowsOf.values()].every((rows) => rows.length > first);
      if (!isFull) await read({ isWithValue: false, behind });
    }
    return new Map([...rowsOf].map(([owner, rows]) => [owner, pageOf(rows, first, order)]));
  }

  #columnOf(field: string): OrderColumn | undefined {
    const orders: Readonly<Record<string, OrderColumn>> = this.#parts.orders ?? {};
    return orders[field];
  }

  #statementOf(window: Window, selection: ListSelection<Filter>): { text: string; values: unknown[] } {
    const { columns, from, where, id } = this.#parts;
    const { owners, column, direction, isWithValue, behind } = window;
    const parameters = new Parameters(selection.values ?? []);
    const ownersParameter = owners && parameters.add(owners);
    const conditions = [where, ...this.#conditionsOf(selection, parameters)];
    if (column?.isNullable) conditions.push(`${column.sql} is ${isWithValue ? 'not ' : ''}null`);
    const isByValue = column !== undefined && isWithValue;
    const keys = isByValue ? [column.sql, id] : [id];
    if (behind) {
      const values = (isByValue ? [behind.value, behind.id] : [behind.id]).map((value) => parameters.add(value));
      conditions.push(`(${keys.join(', ')}) ${direction === 'asc' ? '>' : '<'} (${values.join(', ')})`);
    }
    const text = `select ${columns}, ${column?.sql ?? 'null'} as "orderValue", ${owners ? 'owner.id' : 'null'} as "ownerId"
       from ${from}
      where ${conditions.join(' and ')}
      order by ${keys.map((key) => `${key} ${direction}`).join(', ')} limit ${parameters.add(window.limit)}`;
    if (!ownersParameter) return { text, values: parameters.values };
    const order = isByValue ? `item."orderValue" ${direction}, item.id ${direction}` : `item.id ${direction}`;
    return {
      text: `select item.* from unnest(${ownersParameter}::uuid[]) as owner(id) cross join lateral (${text}) item order by ${order}`,
      values: parameters.values,
    };
  }

  #conditionsOf({ filters = {} }: { filters?: ListSelection<string>['filters'] }, parameters: Parameters): string[] {
    const known: Readonly<Record<string, FilterSql>> = this.#parts.filters ?? {};
    return Object.entries(filters).flatMap(([name, values]) => {
      const sql = values && known[name];
      return sql ? [sql(...values.map((value) => parameters.add(value)))] : [];
    });
  }
}

function pageOf<Row extends { id: string }>(rows: Listed<Row>[], first: number, order: Order<string>): Page<Row> {
  const shown = rows.slice(0, first);
  const items = shown.map(({ orderValue: _, ownerId: __, ...row }) => row as unknown as Row);
  const hasNextPage = rows.length > first;
  if (isOrderOfMaking(order)) return { items, hasNextPage };
  const places = shown.map(({ id, orderValue }) => JSON.stringify([order.field, order.direction, orderValue, id]));
  return { items, hasNextPage, places };
}

/** In this order a place is the id alone, as in lists that have no other order. */
function isOrderOfMaking({ field, direction }: Order<string>): boolean {
  return field === 'createdAt' && direction === 'asc';
}

/** The values of a statement behind the organization, each named as it is added. */
class Parameters {
  readonly values: unknown[];

  constructor(values: readonly unknown[]) {
    this.values = [...values];
  }

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length + 1}`;
  }
}

function readPlace(order: Order<string>, column: OrderColumn | undefined, text: string): Place {
  if (isOrderOfMaking(order)) {
    if (isId(text)) return { value: null, id: text };
    throw placeUnknown();
  }
  const [placeField, placeDirection, value, id] = readList(text);
  const isOfOrder = placeField === order.field && placeDirection === order.direction && isValueOf(column, value);
  if (isOfOrder && typeof id === 'string' && isId(id)) return { value, id };
  throw placeUnknown();
}

/** A caller may have made the place up, so nothing passes that PostgreSQL could not read as the column's type. */
function isValueOf(column: OrderColumn | undefined, value: unknown): boolean {
  if (value === null) return column === undefined || column.isNullable === true;
  if (column?.type === 'integer') return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
  if (column === undefined || typeof value !== 'string') return false;
  return column.type === 'time' ? isTime(value) : textProblem(value, Number.MAX_SAFE_INTEGER) === undefined;
}

function isTime(text: string): boolean {
  const time = new Date(text);
  // PostgreSQL reads no year 0 and none of more than four digits.
  return time.getTime() >= 0 && text.length === 24 && time.toISOString() === text;
}

function readList(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
