import { JobMemory } from '../job-memory.ts';
import type { Person, TenantGroup, TenantObject } from '../tenant-objects.ts';

/** What Entra's job keeps about the objects it has provisioned; a restart of provisioning clears it. */
export class EntraMemory extends JobMemory {
  /** The manager last sent; an unchanged reference is never sent twice. */
  readonly managers = new Map<Person, Person>();
  /** Objects whose cached id is gone: not matched again before a restart (InvalidAnchor). */
  readonly lostAnchors = new Set<TenantObject>();
  /** Groups that were provisioned and deleted again. */
  readonly deletedGroups = new Set<TenantGroup>();
  /** Memberships that Entra did not send again, because the person was restored. */
  readonly withheld = new Map<TenantGroup, Set<Person>>();
  /** Memberships that were made on demand; a cycle knows nothing of them. */
  readonly onDemandMembers = new Map<TenantGroup, Set<Person>>();
  /** Members and managers who were not provisioned when what points to them was. */
  readonly passedOverMembers = new Map<TenantGroup, Set<Person>>();
  readonly passedOverManagers = new Map<Person, Person>();

  override forgetPeople(people: ReadonlySet<Person>): void {
    super.forgetPeople(people);
    for (const [person, manager] of this.managers) {
      if (people.has(person) || people.has(manager)) this.managers.delete(person);
    }
  }

  override forgetGroup(group: TenantGroup): void {
    super.forgetGroup(group);
    this.withheld.delete(group);
    this.onDemandMembers.delete(group);
    this.passedOverMembers.delete(group);
  }

  override clear(): void {
    super.clear();
    this.managers.clear();
    this.lostAnchors.clear();
    this.deletedGroups.clear();
    this.withheld.clear();
    this.passedOverMembers.clear();
    this.passedOverManagers.clear();
  }
}

export function addTo<K, V>(sets: Map<K, Set<V>>, key: K, values: Iterable<V>): void {
  const set = sets.get(key) ?? new Set();
  for (const value of values) set.add(value);
  sets.set(key, set);
}
