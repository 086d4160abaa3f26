import type { ExternalIdSource } from './attribute-mapping.ts';
import { defaultDialect, flagDialect } from './dialect.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import { deleteGroup, provisionGroup, provisionMembers } from './group-provisioning.ts';
import { findMatch } from './matching.ts';
import { Random } from './random.ts';
import { ScimConnection } from './scim-connection.ts';
import { incompatible, QuarantineError, SimulationFailure } from './simulation-failure.ts';
import { type SimulationSummary, SimulationTally } from './simulation-summary.ts';
import type { Person, Tenant, TenantGroup } from './tenant.ts';
import { deleteUser, type ProvisioningContext, provisionManager, provisionUser } from './user-provisioning.ts';

export interface JobOptions {
  /** As the admin types it; `?aadOptscim062020` in it is the same as `flag`. */
  tenantUrl: string;
  token: string;
  tenant: Tenant;
  flag?: boolean;
  externalId?: ExternalIdSource;
  concurrency?: number;
  membersPerRequest?: number;
  retryLimit?: number;
  retryPauseMs?: number;
}

/** How far the current phase is; `total` counts the phase's objects. */
export interface SimulationProgress {
  phase: string;
  done: number;
  total: number;
}

export type OnProgress = (progress: SimulationProgress) => void;

const flagName = 'aadOptscim062020';
/** Entra's portal lets an admin select five members when provisioning a group on demand. */
export const onDemandMembersMax = 5;

/**
 * Entra's provisioning service for one enterprise application: sends the tenant's state to a SCIM endpoint and remembers anchors
 * and sent references in the tenant. Single objects may fail and are counted; QuarantineError ends the job.
 */
export class ProvisioningJob {
  readonly tenant: Tenant;
  readonly tally = new SimulationTally();
  private readonly connection: ScimConnection;
  private readonly context: ProvisioningContext;
  private readonly random: Random;
  private readonly concurrency: number;
  private readonly tenantUrl: URL;
  private readonly onProgress: OnProgress;
  private readonly failedAnchors = new Set<Person | TenantGroup>();

  constructor(options: JobOptions, onProgress: OnProgress = () => undefined) {
    const { token, tenant, concurrency = 4, externalId = 'mailNickname', membersPerRequest = 100 } = options;
    this.tenant = tenant;
    this.tenantUrl = new URL(options.tenantUrl);
    const hasFlag = this.tenantUrl.searchParams.has(flagName);
    if (options.flag && !hasFlag)
      this.tenantUrl.search = [this.tenantUrl.search.slice(1), flagName].filter(Boolean).join('&');
    this.connection = new ScimConnection({
      tenantUrl: this.tenantUrl,
      token,
      concurrency,
      tally: this.tally,
      ...(options.retryLimit === undefined ? {} : { retryLimit: options.retryLimit }),
      ...(options.retryPauseMs === undefined ? {} : { retryPauseMs: options.retryPauseMs }),
    });
    const dialect = options.flag || hasFlag ? flagDialect : defaultDialect;
    this.context = { connection: this.connection, dialect, tally: this.tally, externalId, membersPerRequest };
    this.random = new Random(`${tenant.seed}/probes`);
    this.concurrency = concurrency;
    this.onProgress = onProgress;
  }

  /** The probe of "Test Connection", repeated at the start of every cycle: a random GUID that must not match anything. */
  async testConnection(): Promise<void> {
    for (const [collection, attribute] of [
      ['/Users', 'userName'],
      ['/Groups', 'displayName'],
    ] as const) {
      try {
        const match = await findMatch(this.connection, collection, attribute, this.random.uuid());
        if (match)
          throw incompatible(`GET ${collection}`, 200, 'A filter that matches nothing was answered with a resource.');
        this.tally.count('probe');
      } catch (error) {
        if (!(error instanceof SimulationFailure)) throw error;
        throw new QuarantineError(error, 'The connection test fails, so nothing is sent.');
      }
    }
  }

  /** One cycle: probes, users, groups, then the references (managers, members), each only where something may have changed. */
  async synchronize(scope: { people?: Iterable<Person>; groups?: Iterable<TenantGroup> } = this.tenant): Promise<void> {
    const people = [...(scope.people ?? [])];
    const groups = [...(scope.groups ?? [])];
    await this.testConnection();
    await this.phase('users', people, (person) => provisionUser(this.context, person));
    await this.phase('groups', groups, (group) => provisionGroup(this.context, group));
    const withManager = people.filter((person) => person.manager !== person.sentManager);
    await this.phase('managers', withManager, (person) => provisionManager(this.context, person));
    await this.phase('members', groups, (group) => provisionMembers(this.context, group));
  }

  /** Purges people from the tenant: DELETE for each. Their memberships vanish with them, without a request. */
  async deletePeople(people: readonly Person[]): Promise<void> {
    await this.testConnection();
    await this.phase('deletions', people, (person) => deleteUser(this.context, person));
    const gone = new Set(people.filter((person) => person.scimId === undefined));
    for (const { members, sentMembers } of this.tenant.groups) {
      for (const person of gone) {
        members.delete(person);
        sentMembers.delete(person);
      }
    }
    const kept = this.tenant.people.filter((person) => !gone.has(person));
    for (const person of kept) {
      if (person.manager && gone.has(person.manager)) person.manager = person.sentManager = undefined;
    }
    this.tenant.people.length = 0;
    for (const person of kept) this.tenant.people.push(person);
  }

  /** Takes a group's assignment away: members whom no other group keeps in scope are disabled one by one, then the group is deleted. */
  async unassignGroup(group: TenantGroup): Promise<void> {
    const others = this.tenant.groups.filter((candidate) => candidate !== group);
    const leaving = [...group.members].filter((person) => !others.some((other) => other.members.has(person)));
    for (const person of leaving) person.isSoftDeleted = true;
    await this.testConnection();
    await this.phase('users', leaving, (person) => provisionUser(this.context, person));
    await this.phase('groups', [group], (unassigned) => deleteGroup(this.context, unassigned));
    if (group.scimId === undefined) this.tenant.groups.splice(this.tenant.groups.indexOf(group), 1);
  }

  /**
   * "Provision on demand": one person, or one group with at most five selected members, at once.
   * Speaks the default dialect whatever the flag says, as Entra does.
   */
  async provisionOnDemand(subject: Person | { group: TenantGroup; members: readonly Person[] }): Promise<void> {
    const context = { ...this.context, dialect: defaultDialect };
    const people = 'group' in subject ? subject.members : [subject];
    if (people.length > onDemandMembersMax) throw new RangeError(`At most ${onDemandMembersMax} members on demand.`);
    await this.testConnection();
    await this.phase('users', people, (person) => provisionUser(context, person));
    if (!('group' in subject)) return;
    const { group, members } = subject;
    await this.phase('groups', [group], async () => {
      await provisionGroup(context, group);
      await provisionMembers(context, group, members);
    });
  }

  /** What was done so far, in numbers. */
  summary(quarantine?: QuarantineError): SimulationSummary {
    const { people, groups, seed } = this.tenant;
    return {
      tenantUrl: this.tenantUrl.href,
      dialect: this.context.dialect.name,
      seed,
      people: people.length,
      groups: groups.length,
      memberships: groups.reduce((sum, group) => sum + group.members.size, 0),
      ...this.tally.measurements(),
      quarantine: quarantine ? { code: quarantine.failure.code, message: quarantine.message } : null,
    };
  }

  close(): void {
    this.connection.close();
  }

  private async phase<T extends Person | TenantGroup>(
    name: string,
    objects: readonly T[],
    work: (object: T) => Promise<void>,
  ): Promise<void> {
    let done = 0;
    const report = (): void => this.onProgress({ phase: name, done, total: objects.length });
    if (objects.length > 0) report();
    await forEachConcurrently(objects, this.concurrency, async (object) => {
      if (!this.failedAnchors.has(object)) await this.attempt(object, work);
      done += 1;
      report();
    });
  }

  private async attempt<T extends Person | TenantGroup>(object: T, work: (object: T) => Promise<void>): Promise<void> {
    try {
      await work(object);
    } catch (error) {
      if (!(error instanceof SimulationFailure)) throw error;
      // A cached id that is gone is not matched again before a restart of the job.
      if (error.status === 404) this.failedAnchors.add(object);
      this.tally.fail('userPrincipalName' in object ? object.userPrincipalName : object.displayName, error);
    }
  }
}
