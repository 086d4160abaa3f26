import type { TestProject } from 'vitest/node';
import type { DatabaseConnection } from '../../src/database/connection.ts';
import { migrate } from '../../src/database/migrate.ts';
import { cloneDatabase, startTestCluster } from './cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: DatabaseConnection;
    template: string;
  }
}

/** One throw-away PostgreSQL for the run with one migrated template, which each test file clones. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster();
  const template = 'rollcall_template';
  const connection = await cloneDatabase(cluster.connection, 'template0', template);
  await migrate(connection);
  project.provide('cluster', { ...cluster.connection });
  project.provide('template', template);
  return () => cluster.stop();
}
