import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { ScratchCluster, untilEnded } from './scratch-cluster.ts';

const user = { uid: 12_345, gid: 12_345 };
const asUser = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--'];

/** These need root to become somebody else, on a checkout that the other user may read. */
function needRoot({ skip }: TestContext): void {
  if (process.geteuid?.() !== 0) skip('not root: the other tests here already run as an ordinary user');
  const [program = '', ...args] = [
    ...asUser,
    process.execPath,
    '-e',
    'require("node:fs").readFileSync(process.argv[1])',
    import.meta.filename,
  ];
  if (spawnSync(program, args).status !== 0) skip('the folder of this checkout is closed to other users');
}

/** A cluster in a folder that belongs to an ordinary user, who has no name on this machine. */
async function aClusterOfTheUser(): Promise<ScratchCluster> {
  const cluster = await ScratchCluster.make('data');
  mkdirSync(cluster.dataDir);
  chownSync(cluster.dataDir, user.uid, user.gid);
  chmodSync(dirname(cluster.dataDir), 0o755);
  return cluster;
}

/** A PATH on which `unshare` fails, as where user namespaces are off. */
function pathWithoutUserNamespaces(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-path-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'unshare'), '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n', {
    mode: 0o755,
  });
  return `${folder}:${process.env.PATH}`;
}

test('runs for an ordinary user, even without a name, and ends with them', async (context) => {
  needRoot(context);
  const cluster = await aClusterOfTheUser();
  const holder = cluster.startHolder({ command: asUser });
  const { startedHere } = await holder.opened;
  expect(startedHere).toBe(true);
  const pid = cluster.postmasterPid();
  expect(statSync(`/proc/${pid}`).uid).toBe(user.uid);
  expect(statSync(cluster.pgData).uid).toBe(user.uid);
  await holder.kill();
  await untilEnded(pid);
});

test('as root, runs on the folder of an ordinary user as that user, who can go on afterwards', async (context) => {
  needRoot(context);
  const cluster = await aClusterOfTheUser();
  const byRoot = await cluster.open();
  expect(statSync(`/proc/${cluster.postmasterPid()}`).uid).toBe(user.uid);
  const joined = cluster.startHolder({ command: asUser });
  expect((await joined.opened).startedHere).toBe(false);
  await joined.close();
  await byRoot.close();

  const again = cluster.startHolder({ command: asUser });
  expect((await again.opened).startedHere).toBe(true);
  await again.close();
  expect((await cluster.open()).startedHere).toBe(true);
});

test('as root, leaves the files to root inside a user namespace', async (context) => {
  needRoot(context);
  if (spawnSync('unshare', ['-U', '--map-user=1', '--map-group=1', '--', 'true']).status !== 0)
    context.skip('no user namespaces');
  const cluster = await ScratchCluster.make();
  await cluster.open();
  expect(statSync(cluster.pgData).uid).toBe(0);
});

test('as root without user namespaces, gives the cluster to a system user, an older one too', async (context) => {
  needRoot(context);
  const cluster = await ScratchCluster.make('data');
  chmodSync(dirname(cluster.dataDir), 0o755);
  await (await cluster.open()).close();

  const holder = cluster.startHolder({ env: { PATH: pathWithoutUserNamespaces() } });
  const { connection } = await holder.opened;
  expect(await cluster.answers(connection)).toBe(true);
  const pid = cluster.postmasterPid();
  expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
  expect(statSync(cluster.pgData).uid).toBe(statSync(`/proc/${pid}`).uid);
  await holder.kill();
  await untilEnded(pid);
  expect((await cluster.open()).startedHere).toBe(true);
});
