import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// This file runs on Nodes that are too old for the rest: it imports only what they have, and an entry imports only this file
// statically (imports are hoisted): `await ensureNodeVersion(import.meta.url); await import('./the-rest.js');`

/**
 * Returns on a Node of at least `major`. On an older one it runs the same command again on the Node that npm install put into
 * node_modules, hands on its signals and its exit code, and never returns. Ends the process with 1 and a message when there is none.
 */
export async function ensureNodeVersion(entryUrl: string, major = 24): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) >= major) return;
  const node = findInstalledNode(fileURLToPath(entryUrl));
  // The installed Node may itself be too old, and would run itself for ever.
  if (node === undefined || realpathSync(node) === realpathSync(process.execPath)) {
    process.stderr.write(
      `Rollcall needs Node ${major} and runs on ${process.versions.node}. npm install brings the right one: run it without --omit=optional.\n`,
    );
    process.exit(1);
  }
  await new Promise<never>(() => runInstead(node));
}

function findInstalledNode(entryFile: string): string | undefined {
  // npm links a command to the entry: the folders that count are those of the real file.
  let folder = dirname(realpathSync(entryFile));
  for (;;) {
    const node = join(folder, 'node_modules', '.bin', 'node');
    if (existsSync(node)) return node;
    if (dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
}

function runInstead(node: string): void {
  const [program = node, ...args] = [...endingWithUs(), node, ...process.execArgv, ...process.argv.slice(1)];
  const forwarded: NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR2'];
  // On Ctrl-C the terminal signals both processes; a second SIGINT would ask for an unclean end.
  if (process.stdin.isTTY) process.on('SIGINT', () => undefined);
  else forwarded.push('SIGINT');
  // Before the child exists: a signal that arrives while it starts is handed on, too.
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  const child = spawn(program, args, { stdio: 'inherit' });
  child.once('error', (error) => {
    process.stderr.write(`${node} cannot be run: ${error.message}\n`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Whoever kills this process with SIGKILL means the service: on Linux the child then ends with it. */
function endingWithUs(): string[] {
  return existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : [];
}
