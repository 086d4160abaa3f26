import type { MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { DatabaseConnection } from './connection.ts';
import { entities } from './entities.ts';
import { migrationNames, migrationUrl } from './migration-files.ts';

/** The migrations in order of their names. */
async function listMigrations(): Promise<MigrationObject[]> {
  return Promise.all(
    (await migrationNames()).map(async (name) => {
      const module: Record<string, MigrationObject['class']> = await import(migrationUrl(name));
      const [migration] = Object.values(module);
      if (!migration) throw new Error(`The migration ${name} exports nothing.`);
      return { name, class: migration };
    }),
  );
}

/**
 * MikroORM over the entities: it owns the schema, the migrations and the check that neither drifts from the other.
 * Statements at run time go through `Database` (docs/adr/0003-sql-for-statements.md).
 */
export async function openOrm(connection: DatabaseConnection): Promise<MikroORM> {
  return MikroORM.init({
    entities,
    extensions: [Migrator],
    // A database name is asked for even where the connection string has one.
    dbName: connection.database ?? databaseOf(connection.connectionString),
    ...(connection.connectionString ? { clientUrl: connection.connectionString } : {}),
    ...(connection.host ? { host: connection.host } : {}),
    ...(connection.port ? { port: connection.port } : {}),
    ...(connection.user ? { user: connection.user } : {}),
    ...(connection.password ? { password: connection.password } : {}),
    pool: { min: 0, max: 2 },
    // The migrator writes to the console by default; what ran is returned to the caller.
    logger: () => undefined,
    migrations: {
      tableName: 'migrations',
      migrationsList: await listMigrations(),
      snapshot: false,
      allOrNothing: true,
    },
    schemaGenerator: { ignoreSchema: [], skipTables: ['migrations'] },
  });
}

function databaseOf(url: string | undefined): string {
  return url ? decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres' : 'postgres';
}
