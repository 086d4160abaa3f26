import type { ResourceTable, SchemaTable } from '../../attributes/attribute.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { Clock } from '../clock.ts';
import type { CustomResourceType } from './custom-schema.entity.ts';
import { schemaTableOf } from './custom-schema-definition.ts';
import type { CustomSchemaRow } from './custom-schemas.store.ts';
import * as store from './custom-schemas.store.ts';

/** The attribute tables of one organization: the standard ones with the schemas that it declared. */
export interface OrganizationTables {
  /** Rises with each change of the schemas. */
  readonly version: number;
  readonly user: ResourceTable;
  readonly group: ResourceTable;
  /** For searching: attributes whose records do not all have their key rows yet are without. */
  readonly searchedUser: ResourceTable;
  /** The schemas themselves, in the order of their making. */
  readonly schemas: readonly CustomSchemaRow[];
  /** By resource type, the attributes that are returned otherwise than by default, by their path; null for none. */
  readonly returned: Readonly<Record<CustomResourceType, ReturnedRules | null>>;
}

export type ReturnedRules = Readonly<Record<string, 'always' | 'request'>>;

interface Entry {
  tables: OrganizationTables;
  loadedAt: number;
}

/** A change by another process is seen by reads after at most this long; writes see it at once, in their statement. */
const AGE_MAX_MILLISECONDS = 1000;
const ENTRIES_MAX = 1000;
const ATTEMPTS_MAX = 5;

/** A document goes by older schemas than those of its directory; nothing was written. */
export class SchemasChanged extends Error {
  constructor() {
    super('The schemas of the organization have changed.');
    this.name = 'SchemasChanged';
  }
}

/**
 * Remembers the attribute tables of organizations, so that documents are read and written by them without a statement. A
 * write names the version that it went by, and the statement that writes refuses an older one than its directory's.
 */
export class CustomTables {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #loads = new Map<string, Promise<OrganizationTables>>();

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** For reading: at most a second old. */
  async forReading(organizationId: string): Promise<OrganizationTables> {
    const entry = this.#entries.get(organizationId);
    const isFresh = entry && this.#clock().getTime() - entry.loadedAt < AGE_MAX_MILLISECONDS;
    return isFresh ? entry.tables : this.#load(organizationId);
  }

  /** Runs a write that goes by the tables, however old they are; once more by newer ones where it throws `SchemasChanged`. */
  async forWriting<Written>(
    organizationId: string,
    write: (tables: OrganizationTables) => Promise<Written>,
    attempt = 1,
  ): Promise<Written> {
    const tables = this.#entries.get(organizationId)?.tables ?? (await this.#load(organizationId));
    return write(tables).catch((error: unknown) => {
      if (!(error instanceof SchemasChanged) || attempt === ATTEMPTS_MAX) throw error;
      this.forget(organizationId);
      return this.forWriting(organizationId, write, attempt + 1);
    });
  }

  /** Inside a transaction that holds a directory of this version. */
  async atLeast(transaction: OrganizationTransaction, version: number): Promise<OrganizationTables> {
    const { organizationId } = transaction;
    const known = this.#entries.get(organizationId)?.tables;
    if (known && known.version >= version) return known;
    return this.#remember(organizationId, await transaction.rows(store.declaredSchemas));
  }

  /** Has the tables read anew: after a change, and where a write was told of a newer version. */
  forget(organizationId: string): void {
    this.#entries.delete(organizationId);
    this.#loads.delete(organizationId);
  }

  #load(organizationId: string): Promise<OrganizationTables> {
    const known = this.#loads.get(organizationId);
    if (known) return known;
    const load: Promise<OrganizationTables> = this.#database.run(organizationId, store.declaredSchemas).then((rows) => {
      // Forgotten meanwhile, it may be older than what made somebody forget it.
      return this.#loads.get(organizationId) === load
        ? this.#remember(organizationId, rows)
        : tablesOf(rows, undefined);
    });
    this.#loads.set(organizationId, load);
    const done = () => this.#loads.get(organizationId) === load && this.#loads.delete(organizationId);
    load.then(done, done);
    return load;
  }

  #remember(organizationId: string, rows: DeclaredRow[]): OrganizationTables {
    const tables = tablesOf(rows, this.#entries.get(organizationId)?.tables);
    this.#entries.delete(organizationId);
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= ENTRIES_MAX) this.#entries.delete(oldest);
    this.#entries.set(organizationId, { tables, loadedAt: this.#clock().getTime() });
    return tables;
  }
}

type DeclaredRow = NonNullable<(typeof store.declaredSchemas)['rows']>[number];

/** The tables of before where nothing has changed: what is worked out of a table is kept by it. */
function tablesOf(rows: DeclaredRow[], before: OrganizationTables | undefined): OrganizationTables {
  const version = rows[0]?.schemasVersion ?? 0;
  const schemas = rows.filter((row): row is DeclaredRow & CustomSchemaRow => row.id !== null);
  const isSame =
    before?.version === version &&
    before.schemas.every(({ isSettled }, position) => schemas[position]?.isSettled === isSettled);
  if (isSame) return before;
  const group = schemas.filter(({ resourceType }) => resourceType === 'Group').map(schemaTableOf);
  const users = schemas.filter(({ resourceType }) => resourceType === 'User');
  const user = extended(userTable, users.map(schemaTableOf));
  const isSettled = users.every((schema) => schema.isSettled);
  const searched = users.map((schema) =>
    schema.isSettled ? schemaTableOf(schema) : unsearched(schemaTableOf(schema)),
  );
  const searchedUser = isSettled ? user : extended(userTable, searched);
  const returned = { User: returnedRules(schemas, 'User'), Group: returnedRules(schemas, 'Group') };
  return { version, user, group: extended(groupTable, group), searchedUser, schemas, returned };
}

function returnedRules(schemas: readonly CustomSchemaRow[], resourceType: CustomResourceType): ReturnedRules | null {
  const rules = schemas
    .filter((schema) => schema.resourceType === resourceType)
    .flatMap(({ urn, attributes }) =>
      attributes.flatMap(({ name, returned }) =>
        returned === 'default' ? [] : [[`${urn}:${name}`, returned] as const],
      ),
    );
  return rules.length === 0 ? null : Object.fromEntries(rules);
}

function extended(table: ResourceTable, schemas: readonly SchemaTable[]): ResourceTable {
  return schemas.length === 0 ? table : { ...table, extensions: [...table.extensions, ...schemas] };
}

function unsearched(schema: SchemaTable): SchemaTable {
  return { ...schema, attributes: schema.attributes.map(({ search: _search, ...attribute }) => attribute) };
}
