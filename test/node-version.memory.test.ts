import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const source = new URL('../src/node-version.ts', import.meta.url).href;

/** A project folder whose `app/entry.mjs` wants the Node `major` and then prints its arguments. */
function aProject(major: number): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall-node-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'app'));
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  const entry = `
    import { ensureNodeVersion } from ${JSON.stringify(source)};
    await ensureNodeVersion(import.meta.url, ${major});
    console.log('entered', process.argv.slice(2).join(' '));`;
  writeFileSync(join(folder, 'app', 'entry.mjs'), entry);
  return folder;
}

/** Stands for the newer Node: the test's own Node cannot be newer than itself. */
function installNode(project: string, script: string): void {
  writeFileSync(join(project, 'node_modules', '.bin', 'node'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function start(project: string, args: string[] = []): ChildProcess {
  const child = spawn(process.execPath, ['--no-warnings', join(project, 'app', 'entry.mjs'), ...args]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; signal: string | null; output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code, signal] = await once(child, 'close');
  return { code, signal, output };
}

test('goes on at once on a Node that is new enough', async () => {
  const project = aProject(24);
  installNode(project, 'exit 9');
  expect(await outcome(start(project, ['serve']))).toEqual({ code: 0, signal: null, output: 'entered serve\n' });
});

test('runs the same command on the installed Node and hands on its exit code', async () => {
  const project = aProject(999);
  installNode(project, 'echo "$@"; exit 7');
  const { code, output } = await outcome(start(project, ['serve', '--port', '4000']));
  expect({ code, output }).toEqual({ code: 7, output: `--no-warnings ${project}/app/entry.mjs serve --port 4000\n` });
});

test('says how to get the right Node when none is installed', async () => {
  const { code, output } = await outcome(start(aProject(999)));
  expect(code).toBe(1);
  expect(output).toBe(
    `Rollcall needs Node 999 and runs on ${process.versions.node}. npm install brings the right one: run it without --omit=optional.\n`,
  );
});

test('does not run itself for ever when the installed Node is too old as well', async () => {
  const project = aProject(999);
  symlinkSync(process.execPath, join(project, 'node_modules', '.bin', 'node'));
  const { code, output } = await outcome(start(project));
  expect(code).toBe(1);
  expect(output).toContain('needs Node 999');
});

test.for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('forwards %s to the installed Node', async (signal) => {
  const project = aProject(999);
  installNode(
    project,
    `trap 'echo got ${signal}; exit 3' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`,
  );
  const child = start(project);
  const ended = outcome(child);
  if (child.stdout === null) throw new Error('no output');
  await once(child.stdout, 'data');
  child.kill(signal);
  expect(await ended).toEqual({ code: 3, signal: null, output: `ready\ngot ${signal}\n` });
});

test('ends by the signal that ended the installed Node', async () => {
  const project = aProject(999);
  installNode(project, 'kill -TERM $$');
  expect(await outcome(start(project))).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test.runIf(process.platform === 'linux')('takes the installed Node along when it is killed', async () => {
  const project = aProject(999);
  installNode(project, 'echo $$; exec sleep 60');
  const child = start(project);
  if (child.stdout === null) throw new Error('no output');
  const [pid] = await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await expect.poll(() => isRunning(Number(pid))).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    // Where nothing collects orphans, a process that ended stays as a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
