import type { Changes } from '../change-set.ts';
import { forEachConcurrently } from '../for-each-concurrently.ts';
import { JobMemory } from '../job-memory.ts';
import type { OnProgress } from '../progress.ts';
import { Random } from '../random.ts';
import { ScimConnection } from '../scim-connection.ts';
import type { SimulatedJob, SummaryEnd } from '../simulated-job.ts';
import type { Tenant } from '../simulated-tenant.ts';
import { JobStoppedError, SimulationFailure, withoutFullStop } from '../simulation-failure.ts';
import { type CycleReport, type SimulationSummary, SimulationTally } from '../simulation-summary.ts';
import { isSoftDeleted, nameOf, type Person, type TenantGroup, type TenantObject } from '../tenant-objects.ts';
import { deleteGroup, pushGroup } from './group-push.ts';
import type { AppKind, OktaContext } from './okta-context.ts';
import { importEverything, testCredentials } from './okta-import.ts';
import { oktaHabits } from './okta-wire.ts';
import { createUser, pushPassword, pushUser } from './user-push.ts';

export interface OktaOptions {
  tenantUrl: string;
  token: string;
  tenant: Tenant;
  /** An app of Okta's catalogue, unless said otherwise. */
  app?: AppKind;
  syncsPasswords?: boolean;
  concurrency?: number;
  requestsPerSecond?: number;
  membersPerRequest?: number;
  retryLimit?: number;
  retryPauseMs?: number;
  signal?: AbortSignal;
}

/** Members in one PATCH, seen in the field (ory/polis#4080). */
export const oktaMembersPerRequest = 256;

/**
 * Okta's provisioning of one application: has no cycles, but pushes each change as it happens. Never deletes a user, never
 * tries a refusal again by itself.
 */
export class OktaApp implements SimulatedJob {
  readonly tenant: Tenant;
  readonly tenantUrl: URL;
  readonly tally = new SimulationTally();
  readonly memory = new JobMemory();
  readonly cycles: CycleReport[] = [];
  private readonly context: OktaContext;
  private readonly concurrency: number;
  private readonly onProgress: OnProgress;
  private readonly failed = new Set<TenantObject>();
  private stopped: JobStoppedError | undefined;

  constructor(options: OktaOptions, onProgress: OnProgress = () => undefined) {
    const { tenant, token, concurrency = 4, requestsPerSecond, retryLimit, retryPauseMs, signal } = options;
    this.tenant = tenant;
    this.tenantUrl = new URL(options.tenantUrl);
    const connection = new ScimConnection({
      tenantUrl: this.tenantUrl,
      token,
      concurrency,
      habits: oktaHabits,
      tally: this.tally,
      signal,
      ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
      ...(retryLimit === undefined ? {} : { retryLimit }),
      ...(retryPauseMs === undefined ? {} : { retryPauseMs }),
    });
    this.context = {
      connection,
      tally: this.tally,
      memory: this.memory,
      app: options.app ?? 'catalogue',
      syncsPasswords: options.syncsPasswords ?? false,
      membersPerRequest: options.membersPerRequest ?? oktaMembersPerRequest,
      random: new Random(`${tenant.seed}/passwords`),
    };
    this.concurrency = concurrency;
    this.onProgress = onProgress;
  }

  get isStopped(): boolean {
    return this.stopped !== undefined;
  }

  hasFailed(object: TenantObject): boolean {
    return this.failed.has(object);
  }

  /** Tests the credentials, imports what is there, then assigns everybody and pushes every group. Throws JobStoppedError. */
  async begin(): Promise<void> {
    await this.round('initial', null, async () => {
      await this.guarded(() => testCredentials(this.context));
      await this.guarded(() => importEverything(this.context, this.onProgress));
      const { people, groups, changes } = this.tenant;
      changes.clear();
      return this.push({ people, groups: groups.filter((group) => group.isAssigned) });
    });
  }

  /** Pushes what has changed in the tenant since. Throws JobStoppedError. */
  async pushChanges(action: string | null = null): Promise<void> {
    await this.round('push', action, () => this.push(this.tenant.changes.take()));
  }

  /** People come back whose accounts were deleted and made again: POST without a look before. Throws JobStoppedError. */
  async rehire(people: readonly Person[]): Promise<void> {
    this.tenant.restore(people);
    await this.round('push', 'rehire', async () => {
      const changes = this.tenant.changes.take();
      for (const person of people) changes.people.delete(person);
      await this.each('rehires', people, (person) => createUser(this.context, person));
      const pushed = await this.push(changes);
      return { people: pushed.people + people.length, groups: pushed.groups };
    });
  }

  /** "Push now": sends the whole member list of every group. Throws JobStoppedError. */
  async pushGroupsInFull(): Promise<void> {
    const groups = this.tenant.groups.filter((group) => group.isAssigned);
    await this.round('push', 'push-groups', async () => {
      await this.each('groups', groups, (group) => pushGroup(this.context, group, true));
      return { people: 0, groups: groups.length };
    });
  }

  /** Sends a new password for each of them. Throws JobStoppedError. */
  async changePasswords(people: readonly Person[]): Promise<void> {
    await this.round('push', 'change-passwords', async () => {
      await this.each('passwords', people, (person) => pushPassword(this.context, person));
      return { people: people.length, groups: 0 };
    });
  }

  stop(error: JobStoppedError): void {
    if (error.failure) this.tally.fail('the whole application', error.failure);
    this.stopped = error;
  }

  summary({ wasInterrupted = false, drift = null }: SummaryEnd = {}): SimulationSummary {
    const { stopped } = this;
    return {
      client: 'okta',
      tenantUrl: this.tenantUrl.href,
      dialect: this.context.app,
      seed: this.tenant.seed,
      ...this.tenant.counts(),
      ...this.tally.measurements(),
      unresolved: this.failed.size,
      cycles: this.cycles,
      quarantine: stopped ? { code: stopped.code, message: stopped.message, reason: stopped.reason } : null,
      wasInterrupted,
      drift,
    };
  }

  close(): void {
    this.context.connection.close();
  }

  private async push({ people = [], groups = [], purged = [] }: Changes): Promise<{ people: number; groups: number }> {
    const { memory } = this;
    const couldBeMember = (person: Person): boolean => memory.userIds.has(person) && !memory.disabled.has(person);
    const newcomers = new Set([...people].filter((person) => !isSoftDeleted(person) && !couldBeMember(person)));
    await this.each('users', people, (person) => pushUser(this.context, person));
    await this.leaveBehind([...purged]);
    const changed = new Set([...groups, ...this.groupsOf(newcomers)]);
    await this.each('groups', changed, (group) =>
      group.isAssigned ? pushGroup(this.context, group) : deleteGroup(this.context, group),
    );
    return { people: [...people].length + [...purged].length, groups: changed.size };
  }

  /** Deleted in Okta: deactivated in the application if they were not before, and no more. */
  private async leaveBehind(purged: readonly Person[]): Promise<void> {
    for (const person of purged) person.deletedAt ??= this.tenant.now;
    await this.each('deletions', purged, (person) => pushUser(this.context, person));
    this.memory.leaveBehind(new Set(purged));
  }

  /** Groups that have somebody who could not be sent as a member before. */
  private groupsOf(people: ReadonlySet<Person>): TenantGroup[] {
    if (people.size === 0) return [];
    const isWaiting = ({ members }: TenantGroup): boolean => [...members].some((person) => people.has(person));
    return this.tenant.groups.filter((group) => group.isAssigned && isWaiting(group));
  }

  private async each<T extends TenantObject>(
    phase: string,
    objects: Iterable<T>,
    work: (object: T) => Promise<void>,
  ): Promise<void> {
    const all = [...objects];
    let done = 0;
    await forEachConcurrently(all, this.concurrency, async (object) => {
      await this.attempt(object, work);
      done += 1;
      this.onProgress({ phase, done, total: all.length });
    });
  }

  private async attempt<T extends TenantObject>(object: T, work: (object: T) => Promise<void>): Promise<void> {
    try {
      await this.guarded(() => work(object));
      this.failed.delete(object);
    } catch (error) {
      if (!(error instanceof SimulationFailure)) throw error;
      this.tally.fail(nameOf(object), error);
      this.failed.add(object);
    }
  }

  /** A refusal that concerns every request stops the application. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SimulationFailure) || error.advice === undefined) throw error;
      const text = `Okta would report that provisioning fails (${error.code}): ${withoutFullStop(error.message)}. ${error.advice}`;
      throw new JobStoppedError('CredentialsOrService', error.code, text, error);
    }
  }

  private async round(
    kind: CycleReport['kind'],
    action: string | null,
    work: () => Promise<{ people: number; groups: number }>,
  ): Promise<void> {
    const failedBefore = this.tally.failures;
    const { people, groups } = await work();
    const failed = this.tally.failures - failedBefore;
    this.cycles.push({ kind, action, minute: this.tenant.now, people, groups, failed, quarantine: null });
  }
}
