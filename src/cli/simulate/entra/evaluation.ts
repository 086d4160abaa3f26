import type { Changes } from '../change-set.ts';
import { forEachConcurrently } from '../for-each-concurrently.ts';
import type { OnProgress } from '../progress.ts';
import { Random } from '../random.ts';
import type { Tenant } from '../simulated-tenant.ts';
import { incompatible, SimulationFailure } from '../simulation-failure.ts';
import { isSoftDeleted, nameOf, type Person, type TenantGroup, type TenantObject } from '../tenant-objects.ts';
import { defaultDialect } from './dialect.ts';
import { findMatch, probedPaths } from './entra-matching.ts';
import { Escrow, type EscrowKind } from './escrow.ts';
import { addSelectedMembers, deleteGroup, provisionGroup, provisionMembers } from './group-provisioning.ts';
import { escrowReason, QuarantineError, type QuarantineRules } from './quarantine.ts';
import { deleteUser, type ProvisioningContext, provisionManager, provisionUser } from './user-provisioning.ts';

interface EvaluationOptions {
  context: ProvisioningContext;
  tenant: Tenant;
  concurrency: number;
  rules: QuarantineRules;
  minutesPerCycle: number;
  onProgress: OnProgress;
}

/** Entra's portal lets an admin select five people when provisioning a group on demand. */
export const onDemandMembersMax = 5;

/**
 * Evaluates people and groups in Entra's order and sends what differs. An object that fails waits in escrow; QuarantineError is
 * thrown where no further request may be sent.
 */
export class Evaluation {
  readonly escrow = new Escrow();
  /** How many were looked at by the last evaluation. */
  evaluated = { people: 0, groups: 0 };
  private readonly options: EvaluationOptions;
  private readonly random: Random;

  constructor(options: EvaluationOptions) {
    this.options = options;
    this.random = new Random(`${options.tenant.seed}/probes`);
  }

  /** Probes, users, deletions, groups, then the references: managers and members. */
  async run({ people = [], groups = [], purged = [] }: Changes): Promise<void> {
    const { context } = this.options;
    this.evaluated = { people: 0, groups: 0 };
    await this.testConnection();
    await this.phase('users', people, 'object', (person) => provisionUser(context, person));
    await this.deletePeople([...purged]);
    await this.phase('groups', groups, 'object', (group) =>
      group.isAssigned ? provisionGroup(context, group) : this.deleteGroup(group),
    );
    await this.phase('managers', people, 'reference', (person) => provisionManager(context, person));
    const assigned = [...groups].filter((group) => group.isAssigned);
    await this.phase('members', assigned, 'reference', (group) => provisionMembers(context, group));
    for (const person of people) this.awaitFailed(person, person.manager ? [person.manager] : []);
    for (const group of assigned) this.awaitFailed(group, group.members);
    context.restored.clear();
    this.requireFewFailures();
  }

  /** The probe of "Test Connection", repeated at the start of every cycle: a random GUID that must not match anything. */
  private async testConnection(): Promise<void> {
    const { connection, matching, tally } = this.options.context;
    for (const [collection, path] of probedPaths(matching)) {
      try {
        const match = await findMatch(connection, collection, [{ path, value: this.random.uuid() }]);
        if (match)
          throw incompatible(`GET ${collection}`, 200, 'A filter that matches nothing was answered with a resource.');
        tally.count('probe');
      } catch (error) {
        if (!(error instanceof SimulationFailure)) throw error;
        throw QuarantineError.of(error, error.advice ?? 'The connection test fails, so nothing is sent.');
      }
    }
  }

  /** One person, or one group with the selected people, in the default dialect and without anybody who would be restored. */
  async onDemand(subject: Person | { group: TenantGroup; members: readonly Person[] }): Promise<void> {
    const context = { ...this.options.context, dialect: defaultDialect };
    const selected = 'group' in subject ? subject.members : [subject];
    if (selected.length > onDemandMembersMax) throw new RangeError(`At most ${onDemandMembersMax} members on demand.`);
    const people = selected.filter((person) => !isSoftDeleted(person) && !context.memory.disabled.has(person));
    this.evaluated = { people: 0, groups: 0 };
    await this.testConnection();
    await this.phase('users', people, 'object', (person) => provisionUser(context, person));
    if (!('group' in subject)) return;
    const { group } = subject;
    await this.phase('groups', [group], 'object', async () => {
      await provisionGroup(context, group);
      await addSelectedMembers(context, group, people);
    });
  }

  /** DELETE for everybody whom Entra still managed; whoever was out of scope stays behind. Memberships go without a request. */
  private async deletePeople(purged: readonly Person[]): Promise<void> {
    const { context } = this.options;
    const { memory } = context;
    memory.leaveBehind(new Set(purged.filter((person) => !person.isAssigned)));
    for (const person of purged) {
      this.escrow.release('object', person);
      this.escrow.release('reference', person);
    }
    const deleted = new Set(purged.filter((person) => memory.lostAnchors.has(person)));
    await this.phase('deletions', purged, 'deletion', async (person) => {
      await deleteUser(context, person);
      deleted.add(person);
    });
    memory.forgetPeople(deleted);
    for (const person of deleted) memory.lostAnchors.delete(person);
  }

  private async deleteGroup(group: TenantGroup): Promise<void> {
    await deleteGroup(this.options.context, group);
    this.escrow.release('reference', group);
  }

  /** References to people who failed are tried again together with them. */
  private awaitFailed(object: TenantObject, referenced: Iterable<Person>): void {
    if (this.escrow.count('object') === 0) return;
    const { tenant, minutesPerCycle, context } = this.options;
    const isMissing = (person: Person): boolean =>
      !context.memory.userIds.has(person) && this.escrow.has('object', person);
    if ([...referenced].some(isMissing)) this.escrow.hold('reference', object, tenant.now, minutesPerCycle);
  }

  private async phase<T extends TenantObject>(
    name: string,
    objects: Iterable<T>,
    kind: EscrowKind,
    work: (object: T) => Promise<void>,
  ): Promise<void> {
    const { onProgress, concurrency, context } = this.options;
    const all = [...objects];
    let done = 0;
    const report = (): void => onProgress({ phase: name, done, total: all.length });
    if (all.length > 0) report();
    await forEachConcurrently(all, concurrency, async (object) => {
      if (!context.memory.lostAnchors.has(object)) await this.attempt(object, kind, work);
      if (kind !== 'reference') this.evaluated['userPrincipalName' in object ? 'people' : 'groups'] += 1;
      done += 1;
      report();
    });
  }

  private async attempt<T extends TenantObject>(
    object: T,
    kind: EscrowKind,
    work: (object: T) => Promise<void>,
  ): Promise<void> {
    try {
      await work(object);
      this.escrow.release(kind, object);
    } catch (error) {
      if (!(error instanceof SimulationFailure)) throw error;
      if (error.advice !== undefined) throw QuarantineError.of(error, error.advice);
      this.fail(object, kind, error);
    }
  }

  private fail(object: TenantObject, kind: EscrowKind, failure: SimulationFailure): void {
    const { tenant, minutesPerCycle, context } = this.options;
    const { memory, tally } = context;
    tally.fail(nameOf(object), failure);
    // A cached id that is gone is not matched again before a restart of the job.
    if (failure.status === 404 && isAnchored(context, object)) memory.lostAnchors.add(object);
    else this.escrow.hold(kind, object, tenant.now, minutesPerCycle);
    this.requireFewFailures();
  }

  private requireFewFailures(): void {
    const { rules, context } = this.options;
    const { userIds, groupIds } = context.memory;
    const objects = this.escrow.count('object') + this.escrow.count('deletion');
    const references = this.escrow.count('reference');
    const reason = escrowReason({ objects, references, provisioned: userIds.size + groupIds.size }, rules);
    if (reason) throw QuarantineError.ofEscrow(reason, objects + references);
  }
}

function isAnchored({ memory }: ProvisioningContext, object: TenantObject): boolean {
  return 'userPrincipalName' in object ? memory.userIds.has(object) : memory.groupIds.has(object);
}
