import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterFiles } from './cluster-files.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { endWithParent, runProgram } from './run-program.ts';
import { giveTo } from './server-owner.ts';

/** Every connection of the embedded server is this user's; only its owner can open the socket directory. */
export const SUPERUSER = 'postgres';

const unfinishedPrefix = 'postgres.new-';

/**
 * Makes the cluster with initdb unless it exists. The cluster appears under its name complete or not at all,
 * so a crash in between leaves only a folder that the next call removes. Call it under the start lock.
 */
export async function initializeCluster(files: ClusterFiles, initdb: string, isDurable: boolean): Promise<void> {
  await removeUnfinished(files.dataDir);
  if (existsSync(files.pgData)) {
    await giveCluster(files);
    return;
  }
  // A new name each time: a killed initdb may still be writing under the former one.
  const building = join(files.dataDir, `${unfinishedPrefix}${randomUUID()}`);
  mkdirSync(building, { mode: 0o700 });
  giveTo(files.owner, building);
  const [program = initdb, ...args] = [
    ...files.owner.command,
    ...endWithParent('KILL'),
    initdb,
    '-D',
    building,
    ...initdbOptions(isDurable),
  ];
  try {
    await runProgram(program, args);
  } catch (cause) {
    await rm(building, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      `The PostgreSQL cluster in ${files.dataDir} could not be made: ${(cause as Error).message}`,
      { cause },
    );
  }
  renameSync(building, files.pgData);
  syncDirectory(files.dataDir);
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of readdirSync(dataDir)) {
    // The last process of a killed initdb may still be writing: rmSync takes a file that vanishes meanwhile for its own success.
    if (name.startsWith(unfinishedPrefix))
      await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Root's cluster changes hands once, when user namespaces have been turned off since. */
async function giveCluster({ pgData, owner }: ClusterFiles): Promise<void> {
  if (process.geteuid?.() !== 0 || statSync(pgData).uid === owner.uid) return;
  await runProgram('chown', ['-R', `${owner.uid}:${owner.gid}`, pgData]);
}

function initdbOptions(isDurable: boolean): string[] {
  return [
    ...['--username', SUPERUSER, '--auth', 'trust', '--encoding', 'UTF8'],
    // The builtin provider compares by code point on every platform and keeps prefix searches on plain indexes.
    ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
    '--no-instructions',
    ...(isDurable ? [] : ['--no-sync']),
  ];
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
