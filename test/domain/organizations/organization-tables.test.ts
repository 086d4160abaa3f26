// What is emptied at the end of an organization, and what is exported, stands in one list; PostgreSQL's own catalogue says
// whether it is whole.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressTables, organizationTables } from '../../../src/domain/organizations/organization-tables.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';

let opened: TestDatabase;
let superuser: Client;

beforeAll(async () => {
  opened = await openTestDatabase();
  superuser = new Client(opened.connection);
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await opened.close();
});

async function read<Row extends object>(text: string): Promise<Row[]> {
  return (await superuser.query<Row>(text)).rows;
}

const names = organizationTables.map(({ name }) => name);

describe('the tables of an organization', () => {
  it('are all that row-level security binds, and the organizations', async () => {
    const bound = await read<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity order by 1`,
    );
    expect([...names, 'organizations'].sort()).toEqual(bound.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it('leave out only those that are looked up before the organization is known, or outlive it', async () => {
    const holding = await read<{ name: string }>(
      `select table_name as name from information_schema.columns
        where table_schema = 'public' and column_name = 'organization_id' order by 1`,
    );
    const others = holding.map(({ name }) => name).filter((name) => !names.includes(name));
    const outliving = ['organization_erasures', 'organization_slugs', 'organizations', 'sessions', 'slug_skeletons'];
    expect(others).toEqual([...addressTables, ...outliving].sort());
  });

  it('stand in an order in which no row is referred to when it goes', async () => {
    const references = await read<{ child: string; parent: string }>(
      `select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
        where contype = 'f' and connamespace = 'public'::regnamespace`,
    );
    expect(references.length).toBeGreaterThan(10);
    const wrong = references.filter(({ child, parent }) => names.indexOf(child) >= names.indexOf(parent));
    expect(wrong).toEqual([]);
  });

  it('have the primary keys that the list says', async () => {
    const keys = await read<{ name: string; key: string[] }>(
      `select c.conrelid::regclass::text as name, array_agg(a.attname::text order by k.position) as key
         from pg_constraint c cross join unnest(c.conkey) with ordinality k(number, position)
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number
        where c.contype = 'p' and c.connamespace = 'public'::regnamespace group by 1`,
    );
    const byName = new Map(keys.map(({ name, key }) => [name, key]));
    for (const { name, key } of organizationTables) expect(byName.get(name), name).toEqual(['organization_id', ...key]);
  });

  it('security 15: name every column that holds a secret, so that none is exported', async () => {
    const columns = await read<{ table: string; column: string }>(
      `select table_name as table, column_name as column from information_schema.columns
        where table_schema = 'public' and column_name ~ '(hmac|secret|password|hash|private|cipher)' and column_name !~ '_id$'`,
    );
    const exported = columns.filter(({ table }) => names.includes(table));
    expect(exported.map(({ table }) => table).sort()).toEqual([
      'api_keys',
      'connections',
      'oauth_client_secrets',
      'scim_tokens',
    ]);
    for (const { table, column } of exported) {
      expect(organizationTables.find(({ name }) => name === table)?.secrets).toContain(column);
    }
  });
});
