import type { ResourceTable } from '../../attributes/attribute.ts';
import { foldKey } from '../../attributes/fold.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import { textProblem } from '../../attributes/text.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { readOptionalText } from '../text-input.ts';
import { requireDirectory } from './directory-access.ts';
import { compileFilter, type DirectoryFilter } from './directory-filter.ts';
import { type DirectoryGroupRow, GROUP_COLUMNS } from './directory-groups.store.ts';
import {
  type DirectoryGroupOrderField,
  type DirectoryUserOrderField,
  directoryGroupList,
  directoryUserList,
} from './directory-lists.store.ts';
import { type DirectoryUserRow, USER_COLUMNS, USER_GROUPS } from './directory-users.store.ts';
import type { DirectoryUsers } from './directory-users.ts';

/** A window of RFC 7644 §3.4.2.4: `startIndex` counts from 1; `totalCount` is of the whole set. */
export interface IndexedList<Row> {
  totalCount: number;
  items: Row[];
}

export interface ListRequest {
  directoryId: string;
  filter?: DirectoryFilter | null;
  startIndex: number;
  count: number;
  withGroups?: boolean;
}

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
const SEARCH_LENGTH_MAX = 512;
const VALUE_LENGTH_MAX = 8_192;

/** Lists and searches the records of one directory, in the order of their ids, which is that of their creation. */
export class DirectoryLists {
  readonly #database: Database;
  readonly #users: DirectoryUsers;

  constructor({ database, directoryUsers }: { database: Database; directoryUsers: DirectoryUsers }) {
    this.#database = database;
    this.#users = directoryUsers;
  }

  /** Directory users that match. Throws `filterNotSupported`, `invalidValue`. */
  async users(actor: Actor, request: ListRequest): Promise<IndexedList<DirectoryUserRow>> {
    const userName = userNameOf(request);
    if (userName !== undefined) {
      const found = await this.#users.findByUserName(actor, { directoryId: request.directoryId, userName });
      return { totalCount: found ? 1 : 0, items: found && request.count > 0 && request.startIndex <= 1 ? [found] : [] };
    }
    const columns = request.withGroups ? `${USER_COLUMNS}, ${USER_GROUPS}` : USER_COLUMNS;
    return this.#list<DirectoryUserRow>(actor, userTable, 'directory_users', columns, request);
  }

  /** Directory groups that match, without their members. Throws `filterNotSupported`, `invalidValue`. */
  async groups(actor: Actor, request: ListRequest): Promise<IndexedList<DirectoryGroupRow>> {
    return this.#list<DirectoryGroupRow>(actor, groupTable, 'directory_groups', GROUP_COLUMNS, request);
  }

  /** A page of the directory's users, with their groups, for an admin. Throws `invalidValue`. */
  async pageOfUsers(
    actor: Actor,
    directoryId: string,
    page: OrderedPageRequest<DirectoryUserOrderField>,
    filter: DirectoryUserFilter = {},
  ): Promise<Page<DirectoryUserRow>> {
    requireDirectory(actor, directoryId);
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
    const search = readOptionalText(filter.search, 'filter.search', SEARCH_LENGTH_MAX);
    return directoryGroupList.read(this.#database, actor.organizationId, page, {
      values: [directoryId],
      filters: { search: given(search && foldKey(search)), hasLink: given(filter.hasLink) },
    });
  }

  async #list<Row extends object>(
    actor: Actor,
    table: ResourceTable,
    from: string,
    columns: string,
    request: ListRequest,
  ): Promise<IndexedList<Row>> {
    const { directoryId, filter, startIndex, count } = request;
    requireDirectory(actor, directoryId);
    if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX) {
      throw new DomainError('invalidValue', `count must be a whole number from 0 to ${COUNT_MAX}.`, { path: 'count' });
    }
    if (!isId(directoryId)) return { totalCount: 0, items: [] };
    const compiled = filter ? compileFilter(table, filter, 3) : { text: 'true', values: [] };
    refuseText(compiled.values);
    const where = `d.organization_id = $1 and d.directory_id = $2 and ${compiled.text}`;
    const next = 3 + compiled.values.length;
    const offset = Math.max(startIndex, 1) - 1;
    const items =
      count === 0
        ? []
        : await this.#database.run(
            actor.organizationId,
            statement<Row>(
              `select ${columns} from ${from} d where ${where} order by d.id limit $${next} offset $${next + 1}`,
            ),
            directoryId,
            ...compiled.values,
            count,
            offset,
          );
    // A window that ends before its limit knows the size of the set; any other asks for it.
    if (items.length > 0 && items.length < count) return { totalCount: offset + items.length, items };
    const counted = statement<{ total: number }>(`select count(*) as total from ${from} d where ${where}`);
    const [row] = await this.#database.run(actor.organizationId, counted, directoryId, ...compiled.values);
    return { totalCount: row?.total ?? 0, items };
  }
}

/** The userName of the one filter that every client asks by, which has a prepared lookup of its own. */
function userNameOf({ filter, startIndex, count }: ListRequest): string | undefined {
  const compare = filter?.compare;
  const isLookup = compare?.operator === 'eq' && compare.attribute === 'userName' && typeof compare.value === 'string';
  if (!isLookup || startIndex > 1 || count > COUNT_MAX || count < 0) return undefined;
  refuseText([compare.value]);
  return compare.value as string;
}

/** PostgreSQL refuses NUL and lone surrogates; nothing stored has them either. */
function refuseText(values: unknown[]): void {
  for (const value of values) {
    const problem = typeof value === 'string' ? textProblem(value, VALUE_LENGTH_MAX) : undefined;
    if (problem) throw new DomainError('filterNotSupported', `A value of the filter cannot be searched: ${problem}.`);
  }
}
