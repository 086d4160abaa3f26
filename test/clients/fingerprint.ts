import pg from 'pg';
import type { DatabaseConnection } from '../../src/database/connection.ts';

/** Told of refused requests too, by design. */
const logsOfRequests = new Set(['provisioning_events', 'refused_calls']);
/** Added up in the background; what they count stands in other tables. */
const foldedCounts = new Set(['directory_counts']);
/** Written in the background when a credential is used. */
const timeOfUse = new Set(['api_keys', 'scim_tokens']);

/** The database behind the service, read past every rule. */
export class Rows {
  readonly #client: pg.Client;
  readonly #tables: { name: string; isOfOrganizations: boolean }[];

  private constructor(client: pg.Client, tables: { name: string; isOfOrganizations: boolean }[]) {
    this.#client = client;
    this.#tables = tables;
  }

  static async open(connection: DatabaseConnection): Promise<Rows> {
    const client = new pg.Client(connection);
    await client.connect();
    const { rows } = await client.query<{ name: string; isOfOrganizations: boolean }>(
      `select c.relname as name,
              exists (select 1 from pg_attribute a
                       where a.attrelid = c.oid and a.attname = 'organization_id') as "isOfOrganizations"
         from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
    );
    return new Rows(client, rows);
  }

  /** By table, how many rows there are and a checksum over all that they hold; of one organization where it is given. */
  async fingerprint(organizationId?: string): Promise<Record<string, string>> {
    const prints = this.#read(organizationId).flatMap((table) => {
      if (logsOfRequests.has(table) || foldedCounts.has(table)) return [];
      const row = timeOfUse.has(table) ? `(to_jsonb(t) - 'last_used_at')::text` : 't::text';
      const print = `count(*) || ' ' || coalesce(md5(string_agg(${row}, '' order by ${row})), '')`;
      return `select '${table}' as name, ${print} as print from "${table}" t ${where(organizationId)}`;
    });
    const { rows } = await this.#client.query<{ name: string; print: string }>(prints.join(' union all '));
    return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
  }

  /** The tables in which a row holds one of the texts; of one organization where it is given. */
  async tablesHolding(texts: string[], organizationId?: string): Promise<string[]> {
    const searches = this.#read(organizationId).map(
      (table) => `select '${table}' as name where exists (
        select 1 from "${table}" t, unnest($1::text[]) sought(text)
        ${where(organizationId)} ${organizationId === undefined ? 'where' : 'and'} strpos(to_jsonb(t)::text, sought.text) > 0)`,
    );
    const { rows } = await this.#client.query<{ name: string }>(searches.join(' union all '), [texts]);
    return rows.map(({ name }) => name);
  }

  #read(organizationId: string | undefined): string[] {
    const read = this.#tables.filter((table) => organizationId === undefined || table.isOfOrganizations);
    return read.map(({ name }) => name);
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}

function where(organizationId: string | undefined): string {
  return organizationId === undefined ? '' : `where t.organization_id = '${organizationId}'`;
}
