import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from './options.ts';
import type { Service, Stage } from './stage.ts';
import type { WorkloadPlan } from './workload.ts';

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

const FUNCTIONS_SHOWN = 35;
const STATEMENTS_SHOWN = 8;
const WARM_UP_MILLISECONDS = 3_000;
const SECONDS_MIN = 5;

/**
 * Where Rollcall's time goes in one workload: the functions and folders by their own time while it is warm, and the
 * statements by their time in the server. Keeps the profile for a browser's developer tools.
 */
export async function profileWorkload(stage: Stage, plan: WorkloadPlan, options: BenchOptions): Promise<string> {
  await stage.database.query('create extension pg_stat_statements');
  const workload = await plan.open(stage);
  const contender = workload.variants.at(-1);
  if (!contender) throw new Error(`${plan.name} has nothing to profile.`);
  const service = plan.name.startsWith('check') ? await stage.checkProcess() : await stage.rollcall();
  const connections = options.connections.find((count) => count > 1) ?? 1;
  const runner = await contender.open(connections);
  stage.progress(`profiling ${plan.name} (${contender.name}) at ${connections}`);
  await workload.reset?.();
  await runner.round(WARM_UP_MILLISECONDS);
  await stage.database.query('select pg_stat_statements_reset()');
  const inspector = await Inspector.connect(debuggerUrl(service));
  await inspector.call('Profiler.enable');
  await inspector.call('Profiler.setSamplingInterval', { interval: 200 });
  await inspector.call('Profiler.start');
  const round = await runner.round(Math.max(options.seconds, SECONDS_MIN) * 1000);
  const { profile } = (await inspector.call('Profiler.stop')) as { profile: CpuProfile };
  inspector.close();
  runner.close();
  await delay(contender.settleMilliseconds);
  const file = join(tmpdir(), `rollcall-${plan.name}.cpuprofile`);
  writeFileSync(file, JSON.stringify(profile));
  const rate = Math.round(round.requests / round.seconds).toLocaleString('en');
  return [
    `${plan.name} (${contender.name}) at ${connections} connections, profiled: ${rate} req/s`,
    '',
    formatProfile(profile, round.requests),
    '',
    await formatStatements(stage, round.requests),
    '',
    `The whole profile: ${file}`,
  ].join('\n');
}

/** Own time by function and by folder, in microseconds a request. */
function formatProfile({ nodes, samples, timeDeltas }: CpuProfile, requests: number): string {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const byFunction = new Map<string, number>();
  const byFolder = new Map<string, number>();
  let total = 0;
  samples.forEach((id, index) => {
    const { functionName = '', url = '', lineNumber = 0 } = byId.get(id) ?? {};
    // A sample's own time is what passes until the next one.
    const time = timeDeltas[index + 1] ?? 0;
    if (functionName === '(idle)') return;
    total += time;
    const place = url === '' ? '' : ` ${shortPath(url)}:${lineNumber + 1}`;
    add(byFunction, `${functionName || '(anonymous)'}${place}`, time);
    add(byFolder, url === '' ? functionName || '(native)' : folderOf(shortPath(url)), time);
  });
  const table = (title: string, times: Map<string, number>, count: number) => [
    `     %   µs/req  ${title}`,
    ...[...times]
      .sort(([, one], [, other]) => other - one)
      .slice(0, count)
      .map(([name, time]) => `${percent(time, total)}  ${(time / requests).toFixed(1).padStart(7)}  ${name}`),
  ];
  return [
    ...table('by folder or package (own time, idle left out)', byFolder, FUNCTIONS_SHOWN / 2),
    '',
    ...table('by function', byFunction, FUNCTIONS_SHOWN),
  ].join('\n');
}

async function formatStatements(stage: Stage, requests: number): Promise<string> {
  const { rows } = await stage.database.query<{ calls: string; total: number; rows: string; query: string }>(
    `select calls, total_exec_time as total, rows, regexp_replace(query, '\\s+', ' ', 'g') as query
       from pg_stat_statements order by total_exec_time desc limit ${STATEMENTS_SHOWN}`,
  );
  return [
    'PostgreSQL     calls  ms/call  µs/req  rows/call  statement',
    ...rows.map(({ calls, total, rows: count, query }) => {
      const cells = [
        calls.padStart(20),
        (total / Number(calls)).toFixed(3).padStart(7),
        ((total * 1000) / requests).toFixed(1).padStart(6),
        (Number(count) / Number(calls)).toFixed(1).padStart(9),
      ];
      return `${cells.join('  ')}  ${query.slice(0, 100)}`;
    }),
  ].join('\n');
}

/** The debugger's end of the service, as Node writes it at the start. */
function debuggerUrl({ logFile }: Service): string {
  const url = /Debugger listening on (ws:\/\/\S+)/.exec(readFileSync(logFile, 'utf8'))?.[1];
  if (!url) throw new Error('The service did not open its inspector.');
  return url;
}

/** The few calls of the inspector's protocol that a profile needs. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(String(data));
      if (error) this.#waiting.get(id)?.reject(new Error(error.message));
      else this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
    });
  }

  static connect(url: string): Promise<Inspector> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.addEventListener('open', () => resolve(new Inspector(socket)));
      socket.addEventListener('error', () => reject(new Error('The inspector does not answer.')));
    });
  }

  call(method: string, params: object = {}): Promise<unknown> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function shortPath(url: string): string {
  return (url.startsWith('file:') ? fileURLToPath(url) : url).replace(ROOT, '');
}

function folderOf(path: string): string {
  if (path.startsWith('node:')) return path.split('/').slice(0, 2).join('/');
  const [, scope, name] = /node_modules\/(@[^/]+\/)?([^/]+)/.exec(path) ?? [];
  if (name) return `${scope ?? ''}${name}`;
  return path.split('/').slice(0, 3).join('/');
}

function add(times: Map<string, number>, name: string, time: number): void {
  times.set(name, (times.get(name) ?? 0) + time);
}

function percent(part: number, total: number): string {
  return ((part / total) * 100).toFixed(1).padStart(6);
}
