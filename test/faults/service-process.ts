import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const READY = /is ready on (\S+)/;

/** The built service as its users run it: a process over an embedded PostgreSQL of its own. */
export class ServiceProcess {
  readonly url: string;
  /** From the start of the process until it was ready. */
  readonly startMilliseconds: number;
  readonly #dataDir: string;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  private constructor(parts: {
    url: string;
    startMilliseconds: number;
    dataDir: string;
    child: ChildProcess;
    output: () => string;
  }) {
    this.url = parts.url;
    this.startMilliseconds = parts.startMilliseconds;
    this.#dataDir = parts.dataDir;
    this.#child = parts.child;
    this.#output = parts.output;
  }

  static async start(dataDir: string): Promise<ServiceProcess> {
    if (!existsSync(main)) throw new Error('dist/main.js is missing. Run `npm run build` before the tests of faults.');
    const started = Date.now();
    const env = {
      PATH: process.env.PATH ?? '',
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'warn',
      SCIM_RATE_PER_SECOND: '0',
      SCIM_CONCURRENCY_MAX: '0',
    };
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    while (!READY.test(text)) {
      if (child.exitCode !== null || Date.now() - started > 20_000)
        throw new Error(`The service did not start: ${text}`);
      await delay(20);
    }
    const url = READY.exec(text)?.[1] ?? '';
    return new ServiceProcess({ url, startMilliseconds: Date.now() - started, dataDir, child, output: () => text });
  }

  /** Ends the process without warning, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Tells the process to end; resolves with its exit code, rejects when it has not ended after ten seconds. */
  async terminate(): Promise<number | null> {
    const late = new AbortController();
    const tooLate = delay(10_000, undefined, { signal: late.signal }).then(() => {
      throw new Error(`The service did not end within ten seconds of SIGTERM: ${this.output}`);
    });
    try {
      return await Promise.race([this.#end('SIGTERM'), tooLate]);
    } finally {
      tooLate.catch(() => undefined);
      late.abort();
    }
  }

  /** Ends PostgreSQL without warning; the service is told nothing. */
  killPostgres(): void {
    process.kill(this.postgresPid(), 'SIGKILL');
  }

  postgresPid(): number {
    return Number(readFileSync(join(this.#dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** What it wrote to stdout and stderr. */
  get output(): string {
    return this.#output();
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
    return this.#child.exitCode;
  }
}
