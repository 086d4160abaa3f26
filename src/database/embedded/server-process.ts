import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterFiles, SOCKET_PORT } from './cluster-files.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { createLease, type Lease, releaseLease } from './lease.ts';
import { disarmStalePidFile, readPostmasterStatus } from './postmaster-status.ts';
import { endWithParent, programEnvironment } from './run-program.ts';
import { giveTo } from './server-owner.ts';

/** Recovery after a crash replays at most about max_wal_size. */
const startMillisecondsMax = 300_000;
const logBytesMax = 10_000_000;

/**
 * The keeper: runs the server, stops it (SIGINT: a fast shutdown) when the lease pipe on its standard input has no writer left,
 * and gives the pipe up when the server ends. It outlives the process that started it, so a server survives its starter
 * as long as anybody holds a lease. The input goes to descriptor 3 because a shell gives background commands no input.
 */
const keeperScript = `
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
trap 'kill -INT "$server"' TERM
{ exec 4<&3 3<&-; while read -r _ <&4; do :; done; kill -TERM $$ 2>/dev/null || kill -INT "$server"; } 2>/dev/null &
reader=$!
exec 3<&-
while kill -0 "$server" 2>/dev/null; do wait "$server"; done
kill "$reader" 2>/dev/null
`;

/** Durable by default; the caller's settings come last and win. */
function serverSettings(files: ClusterFiles, extra: Readonly<Record<string, string>>): string[] {
  const settings: Record<string, string> = {
    cluster_name: 'rollcall',
    listen_addresses: '',
    port: String(SOCKET_PORT),
    // A list: the quotes keep a comma in the path from ending the entry.
    unix_socket_directories: `"${files.socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: '100',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
    wal_compression: 'on',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The service reports failed statements itself; here they would put personal data into a file.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    ...extra,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Starts the server and waits until it takes connections. Call it under the start lock, when no server runs.
 * Undefined: processes of a killed server still hold the cluster, try again. Throws EmbeddedPostgresError with PostgreSQL's own words.
 */
export async function startServer(
  files: ClusterFiles,
  postgres: string,
  settings: Readonly<Record<string, string>>,
): Promise<Lease | undefined> {
  disarmStalePidFile(files.pgData);
  // Nothing listens any more, but PostgreSQL would judge this file by its pid, which may be another program's by now.
  rmSync(`${files.socketFile}.lock`, { force: true });
  rotateLog(files);
  const logStart = statSync(files.logFile).size;
  const { lease, keeperInput } = await createLease(files.leaseFile);
  giveTo(files.owner, files.leaseFile);
  const keeper = spawnKeeper(files, [postgres, '-D', files.pgData, ...serverSettings(files, settings)], keeperInput);
  try {
    if (await untilReady(files, keeper)) return lease;
  } catch (error) {
    releaseLease(lease);
    throw error;
  }
  releaseLease(lease);
  const words = readFileSync(files.logFile).subarray(logStart).toString('utf8').trim();
  if (words.includes('pre-existing shared memory block')) return undefined;
  throw new EmbeddedPostgresError(`PostgreSQL did not start on ${files.pgData}: ${words.slice(-2000)}`);
}

function spawnKeeper(files: ClusterFiles, server: string[], keeperInput: number): ChildProcess {
  const [program = 'sh', ...args] = [
    ...files.owner.command,
    ...['sh', '-c', keeperScript, 'rollcall-postgres-keeper'],
    // Should the keeper be killed, the server still ends.
    ...endWithParent('INT'),
    ...server,
  ];
  const log = openSync(files.logFile, 'a');
  // A session of its own: Ctrl-C in the terminal reaches Node alone, which stops the server in order.
  const keeper = spawn(program, args, {
    cwd: '/',
    env: programEnvironment,
    stdio: [keeperInput, log, log],
    detached: true,
  });
  keeper.unref();
  closeSync(log);
  closeSync(keeperInput);
  return keeper;
}

/** False when the keeper ended first, because the server did. */
async function untilReady(files: ClusterFiles, keeper: ChildProcess): Promise<boolean> {
  let hasEnded = false;
  let failure: Error | undefined;
  keeper.once('exit', () => {
    hasEnded = true;
  });
  keeper.once('error', (error) => {
    failure = error;
  });
  const deadline = Date.now() + startMillisecondsMax;
  while (Date.now() < deadline) {
    if (failure !== undefined) throw failure;
    if (hasEnded) return false;
    const { status } = await readPostmasterStatus(files.pgData, files.socketFile);
    if (status === 'ready') return true;
    await delay(4);
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL is still recovering ${files.pgData} after five minutes; see ${files.logFile}.`,
  );
}

function rotateLog(files: ClusterFiles): void {
  if (statSync(files.logFile).size < logBytesMax) return;
  renameSync(files.logFile, `${files.logFile}.1`);
  closeSync(openSync(files.logFile, 'a', 0o600));
  giveTo(files.owner, files.logFile);
}
