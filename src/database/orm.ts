import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MigrationObject } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { entities } from './entities.ts';

/** Where a PostgreSQL is reached, in `pg`'s words; `host` may be a socket directory. */
export interface DatabaseConnection {
  host?: string;
  port?: number;
  user?: string;
  password?: string;
  database?: string;
  connectionString?: string;
}

const MIGRATIONS_FOLDER = new URL('../../migrations/', import.meta.url);

/** The migrations in order of their names. Node runs their TypeScript as it stands. */
async function listMigrations(): Promise<MigrationObject[]> {
  const files = (await readdir(MIGRATIONS_FOLDER)).filter((file) => /^\d+-.*\.ts$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      const module: Record<string, MigrationObject['class']> = await import(new URL(file, MIGRATIONS_FOLDER).href);
      const [migration] = Object.values(module);
      if (!migration) throw new Error(`${file} exports no migration.`);
      return { name: file.replace(/\.ts$/, ''), class: migration };
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
      path: fileURLToPath(MIGRATIONS_FOLDER),
      snapshot: false,
      allOrNothing: true,
    },
    schemaGenerator: { ignoreSchema: [], skipTables: ['migrations'] },
  });
}

function databaseOf(url: string | undefined): string {
  return url ? decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres' : 'postgres';
}
