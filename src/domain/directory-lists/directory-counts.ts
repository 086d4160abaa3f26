import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import * as store from './directory-counts.store.ts';

/** Reading many rows costs more than making one of them. */
const ROWS_MAX = 200;

/** How many users and groups a directory has, exactly and without reading them. */
export class DirectoryCounts {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** The records of these types together. */
  async total(
    organizationId: string,
    directoryId: string,
    resourceTypes: readonly ('User' | 'Group')[],
  ): Promise<number> {
    const counts = await this.#database.run(organizationId, store.countRecords, directoryId, resourceTypes);
    if (counts.some(({ rows }) => rows > ROWS_MAX)) {
      await this.#database.run(organizationId, store.foldCounts, directoryId, uuid());
    }
    return counts.reduce((sum, { total }) => sum + total, 0);
  }

  /** Makes the counts of an organization few again, and right where something wrote records without counting them. */
  async settle(organizationId: string): Promise<void> {
    await this.#database.run(organizationId, store.correctCounts, uuid());
    await this.#database.run(organizationId, store.foldCounts, null, uuid());
  }
}
