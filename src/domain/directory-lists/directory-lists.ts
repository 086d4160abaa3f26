import { foldKey } from '../../attributes/fold.ts';
import { textProblem } from '../../attributes/text.ts';
import type { Database } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import type { CustomTables } from '../custom-attributes/custom-tables.ts';
import { requireDirectory, requireScope } from '../directories/directory-access.ts';
import { type DirectoryGroupRow, GROUP_COLUMNS } from '../directories/directory-groups.store.ts';
import { type DirectoryUserRow, USER_COLUMNS, USER_GROUPS } from '../directories/directory-users.store.ts';
import type { DirectoryUsers } from '../directories/directory-users.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { readOptionalText } from '../text-input.ts';
import type { DirectoryCounts } from './directory-counts.ts';
import type { DirectoryFilter } from './directory-filter.ts';
import {
  type DirectoryGroupOrderField,
  type DirectoryUserOrderField,
  directoryGroupList,
  directoryUserList,
} from './directory-lists.store.ts';
import type { DirectorySort } from './directory-sort.ts';
import { PageAnchors } from './page-anchors.ts';
import { listDigest, type Position, readCursor, writeCursor } from './page-cursor.ts';
import {
  countMatches,
  type Placed,
  type RecordQuery,
  type RecordSource,
  readWindow,
  type Window,
} from './page-window.ts';

/**
 * A page of a list. Index pages (RFC 7644 §3.4.2.4) have no cursors; in cursor pages (RFC 9865) `nextCursor` is null on the last
 * one, `previousCursor` on the first.
 */
export interface DirectoryList<Row> {
  totalCount: number;
  items: Row[];
  nextCursor: string | null;
  previousCursor: string | null;
}

export interface ListRequest {
  directoryId: string;
  filter?: DirectoryFilter | null;
  sort?: DirectorySort | null;
  /** Counts from 1; does not count where a cursor is given. */
  startIndex: number;
  count: number;
  /** Empty for the first page by cursor; absent for pages by index. */
  cursor?: string | null;
  withGroups?: boolean;
  /** The SCIM address of the directory, for who asks by `meta.location`. */
  baseUrl?: string;
}

/** A record of a search over users and groups. */
export type DirectoryResourceRow =
  | (DirectoryUserRow & { resourceType: 'User' })
  | (DirectoryGroupRow & { resourceType: 'Group' });

/** Narrowings for an admin; what SCIM asks by is a `DirectoryFilter`. */
export interface DirectoryUserFilter {
  /** The beginning of the userName or the work e-mail address, in any case. */
  search?: string | null | undefined;
  active?: boolean | null | undefined;
  /** False: those whom the product does not know, because the directory was observed or paused when they came. */
  hasLink?: boolean | null | undefined;
}

export interface DirectoryGroupFilter {
  /** The beginning of the displayName, in any case. */
  search?: string | null | undefined;
  hasLink?: boolean | null | undefined;
}

const COUNT_MAX = 1_000;
const START_INDEX_MAX = 2_147_483_647;
const SEARCH_LENGTH_MAX = 512;
const VALUE_LENGTH_MAX = 8_192;

/** Lists and searches the records of one directory, unless sorted in the order of their ids, which is that of their creation. */
export class DirectoryLists {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #users: DirectoryUsers;
  readonly #counts: DirectoryCounts;
  readonly #tables: CustomTables;
  readonly #anchors = new PageAnchors();

  constructor(parts: {
    database: Database;
    clock: Clock;
    directoryUsers: DirectoryUsers;
    directoryCounts: DirectoryCounts;
    tables: CustomTables;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#users = parts.directoryUsers;
    this.#counts = parts.directoryCounts;
    this.#tables = parts.tables;
  }

  /**
   * Directory users that match. Throws `filterNotSupported`, `invalidValue`, `cursorInvalid`, `cursorExpired`, and
   * `searchTooLarge` for a filter that no index helps and that has too much to read.
   */
  async users(actor: Actor, request: ListRequest): Promise<DirectoryList<DirectoryUserRow>> {
    const userName = userNameOf(request);
    if (userName !== undefined) {
      const found = await this.#users.findByUserName(actor, { directoryId: request.directoryId, userName });
      const isShown = found && request.count > 0 && (request.startIndex <= 1 || request.cursor != null);
      return { ...NO_CURSORS, totalCount: found ? 1 : 0, items: isShown ? [found] : [] };
    }
    requireDirectory(actor, request.directoryId);
    requireScope(actor, 'users:read');
    const { searchedUser: table, returned } = await this.#tables.forReading(actor.organizationId);
    const columns = request.withGroups ? `${USER_COLUMNS}, ${USER_GROUPS}` : USER_COLUMNS;
    const list = await this.#list<DirectoryUserRow>(actor, request, [{ table, from: 'directory_users', columns }]);
    for (const user of list.items) user.returnedRules = returned.User;
    return list;
  }

  /** Directory groups that match, without their members. Throws as `users` does. */
  async groups(actor: Actor, request: ListRequest): Promise<DirectoryList<DirectoryGroupRow>> {
    requireDirectory(actor, request.directoryId);
    requireScope(actor, 'groups:read');
    const { group: table, returned } = await this.#tables.forReading(actor.organizationId);
    const source = { table, from: 'directory_groups', columns: GROUP_COLUMNS } as const;
    const list = await this.#list<DirectoryGroupRow>(actor, request, [source]);
    for (const group of list.items) group.returnedRules = returned.Group;
    return list;
  }

  /**
   * Users and groups that match, in one list (RFC 7644 §3.4.2.1): what only one type has, is absent in the other. Throws as
   * `users` does.
   */
  async resources(actor: Actor, request: ListRequest): Promise<DirectoryList<DirectoryResourceRow>> {
    requireDirectory(actor, request.directoryId);
    requireScope(actor, 'users:read');
    requireScope(actor, 'groups:read');
    const tables = await this.#tables.forReading(actor.organizationId);
    const groups = request.withGroups ? USER_GROUPS : 'null::jsonb as groups';
    const list = await this.#list<DirectoryResourceRow>(actor, request, [
      {
        table: tables.searchedUser,
        from: 'directory_users',
        columns: `'User' as "resourceType", ${USER_COLUMNS}, ${groups}`,
      },
      {
        table: tables.group,
        from: 'directory_groups',
        columns: `'Group' as "resourceType", ${GROUP_COLUMNS}, null::jsonb as groups`,
      },
    ]);
    for (const resource of list.items) resource.returnedRules = tables.returned[resource.resourceType];
    return list;
  }

  /** A page of the directory's users, with their groups, for an admin. Throws `invalidValue`. */
  async pageOfUsers(
    actor: Actor,
    directoryId: string,
    page: OrderedPageRequest<DirectoryUserOrderField>,
    filter: DirectoryUserFilter = {},
  ): Promise<Page<DirectoryUserRow>> {
    requireDirectory(actor, directoryId);
    requireScope(actor, 'users:read');
    const search = readOptionalText(filter.search, 'filter.search', SEARCH_LENGTH_MAX);
    return directoryUserList.read(this.#database, actor.organizationId, page, {
      values: [directoryId],
      filters: {
        search: given(search && foldKey(search)),
        active: given(filter.active),
        hasLink: given(filter.hasLink),
      },
    });
  }

  /** A page of the directory's groups for an admin. Throws `invalidValue`. */
  async pageOfGroups(
    actor: Actor,
    directoryId: string,
    page: OrderedPageRequest<DirectoryGroupOrderField>,
    filter: DirectoryGroupFilter = {},
  ): Promise<Page<DirectoryGroupRow>> {
    requireDirectory(actor, directoryId);
    requireScope(actor, 'groups:read');
    const search = readOptionalText(filter.search, 'filter.search', SEARCH_LENGTH_MAX);
    return directoryGroupList.read(this.#database, actor.organizationId, page, {
      values: [directoryId],
      filters: { search: given(search && foldKey(search)), hasLink: given(filter.hasLink) },
    });
  }

  async #list<Row extends { id: string }>(
    actor: Actor,
    request: ListRequest,
    sources: RecordSource[],
  ): Promise<DirectoryList<Row>> {
    const { directoryId, count, cursor = null, filter = null, sort = null, baseUrl = '' } = request;
    if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX) {
      throw new DomainError('invalidValue', `count must be a whole number from 0 to ${COUNT_MAX}.`, { path: 'count' });
    }
    if (!isId(directoryId)) return { ...NO_CURSORS, totalCount: 0, items: [] };
    const query = { directoryId, sources, filter, sort, baseUrl };
    const walk = { actor, query, count, now: this.#clock() };
    return cursor === null ? this.#pageByIndex(walk, request.startIndex) : this.#pageByCursor(walk, cursor);
  }

  /**
   * A page that begins at an index. Whoever has read up to there reads on behind the last record that they saw; for anybody
   * else the records before are counted off.
   */
  async #pageByIndex<Row extends { id: string }>(walk: Walk, wanted: number): Promise<DirectoryList<Row>> {
    const { actor, query, count, now } = walk;
    const startIndex = Math.min(Math.max(wanted, 1), START_INDEX_MAX);
    if (count === 0) return { ...NO_CURSORS, totalCount: await this.#total(walk, null), items: [] };
    const list = `${walkerOf(actor)} ${digestOf(query)}`;
    const anchor = startIndex > 1 ? this.#anchors.find(list, startIndex, now) : undefined;
    const offset = startIndex - 1;
    const rows = await this.#read<Row>(walk, { behind: anchor?.position ?? null, offset: anchor ? 0 : offset });
    const items = rows.slice(0, count);
    const seenCount = offset + items.length;
    const hasMore = rows.length > count;
    // A window that ends before its limit knows the size of the set, unless records before it have gone meanwhile.
    if (!hasMore && !anchor && (items.length > 0 || offset === 0)) {
      return { ...NO_CURSORS, totalCount: seenCount, items: items.map(withoutPosition) };
    }
    const counted = await this.#total(walk, anchor?.totalCount ?? null);
    const last = items.at(-1);
    // Whoever walks on until the total must not stop before the end.
    const totalCount = items.length > 0 ? Math.max(counted, seenCount + (hasMore ? 1 : 0)) : counted;
    if (hasMore && last) {
      const kept = query.filter ? totalCount : null;
      this.#anchors.set(list, startIndex + items.length, { position: last.position, totalCount: kept }, now);
    }
    return { ...NO_CURSORS, totalCount, items: items.map(withoutPosition) };
  }

  /** RFC 9865. The page before a position is read backwards from it. */
  async #pageByCursor<Row extends { id: string }>(walk: Walk, text: string): Promise<DirectoryList<Row>> {
    const { query, count, now } = walk;
    if (count === 0)
      throw new DomainError('invalidValue', 'A page by cursor has at least one record.', { path: 'count' });
    const digest = digestOf(query);
    const cursor = text === '' ? undefined : readCursor(text, digest, now);
    const isBackwards = cursor?.isBackwards ?? false;
    const rows = await this.#read<Row>(walk, { behind: cursor?.position ?? null, offset: 0, isBackwards });
    const hasMore = rows.length > count;
    const items = isBackwards ? rows.slice(hasMore ? 1 : 0) : rows.slice(0, count);
    const isWhole = cursor === undefined && !hasMore;
    const total = isWhole ? items.length : await this.#total(walk, cursor?.totalCount ?? null);
    const totalCount = Math.max(total, items.length + (hasMore ? 1 : 0));
    const place = (position: Position | undefined, backwards: boolean) =>
      position === undefined
        ? null
        : writeCursor({ position, isBackwards: backwards, totalCount: query.filter ? totalCount : null }, digest, now);
    return {
      totalCount,
      items: items.map(withoutPosition),
      // Who came back from a later page, or to an earlier one, knows that there is one.
      nextCursor: hasMore || isBackwards ? place(items.at(-1)?.position, false) : null,
      previousCursor: (isBackwards ? hasMore : cursor !== undefined) ? place(items[0]?.position, true) : null,
    };
  }

  /** One record more than wanted, which says whether there are more. */
  #read<Row extends { id: string }>({ actor, query, count }: Walk, window: Partial<Window>): Promise<Placed<Row>[]> {
    const whole = { behind: null, offset: 0, isBackwards: false, ...window, limit: count + 1 };
    return readWindow<Row>(this.#database, actor.organizationId, query, whole);
  }

  /** Of a whole directory it is kept; of a filter it is counted when a walk begins, and `known` goes along. */
  async #total({ actor, query }: Walk, known: number | null): Promise<number> {
    if (query.filter) return known ?? countMatches(this.#database, actor.organizationId, query);
    const types = query.sources.map(({ table }) => table.resourceType);
    return this.#counts.total(actor.organizationId, query.directoryId, types);
  }
}

/** A page under way: who reads which list, and how much of it. */
interface Walk {
  actor: Actor;
  query: RecordQuery;
  count: number;
  now: Date;
}

const NO_CURSORS = { nextCursor: null, previousCursor: null };

function digestOf({ directoryId, sources, filter, sort }: RecordQuery): string {
  return listDigest(
    directoryId,
    sources.map(({ table }) => table.resourceType),
    filter,
    sort,
  );
}

/** Two who read the same list do not follow each other's pages. */
function walkerOf(actor: Actor): string {
  if (actor.kind === 'directory') return actor.tokenId;
  if (actor.kind === 'user') return actor.userId;
  return actor.kind === 'apiKey' ? actor.id : actor.kind;
}

function withoutPosition<Row>({ position: _, ...row }: Placed<Row>): Row {
  return row as Row;
}

/** The userName of the one filter that every client asks by, which has a prepared lookup of its own. */
function userNameOf({ filter, count, startIndex, cursor }: ListRequest): string | undefined {
  const compare = filter?.compare;
  const isLookup = compare?.operator === 'eq' && compare.attribute === 'userName' && typeof compare.value === 'string';
  // A cursor has to be read, be it that it is refused.
  if (!isLookup || cursor || (cursor == null && startIndex > 1) || count > COUNT_MAX || count < 0) return undefined;
  const value = compare.value as string;
  return textProblem(value, VALUE_LENGTH_MAX) === undefined ? value : undefined;
}
