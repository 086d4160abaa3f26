import type { Measured } from './measure.ts';
import type { RunRecord } from './run-record.ts';
import type { Shares } from './workload.ts';

/** A workload at one number of connections; or why it has no figures. */
export interface Result {
  workload: string;
  connections: number;
  mustReach: Shares;
  goal: Shares;
  measured: Measured[];
  failure: string | null;
}

const SLOWDOWN_MAX = 1.2;
const SPREAD_PERCENT_MAX = 15;
const MEMORY_MUST_MEGABYTES = 300;
const MEMORY_GOAL_MEGABYTES = 200;

const columns: readonly (readonly [title: string, width: number])[] = [
  ['workload', 12],
  ['conn', 4],
  ['side', 15],
  ['req/s', 8],
  ['± %', 5],
  ['p50 ms', 8],
  ['p99 ms', 8],
  ['service µs', 10],
  ['database µs', 11],
  ['peak MB', 7],
  ['ratio', 6],
  ['must reach', 10],
  ['goal', 7],
  ['flat', 7],
];

/** The run as a table, for people. */
export function formatReport({ machine, options, results }: RunRecord): string {
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB · ${machine.system} · Node ${machine.node} · PostgreSQL ${machine.postgresql} · fsync ${machine.fsyncMilliseconds} ms · load before ${machine.loadBefore} · commit ${machine.commit}`,
    `${options.rounds} rounds of ${options.seconds} s a side, alternating. CPU is a request's share; ratio is Rollcall's rate over the floor's; flat is the slowdown against the smallest group.`,
    '',
    formatRow(columns.map(([title]) => title)),
    columns.map(([, width]) => '─'.repeat(width)).join('  '),
  ];
  for (const result of results) {
    if (result.failure !== null) lines.push(`${result.workload} at ${result.connections}: ✗ ${result.failure}`);
    for (const side of result.measured) lines.push(formatRow(cellsOf(result, side)));
  }
  return [...lines, '', formatMemory(results), ...formatNoise(results)].join('\n');
}

/** True when every figure reaches what it must and nothing failed. */
export function reachesAll(results: Result[]): boolean {
  return results.every(
    ({ connections, mustReach, measured, failure }) =>
      failure === null &&
      measured.every(
        ({ share, slowdown }) =>
          (share === null || share >= (mustReach[connections] ?? 0)) && (slowdown === null || slowdown <= SLOWDOWN_MAX),
      ),
  );
}

function cellsOf({ workload, connections, mustReach, goal, measured }: Result, side: Measured): string[] {
  const isFirst = side === measured[0];
  return [
    isFirst ? workload : '',
    isFirst ? String(connections) : '',
    side.name,
    side.requestsPerSecond.toLocaleString('en'),
    String(spreadPercent(side.rounds)),
    side.p50Milliseconds.toFixed(2),
    side.p99Milliseconds.toFixed(2),
    side.serviceMicroseconds?.toFixed(0) ?? '–',
    side.databaseMicroseconds?.toFixed(0) ?? '–',
    side.peakMegabytes?.toFixed(0) ?? '–',
    side.share?.toFixed(2) ?? '',
    verdict(side.share, mustReach[connections]),
    verdict(side.share, goal[connections]),
    side.slowdown === null ? '' : `${side.slowdown.toFixed(2)} ${side.slowdown <= SLOWDOWN_MAX ? '✓' : '✗'}`,
  ];
}

function formatRow(cells: string[]): string {
  return cells
    .map((cell, index) => {
      const width = columns[index]?.[1] ?? 0;
      return index === 0 || index === 2 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join('  ')
    .trimEnd();
}

function verdict(share: number | null, wanted: number | undefined): string {
  if (share === null || wanted === undefined) return '';
  return `${wanted.toFixed(2)} ${share >= wanted ? '✓' : '✗'}`;
}

/** How far the rounds lie from their middle at most: the noise of the machine. */
function spreadPercent(rounds: number[]): number {
  const [low, high] = [Math.min(...rounds), Math.max(...rounds)];
  return Math.round(((high - low) / (high + low)) * 100);
}

function formatNoise(results: Result[]): string[] {
  const sides = results.flatMap(({ measured }) => measured);
  const noisy = sides.filter(({ rounds }) => spreadPercent(rounds) > SPREAD_PERCENT_MAX);
  if (noisy.length === 0) return [];
  return [
    `Noise: in ${noisy.length} of ${sides.length} lines the rounds lie more than ${SPREAD_PERCENT_MAX} % apart; their ratios say little, their CPU more.`,
  ];
}

function formatMemory(results: Result[]): string {
  // The permission check is measured in a process of the benchmark's own, which holds the floor as well.
  const served = results.filter(({ workload }) => !workload.startsWith('check'));
  const peaks = served.flatMap(({ measured }) => measured.slice(1).map((side) => side.peakMegabytes ?? 0));
  const peak = Math.max(0, ...peaks);
  if (peak === 0) return 'Memory: not known on this system.';
  const mark = (limit: number) => `${limit} ${peak <= limit ? '✓' : '✗'}`;
  return `Memory of Rollcall at its peak: ${peak} MB (must reach ${mark(MEMORY_MUST_MEGABYTES)}, goal ${mark(MEMORY_GOAL_MEGABYTES)}).`;
}
