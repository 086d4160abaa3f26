import { freeUserPrincipalName, latin, randomPerson } from './generated-people.ts';
import type { Random } from './random.ts';
import { departments, groupSuffixes, jobTitles, surnames } from './sample-names.ts';
import type { Tenant } from './simulated-tenant.ts';
import { isSoftDeleted, type Person, type TenantGroup } from './tenant-objects.ts';

/** What an action works on. */
interface Happening {
  tenant: Tenant;
  share: number;
  random: Random;
  /** People and groups in scope, and people in the recycle bin. */
  active: readonly Person[];
  assigned: readonly TenantGroup[];
  deleted: readonly Person[];
  /** A share of these, at least one. */
  some<T>(items: readonly T[]): T[];
}

const actions = {
  update: ({ tenant, some, active, random }) =>
    tenant.change(some(active), (person) => changeJob(tenant, person, active, random)),
  rename: ({ tenant, some, active, random }) => tenant.change(some(active), (person) => rename(tenant, person, random)),
  disable: ({ tenant, some, active }) => tenant.softDelete(some(active)),
  restore: ({ tenant, deleted }) => tenant.restore(deleted),
  // The purge follows a deletion; only where nobody is deleted does an admin purge somebody at once.
  delete: ({ tenant, some, active, deleted }) => tenant.purge(deleted.length > 0 ? deleted : some(active)),
  'move-members': (happening) => moveMembers(happening, happening.assigned),
  'rename-groups': ({ tenant, some, assigned, random }) => {
    for (const group of some(assigned)) tenant.changeGroup(group, () => renameGroup(tenant, group, random));
  },
  'unassign-groups': ({ tenant, some, assigned }) => {
    for (const group of some(assigned)) tenant.unassign(group);
  },
  'assign-groups': ({ tenant }) => {
    for (const group of tenant.groups) if (!group.isAssigned) tenant.assign(group);
  },
  join,
  everyday,
} satisfies Record<string, (happening: Happening) => void>;

/** What may happen in a company; `everyday` is a little of everything. */
export type TenantAction = keyof typeof actions;

export const tenantActions = Object.keys(actions) as readonly TenantAction[];

/** Lets something happen to a share of the tenant. */
export function happen(tenant: Tenant, action: TenantAction, share: number, random: Random): void {
  const perform: (happening: Happening) => void = actions[action];
  perform({
    tenant,
    share,
    random,
    active: tenant.people.filter((person) => !isSoftDeleted(person)),
    assigned: tenant.groups.filter((group) => group.isAssigned),
    deleted: tenant.people.filter((person) => person.deletedAt !== undefined),
    some: (items) => random.sample(items, Math.ceil(items.length * share)),
  });
}

/** A day in a company: many small changes, some who come and go, now and then a group. */
function everyday({ tenant, share, random }: Happening): void {
  const also = (action: TenantAction, part = 1): void => happen(tenant, action, share * part, random);
  also('update');
  also('join', 0.2);
  also('rename', 0.1);
  if (random.chance(0.7)) also('disable', 0.1);
  if (random.chance(0.3)) also('restore');
  const groups = tenant.groups.filter((group) => group.isAssigned);
  const active = tenant.people.filter((person) => !isSoftDeleted(person));
  moveMembers({ tenant, share, random, active }, random.sample(groups, Math.ceil(groups.length * share)));
  if (random.chance(0.2)) also('rename-groups', 0.1);
  if (random.chance(0.2)) also('assign-groups');
  else if (random.chance(0.1)) also('unassign-groups', 0.1);
}

function join({ tenant, share, random, active, assigned }: Happening): void {
  const joiners = Array.from({ length: Math.ceil(tenant.people.length * share) }, () => {
    const person = randomPerson(random, tenant.domain, tenant.userPrincipalNames);
    if (active.length > 0) person.manager = random.pick(active);
    return person;
  });
  tenant.hire(joiners);
  for (const person of joiners) {
    for (const group of random.sample(assigned, 2)) tenant.changeGroup(group, ({ members }) => members.add(person));
  }
}

function changeJob(tenant: Tenant, person: Person, colleagues: readonly Person[], random: Random): void {
  person.jobTitle = random.pick(jobTitles);
  person.department = random.pick(departments);
  person.office = `${random.digits(2)}/${random.digits(4)}`;
  if (random.chance(0.4)) person.manager = random.chance(0.3) ? undefined : otherThan(person, colleagues, random);
  if (person.mobile !== undefined && random.chance(0.1)) {
    delete person.mobile;
    tenant.emptied.add(person);
  }
}

function otherThan(person: Person, colleagues: readonly Person[], random: Random): Person | undefined {
  const candidate = random.pick(colleagues);
  return candidate === person ? person.manager : candidate;
}

/** Gives a new surname with everything derived from it; mailNickname, and so Entra's default externalId, stays. */
function rename(tenant: Tenant, person: Person, random: Random): void {
  const surname = random.pick(surnames);
  const [local = '', domain = tenant.domain] = person.userPrincipalName.split('@');
  person.surname = surname.text;
  person.displayName = [person.givenName, surname.text].filter(Boolean).join(' ');
  const nickname = `${local.split('.')[0]}.${latin(surname)}`;
  person.userPrincipalName = freeUserPrincipalName(nickname, domain, tenant.userPrincipalNames);
  if (person.mail !== undefined) person.mail = person.userPrincipalName;
}

/** A share of each group's members leaves, and about as many others come. */
function moveMembers(
  { tenant, share, random, active }: Pick<Happening, 'tenant' | 'share' | 'random' | 'active'>,
  groups: readonly TenantGroup[],
): void {
  for (const group of groups) {
    const leaving = random.sample([...group.members], Math.ceil(group.members.size * share));
    const coming = random.sample(active, 2 * leaving.length).filter((person) => !group.members.has(person));
    tenant.changeGroup(group, ({ members }) => {
      for (const person of coming.slice(0, leaving.length)) members.add(person);
      for (const person of leaving) members.delete(person);
    });
  }
}

function renameGroup(tenant: Tenant, group: TenantGroup, random: Random): void {
  group.displayName = tenant.groupNames.take(`${group.displayName} ${random.pick(groupSuffixes)}`);
}
