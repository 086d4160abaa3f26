import type { Person, TenantGroup } from './tenant-objects.ts';

/** What a provisioning job has learned and sent, for as long as it runs. */
export class JobMemory {
  /** The ids that the service gave. */
  readonly userIds = new Map<Person, string>();
  readonly groupIds = new Map<TenantGroup, string>();
  /** Whose record was made by this job, not found; and who is switched off in the service. */
  readonly created = new Set<Person>();
  readonly disabled = new Set<Person>();
  /** Records that the job left behind for good; whatever becomes of them is nobody's concern. */
  readonly leftBehind = new Set<string>();
  private readonly members = new Map<TenantGroup, Set<Person>>();

  /** The members that the service was told of; no identity provider reads them back. */
  membersOf(group: TenantGroup): Set<Person> {
    let sent = this.members.get(group);
    if (!sent) {
      sent = new Set();
      this.members.set(group, sent);
    }
    return sent;
  }

  /** The record is gone, and its memberships with it. */
  forgetPeople(people: ReadonlySet<Person>): void {
    for (const person of people) {
      this.userIds.delete(person);
      this.created.delete(person);
      this.disabled.delete(person);
    }
    for (const sent of this.members.values()) {
      for (const person of sent.size < people.size ? [...sent] : people) {
        if (people.has(person)) sent.delete(person);
      }
    }
  }

  /** The record stays in the service without anybody who keeps it. */
  leaveBehind(people: ReadonlySet<Person>): void {
    for (const person of people) {
      const id = this.userIds.get(person);
      if (id !== undefined) this.leftBehind.add(id);
    }
    this.forgetPeople(people);
  }

  forgetGroup(group: TenantGroup): void {
    this.groupIds.delete(group);
    this.members.delete(group);
  }

  clear(): void {
    this.userIds.clear();
    this.groupIds.clear();
    this.created.clear();
    this.disabled.clear();
    this.members.clear();
  }
}
