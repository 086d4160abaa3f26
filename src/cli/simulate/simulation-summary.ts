import type { DialectName } from './dialect.ts';
import { SimulationFailure } from './simulation-failure.ts';

export const countedActions = [
  'probe',
  'user.match',
  'user.create',
  'user.update',
  'user.unchanged',
  'user.disable',
  'user.restore',
  'user.delete',
  'manager.update',
  'group.match',
  'group.create',
  'group.update',
  'group.unchanged',
  'group.delete',
  'member.add',
  'member.remove',
] as const;

/** What a simulation counts; `member.*` counts people, everything else resources. */
export type CountedAction = (typeof countedActions)[number];

export interface ErrorGroup {
  status: number | null;
  scimType: string | null;
  code: string;
  count: number;
  /** The first of the group: which object, which request, what was said. */
  example: { object: string; request: string; detail: string };
}

export interface SimulationSummary {
  tenantUrl: string;
  dialect: DialectName;
  seed: string;
  /** People, groups and memberships as the tenant holds them in the end. */
  people: number;
  groups: number;
  memberships: number;
  actions: Record<CountedAction, number>;
  /** Objects that failed for good; one object may fail more than once. */
  failed: number;
  requests: number;
  retries: number;
  seconds: number;
  requestsPerSecond: number;
  /** Milliseconds from sending to the last byte of the answer, every attempt counted. */
  latencyMs: { p50: number; p95: number; p99: number; max: number };
  errors: ErrorGroup[];
  quarantine: { code: string; message: string } | null;
}

/** Counts what a job does while it runs. */
export class SimulationTally {
  readonly actions: Record<CountedAction, number>;
  retries = 0;
  private readonly latencies: number[] = [];
  private readonly errorGroups = new Map<string, ErrorGroup>();
  private readonly startedAt = performance.now();

  constructor() {
    this.actions = Object.fromEntries(countedActions.map((action) => [action, 0])) as Record<CountedAction, number>;
  }

  count(action: CountedAction, howMany = 1): void {
    this.actions[action] += howMany;
  }

  answered(milliseconds: number): void {
    this.latencies.push(milliseconds);
  }

  fail(object: string, failure: SimulationFailure): void {
    const key = `${failure.status}/${failure.scimType}/${failure.code}`;
    const known = this.errorGroups.get(key);
    if (known) {
      known.count += 1;
      return;
    }
    this.errorGroups.set(key, {
      status: failure.status ?? null,
      scimType: failure.scimType ?? null,
      code: failure.code,
      count: 1,
      example: { object, request: failure.request, detail: failure.message },
    });
  }

  /** Everything measured so far. */
  measurements(): Pick<
    SimulationSummary,
    'actions' | 'failed' | 'requests' | 'retries' | 'seconds' | 'requestsPerSecond' | 'latencyMs' | 'errors'
  > {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const sorted = Float64Array.from(this.latencies).sort();
    const at = (share: number): number => rounded(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
    const errors = [...this.errorGroups.values()].sort((left, right) => right.count - left.count);
    return {
      actions: { ...this.actions },
      failed: errors.reduce((sum, group) => sum + group.count, 0),
      requests: sorted.length,
      retries: this.retries,
      seconds: rounded(seconds),
      requestsPerSecond: seconds > 0 ? rounded(sorted.length / seconds) : 0,
      latencyMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
      errors,
    };
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
