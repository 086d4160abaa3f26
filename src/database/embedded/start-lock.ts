import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

const SQLITE_BUSY = 5;
const waitMillisecondsMax = 600_000;

/**
 * Runs `work` while no other process on this machine runs work under the same lock file.
 * SQLite holds the lock in the kernel, so it ends with its owner and there is no stale lock to break.
 */
export async function withStartLock<Result>(lockFile: string, work: () => Promise<Result>): Promise<Result> {
  const lock = new DatabaseSync(lockFile);
  try {
    await takeExclusively(lock, lockFile);
    return await work();
  } finally {
    lock.close();
  }
}

async function takeExclusively(lock: DatabaseSync, lockFile: string): Promise<void> {
  const deadline = Date.now() + waitMillisecondsMax;
  for (;;) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return;
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
      if (Date.now() > deadline) {
        throw new EmbeddedPostgresError(`Another process has held ${lockFile} for ten minutes.`, { cause: error });
      }
      await delay(5);
    }
  }
}
