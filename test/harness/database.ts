import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { DatabaseConnection } from '../../src/database/connection.ts';
import { Database } from '../../src/database/database.ts';
import type { EmbeddedPostgresConnection } from '../../src/database/embedded/embedded-postgres.ts';
import { cloneDatabase, dropDatabase } from './cluster.ts';

export interface TestDatabase {
  database: Database;
  /** As the superuser, past row-level security: for a test that looks behind the service. */
  connection: DatabaseConnection;
  close(): Promise<void>;
}

/** A migrated database of the test file's own. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const cluster = inject('cluster') as EmbeddedPostgresConnection;
  const name = `test_${randomBytes(8).toString('hex')}`;
  const connection = await cloneDatabase(cluster, inject('template'), name);
  const database = await Database.open({ connection });
  return {
    database,
    connection,
    close: async () => {
      await database.close();
      await dropDatabase(cluster, name);
    },
  };
}
