import { createHash } from 'node:crypto';
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { findServerOwner, giveTo, type ServerOwner } from './server-owner.ts';

/** Names the socket file only: the server does not listen on TCP. */
export const SOCKET_PORT = 5432;

/** macOS allows 104 bytes with the closing NUL, Linux 108. */
const socketPathBytesMax = 103;

/** Where one embedded cluster keeps its files; all paths are absolute and without symbolic links. */
export interface ClusterFiles {
  dataDir: string;
  pgData: string;
  logFile: string;
  lockFile: string;
  socketDir: string;
  socketFile: string;
  leaseFile: string;
  owner: ServerOwner;
}

/** Makes the data directory and the 0700 socket directory, and fixes who owns them. */
export async function prepareClusterFiles(requestedDataDir: string): Promise<ClusterFiles> {
  mkdirSync(requestedDataDir, { recursive: true, mode: 0o700 });
  const dataDir = realpathSync(requestedDataDir);
  const owner = await findServerOwner(dataDir);
  giveTo(owner, dataDir);
  const socketDir = makeSocketDir(dataDir, owner);
  const files = {
    dataDir,
    pgData: join(dataDir, 'postgres'),
    logFile: join(dataDir, 'postgres.log'),
    lockFile: join(dataDir, 'postgres.lock'),
    socketDir,
    socketFile: socketFileIn(socketDir),
    leaseFile: join(socketDir, 'lease'),
    owner,
  };
  for (const file of [files.lockFile, files.logFile]) {
    closeSync(openSync(file, 'a', 0o600));
    giveTo(owner, file);
  }
  return files;
}

function socketFileIn(socketDir: string): string {
  return join(socketDir, `.s.PGSQL.${SOCKET_PORT}`);
}

function makeSocketDir(dataDir: string, owner: ServerOwner): string {
  const beside = join(dataDir, 'run');
  if (Buffer.byteLength(socketFileIn(beside)) <= socketPathBytesMax) return makePrivate(beside, owner);
  const name = `rollcall-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
  const inTemporary = join(realpathSync(tmpdir()), name);
  const isShort = Buffer.byteLength(socketFileIn(inTemporary)) <= socketPathBytesMax;
  return makePrivate(isShort ? inTemporary : join('/tmp', name), owner);
}

/** Anybody may write to the temporary folder: a folder that another user put there first is refused, never used. */
function makePrivate(socketDir: string, owner: ServerOwner): string {
  try {
    mkdirSync(socketDir, { mode: 0o700 });
    giveTo(owner, socketDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(socketDir);
  const mine = process.geteuid?.() ?? owner.uid;
  if (!found.isDirectory() || (found.uid !== owner.uid && found.uid !== mine)) {
    throw new EmbeddedPostgresError(
      `${socketDir} belongs to another user: remove it, or set DATA_DIR to a shorter path.`,
    );
  }
  giveTo(owner, socketDir);
  chmodSync(socketDir, 0o700);
  return socketDir;
}
