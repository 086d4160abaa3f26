import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { prepared, search, statement } from '../../src/database/statement.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.close());

const insertUser = prepared<never>(
  'test-insert-user',
  `insert into users (organization_id, id, user_name, user_name_key, is_manual, version, created_at, updated_at)
   values ($1, $2, $3, $3, true, 1, now(), now())`,
);
const userNames = statement<{ name: string }>(
  'select user_name as name from users where organization_id = $1 order by 1',
);
const everyName = statement<{ name: string }>(
  'select user_name as name from users where $1::uuid is not null order by 1',
);

async function namesOf(organizationId: string): Promise<string[]> {
  return (await test.database.run(organizationId, userNames)).map((row) => row.name);
}

describe('a statement of an organization', () => {
  it('sees its own rows only, even where it forgets to name the organization', async () => {
    const [one, two] = [uuid(), uuid()];
    await test.database.run(one, insertUser, uuid(), 'ada');
    await test.database.run(two, insertUser, uuid(), 'grace');
    expect((await test.database.run(one, everyName)).map((row) => row.name)).toEqual(['ada']);
  });

  it('cannot write a row of another organization', async () => {
    const stolen = statement<never>(
      `insert into users (organization_id, id, user_name, is_manual, version, created_at, updated_at)
       values ($2, $3, $1::text, true, 1, now(), now())`,
    );
    await expect(test.database.run(uuid(), stolen, uuid(), uuid())).rejects.toMatchObject({ code: '42501' });
  });

  it('is refused without an organization id', async () => {
    await expect(test.database.run("x'; drop table users; --", userNames)).rejects.toThrow('lower-case UUID');
  });

  it('that fails leaves nothing behind and the connection usable', async () => {
    const organization = uuid();
    const id = uuid();
    await test.database.run(organization, insertUser, id, 'once');
    await expect(test.database.run(organization, insertUser, id, 'twice')).rejects.toMatchObject({ code: '23505' });
    expect(await namesOf(organization)).toEqual(['once']);
  });

  it('does not wait for the searches of another organization, however many there are', async () => {
    const slow = search<never>('select pg_sleep(0.4) where $1::uuid is not null', 5_000);
    const [noisy, other] = [uuid(), uuid()];
    const flood = Array.from({ length: 40 }, () => test.database.run(noisy, slow).catch(() => undefined));
    const done: string[] = [];
    void Promise.all(flood).then(() => done.push('flood'));
    await test.database.run(other, search<never>('select 1 where $1::uuid is not null', 5_000));
    await test.database.run(other, insertUser, uuid(), 'ada');
    await test.database.ping();
    done.push('other');
    await Promise.all(flood);
    expect(done[0]).toBe('other');
  });

  it('keeps organizations apart on one connection under load', async () => {
    const organizations = Array.from({ length: 40 }, () => uuid());
    await Promise.all(organizations.map((id, n) => test.database.run(id, insertUser, uuid(), `user${n}`)));
    const seen = await Promise.all(organizations.map(namesOf));
    expect(seen).toEqual(organizations.map((_, n) => [`user${n}`]));
  });
});

describe('a transaction of an organization', () => {
  it('rolls everything back when the work throws', async () => {
    const organization = uuid();
    const work = test.database.transaction(organization, async (transaction) => {
      await transaction.rows(insertUser, uuid(), 'gone');
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await namesOf(organization)).toEqual([]);
  });

  it('is run again after a deadlock, and both of two crossing transactions succeed', async () => {
    const organization = uuid();
    const [first, second] = [uuid(), uuid()];
    await test.database.run(organization, insertUser, first, 'first');
    await test.database.run(organization, insertUser, second, 'second');
    const rename = statement<never>('update users set display_name = $3 where organization_id = $1 and id = $2');
    let attempts = 0;
    const cross = (from: string, to: string) =>
      test.database.transaction(organization, async (transaction) => {
        attempts += 1;
        await transaction.rows(rename, from, 'crossing');
        await new Promise((resolve) => setTimeout(resolve, 50));
        await transaction.rows(rename, to, 'crossing');
      });
    await Promise.all([cross(first, second), cross(second, first)]);
    expect(attempts).toBe(3);
  });

  it('has what goes on elsewhere done behind its commit, without its connection, and not when it is rolled back', async () => {
    const single = await Database.open({ connection: test.connection, poolSizeMax: 1 });
    const organization = uuid();
    const seen: string[] = [];
    const named = async () => {
      const rows = await single.run(organization, userNames);
      seen.push(...rows.map((row) => row.name));
    };
    await single.transaction(organization, async (transaction) => {
      transaction.afterCommit(named);
      await transaction.rows(insertUser, uuid(), 'stays');
    });
    expect(seen).toEqual(['stays']);
    const work = single.transaction(organization, async (transaction) => {
      transaction.afterCommit(named);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(seen).toEqual(['stays']);
    await single.close();
  });
});

describe('the service role', () => {
  it('refuses to serve as a role that row-level security does not bind', async () => {
    const client = new pg.Client(test.connection);
    await client.connect();
    await client.query('alter role rollcall_service bypassrls');
    try {
      await expect(Database.open({ connection: test.connection })).rejects.toThrow('BYPASSRLS');
    } finally {
      await client.query('alter role rollcall_service nobypassrls');
      await client.end();
    }
  });

  it('may read which migrations ran, but not change that, nor the schema', async () => {
    const ran = await test.database.lookUp(statement<{ name: string }>('select name from migrations order by name'));
    expect(ran[0]).toEqual({ name: '0001-core' });
    await expect(test.database.lookUp(statement<never>('delete from migrations'))).rejects.toMatchObject({
      code: '42501',
    });
    await expect(test.database.lookUp(statement<never>('create table mine (id int)'))).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('migrate', () => {
  it('is safe from several processes at once, and does nothing the second time', async () => {
    const client = new pg.Client({ ...test.connection, database: 'postgres' });
    await client.connect();
    const name = `migrated_${uuid().slice(-12)}`;
    await client.query(`create database ${name} template template0`);
    const connection = { ...test.connection, database: name };
    try {
      const ran = await Promise.all([migrate(connection), migrate(connection), migrate(connection)]);
      expect(ran.flat()).toEqual([
        '0001-core',
        '0002-life-cycles',
        '0003-directory-counts',
        '0004-oauth',
        '0005-custom-schemas',
        '0006-sign-in',
      ]);
    } finally {
      await client.query(`drop database ${name}`);
      await client.end();
    }
  });
});
