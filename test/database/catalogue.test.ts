// The catalogue of a migrated database, read as the superuser: what keeps organizations apart must stand in PostgreSQL itself
// (docs/adr/0004-row-level-security.md), not only in the entities that declare it.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { SERVICE_ROLE } from '../../src/database/service-role.ts';
import { addressTables } from '../../src/domain/organizations/organization-tables.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGrant,
  aGroup,
  anOrganization,
  aUser,
  domainOf,
} from '../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';

/** Looked up before the organization is known, so they stand outside row-level security. */
const globalTables: readonly string[] = [
  ...addressTables,
  'account_logins',
  'accounts',
  'data_keys',
  'organization_erasures',
  'organization_slugs',
  'sessions',
  'signing_keys',
  'slug_skeletons',
];

let test: TestDatabase;
let superuser: pg.Client;
let tables: string[];

beforeAll(async () => {
  test = await openTestDatabase();
  superuser = new pg.Client(test.connection);
  await superuser.connect();
  const rows = await read<{ name: string }>(
    `select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'migrations'
      order by 1`,
  );
  tables = rows.map(({ name }) => name).filter((name) => !globalTables.includes(name));
});
afterAll(async () => {
  await superuser.end();
  await test.close();
});

async function read<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await superuser.query<Row>(text, values)).rows;
}

/** Runs as the service role, inside a transaction that is rolled back; with an organization when one is given. */
async function asService<Result>(organizationId: string | undefined, work: (client: pg.Client) => Promise<Result>) {
  const client = new pg.Client({ ...test.connection, options: `-c role=${SERVICE_ROLE}` });
  await client.connect();
  try {
    await client.query('begin');
    if (organizationId !== undefined) await client.query(`set local app.organization_id = '${organizationId}'`);
    return await work(client);
  } finally {
    await client.end();
  }
}

async function countsBy(client: pg.Client, organizationId?: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const own = organizationId === undefined ? '' : ` where organization_id = '${organizationId}'`;
    const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from "${table}"${own}`);
    counts[table] = rows[0]?.count ?? -1;
  }
  return counts;
}

/** An organization with at least one row in most of its tables. */
async function aFullOrganization() {
  const domain = domainOf(test.database);
  const organization = await anOrganization(domain, { plan: 'enterprise', scimWithoutSso: true });
  const group = await aGroup(domain, organization, { members: [await aUser(domain, organization)] });
  await aGrant(domain, organization, { groupId: group.id }, ['screens:publish']);
  const { directoryUserId } = await aDirectoryUser(domain, organization);
  await aDirectoryGroup(domain, organization, { group, memberIds: [directoryUserId] });
  return organization.organization.id;
}

describe('tables of organizations', () => {
  it('are all tables but the two that are looked up by a global name', async () => {
    expect(tables.length).toBeGreaterThan(15);
    const columns = await read<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnotnull order by 1`,
    );
    expect(columns.map(({ name }) => name).filter((name) => !globalTables.includes(name))).toEqual(tables);
  });

  it('have row-level security enabled and forced', async () => {
    const bound = await read<{ name: string }>(
      `select relname as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relrowsecurity and relforcerowsecurity order by 1`,
    );
    expect(bound.map(({ name }) => name)).toEqual(tables);
  });

  it('have exactly one policy, for every role and command, on rows read and rows written', async () => {
    const policies = await read<Record<string, unknown>>(
      `select tablename, policyname, permissive, roles::text[], cmd, qual, with_check from pg_policies where schemaname = 'public' order by 1`,
    );
    const own = "(organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)";
    expect(policies).toEqual(
      tables.map((tablename) => ({
        tablename,
        policyname: 'own_organization',
        permissive: 'PERMISSIVE',
        roles: ['public'],
        cmd: 'ALL',
        qual: own,
        with_check: own,
      })),
    );
  });

  it('have organization_id first in every primary, unique and foreign key and in every index', async () => {
    const keys = await read<{ key: string; first: string }>(
      `select c.conname as key, a.attname as first
         from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype in ('p', 'u', 'f') and c.conrelid::regclass::text = any($1)
       union all
       select i.indexrelid::regclass::text, coalesce(a.attname, 'an expression')
         from pg_index i left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid::regclass::text = any($1)`,
      [tables],
    );
    expect(keys.length).toBeGreaterThan(tables.length);
    expect(keys.filter(({ first }) => first !== 'organization_id')).toEqual([]);
  });

  it('refer to each other by organization_id on both sides, without actions that would move or empty a key', async () => {
    const references = await read<{ key: string; first: string; updates: string; deletes: string }>(
      `select c.conname as key, a.attname as first, c.confupdtype as updates, c.confdeltype as deletes
         from pg_constraint c join pg_attribute a on a.attrelid = c.confrelid and a.attnum = c.confkey[1]
        where c.contype = 'f' and c.connamespace = 'public'::regnamespace`,
    );
    expect(references.length).toBeGreaterThan(10);
    const noAction = 'a';
    const cascade = 'c';
    expect(
      references.filter(
        ({ first, updates, deletes }) =>
          first !== 'organization_id' || updates !== noAction || ![noAction, cascade].includes(deletes),
      ),
    ).toEqual([]);
  });
});

it('has no triggers but those of foreign keys, no rules, and no volatile default', async () => {
  expect(await read('select tgname from pg_trigger where not tgisinternal')).toEqual([]);
  expect(await read(`select rulename from pg_rules where schemaname = 'public'`)).toEqual([]);
  const defaults = await read<{ table: string; expression: string }>(
    `select adrelid::regclass::text as table, pg_get_expr(adbin, adrelid) as expression from pg_attrdef
      where adrelid::regclass::text = any($1)`,
    [tables],
  );
  expect(defaults.filter(({ expression }) => /random|uuid|now\(|clock|nextval/.test(expression))).toEqual([]);
});

describe('the service role', () => {
  it('is no superuser, cannot pass row-level security, log in or make roles, and belongs to no other role', async () => {
    const [role] = await read(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
              (select count(*)::int from pg_auth_members m where m.member = r.oid) as memberships
         from pg_roles r where rolname = $1`,
      [SERVICE_ROLE],
    );
    expect(role).toEqual({
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolcanlogin: false,
      rolreplication: false,
      memberships: 0,
    });
  });

  it('owns nothing', async () => {
    expect(await read(`select relname from pg_class where relowner = $1::regrole`, [SERVICE_ROLE])).toEqual([]);
    expect(await read(`select proname from pg_proc where proowner = $1::regrole`, [SERVICE_ROLE])).toEqual([]);
  });

  it('may read and write rows, and neither truncate, refer to nor change a table, nor make one', async () => {
    const rights = await read<{ name: string; rights: string[] }>(
      `select table_name as name, array_agg(privilege_type::text order by privilege_type) as rights
         from information_schema.role_table_grants where grantee = $1 group by 1 order by 1`,
      [SERVICE_ROLE],
    );
    const byTable = new Map(rights.map(({ name, rights: held }) => [name, held]));
    expect(byTable.get('migrations')).toEqual(['SELECT']);
    byTable.delete('migrations');
    expect([...byTable.keys()]).toEqual([...tables, ...globalTables].sort());
    for (const [name, held] of byTable) expect(held, name).toEqual(['DELETE', 'INSERT', 'SELECT', 'UPDATE']);
    await asService(undefined, (client) =>
      expect(client.query('create table public.mine (id int)')).rejects.toThrow('permission denied'),
    );
  });

  it('may not change the record of migrations', async () => {
    for (const statement of [`update migrations set name = 'x'`, 'delete from migrations', 'truncate migrations']) {
      await asService(undefined, (client) => expect(client.query(statement)).rejects.toThrow('permission denied'));
    }
  });
});

describe('a session', () => {
  it('without an organization sees no row of any table', async () => {
    const id = await aFullOrganization();
    const there = await countsBy(superuser, id);
    expect(Object.values(there).filter((count) => count > 0).length).toBeGreaterThan(10);
    const seen = await asService(undefined, (client) => countsBy(client));
    expect(seen).toEqual(Object.fromEntries(tables.map((table) => [table, 0])));
  });

  it('without an organization, or with that of an earlier transaction, cannot write a row', async () => {
    const id = await aFullOrganization();
    const insert = `insert into users (organization_id, id, user_name, is_manual, version, created_at, updated_at)
                    values ('${id}', '${randomUUID()}', 'intruder', true, 1, now(), now())`;
    await asService(undefined, (client) => expect(client.query(insert)).rejects.toThrow('row-level security'));
    await asService(id, async (client) => {
      await client.query('commit');
      await expect(client.query(insert)).rejects.toThrow('row-level security');
    });
  });

  it('of one organization sees, changes and deletes nothing of another', async () => {
    const [mine, theirs] = [await aFullOrganization(), await aFullOrganization()];
    await asService(mine, async (client) => {
      expect(await countsBy(client, theirs)).toEqual(Object.fromEntries(tables.map((table) => [table, 0])));
      expect(await countsBy(client)).toEqual(await countsBy(superuser, mine));
      for (const table of tables) {
        const changed = await client.query(
          `update "${table}" set organization_id = organization_id where organization_id = $1`,
          [theirs],
        );
        expect([table, changed.rowCount]).toEqual([table, 0]);
      }
      const deleted = await client.query('delete from users where organization_id = $1', [theirs]);
      expect(deleted.rowCount).toBe(0);
    });
  });

  it('of one organization cannot carry a row of its own over to another', async () => {
    const [mine, theirs] = [await aFullOrganization(), await aFullOrganization()];
    await asService(mine, (client) =>
      expect(
        client.query('update domain_events set organization_id = $1 where organization_id = $2', [theirs, mine]),
      ).rejects.toThrow('row-level security'),
    );
  });
});

describe('the start', () => {
  it('refuses a connection whose role row-level security does not bind', async () => {
    // A role named in the URL counts after the one the service asks for.
    const { host = '', port, user = '', database = '' } = test.connection;
    const settings = new URLSearchParams({ host, port: String(port), options: `-c role=${user}` });
    const connectionString = `postgresql://${user}@localhost/${database}?${settings}`;
    await expect(Database.open({ connection: { connectionString } })).rejects.toThrow(/superuser.*row-level security/);
  });

  it('refuses a role that owns tables, and one with BYPASSRLS', async () => {
    for (const [role, make, undo] of [
      [
        'catalogue_owner',
        'alter table grants owner to catalogue_owner',
        `alter table grants owner to ${test.connection.user}`,
      ],
      ['catalogue_bypass', 'alter role catalogue_bypass bypassrls', 'alter role catalogue_bypass nobypassrls'],
    ] as const) {
      await superuser.query(`create role ${role} nologin`);
      await superuser.query(make);
      const { host = '', port, user = '', database = '' } = test.connection;
      const settings = new URLSearchParams({ host, port: String(port), options: `-c role=${role}` });
      const connectionString = `postgresql://${user}@localhost/${database}?${settings}`;
      const reason = role === 'catalogue_owner' ? 'owns tables' : 'has BYPASSRLS';
      await expect(Database.open({ connection: { connectionString } })).rejects.toThrow(reason);
      await superuser.query(undo);
      await superuser.query(`drop role ${role}`);
    }
  });
});
