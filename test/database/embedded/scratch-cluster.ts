import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresConnection,
  openEmbeddedPostgres,
} from '../../../src/database/embedded/embedded-postgres.ts';
import { type HolderOptions, HolderProcess } from './holder-process.ts';

/** A data directory of one test; everything that the test opened on it is closed at the test's end. */
export class ScratchCluster {
  readonly dataDir: string;
  private readonly root: string;
  readonly events: string[] = [];
  private readonly endings: (() => Promise<unknown>)[] = [];

  private constructor(root: string, subfolder: string) {
    this.root = root;
    this.dataDir = join(root, subfolder);
    onTestFinished(() => this.end());
  }

  static async make(subfolder = ''): Promise<ScratchCluster> {
    return new ScratchCluster(await mkdtemp(join(tmpdir(), 'rollcall-embedded-')), subfolder);
  }

  get pgData(): string {
    return join(this.dataDir, 'postgres');
  }

  async open(settings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
    const log = (event: string) => void this.events.push(event);
    const postgres = await openEmbeddedPostgres({ dataDir: this.dataDir, log, settings });
    this.endings.push(() => postgres.close());
    return postgres;
  }

  startHolder(options: HolderOptions = {}): HolderProcess {
    const holder = new HolderProcess(this.dataDir, options);
    this.endings.push(async () => {
      if (holder.process.exitCode === null && holder.process.signalCode === null) await holder.kill();
    });
    return holder;
  }

  async connect(connection: EmbeddedPostgresConnection): Promise<Client> {
    const client = new Client(connection);
    // A connection that a test breaks on purpose reports it here, apart from the failed query.
    client.on('error', () => undefined);
    await client.connect();
    this.endings.push(() => client.end().catch(() => undefined));
    return client;
  }

  async answers(connection: EmbeddedPostgresConnection): Promise<boolean> {
    const client = new Client(connection);
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  postmasterPid(): number {
    return Number.parseInt(readFileSync(join(this.pgData, 'postmaster.pid'), 'utf8'), 10);
  }

  private async end(): Promise<void> {
    for (const ending of this.endings.reverse()) await ending();
    // A holder that was killed leaves the keeper to stop its server.
    await until(() => !isServerRunning(this.pgData), 'the server to end');
    await rm(this.root, { recursive: true, force: true });
  }
}

/** The pid file goes a moment before the process does. */
export async function untilEnded(pid: number): Promise<void> {
  await until(() => !isRunning(pid), `process ${pid} to end`);
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds} ms for ${what}`);
    await delay(5);
  }
}

/** Whether the process runs: a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function isServerRunning(pgData: string): boolean {
  try {
    const pid = Number.parseInt(readFileSync(join(pgData, 'postmaster.pid'), 'utf8'), 10);
    return isRunning(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(pgData);
  } catch {
    return false;
  }
}
