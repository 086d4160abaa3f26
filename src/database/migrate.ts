import pg from 'pg';
import type { DatabaseConnection } from './connection.ts';
import { migrationNames } from './migration-files.ts';
import { explainRights, isPermissionDenied, prepareServiceRole, SERVICE_ROLE } from './service-role.ts';

/** Held while migrating, so that processes that start together take turns. Any constant number of our own will do. */
const MIGRATION_LOCK = 7_412_001;

/**
 * Brings the schema to this version and gives the service role its rights. Safe to run from several processes at
 * once and to run again. Returns the names of the migrations that ran. A user who does not own the schema only looks
 * whether all have run. Throws with what to do where some have not, or where the user lacks a right.
 */
export async function migrate(connection: DatabaseConnection): Promise<string[]> {
  // The lock belongs to a session, so it has a connection of its own.
  return withClient(connection, async (lock) => {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const schema = await ownershipOf(lock);
    if (schema === 'of another') {
      await requireMigrated(lock);
      return [];
    }
    const isUpToDate = schema === 'own' && (await pendingFor(lock)).length === 0;
    const ran = isUpToDate ? [] : await runMigrations(connection);
    await prepareServiceRole(lock);
    return ran;
  });
}

/** The names of the migrations that have not run yet. Changes nothing. */
export async function pendingMigrations(connection: DatabaseConnection): Promise<string[]> {
  return withClient(connection, async (client) => {
    const schema = await ownershipOf(client);
    if (schema === 'missing') return migrationNames();
    if (schema === 'of another') await client.query(`set role ${SERVICE_ROLE}`);
    return pendingFor(client);
  });
}

async function withClient<Result>(
  connection: DatabaseConnection,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** MikroORM takes half a second and 60 MB, which a start without anything to migrate does not spend. */
async function runMigrations(connection: DatabaseConnection): Promise<string[]> {
  const { openOrm } = await import('./orm.ts');
  const orm = await openOrm(connection);
  try {
    return (await orm.migrator.up()).map((migration) => migration.name);
  } catch (error) {
    if (!isPermissionDenied(error)) throw error;
    throw notMigrated('The database is not migrated yet, and its user may not do it');
  } finally {
    await orm.close(true);
  }
}

/** Whether the user may change what is there: no table is asked, which a user without rights could not. */
async function ownershipOf(client: pg.Client): Promise<'missing' | 'own' | 'of another'> {
  const { rows } = await client.query<{ isOwn: boolean }>(
    `select pg_has_role(relowner, 'usage') as "isOwn" from pg_class
      where relname = 'migrations' and relnamespace = 'public'::regnamespace`,
  );
  if (!rows[0]) return 'missing';
  return rows[0].isOwn ? 'own' : 'of another';
}

async function requireMigrated(client: pg.Client): Promise<void> {
  // A member of the service role may be one that inherits nothing.
  await client.query(`set role ${SERVICE_ROLE}`).catch((error: unknown) => {
    throw explainRights(error);
  });
  const pending = await pendingFor(client).catch((error: unknown) => {
    // An earlier version gave the service role no right to look.
    if (!isPermissionDenied(error)) throw error;
    throw notMigrated('The database user may not see which migrations ran');
  });
  if (pending.length > 0) {
    throw notMigrated(`Migrations are missing (${pending.join(', ')}), and the database user may not run them`);
  }
}

function notMigrated(fact: string): Error {
  return new Error(
    `${fact}. Run once, as the user who owns the tables: MIGRATION_DATABASE_URL=postgres://… npx rollcall migrate`,
  );
}

async function pendingFor(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from public.migrations');
  const ran = new Set(rows.map((row) => row.name));
  return (await migrationNames()).filter((name) => !ran.has(name));
}
