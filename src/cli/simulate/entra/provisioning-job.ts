import { ChangeSet, type Changes } from '../change-set.ts';
import type { OnProgress } from '../progress.ts';
import { ScimConnection } from '../scim-connection.ts';
import type { SimulatedJob, SummaryEnd } from '../simulated-job.ts';
import type { Tenant } from '../simulated-tenant.ts';
import type { JobStoppedError } from '../simulation-failure.ts';
import { type CycleReport, type SimulationSummary, SimulationTally } from '../simulation-summary.ts';
import { isSoftDeleted, type Person, type TenantGroup, type TenantObject } from '../tenant-objects.ts';
import { defaultDialect, flagDialect } from './dialect.ts';
import type { ExternalIdSource } from './entra-mapping.ts';
import { defaultMatching, type Matching } from './entra-matching.ts';
import { EntraMemory } from './entra-memory.ts';
import { dialectFlag, entraHabits } from './entra-wire.ts';
import { Evaluation } from './evaluation.ts';
import { publishedRules, Quarantine, QuarantineError, type QuarantineRules } from './quarantine.ts';
import type { ProvisioningContext } from './user-provisioning.ts';

export interface JobOptions {
  /** As the admin types it; `?aadOptscim062020` in it is the same as `flag`. */
  tenantUrl: string;
  token: string;
  tenant: Tenant;
  flag?: boolean;
  matching?: Partial<Matching>;
  externalId?: ExternalIdSource;
  concurrency?: number;
  requestsPerSecond?: number;
  membersPerRequest?: number;
  /** From one cycle to the next, on the tenant's clock. */
  minutesPerCycle?: number;
  /** More people than this to disable or delete in one cycle are taken for an accident. */
  deletionThreshold?: number;
  quarantineRules?: Partial<QuarantineRules>;
  retryLimit?: number;
  retryPauseMs?: number;
  signal?: AbortSignal;
}

/** How often Entra runs a cycle for a SCIM application. */
const entraCycleMinutes = 40;
/** Microsoft publishes no number. */
export const defaultMembersPerRequest = 40;

/**
 * Entra's provisioning service for one enterprise application: cycle by cycle it evaluates what changed in the tenant and sends
 * the differences to a SCIM endpoint. Remembers ids and sent references for as long as it lives, and rests in quarantine.
 */
export class ProvisioningJob implements SimulatedJob {
  readonly tenant: Tenant;
  readonly tenantUrl: URL;
  readonly tally = new SimulationTally();
  readonly memory = new EntraMemory();
  readonly cycles: CycleReport[] = [];
  readonly context: ProvisioningContext;
  private quarantine: Quarantine | undefined;
  private readonly evaluation: Evaluation;
  private readonly minutesPerCycle: number;
  private readonly deletionThreshold: number;
  /** What the current cycle has to evaluate; kept while a quarantine interrupts it. */
  private readonly pending = new ChangeSet();

  constructor(options: JobOptions, onProgress: OnProgress = () => undefined) {
    const { tenant, concurrency = 4, minutesPerCycle = entraCycleMinutes } = options;
    this.tenant = tenant;
    this.tenantUrl = new URL(options.tenantUrl);
    const hasFlag = this.tenantUrl.searchParams.has(dialectFlag);
    if (options.flag && !hasFlag)
      this.tenantUrl.search = [this.tenantUrl.search.slice(1), dialectFlag].filter(Boolean).join('&');
    this.context = {
      connection: openConnection(options, this.tenantUrl, concurrency, this.tally),
      dialect: options.flag || hasFlag ? flagDialect : defaultDialect,
      tally: this.tally,
      memory: this.memory,
      matching: { ...defaultMatching, ...options.matching },
      externalId: options.externalId ?? 'mailNickname',
      membersPerRequest: options.membersPerRequest ?? defaultMembersPerRequest,
      restored: new Set(),
    };
    const rules = { ...publishedRules, ...options.quarantineRules };
    this.evaluation = new Evaluation({
      context: this.context,
      tenant,
      concurrency,
      rules,
      minutesPerCycle,
      onProgress,
    });
    this.minutesPerCycle = minutesPerCycle;
    this.deletionThreshold = options.deletionThreshold ?? Number.POSITIVE_INFINITY;
  }

  /** Minutes from now to the next cycle, which come later in quarantine. */
  get minutesToNextCycle(): number {
    return this.quarantine?.minutesToRetry ?? this.minutesPerCycle;
  }

  /** Entra gives up a job that was in quarantine for four weeks. */
  get isDisabled(): boolean {
    return this.quarantine?.isDisabled(this.tenant.now) ?? false;
  }

  /** Whether the object failed and has not succeeded since. */
  hasFailed(object: TenantObject): boolean {
    const { escrow } = this.evaluation;
    return escrow.isHeld(object) || this.memory.lostAnchors.has(object);
  }

  /** "Start provisioning": evaluates everything in scope. */
  async initialCycle(): Promise<void> {
    this.awaitEverything();
    await this.cycle('initial', null);
  }

  /** Evaluates what changed since the cycle before, what failed and is due again. Does nothing once the job is disabled. */
  async incrementalCycle(action: string | null = null): Promise<void> {
    const { escrow } = this.evaluation;
    const { now } = this.tenant;
    this.pending.add(this.tenant.changes.take());
    for (const object of [...escrow.due('object', now), ...escrow.due('reference', now)]) {
      if (!('userPrincipalName' in object)) this.pending.groups.add(object);
      else if (!this.pending.purged.has(object)) this.pending.people.add(object);
    }
    this.pending.add({ purged: escrow.due('deletion', now) as Person[] });
    await this.cycle('incremental', action);
  }

  /** "Restart provisioning": forgets ids, failures and quarantine, and evaluates everything in scope anew. */
  async restart(): Promise<void> {
    const unmanaged = this.tenant.people.filter((person) => !person.isAssigned);
    this.memory.leaveBehind(new Set([...unmanaged, ...this.pending.purged, ...this.tenant.changes.purged]));
    for (const [group, id] of this.memory.groupIds) if (!group.isAssigned) this.memory.leftBehind.add(id);
    this.memory.clear();
    this.evaluation.escrow.clear();
    this.quarantine = undefined;
    this.awaitEverything();
    await this.cycle('restart', 'restart');
  }

  /** One cycle over the given objects alone, changed or not. Throws QuarantineError where Entra would stop. */
  synchronize(scope: Changes = this.tenant): Promise<void> {
    return this.evaluation.run(scope);
  }

  /**
   * "Provision on demand": one person, or one group with at most five selected people, who need not be its members, at once.
   * Speaks the default dialect whatever the flag says, and restores nobody, as Entra does. Throws QuarantineError.
   */
  provisionOnDemand(subject: Person | { group: TenantGroup; members: readonly Person[] }): Promise<void> {
    return this.evaluation.onDemand(subject);
  }

  get isStopped(): boolean {
    return this.quarantine !== undefined;
  }

  /** Puts the job into quarantine, or leaves it there for longer. */
  stop(error: JobStoppedError): void {
    if (error.failure) this.tally.fail('the whole job', error.failure);
    this.quarantine = this.quarantine?.prolonged(error) ?? new Quarantine(error, this.tenant.now);
  }

  /** What was done so far, in numbers. */
  summary({ wasInterrupted = false, drift = null }: SummaryEnd = {}): SimulationSummary {
    const { error } = this.quarantine ?? {};
    return {
      client: 'entra',
      tenantUrl: this.tenantUrl.href,
      dialect: this.context.dialect.name,
      seed: this.tenant.seed,
      ...this.tenant.counts(),
      ...this.tally.measurements(),
      unresolved: new Set([...this.evaluation.escrow.objects(), ...this.memory.lostAnchors]).size,
      cycles: this.cycles,
      quarantine: error ? { code: error.code, message: error.message, reason: error.reason } : null,
      wasInterrupted,
      drift,
    };
  }

  close(): void {
    this.context.connection.close();
  }

  private awaitEverything(): void {
    const { people, groups, changes } = this.tenant;
    changes.clear();
    this.pending.clear();
    this.pending.add({
      people: people.filter((person) => person.isAssigned),
      groups: groups.filter((group) => group.isAssigned),
    });
  }

  private async cycle(kind: CycleReport['kind'], action: string | null): Promise<void> {
    const failedBefore = this.tally.failures;
    try {
      if (!this.isDisabled) await this.evaluatePending();
    } finally {
      const { people, groups } = this.isDisabled ? { people: 0, groups: 0 } : this.evaluation.evaluated;
      const failed = this.tally.failures - failedBefore;
      const quarantine = this.quarantine?.error.code ?? null;
      this.cycles.push({ kind, action, minute: this.tenant.now, people, groups, failed, quarantine });
    }
  }

  private async evaluatePending(): Promise<void> {
    this.evaluation.evaluated = { people: 0, groups: 0 };
    try {
      this.requireFewDeletions();
      await this.evaluation.run(this.pending);
      this.pending.clear();
      this.quarantine = undefined;
    } catch (error) {
      if (!(error instanceof QuarantineError)) throw error;
      this.stop(error);
    }
  }

  private requireFewDeletions(): void {
    const { userIds, disabled } = this.memory;
    const isLost = (person: Person): boolean => userIds.has(person) && !disabled.has(person);
    const leaving = [...this.pending.people].filter((person) => isSoftDeleted(person) && isLost(person));
    const purged = [...this.pending.purged].filter(isLost);
    const count = leaving.length + purged.length;
    if (count > this.deletionThreshold) throw QuarantineError.ofDeletions(count, this.deletionThreshold);
  }
}

function openConnection(
  { token, requestsPerSecond, signal, retryLimit, retryPauseMs }: JobOptions,
  tenantUrl: URL,
  concurrency: number,
  tally: SimulationTally,
): ScimConnection {
  return new ScimConnection({
    tenantUrl,
    token,
    concurrency,
    habits: entraHabits,
    tally,
    signal,
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    ...(retryLimit === undefined ? {} : { retryLimit }),
    ...(retryPauseMs === undefined ? {} : { retryPauseMs }),
  });
}
