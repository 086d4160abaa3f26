import { grantsOf, isActive } from './access.ts';
import { allPermissions, plainPermissions } from './catalogue.ts';
import type { PersonFacts } from './documents.ts';
import type { Random } from './random.ts';
import type { Act, Dialect, GroupEdit, Step } from './steps.ts';
import { activeLinkOfGroup, DAY, type DirectoryStatus, type Policy, type World } from './world.ts';

/** Kinds of steps that the service does not know yet can be left out. */
export const allFeatures = [
  'spaces',
  'defaults',
  'decisions',
  'directoryStates',
  'keeping',
  'precedence',
  'maintenance',
  'confirmation',
  'together',
  'domains',
] as const;
export type Feature = (typeof allFeatures)[number];

const userNames = ['ada', 'bob', 'cleo', 'dan', 'eve', 'finn', 'gus'].map((name) => `${name}@acme.example`);
const groupNames = ['Sales', 'Ops', 'Board', 'Field', 'Ｓales', 'sales', ' Ops  '];
/** That of everybody, and another one. */
const emailDomains = ['acme.example', 'acme.example', 'globex.example'];
const titles = ['Engineer', 'Countess', 'Admiral'];

type Maker = (world: World, random: Random) => Act | undefined;

/**
 * Chooses what happens next: mostly what can happen now, sometimes what will be refused, from few names, so that people and
 * groups meet again and again.
 */
export class Generator {
  readonly #random: Random;
  readonly #features: ReadonlySet<Feature>;
  readonly #makers: (readonly [string, number])[];

  constructor(random: Random, features: ReadonlySet<Feature>) {
    this.#random = random;
    this.#features = features;
    this.#makers = weights
      .filter(([, , feature]) => feature === undefined || features.has(feature))
      .map(([kind, weight]) => [kind, weight]);
  }

  next(worlds: readonly World[], id: number): Step {
    const random = this.#random;
    for (;;) {
      // Two organizations live side by side; the second sees less, and must not see more.
      const organization = random.chance(0.8) ? 0 : 1;
      const world = worlds[organization] as World;
      const kind = random.weighted(this.#makers);
      if (kind === 'together') {
        const steps = [this.#one(world, organization, id), this.#one(world, organization, id + 0.5)];
        const [one, other] = steps;
        if (one && other) return { id, organization, kind: 'together', steps: [one, other] };
        continue;
      }
      const act = makers[kind as keyof typeof makers](world, random);
      if (!act) continue;
      if ('isConfirmed' in act && !this.#features.has('confirmation')) act.isConfirmed = false;
      return this.#delivered({ id, organization, ...act });
    }
  }

  #one(world: World, organization: number, id: number): Step | undefined {
    const kinds = this.#makers.filter(([kind]) => isAlongside(kind));
    const act = makers[this.#random.weighted(kinds) as keyof typeof makers](world, this.#random);
    if (act && 'isConfirmed' in act && !this.#features.has('confirmation')) act.isConfirmed = false;
    return act && { id, organization, ...act };
  }

  #delivered(step: Step): Step {
    const chance = this.#random.next();
    if (isRepeatable(step.kind) && chance < 0.04) return { ...step, delivery: 'twice' };
    if (isOfDirectory(step.kind) && chance < 0.08) return { ...step, delivery: 'lost' };
    if (isForHelpers(step.kind) && chance < 0.25) return { ...step, by: 'helper' };
    return step;
  }
}

function isOfDirectory(kind: string): boolean {
  return /^(post|patch|put|delete)(User|Group)$/.test(kind);
}

function isRepeatable(kind: string): boolean {
  return (
    isOfDirectory(kind) ||
    /^(createUser|createGroup|addMembers|removeMembers|grant|revoke|rejectLink|blockUser)$/.test(kind)
  );
}

function isForHelpers(kind: string): boolean {
  return (
    !isOfDirectory(kind) && !/^(passTime|maintain|trespass|setPolicy|setDefault|createDirectory|setProof)$/.test(kind)
  );
}

function isAlongside(kind: string): boolean {
  return (
    isOfDirectory(kind) ||
    /^(createUser|createGroup|addMembers|removeMembers|grant|updateUser|rejectLink|verifyDomain|removeDomain)$/.test(
      kind,
    )
  );
}

const weights: readonly (readonly [string, number, Feature?])[] = [
  ['postUser', 90],
  ['patchUser', 110],
  ['restoreUser', 40],
  ['putUser', 30],
  ['deleteUser', 18],
  ['postGroup', 45],
  ['repushGroup', 18],
  ['patchGroup', 110],
  ['putGroup', 12],
  ['deleteGroup', 22],
  ['createUser', 14],
  ['updateUser', 16],
  ['removeUser', 12],
  ['blockUser', 6],
  ['unblockUser', 6],
  ['createGroup', 14],
  ['renameGroup', 12],
  ['removeGroup', 10],
  ['addMembers', 30],
  ['removeMembers', 14],
  ['createSet', 5],
  ['updateSet', 4],
  ['deleteSet', 2],
  ['grant', 34],
  ['revoke', 14],
  ['approveLink', 40],
  ['rejectLink', 14],
  ['setPolicy', 6],
  ['separateLink', 12, 'decisions'],
  ['retryLink', 8, 'decisions'],
  ['unlink', 16, 'decisions'],
  ['keepUser', 6, 'keeping'],
  ['createSpace', 3, 'spaces'],
  ['deleteSpace', 2, 'spaces'],
  ['setDefault', 3, 'defaults'],
  ['setPrecedence', 4, 'precedence'],
  ['createDirectory', 1, 'directoryStates'],
  ['activateDirectory', 8, 'directoryStates'],
  ['pauseDirectory', 4, 'directoryStates'],
  ['retireDirectory', 1, 'directoryStates'],
  ['trespass', 5],
  ['passTime', 14],
  ['maintain', 10, 'maintenance'],
  ['addDomain', 16, 'domains'],
  ['setProof', 36, 'domains'],
  ['verifyDomain', 36, 'domains'],
  ['removeDomain', 3, 'domains'],
  ['together', 20, 'together'],
];

const directoriesThat = (world: World, ...states: DirectoryStatus[]) =>
  [...world.directories].filter(([, { status }]) => states.includes(status)).map(([name]) => name);
const openDirectories = (world: World) => directoriesThat(world, 'observing', 'active', 'paused');
const openRecords = (world: World) =>
  [...world.records.keys()].filter((name) => isOpen(world, world.records.get(name)?.directory));
const openGroups = (world: World) =>
  [...world.directoryGroups.keys()].filter((name) => isOpen(world, world.directoryGroups.get(name)?.directory));
const isOpen = (world: World, directory: string | undefined) =>
  world.directories.get(directory ?? '')?.status !== 'retired';
const presentUsers = (world: World) => [...world.users.keys()].filter((name) => !world.users.get(name)?.isRemoved);
const dialectOf = (random: Random): Dialect => (random.chance(0.5) ? 'default' : 'flag');

function cased(random: Random, name: string): string {
  return random.chance(0.15) ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

/** Somebody's facts: mostly those that belong to the userName, sometimes another person's. */
function someone(random: Random): PersonFacts {
  const userName = random.one(userNames);
  const stem = userName.split('@')[0] ?? '';
  const facts: PersonFacts = { userName: cased(random, userName) };
  if (!random.chance(0.1)) facts.externalId = `${stem}-${random.chance(0.75) ? 1 : 2}`;
  if (random.chance(0.8)) facts.displayName = `${stem} ${random.below(3)}`;
  else Object.assign(facts, { givenName: stem, familyName: 'Contoso' });
  const mail = random.next();
  if (mail < 0.4) facts.workEmail = userName;
  else if (mail < 0.55) facts.workEmail = cased(random, random.one(userNames));
  if (random.chance(0.1)) facts.department = random.one(titles);
  return facts;
}

function changes(random: Random): PersonFacts {
  const facts: PersonFacts = {};
  const choice = random.next();
  if (choice < 0.28) facts.active = false;
  else if (choice < 0.5) facts.active = true;
  else if (choice < 0.68) facts.userName = cased(random, random.one(userNames));
  else if (choice < 0.75) facts.workEmail = random.one(userNames);
  else if (choice < 0.8) facts.externalId = `${random.one(userNames).split('@')[0]}-1`;
  else if (choice < 0.85) facts.givenName = random.one(titles);
  if (choice >= 0.85 || random.chance(0.2)) facts.displayName = `${random.one(titles)} ${random.below(3)}`;
  if (random.chance(0.1)) facts.title = random.one(titles);
  return facts;
}

function edits(world: World, random: Random, group: string): GroupEdit[] {
  const directory = world.directoryGroups.get(group)?.directory;
  const records = [...world.records].filter(([, record]) => record.directory === directory).map(([name]) => name);
  const members = [...(world.directoryGroups.get(group)?.members.keys() ?? [])];
  const choice = random.next();
  if (choice < 0.16) return [{ edit: 'rename', displayName: random.one(groupNames) }];
  if (choice < 0.6 && records.length > 0) return [{ edit: 'add', records: random.some(records, 3) }];
  if (choice < 0.85 && members.length > 0) return [{ edit: 'remove', records: random.some(members, 2) }];
  if (choice < 0.92) return [{ edit: 'replace', records: records.length > 0 ? random.some(records, 3) : [] }];
  if (records.length === 0) return [];
  return [
    { edit: 'rename', displayName: random.one(groupNames) },
    { edit: 'add', records: random.some(records, 2) },
  ];
}

function linked(world: World, random: Random, states: readonly string[]): string | undefined {
  // Now and then one that it cannot be done to.
  const all = random.chance(0.06);
  const records = [
    ...world.userLinks
      .filter((link) => link.state !== 'superseded' && (all || states.includes(link.state)))
      .map((link) => link.record),
    ...[...world.groupLinks]
      .filter(([, link]) => link.state !== 'superseded' && (all || states.includes(link.state)))
      .map(([name]) => name),
  ];
  return random.pick(records);
}

const people = (random: Random) => (random.chance(0.5) ? 'KEEP' : 'LET_GO');
const pickGroup = (world: World, random: Random) => random.pick([...world.groups.keys()]);
const pickUser = (world: World, random: Random) => random.pick(presentUsers(world));

const makers = {
  postUser: (world, random) => {
    const directory = random.pick(openDirectories(world));
    if (directory === undefined) return undefined;
    const facts = someone(random);
    if (random.chance(0.08)) facts.active = false;
    return { kind: 'postUser', directory, facts };
  },
  patchUser: (world, random) => {
    const record = random.pick(openRecords(world));
    if (record === undefined) return undefined;
    const facts = changes(random);
    return Object.keys(facts).length > 0 ? { kind: 'patchUser', record, facts, dialect: dialectOf(random) } : undefined;
  },
  /** Somebody who left comes back, as the same person or as another. */
  restoreUser: (world, random) => {
    const record = random.pick(openRecords(world).filter((name) => !world.records.get(name)?.document.active));
    const { directory, document } = world.records.get(record ?? '') ?? {};
    if (record === undefined || directory === undefined || !document) return undefined;
    const stem = document.userName.split('@')[0]?.toLowerCase();
    const identity = random.chance(0.35) ? { externalId: `${stem}-${random.below(3)}` } : {};
    if (random.chance(0.5)) {
      return { kind: 'patchUser', record, facts: { active: true, ...identity }, dialect: dialectOf(random) };
    }
    return { kind: 'postUser', directory, facts: { ...someone(random), userName: document.userName, ...identity } };
  },
  putUser: (world, random) => {
    const record = random.pick(openRecords(world));
    const userName = world.records.get(record ?? '')?.document.userName;
    if (record === undefined || userName === undefined) return undefined;
    const facts = someone(random);
    if (random.chance(0.7)) facts.userName = userName;
    if (random.chance(0.5)) facts.active = random.chance(0.7);
    return { kind: 'putUser', record, facts };
  },
  deleteUser: (world, random) => {
    const record = random.pick(openRecords(world));
    return record === undefined ? undefined : { kind: 'deleteUser', record };
  },
  postGroup: (world, random) => {
    const directory = random.pick(openDirectories(world));
    if (directory === undefined) return undefined;
    const own = [...world.records].filter(([, record]) => record.directory === directory).map(([name]) => name);
    const records = own.length > 0 && random.chance(0.3) ? random.some(own, 3) : [];
    const externalId = random.chance(0.85) ? `group-${random.below(6)}` : null;
    return { kind: 'postGroup', directory, displayName: random.one(groupNames), externalId, records };
  },
  /** A group that was deleted is assigned again. */
  repushGroup: (world, random) => {
    const place = random.pick([...world.tombstones.keys()]);
    const [directory, externalId] = place?.split(' ') ?? [];
    if (directory === undefined || externalId === undefined || !isOpen(world, directory)) return undefined;
    return { kind: 'postGroup', directory, displayName: random.one(groupNames), externalId, records: [] };
  },
  patchGroup: (world, random) => {
    const group = random.pick(openGroups(world));
    const list = group === undefined ? [] : edits(world, random, group);
    if (group === undefined || list.length === 0) return undefined;
    return { kind: 'patchGroup', group, edits: list, dialect: dialectOf(random) };
  },
  putGroup: (world, random) => {
    const group = random.pick(openGroups(world));
    const known = world.directoryGroups.get(group ?? '');
    if (group === undefined || !known) return undefined;
    const own = [...world.records].filter(([, record]) => record.directory === known.directory).map(([name]) => name);
    const displayName = random.chance(0.7) ? known.displayName : random.one(groupNames);
    const externalId = random.chance(0.8) ? known.externalId : null;
    return { kind: 'putGroup', group, displayName, externalId, records: own.length > 0 ? random.some(own, 4) : [] };
  },
  deleteGroup: (world, random) => {
    const group = random.pick(openGroups(world));
    return group === undefined ? undefined : { kind: 'deleteGroup', group };
  },
  createUser: (_, random) => ({
    kind: 'createUser',
    userName: random.one(userNames),
    displayName: random.chance(0.5) ? `Manual ${random.below(3)}` : null,
    email: random.chance(0.3) ? random.one(userNames) : null,
  }),
  updateUser: (world, random) => {
    const user = pickUser(world, random);
    if (user === undefined) return undefined;
    const choice = random.next();
    if (choice < 0.6) return { kind: 'updateUser', user, userName: cased(random, random.one(userNames)) };
    if (choice < 0.8) return { kind: 'updateUser', user, displayName: `Manual ${random.below(3)}` };
    return { kind: 'updateUser', user, email: random.chance(0.5) ? random.one(userNames) : null };
  },
  removeUser: (world, random) => ofUser('removeUser', pickUser(world, random)),
  keepUser: (world, random) =>
    ofUser('keepUser', random.pick(presentUsers(world).filter((user) => !isActive(world, user)))),
  blockUser: (world, random) => ofUser('blockUser', pickUser(world, random)),
  unblockUser: (world, random) =>
    ofUser('unblockUser', random.pick(presentUsers(world).filter((user) => world.users.get(user)?.isBlocked))),
  createGroup: (_, random) => ({ kind: 'createGroup', name: random.one(groupNames) }),
  renameGroup: (world, random) => {
    const group = pickGroup(world, random);
    return group === undefined ? undefined : { kind: 'renameGroup', group, name: random.one(groupNames) };
  },
  removeGroup: (world, random) => {
    const group = pickGroup(world, random);
    return group === undefined ? undefined : { kind: 'removeGroup', group };
  },
  addMembers: (world, random) => {
    const open = [...world.groups.keys()].filter((name) => activeLinkOfGroup(world, name) === undefined);
    const group = random.chance(0.9) ? random.pick(open) : pickGroup(world, random);
    const users = presentUsers(world);
    if (group === undefined || users.length === 0) return undefined;
    return { kind: 'addMembers', group, users: random.some(users, 3) };
  },
  removeMembers: (world, random) => {
    const pair = random.pick([...world.manualMembers]);
    const [group, user] = pair?.split(' ') ?? [];
    return group === undefined || user === undefined ? undefined : { kind: 'removeMembers', group, users: [user] };
  },
  createSet: (world, random) => {
    if (world.permissionSets.size > 8) return undefined;
    const isPlain = random.chance(0.6);
    return { kind: 'createSet', permissions: random.some(isPlain ? plainPermissions : allPermissions, 3) };
  },
  updateSet: (world, random) => {
    const permissionSet = random.pick(ownSets(world));
    if (permissionSet === undefined) return undefined;
    const permissions = random.some(random.chance(0.5) ? allPermissions : plainPermissions, 3);
    return { kind: 'updateSet', permissionSet, permissions, isConfirmed: random.chance(0.7) };
  },
  deleteSet: (world, random) => {
    const permissionSet = random.pick(ownSets(world));
    return permissionSet === undefined ? undefined : { kind: 'deleteSet', permissionSet };
  },
  createSpace: (world) => (world.spaces.size > 2 ? undefined : { kind: 'createSpace' }),
  deleteSpace: (world, random) => {
    const space = random.pick([...world.spaces.keys()]);
    return space === undefined ? undefined : { kind: 'deleteSpace', space };
  },
  grant: (world, random) => {
    const permissionSet = random.one([...world.permissionSets.keys()]);
    const isConfirmed = random.chance(0.85);
    const space = random.chance(0.3) ? (random.pick([...world.spaces.keys()]) ?? null) : null;
    if (random.chance(0.7)) {
      const bare = [...world.groups.keys()].filter((group) => grantsOf(world, group).length === 0);
      const group = random.pick(random.chance(0.5) && bare.length > 0 ? bare : [...world.groups.keys()]);
      return group === undefined ? undefined : { kind: 'grant', permissionSet, group, user: null, space, isConfirmed };
    }
    const user = pickUser(world, random);
    return user === undefined ? undefined : { kind: 'grant', permissionSet, group: null, user, space, isConfirmed };
  },
  revoke: (world, random) => {
    const grant = random.pick([...world.grants.keys()]);
    return grant === undefined ? undefined : { kind: 'revoke', grant };
  },
  approveLink: (world, random) =>
    ofLink('approveLink', linked(world, random, ['pending', 'pending', 'rejected', 'removed_in_product'])),
  rejectLink: (world, random) => ofLink('rejectLink', linked(world, random, ['pending', 'conflict'])),
  separateLink: (world, random) => ofLink('separateLink', linked(world, random, ['pending', 'rejected'])),
  retryLink: (world, random) => ofLink('retryLink', linked(world, random, ['conflict'])),
  unlink: (world, random) => {
    const record = linked(world, random, ['active']);
    return record === undefined ? undefined : { kind: 'unlink', record, people: people(random) };
  },
  setPolicy: (_, random) => ({
    kind: 'setPolicy',
    policy: random.one<Policy>(['automatically', 'automatically', 'ask', 'never']),
  }),
  setDefault: (world, random) => ({
    kind: 'setDefault',
    permissionSet: random.chance(0.3) ? null : random.one([...world.permissionSets.keys()]),
  }),
  setPrecedence: (world, random) => {
    const directory = random.pick(openDirectories(world));
    return directory === undefined ? undefined : { kind: 'setPrecedence', directory, precedence: 1 + random.below(3) };
  },
  createDirectory: (world, random) =>
    world.directories.size > 4 ? undefined : { kind: 'createDirectory', isObserving: random.chance(0.7) },
  activateDirectory: (world, random) => {
    const directory = random.pick(directoriesThat(world, 'observing', 'paused'));
    return directory === undefined ? undefined : { kind: 'activateDirectory', directory };
  },
  pauseDirectory: (world, random) => {
    const directory = random.pick(directoriesThat(world, 'active'));
    return directory === undefined ? undefined : { kind: 'pauseDirectory', directory };
  },
  retireDirectory: (world, random) => {
    const open = openDirectories(world);
    const directory = open.length > 1 ? random.pick(open) : undefined;
    return directory === undefined ? undefined : { kind: 'retireDirectory', directory, people: people(random) };
  },
  addDomain: (_, random) => ({ kind: 'addDomain', domain: random.one(emailDomains) }),
  setProof: (world, random) => {
    const emailDomain = random.pick([...world.emailDomains.keys()]);
    if (emailDomain === undefined) return undefined;
    return { kind: 'setProof', emailDomain, isThere: random.chance(0.6) };
  },
  verifyDomain: (world, random) => {
    const proved = [...world.emailDomains].filter(([, { hasProof }]) => hasProof || random.chance(0.2));
    const emailDomain = random.pick(proved.map(([name]) => name));
    return emailDomain === undefined ? undefined : { kind: 'verifyDomain', emailDomain };
  },
  removeDomain: (world, random) => {
    const emailDomain = random.pick([...world.emailDomains.keys()]);
    return emailDomain === undefined ? undefined : { kind: 'removeDomain', emailDomain };
  },
  trespass: () => ({ kind: 'trespass' }),
  passTime: (_, random) => {
    const days = random.one([0.04, 0.5, 3, 12, 29, 31, 45]);
    return { kind: 'passTime', milliseconds: Math.round(days * DAY) + 1 };
  },
  maintain: () => ({ kind: 'maintain' }),
} satisfies Record<string, Maker>;

function ownSets(world: World): string[] {
  return [...world.permissionSets]
    .filter(([name, set]) => set.builtIn === null && name !== 'helper')
    .map(([name]) => name);
}

function ofUser(
  kind: 'removeUser' | 'keepUser' | 'blockUser' | 'unblockUser',
  user: string | undefined,
): Act | undefined {
  return user === undefined ? undefined : { kind, user };
}

function ofLink(
  kind: 'approveLink' | 'rejectLink' | 'separateLink' | 'retryLink',
  record: string | undefined,
): Act | undefined {
  return record === undefined ? undefined : { kind, record };
}
