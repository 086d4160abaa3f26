import { type ChildProcess, spawn } from 'node:child_process';

/**
 * `npm run dev`: the compiler watches src, and Node starts the service again whenever dist changes. Ctrl-C ends both, and
 * the service as cleanly as ever; when one of the two ends by itself, so does the other.
 */
const compiler = start('node_modules/ts7/bin/tsc', ['-p', 'tsconfig.json', '--watch', '--preserveWatchOutput']);
const service = start('--watch', ['--watch-preserve-output', '--enable-source-maps', 'dist/main.js']);

let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
for (const child of [compiler, service]) child.once('exit', (code) => end(code ?? 1));

/** Each is the first of a process group of its own, so that Ctrl-C reaches it once, from here. */
function start(first: string, args: string[]): ChildProcess {
  return spawn(process.execPath, [first, ...args], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
}

function end(exitCode: number): void {
  if (isEnding) return;
  isEnding = true;
  process.exitCode = exitCode;
  // The compiler is a script around a program, which hears nothing that is said to the script alone.
  if (isRunning(compiler)) process.kill(-Number(compiler.pid), 'SIGTERM');
  // The watcher tells the service to end and waits for it.
  if (isRunning(service)) service.kill('SIGTERM');
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}
