import pg from 'pg';
import type { DatabaseConnection } from './connection.ts';
import { migrationNames } from './migration-files.ts';
import { prepareServiceRole } from './service-role.ts';

/** Held while migrating, so that processes that start together take turns. Any constant number of our own will do. */
const MIGRATION_LOCK = 7_412_001;

/**
 * Brings the schema to this version and gives the service role its rights. Safe to run from several processes at
 * once and to run again. Returns the names of the migrations that ran.
 */
export async function migrate(connection: DatabaseConnection): Promise<string[]> {
  // The lock belongs to a session, so it has a connection of its own.
  const lock = new pg.Client(connection);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = (await isUpToDate(lock)) ? [] : await runMigrations(connection);
    await prepareServiceRole(lock);
    return ran;
  } finally {
    await lock.end();
  }
}

/** MikroORM takes half a second and 60 MB, which a start without anything to migrate does not spend. */
async function runMigrations(connection: DatabaseConnection): Promise<string[]> {
  const { openOrm } = await import('./orm.ts');
  const orm = await openOrm(connection);
  try {
    return (await orm.migrator.up()).map((migration) => migration.name);
  } finally {
    await orm.close(true);
  }
}

async function isUpToDate(client: pg.Client): Promise<boolean> {
  const table = await client.query<{ exists: boolean }>(`select to_regclass('migrations') is not null as exists`);
  if (!table.rows[0]?.exists) return false;
  const { rows } = await client.query<{ name: string }>('select name from migrations');
  const ran = new Set(rows.map((row) => row.name));
  return (await migrationNames()).every((name) => ran.has(name));
}
