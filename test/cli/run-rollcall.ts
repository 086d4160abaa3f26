import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli } from '../../src/cli/main.ts';
import type { DatabaseConnection } from '../../src/database/connection.ts';
import { openTestDatabase } from '../harness/database.ts';
import { unlimited } from '../harness/gateway.ts';

export interface CliRun {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export type Environment = Record<string, string>;

/** Runs one command line in this process, as nobody's terminal. */
export async function rollcall(environment: Environment, ...args: string[]): Promise<CliRun> {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), environment };
  const exitCode = await runCli(args, streams);
  return { exitCode, stdout: textOf(streams.stdout), stderr: textOf(streams.stderr) };
}

/** The one JSON value of a command that succeeds. Throws with what it said where it does not. */
export async function rollcallJson<Value = Record<string, string>>(
  environment: Environment,
  ...args: string[]
): Promise<Value> {
  const { exitCode, stdout, stderr } = await rollcall(environment, ...args, '--json');
  if (exitCode !== 0 || stderr !== '') throw new Error(`rollcall ${args.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** A command that stays, from the moment its output holds `readyText`. */
export interface StayingCommand {
  /** What it has written so far. */
  output(): string;
  /** Ends it as Ctrl-C does and answers the exit code. */
  stop(): Promise<number>;
}

export async function startRollcall(
  environment: Environment,
  readyText: string,
  ...args: string[]
): Promise<StayingCommand> {
  const stop = new AbortController();
  const stdout = new PassThrough({ highWaterMark: 1_000_000 });
  const stderr = new PassThrough({ highWaterMark: 1_000_000 });
  let output = '';
  stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const stdin = new PassThrough();
  const ended = runCli(args, { stdin, stdout, stderr, environment, stop: stop.signal });
  const hasEnded = ended.then(() => true);
  while (!output.includes(readyText)) {
    if (await Promise.race([hasEnded, delay(20).then(() => false)])) {
      throw new Error(`rollcall ${args.join(' ')} ended before it was ready: ${output}${textOf(stderr)}`);
    }
  }
  return {
    output: () => output,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Settings for a migrated database of the test file's own, which commands and services share. */
export async function openCliDatabase(): Promise<{
  environment: Environment;
  connection: DatabaseConnection;
  close(): Promise<void>;
}> {
  const { connection, close } = await openTestDatabase();
  return { environment: environmentOf(connection), connection, close };
}

/** The settings by which commands find a test database. */
export function environmentOf(connection: DatabaseConnection): Environment {
  const { host = '', port, user, database } = connection;
  return {
    DATABASE_URL: `postgresql://${user}@${encodeURIComponent(host)}:${port}/${database}`,
    SECRET_KEY: 'the secret key of the command line tests',
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...unlimited,
  };
}

/** The service as `rollcall serve` runs it, and the settings by which commands find it. */
export async function serveCli(
  environment: Environment,
): Promise<StayingCommand & { environment: Environment; url: string }> {
  const command = await startRollcall(environment, '\n', 'serve', '--json');
  const { url } = JSON.parse(command.output()) as { url: string };
  return { ...command, url, environment: { ...environment, PUBLIC_URL: url, PORT: new URL(url).port } };
}

function textOf(stream: PassThrough): string {
  return String(stream.read() ?? '');
}
