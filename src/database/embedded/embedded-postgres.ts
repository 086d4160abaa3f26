import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterFiles, prepareClusterFiles, SOCKET_PORT } from './cluster-files.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { initializeCluster, SUPERUSER } from './initialize-cluster.ts';
import { isLeaseKept, joinLease, type Lease, releaseLease, releaseLeaseAndTellIfLast } from './lease.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { hasPidFile, readPostmasterStatus } from './postmaster-status.ts';
import { startServer } from './server-process.ts';
import { withStartLock } from './start-lock.ts';

const pollMilliseconds = 4;
const watchMilliseconds = 100;
const retryMilliseconds = 1_000;
const stopMillisecondsMax = 60_000;
/** How long a server may be without a keeper before it is told to stop: a keeper that ends stops its server at once. */
const orphanMilliseconds = 2_000;

export interface EmbeddedPostgresOptions {
  /** Holds the cluster (`postgres/`), its log, its lock and its socket (`run/`). */
  dataDir: string;
  log: (event: string, details?: object) => void;
  /** Server settings over the durable defaults. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgresConnection {
  /** The socket directory. */
  host: string;
  port: number;
  user: string;
  database: string;
}

export interface EmbeddedPostgres {
  connection: EmbeddedPostgresConnection;
  url: string;
  /** False when a server that another process had started was joined. */
  startedHere: boolean;
  /** Gives the server up; the last process to do so stops it and waits until it has shut down. The second call does nothing. */
  close(): Promise<void>;
}

/**
 * Opens the PostgreSQL of `dataDir`: makes the cluster at the first start, joins a running server, else starts one.
 * Every process holds an equal lease and the server runs until the last one ends, however it ends, so none can take it from another.
 * A server that dies is started again by whoever notices first, under the same address; connections are lost, commits are not.
 * Throws EmbeddedPostgresError.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = findPostgresBinaries();
  const files = await prepareClusterFiles(options.dataDir);
  const acquire = () => acquireServer(files, binaries, options);
  const acquired = await acquire();
  const release = holdServer(files, acquired.lease, acquire, options.log);
  let closing: Promise<void> | undefined;
  return {
    connection: { host: files.socketDir, port: SOCKET_PORT, user: SUPERUSER, database: 'postgres' },
    url: `postgresql://${SUPERUSER}@${encodeURIComponent(files.socketDir)}:${SOCKET_PORT}/postgres`,
    startedHere: acquired.startedHere,
    close: () => {
      closing ??= release();
      return closing;
    },
  };
}

interface AcquiredServer {
  lease: Lease;
  startedHere: boolean;
}

function acquireServer(
  files: ClusterFiles,
  binaries: PostgresBinaries,
  { log, settings = {} }: EmbeddedPostgresOptions,
): Promise<AcquiredServer> {
  return withStartLock(files.lockFile, async () => {
    const begin = Date.now();
    for (;;) {
      const lease = await joinServer(files);
      if (lease === 'none') {
        await initializeCluster(files, binaries.initdb, settings.fsync !== 'off');
        const started = await startServer(files, binaries.postgres, settings);
        if (started !== undefined) {
          log('embedded_postgres_started', { dataDir: files.dataDir, milliseconds: Date.now() - begin });
          return { lease: started, startedHere: true };
        }
      } else if (lease !== 'busy') {
        log('embedded_postgres_joined', { dataDir: files.dataDir });
        return { lease, startedHere: false };
      }
      if (Date.now() - begin > stopMillisecondsMax) {
        throw new EmbeddedPostgresError(
          `A PostgreSQL on ${files.pgData} is neither usable nor ending; see ${files.logFile}.`,
        );
      }
      await interruptOrphan(files, Date.now() - begin);
      await delay(pollMilliseconds);
    }
  });
}

/** The socket still answers while a server shuts down: only a `ready` server with a keeper is joined. */
async function joinServer(files: ClusterFiles): Promise<Lease | 'none' | 'busy'> {
  // The lease first: a server that is ready afterwards was not yet told to stop when it was taken.
  const lease = joinLease(files.leaseFile);
  const { status } = await readPostmasterStatus(files.pgData, files.socketFile);
  if (lease !== undefined && status === 'ready') return lease;
  if (lease !== undefined) releaseLease(lease);
  return status === 'none' ? 'none' : 'busy';
}

/** Only a keeper killed by hand leaves a server behind without one, and only where the system has no parent-death signal. */
async function interruptOrphan(files: ClusterFiles, waitedMilliseconds: number): Promise<void> {
  if (waitedMilliseconds < orphanMilliseconds) return;
  const { status, pid } = await readPostmasterStatus(files.pgData, files.socketFile);
  const lease = joinLease(files.leaseFile);
  if (lease !== undefined) releaseLease(lease);
  else if (status === 'ready' && pid > 0) process.kill(pid, 'SIGINT');
}

/** Watches over the server while the lease is held, and returns the function that gives it up. */
function holdServer(
  files: ClusterFiles,
  firstLease: Lease,
  acquire: () => Promise<AcquiredServer>,
  log: EmbeddedPostgresOptions['log'],
): () => Promise<void> {
  let lease: Lease | undefined = firstLease;
  const ending = new AbortController();
  const pause = (milliseconds: number) =>
    delay(milliseconds, undefined, { ref: false, signal: ending.signal }).catch(() => undefined);

  const recoverIfLost = async () => {
    if (lease !== undefined) {
      if (isLeaseKept(lease, files.leaseFile) && hasPidFile(files.pgData)) return;
      log('embedded_postgres_lost', { dataDir: files.dataDir });
      releaseLease(lease);
      lease = undefined;
    }
    lease = (await acquire()).lease;
  };
  const watch = async () => {
    while (!ending.signal.aborted) {
      try {
        await recoverIfLost();
        await pause(watchMilliseconds);
      } catch (error) {
        log('embedded_postgres_restart_failed', { dataDir: files.dataDir, error });
        await pause(retryMilliseconds);
      }
    }
  };

  const watching = watch();
  return async () => {
    ending.abort();
    await watching;
    if (lease !== undefined) await releaseServer(files, lease);
  };
}

async function releaseServer(files: ClusterFiles, lease: Lease): Promise<void> {
  await withStartLock(files.lockFile, async () => {
    if (!releaseLeaseAndTellIfLast(lease, files.leaseFile)) return;
    const deadline = Date.now() + stopMillisecondsMax;
    while ((await readPostmasterStatus(files.pgData, files.socketFile)).status !== 'none') {
      if (Date.now() > deadline) throw new EmbeddedPostgresError(`PostgreSQL on ${files.pgData} does not stop.`);
      await delay(pollMilliseconds);
    }
  });
}
