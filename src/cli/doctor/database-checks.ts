import type { Config } from '../../config.ts';
import type { DatabaseConnection } from '../../database/connection.ts';
import { Database } from '../../database/database.ts';
import { openEmbeddedPostgres } from '../../database/embedded/embedded-postgres.ts';
import { pendingMigrations } from '../../database/migrate.ts';
import { isPermissionDenied } from '../../database/service-role.ts';
import { statement } from '../../database/statement.ts';
import { messageOf } from '../open-session.ts';
import { type Check, ok, wrong } from './check.ts';
import { checkSecrets } from './secrets-check.ts';
import { checkUser } from './user-check.ts';

const postgresMajorMin = 15;
const embedded = 'embedded';
const serverVersion = statement<{ version: string; role: string }>(
  `select current_setting('server_version') as version, current_user as role`,
);

/**
 * PostgreSQL's version, the migrations, that row-level security binds the service's role, and that its secrets open. Changes no
 * data.
 */
export async function checkDatabase(config: Config): Promise<Check[]> {
  const { databaseUrl, migrationDatabaseUrl = databaseUrl, dataDir } = config;
  if (databaseUrl !== undefined) {
    return checkServer('DATABASE_URL', config, {
      connection: { connectionString: databaseUrl },
      migration: { connectionString: migrationDatabaseUrl ?? databaseUrl },
    });
  }
  try {
    const server = await openEmbeddedPostgres({ dataDir, log: () => undefined });
    const { connection } = server;
    return await checkServer(embedded, config, { connection, migration: connection }).finally(() => server.close());
  } catch (error) {
    return [wrong('PostgreSQL', messageOf(error), `Look into the log under ${dataDir}, or set DATABASE_URL.`)];
  }
}

async function checkServer(
  kind: string,
  config: Config,
  { connection, migration }: { connection: DatabaseConnection; migration: DatabaseConnection },
): Promise<Check[]> {
  const migrations = await checkMigrations(migration);
  if (migrations.isUnreachable) return [wrong('PostgreSQL', migrations.reason, 'Start it, or correct DATABASE_URL.')];
  return checkOpened(connection, { kind, config, migrations: migrations.check });
}

type Migrations = { isUnreachable: true; reason: string } | { isUnreachable: false; check: Check };

async function checkMigrations(connection: DatabaseConnection): Promise<Migrations> {
  try {
    return { isUnreachable: false, check: migrationsCheck(await pendingMigrations(connection)) };
  } catch (error) {
    const reason = messageOf(error);
    if (!isPermissionDenied(error)) return { isUnreachable: true, reason };
    const advice = 'Set MIGRATION_DATABASE_URL to the user who owns the tables, then run: npx rollcall migrate';
    return { isUnreachable: false, check: wrong('Migrations', reason, advice) };
  }
}

function migrationsCheck(pending: readonly string[]): Check {
  if (pending.length === 0) return ok('Migrations', 'up to date');
  return wrong(
    'Migrations',
    `not run yet: ${pending.join(', ')}`,
    'Run: npx rollcall migrate (npm start does it by itself)',
  );
}

/** Opening the pool is the proof: it takes the service's role and refuses one that could pass row-level security. */
async function checkOpened(
  connection: DatabaseConnection,
  { kind, config, migrations }: { kind: string; config: Config; migrations: Check },
): Promise<Check[]> {
  try {
    const database = await Database.open({ connection, poolSizeMax: 1 });
    try {
      const [server] = await database.lookUp(serverVersion);
      return [
        versionCheck(kind, server?.version ?? ''),
        ok('Role', `${server?.role}, bound by row-level security`),
        // Nobody chooses the user of the embedded one, whose socket opens to this machine's user alone.
        ...(kind === embedded ? [] : [await checkUser(database)]),
        migrations,
        ...(migrations.isOk ? [await checkSecrets(database, config)] : []),
      ];
    } finally {
      await database.close();
    }
  } catch (error) {
    const advice = migrations.isOk
      ? 'Let the user of DATABASE_URL be a plain one that may take the role rollcall_service.'
      : 'Run: npx rollcall migrate';
    return [wrong('Role', messageOf(error), advice), migrations];
  }
}

function versionCheck(kind: string, version: string): Check {
  const detail = `${version.split(' ')[0]}, ${kind}`;
  if (Number.parseInt(version, 10) >= postgresMajorMin) return ok('PostgreSQL', detail);
  return wrong('PostgreSQL', detail, `Rollcall needs PostgreSQL ${postgresMajorMin} or newer.`);
}
