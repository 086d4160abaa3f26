import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { withStartLock } from '../../../src/database/embedded/start-lock.ts';

function aLockFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lock');
}

test('lets one at a time work under the same lock file', async () => {
  const lockFile = aLockFile();
  let working = 0;
  let workingMax = 0;
  const work = async () => {
    working += 1;
    workingMax = Math.max(workingMax, working);
    await delay(10);
    working -= 1;
  };
  await Promise.all([1, 2, 3, 4].map(() => withStartLock(lockFile, work)));
  expect(workingMax).toBe(1);
});

test('gives the lock back when the work fails', async () => {
  const lockFile = aLockFile();
  const failing = withStartLock(lockFile, () => Promise.reject(new Error('no disk')));
  await expect(failing).rejects.toThrow('no disk');
  expect(await withStartLock(lockFile, async () => 'free')).toBe('free');
});

test('frees the lock of a process that was killed', async () => {
  const lockFile = aLockFile();
  const source = new URL('../../../src/database/embedded/start-lock.ts', import.meta.url);
  const script = `
    const { withStartLock } = await import(${JSON.stringify(source.href)});
    await withStartLock(${JSON.stringify(lockFile)}, () => { console.log('held'); return new Promise((done) => setTimeout(done, 60_000)); });`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  let isFree = false;
  const waiting = withStartLock(lockFile, async () => {
    isFree = true;
  });
  await delay(50);
  expect(isFree).toBe(false);
  other.kill('SIGKILL');
  await waiting;
});
