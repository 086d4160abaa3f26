import type { Person, TenantGroup } from './tenant-objects.ts';

/** People and groups that were touched, each once; `purged` people are no longer in the tenant. */
export class ChangeSet {
  readonly people = new Set<Person>();
  readonly groups = new Set<TenantGroup>();
  readonly purged = new Set<Person>();

  get size(): number {
    return this.people.size + this.groups.size + this.purged.size;
  }

  add({ people = [], groups = [], purged = [] }: Changes): void {
    for (const person of people) this.people.add(person);
    for (const group of groups) this.groups.add(group);
    for (const person of purged) {
      this.people.delete(person);
      this.purged.add(person);
    }
  }

  clear(): void {
    this.people.clear();
    this.groups.clear();
    this.purged.clear();
  }

  /** Hands over what was collected and begins anew. */
  take(): ChangeSet {
    const taken = new ChangeSet();
    taken.add(this);
    this.clear();
    return taken;
  }
}

export interface Changes {
  people?: Iterable<Person>;
  groups?: Iterable<TenantGroup>;
  purged?: Iterable<Person>;
}
