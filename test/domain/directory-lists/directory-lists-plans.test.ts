// What lists and searches read among many (design: section 7): never more at the end of a walk than at its beginning, and
// by an index what identity providers match by.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA } from '../../../src/attributes/urns.ts';
import type { Database } from '../../../src/database/database.ts';
import { SERVICE_ROLE } from '../../../src/database/service-role.ts';
import type { Statement } from '../../../src/database/statement.ts';
import { CustomTables } from '../../../src/domain/custom-attributes/custom-tables.ts';
import { DirectoryCounts } from '../../../src/domain/directory-lists/directory-counts.ts';
import type { AttributeComparison, DirectoryFilter } from '../../../src/domain/directory-lists/directory-filter.ts';
import { DirectoryLists, type ListRequest } from '../../../src/domain/directory-lists/directory-lists.ts';
import { openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

const PEOPLE = 20_000;
const GROUPS = 3_000;
const COUNT = 100;

let test: TestDomain;
let at: TestDirectory;
let client: pg.Client;
/** The statements that the lists ran last, with their values. */
let ran: { text: string; values: unknown[] }[];
let lists: DirectoryLists;

beforeAll(async () => {
  test = await openTestDomain();
  at = await test.aDirectory();
  client = new pg.Client(test.connection);
  await client.connect();
  await seed();
  const database = recording(test.database);
  const tables = new CustomTables({ database: test.database, clock: () => new Date() });
  await tables.forReading(at.organizationId);
  lists = new DirectoryLists({
    database,
    clock: () => new Date(),
    directoryUsers: test.domain.directoryUsers,
    directoryCounts: new DirectoryCounts({ database }),
    tables,
  });
}, 120_000);
afterAll(async () => {
  await client.end();
  await test.close();
});

/** A database that keeps what goes through it. */
function recording(database: Database): Database {
  const run = <Row extends object>(organizationId: string, statement: Statement<Row>, ...values: unknown[]) => {
    ran.push({ text: statement.text, values: [organizationId, ...values] });
    return database.run(organizationId, statement, ...values);
  };
  return { run } as unknown as Database;
}

/** Rows as the domain writes them, written at once; half of another directory, among them. */
async function seed(): Promise<void> {
  const { directoryId: other } = await test.aDirectory();
  await client.query(
    `insert into directory_users (organization_id, id, directory_id, user_name_key, external_id, email_key, active, manager_id,
                                  resource, version, created_at, updated_at)
     select $1, (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000')::uuid, case when n % 2 = 0 then $2::uuid else $3::uuid end,
            'person-' || n, 'external-' || n, 'person-' || n || '@x.example', n % 10 <> 0, 'manager-' || n % 1000,
            jsonb_build_object('userName', 'person-' || n, 'externalId', 'external-' || n, 'displayName', 'Person ' || n,
                               'active', n % 10 <> 0, 'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value',
                               'person-' || n || '@x.example'))), 1, now(), now()
       from generate_series(1, ${PEOPLE * 2}) n`,
    [at.organizationId, at.directoryId, other],
  );
  await client.query(
    `insert into directory_user_keys (organization_id, directory_user_id, attribute, key, directory_id)
     select organization_id, id, a.attribute, a.prefix || user_name_key, directory_id from directory_users,
       (values ('emails.value', 'home-'), ('phoneNumbers.value', '+49 '), ($2, 'e-')) a(attribute, prefix)
      where organization_id = $1`,
    [at.organizationId, `${ENTERPRISE_USER_SCHEMA}:employeeNumber`],
  );
  await client.query(
    `insert into directory_groups (organization_id, id, directory_id, display_name_key, external_id, resource, version, created_at, updated_at)
     select $1, (lpad(to_hex(n), 8, '0') || '-0000-7000-9000-000000000000')::uuid, $2, 'group ' || n, 'group-' || n,
            jsonb_build_object('displayName', 'Group ' || n), 1, now(), now() from generate_series(1, ${GROUPS}) n`,
    [at.organizationId, at.directoryId],
  );
  await client.query(
    `insert into directory_group_members (organization_id, directory_group_id, directory_user_id)
     select $1, g.id, u.id from directory_groups g, directory_users u
      where g.organization_id = $1 and u.organization_id = $1 and u.directory_id = $2 and u.id <= $3
        and (g.id = $4 or u.id < $5)`,
    [at.organizationId, at.directoryId, userId(2_000), groupId(7), userId(6)],
  );
  await client.query('analyze');
  await test.domain.maintenance.run();
}

function userId(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-7000-8000-000000000000`;
}

function groupId(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-7000-9000-000000000000`;
}

interface PlanNode {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** How many rows of tables and indexes the statements read, as the service runs them. */
async function rowsRead(work: () => Promise<unknown>): Promise<number> {
  ran = [];
  await work();
  let sum = 0;
  for (const { text, values } of ran) {
    await client.query('begin');
    await client.query(`set local role ${SERVICE_ROLE}`);
    await client.query(`set local app.organization_id = '${at.organizationId}'`);
    const { rows } = await client.query(`explain (analyze, format json) ${text}`, values);
    await client.query('rollback');
    sum += scannedBy(rows[0]['QUERY PLAN'][0].Plan);
  }
  return sum;
}

function scannedBy(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const isScan = / Scan$/.test(node['Node Type']) && !/^(Subquery|CTE|Function)/.test(node['Node Type']);
  const own = isScan ? (node['Actual Rows'] + removed) * node['Actual Loops'] : 0;
  return own + (node.Plans ?? []).reduce((sum, plan) => sum + scannedBy(plan), 0);
}

function asked(more: Partial<ListRequest> = {}): ListRequest {
  return { directoryId: at.directoryId, startIndex: 1, count: COUNT, ...more };
}

describe('a page of a whole directory', () => {
  it('by cursor reads as much at the end as at the beginning', async () => {
    let cursor: string | null = '';
    const read: number[] = [];
    let seen = 0;
    while (cursor !== null) {
      let page: Awaited<ReturnType<DirectoryLists['users']>> | undefined;
      const walk = async () => {
        page = await lists.users(at.directory, asked({ count: 1_000, cursor }));
      };
      read.push(await rowsRead(walk));
      seen += page?.items.length ?? 0;
      cursor = page?.nextCursor ?? null;
    }
    expect(seen).toBe(PEOPLE);
    expect(Math.max(...read)).toBeLessThan(1_010);
  });

  it('by index reads as much at the end as at the beginning', async () => {
    const read: number[] = [];
    for (let startIndex = 1; startIndex <= PEOPLE; startIndex += 1_000) {
      read.push(await rowsRead(() => lists.users(at.directory, asked({ startIndex, count: 1_000 }))));
    }
    expect(Math.max(...read)).toBeLessThan(1_010);
  });

  it('sorted by userName reads as much at the end as at the beginning', async () => {
    const sort = { attribute: 'userName', order: 'desc' } as const;
    for (let [cursor, page] = ['' as string | null, 0]; cursor !== null && page < 5; page += 1) {
      const position: string | null = cursor;
      const read = await rowsRead(async () => {
        cursor = (await lists.users(at.directory, asked({ sort, cursor: position }))).nextCursor;
      });
      expect(read).toBeLessThan(COUNT + 10);
    }
  });

  it('has its total without reading the records', async () => {
    const read = await rowsRead(async () => {
      expect((await lists.users(at.directory, asked({ count: 0 }))).totalCount).toBe(PEOPLE);
    });
    expect(read).toBeLessThan(10);
  });
});

const compare = (attribute: string, operator: AttributeComparison['operator'], value: unknown): DirectoryFilter => ({
  compare: { attribute, operator, value },
});

describe('an index finds', () => {
  it.for([
    ['id', compare('id', 'eq', userId(4_000))],
    ['externalId', compare('externalId', 'eq', 'external-4000')],
    ['the beginning of externalId', compare('externalId', 'sw', 'external-1000')],
    ['userName', { and: [compare('userName', 'eq', 'PERSON-4000'), compare('active', 'eq', false)] }],
    ['the beginning of userName', compare('userName', 'sw', 'Person-1000')],
    [
      'a span of userName',
      { and: [compare('userName', 'ge', 'person-4000'), compare('userName', 'lt', 'person-4001')] },
    ],
    ['a work address', compare('emails.value', 'eq', 'person-4000@x.example')],
    ['another address', compare('emails.value', 'eq', 'home-person-4000')],
    ['the beginning of an address', compare('emails.value', 'sw', 'home-person-400')],
    ['a phone number', compare('phoneNumbers.value', 'eq', '+49 person-4000')],
    ['employeeNumber', compare(`${ENTERPRISE_USER_SCHEMA}:employeeNumber`, 'eq', 'E-person-4000')],
    ['a manager', compare(`${ENTERPRISE_USER_SCHEMA}:manager.value`, 'eq', 'manager-0')],
    [
      'a work address as Entra asks for it',
      {
        valuePath: {
          attribute: 'emails',
          filter: {
            and: [compare('emails.type', 'eq', 'work'), compare('emails.value', 'eq', 'person-4000@x.example')],
          },
        },
      },
    ],
    [
      'a value of a list',
      {
        valuePath: {
          attribute: 'phoneNumbers',
          filter: {
            and: [
              compare('phoneNumbers.value', 'eq', '+49 person-4000'),
              { not: compare('phoneNumbers.type', 'eq', 'x') },
            ],
          },
        },
      },
    ],
    [
      'a manager of one person',
      {
        and: [
          compare('id', 'eq', userId(4_000)),
          compare(`${ENTERPRISE_USER_SCHEMA}:manager.value`, 'eq', 'manager-0'),
        ],
      },
    ],
    ['one of several', { or: [compare('userName', 'eq', 'person-2'), compare('externalId', 'eq', 'external-4')] }],
  ] as [string, DirectoryFilter][])('users by %s', async ([name, filter]) => {
    const read = await rowsRead(async () => {
      const { totalCount } = await lists.users(at.directory, asked({ filter }));
      expect([name, totalCount > 0 || name === 'a value of a list']).toEqual([name, true]);
    });
    expect(read).toBeLessThan(120);
  });

  it.for([
    ['displayName', compare('displayName', 'eq', 'GROUP 7')],
    ['the beginning of displayName', compare('displayName', 'sw', 'group 199')],
    ['externalId', compare('externalId', 'eq', 'group-7')],
    ['a member', compare('members.value', 'eq', userId(1_000))],
    ['a member of a group', { and: [compare('id', 'eq', groupId(7)), compare('members.value', 'eq', userId(1_000))] }],
    ['a value path', { valuePath: { attribute: 'members', filter: compare('members.value', 'eq', userId(1_000)) } }],
  ] as [string, DirectoryFilter][])('groups by %s', async ([, filter]) => {
    const read = await rowsRead(async () => {
      expect((await lists.groups(at.directory, asked({ filter }))).totalCount).toBeGreaterThan(0);
    });
    expect(read).toBeLessThan(30);
  });

  it('the users of a group', async () => {
    const read = await rowsRead(async () => {
      const filter = compare('groups.value', 'eq', groupId(9));
      expect((await lists.users(at.directory, asked({ filter }))).totalCount).toBe(2);
    });
    expect(read).toBeLessThan(20);
  });
});
