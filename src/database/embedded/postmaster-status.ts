import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';

/** `none`: no server runs on the data directory, whatever its pid file says. */
export type PostmasterStatus = 'none' | 'starting' | 'ready' | 'stopping';

/** A pid that no kernel gives out. */
const NO_PROCESS = 2_147_483_647;

const pidFile = (pgData: string) => join(pgData, 'postmaster.pid');

/** Whether the pid file stands; PostgreSQL removes it as its last act. */
export function hasPidFile(pgData: string): boolean {
  return existsSync(pidFile(pgData));
}

/**
 * Reads pid and state from postmaster.pid, and believes them only of a process or socket that proves alive.
 * The pid is 0 unless the process is the server's.
 */
export async function readPostmasterStatus(
  pgData: string,
  socketFile: string,
): Promise<{ status: PostmasterStatus; pid: number }> {
  const lines = readPidFile(pgData)?.split('\n') ?? [];
  const pid = Number.parseInt(lines[0] ?? '', 10);
  const isVisible = pid > 0 && isPostmaster(pid, pgData);
  // The socket also proves a server of another pid namespace, which /proc does not show.
  if (!isVisible && !(pid > 0 && (await accepts(socketFile)))) return { status: 'none', pid: 0 };
  const state = lines[7]?.trim();
  return { status: state === 'ready' || state === 'stopping' ? state : 'starting', pid: isVisible ? pid : 0 };
}

/**
 * Makes a stale pid file harmless: PostgreSQL refuses to start while its pid exists, be it a zombie or another program.
 * The file itself stays, because PostgreSQL also reads from it whether processes of a killed server still use its memory.
 */
export function disarmStalePidFile(pgData: string): void {
  const content = readPidFile(pgData);
  if (content === undefined) return;
  const file = pidFile(pgData);
  const lines = content.split('\n');
  if (lines.length < 7) {
    // Torn by a crash of the machine: there is nothing in it to keep, and PostgreSQL refuses an empty one.
    rmSync(file);
    return;
  }
  const { uid, gid } = statSync(file);
  writeFileSync(`${file}.disarmed`, [NO_PROCESS, ...lines.slice(1)].join('\n'), { mode: 0o600 });
  if (process.geteuid?.() === 0) chownSync(`${file}.disarmed`, uid, gid);
  renameSync(`${file}.disarmed`, file);
}

function readPidFile(pgData: string): string | undefined {
  try {
    return readFileSync(pidFile(pgData), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isPostmaster(pid: number, pgData: string): boolean {
  try {
    return process.platform === 'linux' ? isPostmasterByProc(pid, pgData) : isPostmasterByPs(pid, pgData);
  } catch {
    return false;
  }
}

function isPostmasterByProc(pid: number, pgData: string): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command name stands in parentheses and may hold any character; the state letter follows it.
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  if (state === 'Z' || state === 'X') return false;
  const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  if (basename(program) !== 'postgres') return false;
  return args.includes(pgData) || readlinkSync(`/proc/${pid}/cwd`) === pgData;
}

function isPostmasterByPs(pid: number, pgData: string): boolean {
  const line = execFileSync('ps', ['-o', 'state=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return !line.startsWith('Z') && line.includes('postgres') && line.includes(pgData);
}

function accepts(socketFile: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketFile);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
