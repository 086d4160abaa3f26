import { Random } from './random.ts';
import { departments, givenNames, groupSuffixes, jobTitles, type SampleName, sites, surnames } from './sample-names.ts';

/** A user object of the simulated Entra tenant, with what the provisioning job has learned about it. */
export interface Person {
  readonly objectId: string;
  userPrincipalName: string;
  readonly mailNickname: string;
  displayName: string;
  givenName?: string;
  surname?: string;
  mail?: string;
  jobTitle?: string;
  department?: string;
  readonly employeeId?: string;
  office?: string;
  streetAddress?: string;
  city?: string;
  state?: string;
  postalCode?: string;
  country?: string;
  telephoneNumber?: string;
  mobile?: string;
  preferredLanguage?: string;
  manager: Person | undefined;
  /** Entra's [IsSoftDeleted]: soft deleted or out of scope. */
  isSoftDeleted: boolean;
  /** The anchor: the id the service gave, cached for the life of the link. */
  scimId: string | undefined;
  /** The manager last sent; Entra never sends an unchanged reference twice. */
  sentManager: Person | undefined;
}

/** A group object of the simulated tenant. `sentMembers` is what the job believes the service holds; Entra never reads it back. */
export interface TenantGroup {
  readonly objectId: string;
  displayName: string;
  readonly members: Set<Person>;
  scimId: string | undefined;
  readonly sentMembers: Set<Person>;
}

export interface NamedPerson {
  displayName: string;
  userPrincipalName: string;
}

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

export interface Tenant {
  readonly seed: string;
  readonly domain: string;
  readonly people: Person[];
  readonly groups: TenantGroup[];
}

/** Builds the people and groups of a tenant; the same options always give the same tenant, object ids included. */
export function buildTenant(options: TenantOptions): Tenant {
  const seed = options.seed ?? '1';
  const named = options.people ?? [];
  const domain = options.domain ?? named[0]?.userPrincipalName.split('@')[1] ?? 'contoso.example';
  const wanted = (options.groups ?? []).map((group) => group.memberCount ?? 0);
  const userCount = Math.max(options.userCount ?? 0, named.length, ...wanted);
  const people = buildPeople(new Random(`${seed}/people`), userCount, named, domain);
  return { seed, domain, people, groups: buildGroups(new Random(`${seed}/groups`), options, people) };
}

function buildPeople(random: Random, count: number, named: readonly NamedPerson[], domain: string): Person[] {
  const taken = new Set(named.map((person) => person.userPrincipalName.toLowerCase()));
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) {
    const given = named[index];
    const identity = given ? namedIdentity(given) : randomIdentity(random, domain, taken);
    const person: Person = { ...employment(random), ...identity };
    // A tree eight wide: the first person leads everybody, and a manager always comes before the report.
    person.manager = index === 0 || random.chance(0.03) ? undefined : people[Math.floor((index - 1) / 8)];
    if (!given && random.chance(0.06)) delete person.mail;
    people.push(person);
  }
  return people;
}

type Identity = Pick<Person, 'displayName' | 'givenName' | 'surname' | 'userPrincipalName' | 'mailNickname' | 'mail'>;

function namedIdentity({ displayName, userPrincipalName }: NamedPerson): Identity {
  const words = displayName.trim().split(/\s+/u);
  const surname = words.length > 1 ? words.pop() : undefined;
  return {
    displayName,
    givenName: words.join(' '),
    ...(surname === undefined ? {} : { surname }),
    userPrincipalName,
    mailNickname: userPrincipalName.split('@')[0] ?? userPrincipalName,
    mail: userPrincipalName,
  };
}

function randomIdentity(random: Random, domain: string, taken: Set<string>): Identity {
  const given = random.pick(givenNames);
  const surname = random.chance(0.01) ? undefined : random.pick(surnames);
  const mailNickname = freeNickname(
    [given, surname].flatMap((name) => (name ? [latin(name)] : [])).join('.'),
    domain,
    taken,
  );
  return {
    displayName: surname ? `${given.text} ${surname.text}` : given.text,
    givenName: given.text,
    ...(surname === undefined ? {} : { surname: surname.text }),
    userPrincipalName: `${mailNickname}@${domain}`,
    mailNickname,
    mail: `${mailNickname}@${domain}`,
  };
}

/** `base`, or `base2`, `base3` … where that userPrincipalName is taken; takes it. */
export function freeNickname(base: string, domain: string, taken: Set<string>): string {
  let nickname = base;
  for (let number = 2; taken.has(`${nickname}@${domain}`.toLowerCase()); number += 1) nickname = `${base}${number}`;
  taken.add(`${nickname}@${domain}`.toLowerCase());
  return nickname;
}

const withoutDecomposition: Record<string, string> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  æ: 'ae',
  þ: 'th',
  ð: 'd',
};

/** The spelling Entra allows in a userPrincipalName: ASCII letters, digits, hyphen, dot and the plain apostrophe. */
export function latin(name: SampleName): string {
  return (name.latin ?? name.text)
    .toLowerCase()
    .normalize('NFD')
    .replace(/[ßøłđıæþð]/gu, (letter) => withoutDecomposition[letter] ?? '')
    .replace(/[^a-z0-9'.-]/gu, '');
}

function employment(random: Random): Omit<Person, keyof Identity> {
  const { phonePrefix, ...address } = random.pick(sites);
  return {
    objectId: random.uuid(),
    ...(random.chance(0.9) ? { jobTitle: random.pick(jobTitles) } : {}),
    ...(random.chance(0.95) ? { department: random.pick(departments) } : {}),
    ...(random.chance(0.8) ? { employeeId: random.digits(6) } : {}),
    ...(random.chance(0.7) ? address : {}),
    ...(random.chance(0.6) ? { telephoneNumber: `${phonePrefix} ${random.digits(4)}` } : {}),
    ...(random.chance(0.4) ? { mobile: `${phonePrefix} ${random.digits(4)}` } : {}),
    manager: undefined,
    isSoftDeleted: false,
    scimId: undefined,
    sentManager: undefined,
  };
}

function buildGroups(random: Random, options: TenantOptions, people: readonly Person[]): TenantGroup[] {
  const named = (options.groups ?? []).map((group) =>
    newGroup(random, group.displayName, namedMembers(random, group, people)),
  );
  const taken = new Set(named.map((group) => group.displayName.toLowerCase()));
  const generated = Array.from({ length: options.groupCount ?? 0 }, () => {
    // Most groups are small and a few hold nearly everybody, as in a real tenant.
    const size = Math.ceil(people.length * random.next() ** 3);
    return newGroup(random, freeGroupName(random, taken), random.sample(people, size));
  });
  return [...named, ...generated];
}

function newGroup(random: Random, displayName: string, members: readonly Person[]): TenantGroup {
  return { objectId: random.uuid(), displayName, members: new Set(members), scimId: undefined, sentMembers: new Set() };
}

function namedMembers(random: Random, group: NamedGroup, people: readonly Person[]): Person[] {
  const listed = (group.userPrincipalNames ?? []).map((name) => {
    const person = findPerson({ people }, name);
    if (!person) throw new UnknownPersonError(name, group.displayName);
    return person;
  });
  const others = people.filter((person) => !listed.includes(person));
  return [...listed, ...random.sample(others, Math.max(0, (group.memberCount ?? 0) - listed.length))];
}

function freeGroupName(random: Random, taken: Set<string>): string {
  const base = random.chance(0.5)
    ? random.pick(departments)
    : `${random.pick(departments)} ${random.pick(groupSuffixes)}`;
  let name = base;
  for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${base} ${number}`;
  taken.add(name.toLowerCase());
  return name;
}

/** The person with this userPrincipalName, in any case. */
export function findPerson(tenant: { readonly people: readonly Person[] }, name: string): Person | undefined {
  return tenant.people.find((person) => person.userPrincipalName.toLowerCase() === name.toLowerCase());
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
