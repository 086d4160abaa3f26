import type { Stage } from './stage.ts';

/** One thing an admin does now and then, timed by itself: there is no floor to compare it with. */
export interface Act {
  name: string;
  /** What is there, such as "100,000 members". */
  size: string;
  /** The issue or design says so; undefined where it only has to stay flat. */
  mustMilliseconds?: number;
  run(): Promise<unknown>;
}

export interface ActResult {
  name: string;
  size: string;
  mustMilliseconds: number | null;
  /** Of the repetitions, without the first, which warms up. */
  medianMilliseconds: number;
  worstMilliseconds: number;
  /** What one repetition wrote to the write-ahead log: a handful of rows is a few kilobytes. */
  walKilobytes: number;
}

/** Acts that belong together, because each leaves what the next one needs. */
export interface ActPlan {
  name: string;
  open(stage: Stage): Promise<Act[][]>;
}

const REPETITIONS = 7;

/** Runs each series of acts several times in its order. */
export async function measureActs(stage: Stage, plan: ActPlan): Promise<ActResult[]> {
  const results: ActResult[] = [];
  for (const series of await plan.open(stage)) {
    const times = series.map(() => ({ milliseconds: [] as number[], kilobytes: [] as number[] }));
    for (let repetition = 0; repetition <= REPETITIONS; repetition += 1) {
      for (const [position, act] of series.entries()) {
        stage.progress(`${plan.name}: ${act.name}, ${act.size}, ${repetition} of ${REPETITIONS}`);
        const before = await walPosition(stage);
        const begin = performance.now();
        await act.run();
        const milliseconds = performance.now() - begin;
        if (repetition === 0) continue;
        times[position]?.milliseconds.push(milliseconds);
        times[position]?.kilobytes.push(Number(((await walPosition(stage)) - before) / 1024n));
      }
    }
    results.push(
      ...series.map((act, position) => resultOf(act, times[position] ?? { milliseconds: [], kilobytes: [] })),
    );
  }
  return results;
}

/** The acts as a table, for people. */
export function formatActs(results: readonly ActResult[]): string {
  if (results.length === 0) return '';
  const rows = results.map((act) => [
    act.name,
    act.size,
    act.medianMilliseconds.toFixed(1),
    act.worstMilliseconds.toFixed(1),
    act.mustMilliseconds === null ? '' : `${act.mustMilliseconds} ${reaches(act) ? '✓' : '✗'}`,
    String(act.walKilobytes),
  ]);
  const table = [['act', 'among', 'median ms', 'worst ms', 'must', 'WAL KB'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return table.map(line).join('\n');
}

export function reaches({ medianMilliseconds, mustMilliseconds }: ActResult): boolean {
  return mustMilliseconds === null || medianMilliseconds <= mustMilliseconds;
}

function resultOf(act: Act, measured: { milliseconds: number[]; kilobytes: number[] }): ActResult {
  return {
    name: act.name,
    size: act.size,
    mustMilliseconds: act.mustMilliseconds ?? null,
    medianMilliseconds: median(measured.milliseconds),
    worstMilliseconds: Math.max(...measured.milliseconds),
    walKilobytes: median(measured.kilobytes),
  };
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

async function walPosition(stage: Stage): Promise<bigint> {
  const { rows } = await stage.database.query("select (pg_current_wal_lsn() - '0/0')::text as position");
  return BigInt(rows[0].position);
}
