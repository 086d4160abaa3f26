import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { rollcall, rollcallJson, serveCli } from '../cli/run-rollcall.ts';
import { startTestCluster, type TestCluster } from '../harness/cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  // A cluster of its own: roles are shared by all databases of one.
  cluster = await startTestCluster();
  await asSuperuser('postgres', 'create role rollcall_service nologin');
});
afterAll(() => cluster.stop());

/** Runs statements as the superuser, in the database of that name. */
async function asSuperuser(database: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ ...cluster.connection, database });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

describe('with a user for migrations who owns the tables, and one for the service who owns nothing', () => {
  const settingsOf = (database: string, user: string) => ({
    DATABASE_URL: `postgresql://${user}@${encodeURIComponent(cluster.connection.host)}:${cluster.connection.port}/${database}`,
    SECRET_KEY: 'the secret key of the service role tests',
    LOG_LEVEL: 'silent',
    PORT: '0',
  });

  /** An owner with a database, and a user who may take the service's role: the lines of docs/guides/operations.md. */
  async function twoUsers(name: string, attributes = 'inherit') {
    const owner = { ...cluster.connection, user: `${name}_owner`, database: name };
    await asSuperuser(
      'postgres',
      `create role ${owner.user} login`,
      `create role ${name}_app login ${attributes}`,
      `grant rollcall_service to ${owner.user}, ${name}_app`,
      `create database ${name} owner ${owner.user}`,
    );
    await migrate(owner);
    return { owner, app: { ...owner, user: `${name}_app` }, environment: settingsOf(owner.database, `${name}_app`) };
  }

  it.each(['inherit', 'noinherit'])('a migrated database needs no other setting (%s)', async (attributes) => {
    const { app, environment } = await twoUsers(`two_${attributes}`, attributes);
    expect(await migrate(app)).toEqual([]);
    expect(await rollcallJson(environment, 'migrate')).toEqual({ migrated: [] });
    await rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', 'acme');
    const service = await serveCli(environment);
    const { exitCode, stdout } = await rollcall(service.environment, 'doctor');
    await service.stop();
    expect(stdout).toMatch(new RegExp(`^✓ User +${app.user}, who owns nothing\n✓ Migrations +up to date$`, 'm'));
    expect(stdout).toMatch(/\nEverything is in order\.\n$/);
    expect(exitCode).toBe(0);
  });

  it('a start on a database that lacks migrations names them and what to set', async () => {
    const { owner, app, environment } = await twoUsers('behind');
    await asSuperuser(owner.database, `delete from migrations where name = '0006-sign-in'`);
    const sentence = /^Migrations are missing \(0006-sign-in\).*MIGRATION_DATABASE_URL=.* npx rollcall migrate/;
    await expect(migrate(app)).rejects.toThrow(sentence);
    expect(await rollcall(environment, 'org', 'list')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(sentence),
    });
    const { stdout } = await rollcall(environment, 'doctor');
    expect(stdout).toMatch(/✗ Migrations +not run yet: 0006-sign-in/);
  });

  it('a database of an earlier version, whose migrations the service may not see, is told what to set', async () => {
    const { owner, app, environment } = await twoUsers('earlier');
    await asSuperuser(owner.database, 'revoke all on table migrations from rollcall_service');
    await expect(migrate(app)).rejects.toThrow(/may not see which migrations ran.*MIGRATION_DATABASE_URL/);
    const { stdout } = await rollcall(environment, 'doctor');
    expect(stdout).toMatch(/✗ Migrations +permission denied for table migrations\n +→ Set MIGRATION_DATABASE_URL/);
    expect(stdout).not.toContain('Start it, or correct DATABASE_URL');
    // Migrating once more mends it.
    const { DATABASE_URL: MIGRATION_DATABASE_URL } = settingsOf(owner.database, owner.user);
    expect(await rollcallJson({ ...environment, MIGRATION_DATABASE_URL }, 'migrate')).toEqual({ migrated: [] });
    expect(await migrate(app)).toEqual([]);
  });

  it('an empty database is not one that its user may fill', async () => {
    const { owner } = await twoUsers('empty');
    await asSuperuser('postgres', 'create database empty_unmigrated');
    const app = { ...owner, user: 'empty_app', database: 'empty_unmigrated' };
    await expect(migrate(app)).rejects.toThrow(/not migrated yet.*MIGRATION_DATABASE_URL/);
  });

  it('the doctor warns of a user who owns the tables, by membership too, or has BYPASSRLS', async () => {
    const { owner, environment } = await twoUsers('warned');
    const user = async (name: string) =>
      (await rollcall(settingsOf(owner.database, name), 'doctor')).stdout.split('\n').find((line) => /User/.test(line));
    expect(await user('warned_app')).toMatch(/^✓/);
    expect(await user('warned_owner')).toMatch(/^! User +warned_owner is or can become the owner of the tables: /);
    await asSuperuser(owner.database, 'grant warned_owner to warned_app');
    expect(await user('warned_app')).toMatch(/^! User +warned_app is or can become the owner of the tables: /);
    await asSuperuser(owner.database, 'revoke warned_owner from warned_app', 'alter role warned_app bypassrls');
    expect(await user('warned_app')).toMatch(/^! User +warned_app is or can become one with BYPASSRLS: /);
    expect((await rollcall(environment, 'org', 'list')).exitCode).toBe(0);
  });
});
