import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { startTestCluster, type TestCluster } from '../harness/cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  // A cluster of its own: roles are shared by all databases of one.
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

async function aDatabaseOf(user: string, attributes: string) {
  const client = new pg.Client(cluster.connection);
  await client.connect();
  await client.query(`create role ${user} login ${attributes}`);
  await client.query(`create database ${user} owner ${user}`);
  await client.end();
  return { ...cluster.connection, user, database: user };
}

it('serves for an owner that is no superuser; one that may not create roles is told what to do', async () => {
  const plain = await aDatabaseOf('plain', 'nocreaterole');
  await expect(migrate(plain)).rejects.toThrow('MIGRATION_DATABASE_URL');
  const creator = await aDatabaseOf('creator', 'createrole');
  expect(await migrate(creator)).toEqual([
    '0001-core',
    '0002-life-cycles',
    '0003-directory-counts',
    '0004-oauth',
    '0005-custom-schemas',
    '0006-sign-in',
  ]);
  const database = await Database.open({ connection: creator });
  await database.ping();
  await database.close();
  // The role stands now, and the plain owner still may not take it.
  await expect(migrate(plain)).rejects.toThrow('grant rollcall_service');
});
