import pg from 'pg';
import { type DatabaseConnection, openOrm } from './orm.ts';
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
    const orm = await openOrm(connection);
    try {
      const ran = await orm.migrator.up();
      await prepareServiceRole(lock);
      return ran.map((migration) => migration.name);
    } finally {
      await orm.close(true);
    }
  } finally {
    await lock.end();
  }
}
