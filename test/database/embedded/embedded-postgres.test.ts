import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { ScratchCluster, untilEnded } from './scratch-cluster.ts';

test('makes the cluster at the first start and finds the data again at the next', async () => {
  const cluster = await ScratchCluster.make();
  const first = await cluster.open();
  expect(first.startedHere).toBe(true);
  const writer = await cluster.connect(first.connection);
  await writer.query('create table kept as select 42 as answer');
  await writer.end();
  await first.close();

  const second = await cluster.open();
  const reader = await cluster.connect(second.connection);
  expect((await reader.query('select answer from kept')).rows).toEqual([{ answer: 42 }]);
});

test('runs durable, in UTF-8, ordered by code point, without TCP', async () => {
  const cluster = await ScratchCluster.make();
  const { connection } = await cluster.open();
  const client = await cluster.connect(connection);
  const { rows } = await client.query(`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
      current_setting('full_page_writes') as full_page_writes, current_setting('data_checksums') as data_checksums,
      current_setting('listen_addresses') as listen_addresses, current_setting('server_encoding') as encoding,
      'Z' < 'a' as by_code_point, lower('ÄΣ') as folded`);
  expect(rows).toEqual([
    {
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      data_checksums: 'on',
      listen_addresses: '',
      encoding: 'UTF8',
      by_code_point: true,
      folded: 'äσ',
    },
  ]);
});

test('offers a URL that pg understands', async () => {
  const cluster = await ScratchCluster.make('a "folder", with 100% odd&characters');
  const { url } = await cluster.open();
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query("select current_setting('data_directory') as folder");
  expect(rows).toEqual([{ folder: cluster.pgData }]);
});

test('keeps the socket directory to its owner', async () => {
  const cluster = await ScratchCluster.make();
  const { connection } = await cluster.open();
  expect(statSync(connection.host).mode & 0o777).toBe(0o700);
});

test('falls back to a short socket directory of its own when the path of the data directory is too long', async () => {
  const cluster = await ScratchCluster.make('long/'.repeat(30));
  const { connection } = await cluster.open();
  onTestFinished(() => rmSync(connection.host, { recursive: true, force: true }));
  expect(connection.host.startsWith(cluster.dataDir)).toBe(false);
  expect(statSync(connection.host).mode & 0o777).toBe(0o700);
  expect(await cluster.answers(connection)).toBe(true);
  const second = await cluster.open();
  expect(second).toMatchObject({ startedHere: false, connection });
});

test('refuses a short socket directory that is not a folder of its own', async () => {
  const cluster = await ScratchCluster.make('long/'.repeat(30));
  const first = await cluster.open();
  await first.close();
  rmSync(first.connection.host, { recursive: true });
  writeFileSync(first.connection.host, 'in the way');
  onTestFinished(() => rmSync(first.connection.host, { force: true }));
  await expect(cluster.open()).rejects.toThrow(/belongs to another user/);
});

test('joins the server that runs and leaves it to the others on close', async () => {
  const cluster = await ScratchCluster.make();
  const starter = await cluster.open();
  const joiner = await cluster.open();
  expect(joiner).toMatchObject({ startedHere: false, connection: starter.connection });
  const client = await cluster.connect(joiner.connection);
  await starter.close();
  await client.query('select 1');
  const pid = cluster.postmasterPid();
  await joiner.close();
  await untilEnded(pid);
  await joiner.close();
});

test('starts one server when several processes open it at the same moment', async () => {
  const cluster = await ScratchCluster.make();
  const holders = [1, 2, 3].map(() => cluster.startHolder());
  const opened = await Promise.all(holders.map((holder) => holder.opened));
  expect(opened.map(({ startedHere }) => startedHere).sort()).toEqual([false, false, true]);
  for (const { connection } of opened) expect(await cluster.answers(connection)).toBe(true);
  const pid = cluster.postmasterPid();
  await Promise.all(holders.map((holder) => holder.close()));
  await untilEnded(pid);
});

test('opens and closes in many processes at once without losing the server of any', async () => {
  const cluster = await ScratchCluster.make();
  await (await cluster.open()).close();
  const turns = async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      const postgres = await cluster.open();
      expect(await cluster.answers(postgres.connection)).toBe(true);
      await postgres.close();
    }
  };
  await Promise.all([turns(), turns(), turns()]);
  expect(cluster.events).not.toContain('embedded_postgres_lost');
});

test('tells in PostgreSQL’s own words why it does not start', async () => {
  const cluster = await ScratchCluster.make();
  await expect(cluster.open({ shared_buffers: 'many' })).rejects.toThrow(
    /invalid value for parameter "shared_buffers"/,
  );
  expect((await cluster.open()).startedHere).toBe(true);
});

test('removes what a crash during the making of the cluster left behind', async () => {
  const cluster = await ScratchCluster.make();
  mkdirSync(join(cluster.dataDir, 'postgres.new-from-a-crash'), { recursive: true });
  await cluster.open();
  expect(readdirSync(cluster.dataDir).sort()).toEqual(['postgres', 'postgres.lock', 'postgres.log', 'run']);
});

const stalePids: [string, () => Promise<number>][] = [
  ['a process that is gone', gonePid],
  ['a zombie', zombiePid],
  ['another program', async () => process.pid],
  ['the PostgreSQL of another folder', otherPostgresPid],
];

test.for(stalePids)('starts over a pid file that names %s', async ([, makePid]) => {
  const cluster = await ScratchCluster.make();
  const before = await cluster.open();
  const pidFile = readFileSync(join(cluster.pgData, 'postmaster.pid'), 'utf8');
  const socketLock = readFileSync(join(before.connection.host, '.s.PGSQL.5432.lock'), 'utf8');
  await before.close();
  const pid = await makePid();
  const withPid = (content: string) => content.replace(/^\d+/, String(pid));
  writeFileSync(join(cluster.pgData, 'postmaster.pid'), withPid(pidFile), { mode: 0o600 });
  writeFileSync(join(before.connection.host, '.s.PGSQL.5432.lock'), withPid(socketLock), { mode: 0o600 });

  const after = await cluster.open();
  expect(after.startedHere).toBe(true);
  expect(await cluster.answers(after.connection)).toBe(true);
});

test('starts over a pid file that a crash left empty', async () => {
  const cluster = await ScratchCluster.make();
  await (await cluster.open()).close();
  writeFileSync(join(cluster.pgData, 'postmaster.pid'), '', { mode: 0o600 });
  expect((await cluster.open()).startedHere).toBe(true);
});

async function gonePid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function zombiePid(): Promise<number> {
  // The shell starts a child and becomes a sleep, which never collects it; before that the shell itself might.
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void parent.kill());
  const [output] = await once(parent.stdout, 'data');
  const pid = Number(output);
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z');
  return pid;
}

async function otherPostgresPid(): Promise<number> {
  const other = await ScratchCluster.make();
  await other.open();
  return other.postmasterPid();
}
