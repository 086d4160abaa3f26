import { setTimeout as delay } from 'node:timers/promises';
import type { Round, Runner } from './http-load.ts';
import { cpuOf, cpuOfServer, peakMemoryOf, resetPeakMemory } from './process-stats.ts';
import type { Contender, Workload } from './workload.ts';

export interface Measured {
  name: string;
  /** Median over the rounds. */
  requestsPerSecond: number;
  /** Of each round, in their order. */
  rounds: number[];
  /** Over all rounds. */
  p50Milliseconds: number;
  p99Milliseconds: number;
  /** CPU a request, over all rounds; null where the system does not tell. */
  serviceMicroseconds: number | null;
  databaseMicroseconds: number | null;
  peakMegabytes: number | null;
  /** Rollcall's rate as a share of the floor's: the median over the pairs of neighbouring rounds. */
  share: number | null;
  /** The rate of the first variant over this one's: the median over the pairs. */
  slowdown: number | null;
}

export interface MeasureOptions {
  connections: number;
  rounds: number;
  milliseconds: number;
  /** The postmaster. */
  serverPid: number;
}

/** Below it a round measures the compiler. */
const WARM_UP_MILLISECONDS_MIN = 2_000;

interface Side {
  contender: Contender;
  runner: Runner;
  rates: number[];
  latencies: Float64Array[];
  requests: number;
  /** The warm-up included: what the database must show. */
  answered: number;
  serviceMicroseconds: number;
  databaseMicroseconds: number;
  peakBytes: number;
}

/**
 * Runs the floor and Rollcall in alternating rounds after one of warm-up, so that the machine's noise meets both. Throws on
 * a wrong answer, and when the counts in the database are not those of the answers.
 */
export async function measure(workload: Workload, options: MeasureOptions): Promise<Measured[]> {
  await workload.reset?.();
  const before = await workload.count();
  const sides: Side[] = [];
  try {
    for (const contender of [workload.floor, ...workload.variants]) {
      sides.push(newSide(contender, await contender.open(options.connections)));
    }
    for (const side of sides) {
      side.answered += (await side.runner.round(Math.max(options.milliseconds, WARM_UP_MILLISECONDS_MIN))).requests;
      await delay(side.contender.settleMilliseconds);
    }
    for (let round = 0; round < options.rounds; round += 1) {
      // Whoever starts a round pays for what the one before left behind: everyone takes turns.
      for (let turn = 0; turn < sides.length; turn += 1) {
        const side = sides[(round + turn) % sides.length];
        if (side) await runRound(side, options);
      }
    }
  } finally {
    for (const side of sides) side.runner.close();
  }
  verify(sides, before, await workload.count());
  const [floor, first] = sides;
  return sides.map((side) => summarise(side, floor, first));
}

function newSide(contender: Contender, runner: Runner): Side {
  return {
    contender,
    runner,
    rates: [],
    latencies: [],
    requests: 0,
    answered: 0,
    serviceMicroseconds: 0,
    databaseMicroseconds: 0,
    peakBytes: 0,
  };
}

async function runRound(side: Side, { milliseconds, serverPid }: MeasureOptions): Promise<void> {
  const { pid, settleMilliseconds } = side.contender;
  resetPeakMemory(pid);
  const service = cpuOf(pid);
  const database = cpuOfServer(serverPid);
  const round: Round = await side.runner.round(milliseconds);
  await delay(settleMilliseconds);
  side.serviceMicroseconds += cpuOf(pid) - service;
  side.databaseMicroseconds += cpuOfServer(serverPid) - database;
  side.peakBytes = Math.max(side.peakBytes, peakMemoryOf(pid));
  side.rates.push(round.requests / round.seconds);
  side.latencies.push(round.latencies);
  side.requests += round.requests;
  side.answered += round.requests;
}

function verify(
  sides: Side[],
  before: Record<string, Record<string, number>>,
  after: Record<string, Record<string, number>>,
): void {
  for (const { contender, answered } of sides) {
    for (const [what, count] of Object.entries(after[contender.name] ?? {})) {
      const risen = count - (before[contender.name]?.[what] ?? 0);
      if (risen !== answered) {
        throw new Error(`${contender.name} answered ${answered} requests, but its ${what} rose by ${risen}.`);
      }
    }
  }
}

function summarise(side: Side, floor: Side | undefined, first: Side | undefined): Measured {
  const all = concatenated(side.latencies).sort();
  const isFloor = side === floor;
  return {
    name: side.contender.name,
    requestsPerSecond: rounded(median(side.rates), 0),
    rounds: side.rates.map((rate) => rounded(rate, 0)),
    p50Milliseconds: rounded(quantile(all, 0.5) / 1000, 3),
    p99Milliseconds: rounded(quantile(all, 0.99) / 1000, 3),
    serviceMicroseconds: known(side.serviceMicroseconds / side.requests, 1),
    databaseMicroseconds: known(side.databaseMicroseconds / side.requests, 1),
    peakMegabytes: known(side.peakBytes / 1e6, 0),
    share: isFloor || !floor ? null : rounded(medianOfPairs(side.rates, floor.rates), 3),
    slowdown: isFloor || !first || side === first ? null : rounded(medianOfPairs(first.rates, side.rates), 3),
  };
}

function medianOfPairs(ones: number[], others: number[]): number {
  return median(ones.map((one, index) => one / (others[index] ?? Number.NaN)));
}

function median(numbers: number[]): number {
  return quantile(Float64Array.from(numbers).sort(), 0.5);
}

/** Of sorted numbers, between neighbours by their distance. */
function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

function concatenated(parts: Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function known(number: number, digits: number): number | null {
  return Number.isFinite(number) && number > 0 ? rounded(number, digits) : null;
}

function rounded(number: number, digits: number): number {
  return Math.round(number * 10 ** digits) / 10 ** digits;
}
