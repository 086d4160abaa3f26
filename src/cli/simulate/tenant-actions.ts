import type { ProvisioningJob } from './provisioning-job.ts';
import type { Random } from './random.ts';
import { departments, groupSuffixes, jobTitles, surnames } from './sample-names.ts';
import { freeNickname, latin, type Person, type Tenant, type TenantGroup } from './tenant.ts';

export const simulatedActions = [
  'update',
  'rename',
  'disable',
  'restore',
  'delete',
  'move-members',
  'rename-groups',
  'unassign-groups',
] as const;

export type SimulatedAction = (typeof simulatedActions)[number];

/** Lets something happen to a share of the tenant and runs the cycle that carries it to the service. */
export async function simulateAction(
  job: ProvisioningJob,
  action: SimulatedAction,
  share: number,
  random: Random,
): Promise<void> {
  const { tenant } = job;
  const active = tenant.people.filter((person) => !person.isSoftDeleted);
  const disabled = tenant.people.filter((person) => person.isSoftDeleted);
  const some = <T>(items: readonly T[]): T[] => random.sample(items, Math.ceil(items.length * share));
  const change = (people: Person[], apply: (person: Person) => void): Promise<void> => {
    for (const person of people) apply(person);
    return job.synchronize({ people });
  };
  switch (action) {
    case 'update':
      return change(some(active), (person) => changeJob(person, active, random));
    case 'rename':
      return change(some(active), renaming(tenant, random));
    case 'disable':
      return change(some(active), (person) => setSoftDeleted(person, true));
    case 'restore':
      return change(disabled, (person) => setSoftDeleted(person, false));
    case 'delete':
      // The purge follows a soft delete; only where nobody is disabled does an admin purge at once.
      return job.deletePeople(disabled.length > 0 ? disabled : some(active));
    case 'move-members': {
      for (const group of tenant.groups) moveMembers(group, active, share, random);
      return job.synchronize({ groups: tenant.groups });
    }
    case 'rename-groups': {
      const groups = some(tenant.groups);
      for (const group of groups) renameGroup(group, tenant, random);
      return job.synchronize({ groups });
    }
    case 'unassign-groups':
      for (const group of some(tenant.groups)) await job.unassignGroup(group);
  }
}

function setSoftDeleted(person: Person, isSoftDeleted: boolean): void {
  person.isSoftDeleted = isSoftDeleted;
}

function changeJob(person: Person, colleagues: readonly Person[], random: Random): void {
  person.jobTitle = random.pick(jobTitles);
  person.department = random.pick(departments);
  person.office = `${random.digits(2)}/${random.digits(4)}`;
  if (random.chance(0.4)) person.manager = random.chance(0.3) ? undefined : otherThan(person, colleagues, random);
}

function otherThan(person: Person, colleagues: readonly Person[], random: Random): Person | undefined {
  const candidate = random.pick(colleagues);
  return candidate === person ? person.manager : candidate;
}

/** Gives a new surname with everything Entra derives from it; mailNickname, and so the default externalId, stays. */
function renaming(tenant: Tenant, random: Random): (person: Person) => void {
  const taken = new Set(tenant.people.map((person) => person.userPrincipalName.toLowerCase()));
  return (person) => {
    const surname = random.pick(surnames);
    const [local = '', domain = tenant.domain] = person.userPrincipalName.split('@');
    const nickname = freeNickname(`${local.split('.')[0]}.${latin(surname)}`, domain, taken);
    person.surname = surname.text;
    person.displayName = [person.givenName, surname.text].filter(Boolean).join(' ');
    person.userPrincipalName = `${nickname}@${domain}`;
    if (person.mail !== undefined) person.mail = person.userPrincipalName;
  };
}

function moveMembers(group: TenantGroup, people: readonly Person[], share: number, random: Random): void {
  const current = [...group.members];
  const leaving = random.sample(current, Math.ceil(current.length * share));
  const outside = people.filter((person) => !group.members.has(person));
  for (const person of random.sample(outside, leaving.length)) group.members.add(person);
  for (const person of leaving) group.members.delete(person);
}

function renameGroup(group: TenantGroup, tenant: Tenant, random: Random): void {
  const taken = new Set(tenant.groups.map((other) => other.displayName.toLowerCase()));
  const base = `${group.displayName} ${random.pick(groupSuffixes)}`;
  let name = base;
  for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${base} ${number}`;
  group.displayName = name;
}
