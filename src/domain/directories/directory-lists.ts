import type { ResourceTable } from '../../attributes/attribute.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import { textProblem } from '../../attributes/text.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import { requireDirectory } from './directory-access.ts';
import { compileFilter, type DirectoryFilter } from './directory-filter.ts';
import { type DirectoryGroupRow, GROUP_COLUMNS } from './directory-groups.store.ts';
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

const COUNT_MAX = 1_000;
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

  /** A page of the directory's users, with their groups, for an admin. */
  async pageOfUsers(actor: Actor, directoryId: string, page: PageRequest): Promise<Page<DirectoryUserRow>> {
    return this.#page<DirectoryUserRow>(actor, 'directory_users', `${USER_COLUMNS}, ${USER_GROUPS}`, directoryId, page);
  }

  /** A page of the directory's groups for an admin. */
  async pageOfGroups(actor: Actor, directoryId: string, page: PageRequest): Promise<Page<DirectoryGroupRow>> {
    return this.#page<DirectoryGroupRow>(actor, 'directory_groups', GROUP_COLUMNS, directoryId, page);
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

  async #page<Row extends object>(
    actor: Actor,
    from: string,
    columns: string,
    directoryId: string,
    page: PageRequest,
  ): Promise<Page<Row>> {
    requireDirectory(actor, directoryId);
    const text = `select ${columns} from ${from} d
      where d.organization_id = $1 and d.directory_id = $2 and ($3::uuid is null or d.id > $3) order by d.id limit $4`;
    return readPage(page, (after, limit) =>
      this.#database.run(actor.organizationId, statement<Row>(text), directoryId, after, limit),
    );
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
