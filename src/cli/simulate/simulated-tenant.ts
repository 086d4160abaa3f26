import { ChangeSet } from './change-set.ts';
import { FreeNames } from './free-names.ts';
import type { Person, TenantGroup } from './tenant-objects.ts';

const recycleBinMinutes = 30 * 24 * 60;

/**
 * The people and groups of a simulated company, with a clock of its own. Every change goes into `changes`, from which a
 * provisioning job reads what it has to evaluate.
 */
export class Tenant {
  readonly seed: string;
  /** Of generated userPrincipalNames. */
  readonly domain: string;
  /** Without those who were purged. */
  readonly people: readonly Person[];
  readonly groups: readonly TenantGroup[];
  readonly changes = new ChangeSet();
  /** People of whom an attribute was emptied: no identity provider sends that, so the service keeps the old value. */
  readonly emptied = new Set<Person>();
  readonly userPrincipalNames: FreeNames;
  readonly groupNames: FreeNames;
  private minutes = 0;

  constructor(parts: { seed: string; domain: string; people: readonly Person[]; groups: readonly TenantGroup[] }) {
    this.seed = parts.seed;
    this.domain = parts.domain;
    this.people = parts.people;
    this.groups = parts.groups;
    this.userPrincipalNames = new FreeNames(parts.people.map((person) => person.userPrincipalName));
    this.groupNames = new FreeNames(parts.groups.map((group) => group.displayName));
  }

  /** Minutes since the simulation began. */
  get now(): number {
    return this.minutes;
  }

  /** People and groups in scope; the memberships are those of the groups in scope. */
  counts(): { people: number; groups: number; memberships: number } {
    const assigned = this.groups.filter((group) => group.isAssigned);
    const memberships = assigned.reduce((sum, group) => sum + group.members.size, 0);
    return { people: this.people.length, groups: assigned.length, memberships };
  }

  /** The person with this userPrincipalName, in any case. */
  findPerson(name: string): Person | undefined {
    return findPerson(this.people, name);
  }

  findGroup(displayName: string): TenantGroup | undefined {
    return this.groups.find((group) => group.displayName === displayName);
  }

  /** Lets time pass, and empties the recycle bin of whom were deleted 30 days ago. */
  advance(minutes: number): void {
    this.minutes += minutes;
    const expired = this.people.filter(({ deletedAt }) => (deletedAt ?? Infinity) + recycleBinMinutes <= this.minutes);
    if (expired.length > 0) this.purge(expired);
  }

  hire(people: readonly Person[]): void {
    (this.people as Person[]).push(...people);
    this.changes.add({ people });
  }

  /** Changes attributes of people. */
  change(people: Iterable<Person>, apply: (person: Person) => void): void {
    for (const person of people) {
      apply(person);
      this.changes.people.add(person);
    }
  }

  /** Puts people into the recycle bin. */
  softDelete(people: Iterable<Person>): void {
    this.change(people, (person) => {
      person.deletedAt = this.now;
    });
  }

  /** Takes people out of the recycle bin. */
  restore(people: Iterable<Person>): void {
    this.change(people, (person) => {
      person.deletedAt = undefined;
    });
  }

  /** Deletes people for good: they leave their groups, and nobody has them as manager any more. */
  purge(people: readonly Person[]): void {
    const gone = new Set(people);
    for (const { members } of this.groups) {
      for (const person of members.size < gone.size ? [...members] : gone) {
        if (gone.has(person)) members.delete(person);
      }
    }
    const kept = this.people.filter((person) => !gone.has(person));
    for (const person of kept) {
      if (person.manager && gone.has(person.manager)) person.manager = undefined;
    }
    (this.people as Person[]).length = 0;
    for (const person of kept) (this.people as Person[]).push(person);
    this.changes.add({ purged: people });
  }

  changeGroup(group: TenantGroup, apply: (group: TenantGroup) => void): void {
    apply(group);
    this.changes.groups.add(group);
  }

  /** Ends a group's assignment: members whom no other assigned group keeps in scope leave it too. */
  unassign(group: TenantGroup): void {
    this.changeGroup(group, () => {
      group.isAssigned = false;
    });
    const others = this.groups.filter((other) => other.isAssigned);
    const leaving = [...group.members].filter((person) => !others.some((other) => other.members.has(person)));
    this.change(leaving, (person) => {
      person.isAssigned = false;
    });
  }

  /** Assigns a group, and with it its members. */
  assign(group: TenantGroup): void {
    this.changeGroup(group, () => {
      group.isAssigned = true;
    });
    this.change(
      [...group.members].filter((person) => !person.isAssigned),
      (person) => {
        person.isAssigned = true;
      },
    );
  }
}

export function findPerson(people: readonly Person[], name: string): Person | undefined {
  return people.find((person) => person.userPrincipalName.toLowerCase() === name.toLowerCase());
}
