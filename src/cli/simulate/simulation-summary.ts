import type { DriftReport } from './drift-report.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { SimulationFailure } from './simulation-failure.ts';

export const countedActions = [
  'probe',
  'user.import',
  'group.import',
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

/** One round of work: a cycle of Entra's, or what Okta pushes after something happened. */
export interface CycleReport {
  kind: 'initial' | 'incremental' | 'restart' | 'on demand' | 'push';
  /** What had happened in the tenant, where it was let happen on purpose. */
  action: string | null;
  /** Minutes on the tenant's clock. */
  minute: number;
  /** People and groups that were looked at. */
  people: number;
  groups: number;
  /** Objects that failed in this round. */
  failed: number;
  /** Why the job was in quarantine at the end of it. */
  quarantine: string | null;
}

export interface SimulationSummary {
  client: 'entra' | 'okta';
  tenantUrl: string;
  /** Of Entra: `default` or `aadOptscim062020`. Of Okta: the kind of app. */
  dialect: string;
  seed: string;
  /** People, groups in scope and their memberships, as the tenant holds them in the end. */
  people: number;
  groups: number;
  memberships: number;
  actions: Record<CountedAction, number>;
  /** Failures in all; one object may fail more than once. */
  failed: number;
  /** Objects that had not succeeded when the simulation ended. */
  unresolved: number;
  requests: number;
  retries: number;
  seconds: number;
  requestsPerSecond: number;
  /** Milliseconds from sending to the last byte of the answer, every attempt counted; percentiles to 2%. */
  latencyMs: { p50: number; p95: number; p99: number; max: number };
  errors: ErrorGroup[];
  cycles: CycleReport[];
  quarantine: { code: string; message: string; reason: string } | null;
  /** Ended by Ctrl-C in the middle of something. */
  wasInterrupted: boolean;
  /** What the service holds against what it should; null where nothing was read back. */
  drift: DriftReport | null;
}

/** Counts what a job does while it runs. */
export class SimulationTally {
  readonly actions: Record<CountedAction, number>;
  retries = 0;
  failures = 0;
  private readonly latencies = new LatencyHistogram();
  private readonly errorGroups = new Map<string, ErrorGroup>();
  private readonly startedAt = performance.now();
  private workedMs: number | undefined;

  constructor() {
    this.actions = Object.fromEntries(countedActions.map((action) => [action, 0])) as Record<CountedAction, number>;
  }

  count(action: CountedAction, howMany = 1): void {
    this.actions[action] += howMany;
  }

  answered(milliseconds: number): void {
    this.latencies.add(milliseconds);
  }

  fail(object: string, failure: SimulationFailure): void {
    this.failures += 1;
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

  /** Stops the watch: what follows is not the identity provider's work. */
  finish(): void {
    this.workedMs ??= performance.now() - this.startedAt;
  }

  /** Everything measured so far. */
  measurements(): Pick<
    SimulationSummary,
    'actions' | 'failed' | 'requests' | 'retries' | 'seconds' | 'requestsPerSecond' | 'latencyMs' | 'errors'
  > {
    const seconds = (this.workedMs ?? performance.now() - this.startedAt) / 1000;
    const { latencies } = this;
    const at = (share: number): number => rounded(latencies.percentile(share));
    return {
      actions: { ...this.actions },
      failed: this.failures,
      requests: latencies.count,
      retries: this.retries,
      seconds: rounded(seconds),
      requestsPerSecond: seconds > 0 ? rounded(latencies.count / seconds) : 0,
      latencyMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: rounded(latencies.max) },
      errors: [...this.errorGroups.values()].sort((left, right) => right.count - left.count),
    };
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
