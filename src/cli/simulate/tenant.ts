import { FreeNames } from './free-names.ts';
import { type NamedPerson, namedPerson, randomPerson } from './generated-people.ts';
import { Random } from './random.ts';
import { departments, groupSuffixes } from './sample-names.ts';
import { findPerson, Tenant } from './simulated-tenant.ts';
import type { Person, TenantGroup } from './tenant-objects.ts';

export interface NamedGroup {
  displayName: string;
  /** All members, those listed in `userPrincipalNames` included; defaults to the length of that list. */
  memberCount?: number;
  userPrincipalNames?: readonly string[];
}

export interface TenantOptions {
  seed?: string;
  /** At least so many people; named people and the largest named group may need more. */
  userCount?: number;
  /** Generated groups, beside the named ones. */
  groupCount?: number;
  people?: readonly NamedPerson[];
  groups?: readonly NamedGroup[];
  /** Domain of generated userPrincipalNames; defaults to that of the first named person, else contoso.example. */
  domain?: string;
}

/** Builds the people and groups of a tenant; the same options always give the same tenant, object ids included. */
export function buildTenant(options: TenantOptions): Tenant {
  const seed = options.seed ?? '1';
  const named = options.people ?? [];
  const domain = options.domain ?? named[0]?.userPrincipalName.split('@')[1] ?? 'contoso.example';
  const wanted = (options.groups ?? []).map((group) => group.memberCount ?? 0);
  const userCount = [options.userCount ?? 0, named.length, ...wanted].reduce((most, count) => Math.max(most, count));
  const people = buildPeople(new Random(`${seed}/people`), userCount, named, domain);
  return new Tenant({ seed, domain, people, groups: buildGroups(new Random(`${seed}/groups`), options, people) });
}

function buildPeople(random: Random, count: number, named: readonly NamedPerson[], domain: string): Person[] {
  const names = new FreeNames(named.map((person) => person.userPrincipalName));
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) {
    const given = named[index];
    const person = given ? namedPerson(random, given) : randomPerson(random, domain, names);
    // A tree eight wide: the first person leads everybody, and a manager always comes before the report.
    person.manager = index === 0 || random.chance(0.03) ? undefined : people[Math.floor((index - 1) / 8)];
    if (!given && random.chance(0.06)) delete person.mail;
    people.push(person);
  }
  return people;
}

function buildGroups(random: Random, options: TenantOptions, people: readonly Person[]): TenantGroup[] {
  const named = (options.groups ?? []).map((group) =>
    newGroup(random, group.displayName, namedMembers(random, group, people)),
  );
  const names = new FreeNames(named.map((group) => group.displayName));
  const count = options.groupCount ?? 0;
  // Most groups are small and a few hold nearly everybody, as in a real tenant; a person is in eight or so, however many there are.
  const scale = Math.min(1, 32 / Math.max(count, 1));
  const generated = Array.from({ length: count }, (_, index) => {
    const size = Math.ceil(people.length * random.next() ** 3 * (index < 3 ? 1 : scale));
    return newGroup(random, groupName(random, names), random.sample(people, size));
  });
  return [...named, ...generated];
}

function newGroup(random: Random, displayName: string, members: readonly Person[]): TenantGroup {
  return { objectId: random.uuid(), displayName, members: new Set(members), isAssigned: true };
}

function namedMembers(random: Random, group: NamedGroup, people: readonly Person[]): Person[] {
  const listed = (group.userPrincipalNames ?? []).map((name) => {
    const person = findPerson(people, name);
    if (!person) throw new UnknownPersonError(name, group.displayName);
    return person;
  });
  const known = new Set(listed);
  const others = people.filter((person) => !known.has(person));
  return [...known, ...random.sample(others, Math.max(0, (group.memberCount ?? 0) - known.size))];
}

function groupName(random: Random, names: FreeNames): string {
  const base = random.chance(0.5)
    ? random.pick(departments)
    : `${random.pick(departments)} ${random.pick(groupSuffixes)}`;
  return names.take(base);
}

/** A named group lists somebody who is not in the tenant. */
export class UnknownPersonError extends Error {
  constructor(userPrincipalName: string, group: string) {
    super(
      `"${userPrincipalName}" is listed in group "${group}" but is not in the tenant. Add --person "Name <${userPrincipalName}>".`,
    );
    this.name = 'UnknownPersonError';
  }
}
