import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ActResult } from './acts.ts';
import type { BenchOptions } from './options.ts';
import type { Result } from './report.ts';
import type { Stage } from './stage.ts';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  node: string;
  postgresql: string;
  /** Median of writing and syncing 8 KB where the database lies: what a commit waits for. */
  fsyncMilliseconds: number;
  /** Processes that wanted a core in the minute before the run. */
  loadBefore: number;
  commit: string;
}

export interface RunRecord {
  at: string;
  machine: Machine;
  options: BenchOptions;
  results: Result[];
  acts: ActResult[];
}

const RESULTS = new URL('./results/', import.meta.url);

export async function describeMachine(stage: Stage): Promise<Machine> {
  const { rows } = await stage.database.query<{ server_version: string }>('show server_version');
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.version,
    postgresql: rows[0]?.server_version ?? 'unknown',
    fsyncMilliseconds: measureFsync(stage.dataDir),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    commit: readCommit(),
  };
}

/** Appends the run to the file of its day and machine, and returns the file's path. */
export function keepRecord(record: RunRecord): string {
  const machine = `${record.machine.cpu} ${record.machine.cores} cores`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const file = fileURLToPath(new URL(`${record.at.slice(0, 10)}-${machine}.json`, RESULTS));
  const earlier: RunRecord[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(file, `${JSON.stringify([...earlier, record], null, 1)}\n`);
  return file;
}

function measureFsync(folder: string): number {
  const file = openSync(join(folder, 'fsync-probe'), 'w');
  const page = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 101 }, () => {
    const begin = performance.now();
    writeSync(file, page, 0, page.length, 0);
    fsyncSync(file);
    return performance.now() - begin;
  });
  closeSync(file);
  return Math.round((times.sort((one, other) => one - other)[50] ?? 0) * 1000) / 1000;
}

function readCommit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: fileURLToPath(RESULTS),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '-uno') ? ' with changes' : ''}`;
  } catch {
    return 'none';
  }
}
