import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import type { EmbeddedPostgresConnection } from '../../src/database/embedded/embedded-postgres.ts';
import { isRunning, parentOf, ScratchCluster, until, untilEnded } from '../database/embedded/scratch-cluster.ts';

/** A service must be answering again within two seconds of losing its server. */
const recoveryMillisecondsMax = 2_000;

test('a server ends with the only process that held it, killed with SIGKILL', async () => {
  const cluster = await ScratchCluster.make();
  const holder = cluster.startHolder();
  await holder.opened;
  const pid = cluster.postmasterPid();
  await holder.kill();
  await untilEnded(pid);
  expect((await cluster.open()).startedHere).toBe(true);
});

test('a kill of the process that started the server does not interrupt the others', async () => {
  const cluster = await ScratchCluster.make();
  const starter = cluster.startHolder();
  expect((await starter.opened).startedHere).toBe(true);
  const service = await cluster.open();
  expect(service.startedHere).toBe(false);
  const client = await cluster.connect(service.connection);
  await client.query('begin');
  await starter.kill();
  await delay(300);
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  expect(cluster.events).not.toContain('embedded_postgres_lost');
});

test('a command that started the server for itself leaves it to the service that joined meanwhile', async () => {
  const cluster = await ScratchCluster.make();
  const command = cluster.startHolder();
  await command.opened;
  const service = await cluster.open();
  const client = await cluster.connect(service.connection);
  await command.close();
  await delay(300);
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  const pid = cluster.postmasterPid();
  await service.close();
  await untilEnded(pid);
});

test.for([
  ['the starter', 0],
  ['a process that joined', 1],
] as const)(
  'a server killed with SIGKILL is started again under the same address while %s lives',
  async ([, survivor]) => {
    const cluster = await ScratchCluster.make();
    const holders = [cluster.startHolder(), undefined];
    const { connection } = (await holders[0]?.opened) ?? {};
    if (connection === undefined) throw new Error('no connection');
    if (survivor === 1) {
      await cluster.open();
      await holders[0]?.kill();
    }
    const pid = cluster.postmasterPid();
    process.kill(pid, 'SIGKILL');
    await until(
      async () => (await cluster.answers(connection)) && cluster.postmasterPid() !== pid,
      'the restart',
      recoveryMillisecondsMax,
    );
  },
);

test('all processes hold the restarted server, and the last one still ends it', async () => {
  const cluster = await ScratchCluster.make();
  const [first, second] = [await cluster.open(), await cluster.open()];
  const killed = cluster.postmasterPid();
  process.kill(killed, 'SIGKILL');
  const seen = (event: string, times: number) => cluster.events.filter((name) => name === event).length === times;
  await until(() => seen('embedded_postgres_started', 2) && seen('embedded_postgres_joined', 2), 'both to recover');
  const client = await cluster.connect(second.connection);
  await first.close();
  await delay(200);
  await client.query('select 1');
  const pid = cluster.postmasterPid();
  await second.close();
  await untilEnded(pid);
});

test('a kill of the keeper ends its server, and the service starts another', async () => {
  const cluster = await ScratchCluster.make();
  const { connection } = await cluster.open();
  const pid = cluster.postmasterPid();
  process.kill(parentOf(pid), 'SIGKILL');
  await until(
    async () => (await cluster.answers(connection)) && cluster.postmasterPid() !== pid,
    'the restart',
    recoveryMillisecondsMax,
  );
  await untilEnded(pid);
});

test('a kill of keeper, server and holder at once leaves a cluster that starts', async () => {
  const cluster = await ScratchCluster.make();
  const holder = cluster.startHolder();
  await holder.opened;
  const pid = cluster.postmasterPid();
  process.kill(parentOf(pid), 'SIGKILL');
  process.kill(pid, 'SIGKILL');
  await holder.kill();
  const postgres = await cluster.open();
  expect(postgres.startedHere).toBe(true);
  expect(await cluster.answers(postgres.connection)).toBe(true);
});

test('a process that comes while the server stops waits for its end and starts another', async () => {
  const cluster = await ScratchCluster.make();
  const holder = cluster.startHolder();
  await holder.opened;
  const pid = cluster.postmasterPid();
  // The shutdown checkpoint waits for the stopped checkpointer, and the socket answers all the while.
  const checkpointer = childOf(pid, 'checkpointer');
  process.kill(checkpointer, 'SIGSTOP');
  try {
    await holder.kill();
    await until(() => pidFileState(cluster) === 'stopping', 'the shutdown to begin');
    let isOpen = false;
    const opening = cluster.open().finally(() => {
      isOpen = true;
    });
    await delay(300);
    expect(isOpen).toBe(false);
    process.kill(checkpointer, 'SIGCONT');
    const postgres = await opening;
    expect(postgres.startedHere).toBe(true);
    expect(await cluster.answers(postgres.connection)).toBe(true);
  } finally {
    if (isRunning(checkpointer)) process.kill(checkpointer, 'SIGCONT');
  }
});

test('a kill while the cluster is being made leaves nothing half-made', async () => {
  const cluster = await ScratchCluster.make();
  const holder = cluster.startHolder();
  const unfinished = () => readdirSync(cluster.dataDir).filter((name) => name.startsWith('postgres.new-'));
  await until(() => unfinished().some((name) => existsSync(join(cluster.dataDir, name, 'base'))), 'initdb to write');
  await holder.kill();
  expect(existsSync(cluster.pgData)).toBe(false);

  const postgres = await cluster.open();
  expect(await cluster.answers(postgres.connection)).toBe(true);
  expect(unfinished()).toEqual([]);
});

test.for(['the holder', 'the server'] as const)(
  'a commit acknowledged before a kill of %s is there afterwards',
  async (victim) => {
    const cluster = await ScratchCluster.make();
    const holder = cluster.startHolder();
    const { connection } = await holder.opened;
    const setup = await cluster.connect(connection);
    await setup.query('create table kept (id int primary key)');
    const writers = [0, 1, 2, 3].map((writer) => insertUntilBroken(cluster, connection, writer * 1_000_000));
    await delay(400);
    if (victim === 'the holder') await holder.kill();
    else process.kill(cluster.postmasterPid(), 'SIGKILL');
    const acknowledged = (await Promise.all(writers)).flat();
    expect(acknowledged.length).toBeGreaterThan(20);

    const after = await cluster.open();
    const reader = await cluster.connect(after.connection);
    const { rows } = await reader.query('select id from kept');
    const kept = new Set(rows.map(({ id }) => id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  },
);

async function insertUntilBroken(
  cluster: ScratchCluster,
  connection: EmbeddedPostgresConnection,
  first: number,
): Promise<number[]> {
  const client: Client = await cluster.connect(connection);
  const acknowledged: number[] = [];
  for (let id = first; ; id += 1) {
    try {
      await client.query('insert into kept values ($1)', [id]);
    } catch {
      return acknowledged;
    }
    acknowledged.push(id);
  }
}

function pidFileState(cluster: ScratchCluster): string | undefined {
  return readFileSync(join(cluster.pgData, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim();
}

function childOf(pid: number, title: string): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const child = children.find((candidate) => readFileSync(`/proc/${candidate}/cmdline`, 'utf8').includes(title));
  if (child === undefined) throw new Error(`no ${title} under ${pid}`);
  return child;
}
