import { type MappingRow, mappedValue, pathText, readTarget } from './attribute-mapping.ts';
import { DriftFindings, type DriftReport } from './drift-report.ts';
import { forEachConcurrently } from './for-each-concurrently.ts';
import type { JobMemory } from './job-memory.ts';
import type { OnProgress } from './progress.ts';
import { listedPage, resourceOf, withId } from './scim-answer.ts';
import type { ScimConnection } from './scim-connection.ts';
import { isJsonObject, type JsonObject } from './scim-wire.ts';
import type { Tenant } from './simulated-tenant.ts';
import { incompatible, SimulationFailure } from './simulation-failure.ts';
import { isSoftDeleted, nameOf, type Person, type TenantGroup, type TenantObject } from './tenant-objects.ts';

/** What a job knows about what it has sent, and what its identity provider never sends. */
export interface DriftExpectation {
  tenant: Tenant;
  memory: JobMemory;
  userMapping: readonly MappingRow<Person>[];
  groupMapping: readonly MappingRow<TenantGroup>[];
  hasFailed(object: TenantObject): boolean;
  /** Whether the record follows the person's attributes, or only whether they are active. */
  isFollowed(person: Person): boolean;
  /** Whether an attribute that the person does not have must be absent from the record. */
  isExact(person: Person): boolean;
  /** People who were added although the tenant's group does not have them. */
  addedBeside(group: TenantGroup): ReadonlySet<Person>;
  /** Why the service was not told of a membership; undefined where it should have been. */
  whyNotSent(group: TenantGroup, member: Person): string | undefined;
  /** Differences beyond the mapping: references. */
  compareReferences?(person: Person, resource: JsonObject, findings: DriftFindings): void;
}

type Collection = '/Users' | '/Groups';

const pageSize = 500;
const concurrency = 4;

/** Reads a directory back over SCIM, page by page, and compares it with the tenant. Closes the connection, so it serves one check. */
export class DriftCheck {
  private readonly connection: ScimConnection;
  private readonly expectation: DriftExpectation;
  private readonly onProgress: OnProgress;
  private readonly findings = new DriftFindings();
  private readonly people: Map<string, Person>;
  private readonly groups: Map<string, TenantGroup>;

  constructor(connection: ScimConnection, expectation: DriftExpectation, onProgress: OnProgress) {
    this.connection = connection;
    this.expectation = expectation;
    this.onProgress = onProgress;
    const { userIds, groupIds } = expectation.memory;
    this.people = new Map([...userIds].map(([person, id]) => [id, person]));
    this.groups = new Map([...groupIds].map(([group, id]) => [id, group]));
  }

  /** Everything that the directory holds against everything that the tenant has. */
  everything(): Promise<DriftReport> {
    return this.reported(async () => {
      await this.compareUsers();
      await this.compareGroups();
    });
  }

  /** Only what the job has provisioned; for a job that brought over a part of the tenant. */
  provisionedOnly(): Promise<DriftReport> {
    return this.reported(async () => {
      await this.each('people', this.people, async ([id, person]) => {
        const resource = await this.read(`/Users/${id}`);
        // On demand no references are sent.
        if (resource) this.compareUser(person, resource, false);
        else this.miss('user', person);
      });
      await this.each('groups', this.groups, async ([id, group]) => {
        const resource = await this.read(`/Groups/${id}`);
        if (!resource) return this.miss('group', group);
        this.compareAttributes('group', group, this.expectation.groupMapping, resource, false);
        this.requireMembers(group, memberIds(resource));
      });
    });
  }

  private async reported(work: () => Promise<void>): Promise<DriftReport> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof SimulationFailure)) throw error;
      this.findings.report.failure = `${error.request}: ${error.message}`;
    } finally {
      this.connection.close();
    }
    return this.findings.report;
  }

  private async compareUsers(): Promise<void> {
    const { tenant, memory, hasFailed } = this.expectation;
    const seen = await this.list('/Users', [], (id, resource) => {
      const person = this.people.get(id);
      if (person) this.compareUser(person, resource);
      else if (!memory.leftBehind.has(id)) this.findings.differs('user', text(resource.userName, id), 'unexpected');
      return Promise.resolve();
    });
    this.findings.report.users = seen.size;
    for (const [id, person] of this.people) if (!seen.has(id)) this.miss('user', person);
    for (const person of tenant.people) {
      const isExpected = !isSoftDeleted(person) && !memory.userIds.has(person);
      if (isExpected && hasFailed(person)) this.findings.report.failed += 1;
      else if (isExpected) this.miss('user', person);
    }
  }

  private async compareGroups(): Promise<void> {
    const { tenant, memory } = this.expectation;
    const seen = await this.list('/Groups', [['excludedAttributes', 'members']], async (id, resource) => {
      const group = this.groups.get(id);
      if (group) return this.compareGroup(id, group, resource);
      if (!memory.leftBehind.has(id)) this.findings.differs('group', text(resource.displayName, id), 'unexpected');
    });
    this.findings.report.groups = seen.size;
    for (const [id, group] of this.groups) if (!seen.has(id)) this.miss('group', group);
    for (const group of tenant.groups) {
      if (group.isAssigned && !memory.groupIds.has(group)) this.miss('group', group);
    }
  }

  private compareUser(person: Person, resource: JsonObject, hasReferences = true): void {
    const { userMapping, isFollowed, isExact, hasFailed, compareReferences } = this.expectation;
    if (hasFailed(person)) {
      this.findings.report.failed += 1;
      return;
    }
    const isActive = (row: MappingRow<Person>): boolean => pathText(row.target) === 'active';
    const rows = isFollowed(person) ? userMapping : userMapping.filter(isActive);
    this.compareAttributes('user', person, rows, resource, isExact(person));
    if (hasReferences && isFollowed(person)) compareReferences?.(person, resource, this.findings);
  }

  private async compareGroup(id: string, group: TenantGroup, resource: JsonObject): Promise<void> {
    if (this.expectation.hasFailed(group)) {
      this.findings.report.failed += 1;
      return;
    }
    this.compareAttributes('group', group, this.expectation.groupMapping, resource, true);
    const whole = await this.read(`/Groups/${id}`);
    if (!whole) return this.miss('group', group);
    const found = memberIds(whole);
    this.requireMembers(group, found);
    this.refuseOtherMembers(group, found);
    this.explainUnsentMembers(group);
  }

  private compareAttributes<Source extends TenantObject>(
    record: 'user' | 'group',
    source: Source,
    rows: readonly MappingRow<Source>[],
    resource: JsonObject,
    isExact: boolean,
  ): void {
    for (const row of rows) {
      const expected = mappedValue(row, source);
      const found = readTarget(resource, row.target);
      if (expected === found || (expected === undefined && !isExact)) continue;
      this.findings.differs(record, nameOf(source), 'attribute differs', {
        path: pathText(row.target),
        expected,
        found,
      });
    }
  }

  /** Whoever was sent as a member must be one. */
  private requireMembers(group: TenantGroup, found: ReadonlySet<string>): void {
    const { memory, addedBeside } = this.expectation;
    this.findings.report.memberships += found.size;
    for (const person of new Set([...memory.membersOf(group), ...addedBeside(group)])) {
      const id = memory.userIds.get(person);
      if (id !== undefined && !found.has(id)) {
        this.findings.differs('group', group.displayName, 'member missing', { path: nameOf(person) });
      }
    }
  }

  private refuseOtherMembers(group: TenantGroup, found: ReadonlySet<string>): void {
    const { memory, addedBeside } = this.expectation;
    const sent = memory.membersOf(group);
    const beside = addedBeside(group);
    for (const id of found) {
      const person = this.people.get(id);
      const isMember = person && ((sent.has(person) && group.members.has(person)) || beside.has(person));
      if (isMember || memory.leftBehind.has(id)) continue;
      this.findings.differs('group', group.displayName, 'member unexpected', { path: person ? nameOf(person) : id });
    }
  }

  private explainUnsentMembers(group: TenantGroup): void {
    const { memory, whyNotSent } = this.expectation;
    const sent = memory.membersOf(group);
    for (const person of group.members) {
      if (sent.has(person)) continue;
      const reason = whyNotSent(group, person);
      if (reason !== undefined) this.findings.notSent(reason);
      else this.findings.differs('group', group.displayName, 'member missing', { path: nameOf(person) });
    }
  }

  private miss(record: 'user' | 'group', object: TenantObject): void {
    if (this.expectation.hasFailed(object)) this.findings.report.failed += 1;
    else this.findings.differs(record, nameOf(object), 'missing');
  }

  /** Every resource of a collection; answers the ids. Throws SimulationFailure where the pages do not add up. */
  private async list(
    path: Collection,
    query: readonly (readonly [string, string])[],
    compare: (id: string, resource: JsonObject) => Promise<void>,
  ): Promise<Set<string>> {
    const seen = new Set<string>();
    for (let startIndex = 1, total = 1; startIndex <= total; ) {
      const paging = [
        ['startIndex', String(startIndex)],
        ['count', String(pageSize)],
      ] as const;
      const answer = await this.connection.request({ method: 'GET', path, query: [...query, ...paging] });
      const { resources, totalResults } = listedPage(answer);
      if (resources.length === 0 && startIndex <= totalResults) {
        throw incompatible(
          answer.request,
          answer.status,
          `An empty page before the end: ${totalResults} were promised.`,
        );
      }
      await forEachConcurrently(resources, concurrency, async (resource) => {
        const { id } = withId(resource, answer);
        if (seen.has(id)) return this.findings.differs(recordOf(path), id, 'listed twice');
        seen.add(id);
        await compare(id, resource);
      });
      startIndex += resources.length;
      total = totalResults;
      this.onProgress({ phase: path === '/Users' ? 'reading users' : 'reading groups', done: startIndex - 1, total });
    }
    return seen;
  }

  private async read(path: string): Promise<JsonObject | undefined> {
    try {
      return resourceOf(await this.connection.request({ method: 'GET', path }));
    } catch (error) {
      if (error instanceof SimulationFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  private async each<T>(kind: 'people' | 'groups', items: Map<string, T>, work: (item: [string, T]) => Promise<void>) {
    await forEachConcurrently(items, concurrency, work);
    this.findings.report[kind === 'people' ? 'users' : 'groups'] = items.size;
  }
}

function recordOf(path: Collection): 'user' | 'group' {
  return path === '/Users' ? 'user' : 'group';
}

function memberIds({ members }: JsonObject): Set<string> {
  const list = Array.isArray(members) ? members.filter(isJsonObject) : [];
  return new Set(list.map(({ value }) => String(value)));
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
