import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EmbeddedPostgresConnection } from '../../../src/database/embedded/embedded-postgres.ts';

export interface HolderOptions {
  /** Goes before Node, to change the user for instance. */
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** Another process that holds the embedded PostgreSQL of a folder. */
export class HolderProcess {
  readonly process: ChildProcess;
  /** Rejects with what the process wrote to its standard error when it ended before it held the server. */
  readonly opened: Promise<{ startedHere: boolean; connection: EmbeddedPostgresConnection }>;

  constructor(dataDir: string, { command = [], env = {} }: HolderOptions = {}) {
    const entry = fileURLToPath(new URL('holder-entry.ts', import.meta.url));
    const [program = process.execPath, ...args] = [...command, process.execPath, entry, dataDir];
    this.process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.opened = this.readAnswer();
    this.opened.catch(() => undefined);
  }

  async close(): Promise<void> {
    const exit = once(this.process, 'exit');
    this.process.stdin?.write('close\n');
    await exit;
  }

  async kill(): Promise<void> {
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }

  private async readAnswer(): Promise<{ startedHere: boolean; connection: EmbeddedPostgresConnection }> {
    const { stdout, stderr } = this.process;
    if (stdout === null || stderr === null) throw new Error('the holder has no output');
    let errors = '';
    stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const answer = await Promise.race([
      once(createInterface({ input: stdout }), 'line'),
      once(this.process, 'exit').then(() => undefined),
    ]);
    if (answer === undefined) throw new Error(`the holder ended: ${errors}`);
    return JSON.parse(answer[0]);
  }
}
