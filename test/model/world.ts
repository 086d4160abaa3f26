import { helperPermissions } from './catalogue.ts';

/**
 * What one organization is, as docs/life-cycles.md tells it, in maps and lists. Everything has a name of the model's own
 * (`p7` is the person whom step 7 sent), because ids are the service's affair. Maps keep the order of making.
 */
export interface World {
  now: number;
  policy: Policy;
  defaultSet: string | null;
  directories: Map<string, Directory>;
  records: Map<string, DirectoryUser>;
  directoryGroups: Map<string, DirectoryGroup>;
  users: Map<string, User>;
  groups: Map<string, Group>;
  /** Manual memberships as `group user`. */
  manualMembers: Set<string>;
  /** The superseded ones too, which are history. */
  userLinks: UserLink[];
  groupLinks: Map<string, GroupLink>;
  tombstones: Map<string, Tombstone>;
  permissionSets: Map<string, PermissionSet>;
  spaces: Map<string, { name: string }>;
  grants: Map<string, Grant>;
  emailDomains: Map<string, EmailDomain>;
  /** What other organizations have proved now: the one thing of theirs that an organization meets. */
  takenElsewhere: Set<string>;
  /** How often an identity provider left the organization without an owner. */
  alarms: number;
  /** Every name that the model ever gave, so that none means two things. */
  names: Set<string>;
}

export type Policy = 'automatically' | 'ask' | 'never';
export type DirectoryStatus = 'observing' | 'active' | 'paused' | 'retired';
export type LinkState = 'active' | 'pending' | 'rejected' | 'conflict' | 'removed_in_product' | 'superseded';
export type LinkReason =
  | 'organization_asks'
  | 'group_is_protected'
  | 'group_is_linked'
  | 'user_exists'
  | 'name_is_taken'
  | 'earlier_decision'
  | 'long_absence'
  | 'unlinked'
  | 'directory_retired'
  | 'renamed_while_paused';

export interface Directory {
  status: DirectoryStatus;
  precedence: number;
}

/** A stored SCIM User, without schemas, id and meta. */
export interface UserDocument {
  userName: string;
  active: boolean;
  externalId?: string;
  displayName?: string;
  title?: string;
  name?: { givenName?: string; familyName?: string };
  emails?: { type?: string; primary?: boolean; value: string }[];
  department?: string;
}

export interface DirectoryUser {
  directory: string;
  document: UserDocument;
  /** Whose externalId counts when somebody comes back: it outlives a document without one. */
  personExternalId: string | null;
  isHeld: boolean;
}

export interface DirectoryGroup {
  directory: string;
  displayName: string;
  externalId: string | null;
  /** By record; true while the row is held. */
  members: Map<string, boolean>;
}

export interface User {
  /** Null where somebody else may have it: a removed user, or one whose record another person took over. */
  nameKey: string | null;
  userName: string;
  displayName: string | null;
  email: string | null;
  isManual: boolean;
  isBlocked: boolean;
  isRemoved: boolean;
  /** Since when no active record and no admin holds them. */
  inactiveSince: number | null;
}

export interface Group {
  name: string;
  key: string;
  /** The directory that made it. */
  madeBy: string | null;
}

export interface UserLink {
  record: string;
  user: string;
  state: LinkState;
  reason: LinkReason | null;
  /** An admin decided on it at some time. */
  isDecided: boolean;
}

export interface GroupLink {
  group: string | null;
  state: LinkState;
  reason: LinkReason | null;
  /** The state that the tombstone told of. */
  earlier: LinkState | null;
  /** An admin decided on it, now or before it was deleted. */
  isDecided: boolean;
}

export interface Tombstone {
  group: string | null;
  state: LinkState;
  isDecided: boolean;
  grants: string;
  /** Whether the group went with the deletion. */
  isGroupGone: boolean;
  at: number;
}

export interface PermissionSet {
  builtIn: 'owner' | 'admin' | 'reader' | null;
  permissions: string[];
}

export interface EmailDomain {
  domain: string;
  status: 'pending' | 'verified' | 'lost';
  /** When DNS last answered. */
  checkedAt: number | null;
  missingSince: number | null;
  missingChecks: number;
  /** Whether the record of this claim stands in DNS. */
  hasProof: boolean;
}

export interface Grant {
  permissionSet: string;
  group: string | null;
  user: string | null;
  space: string | null;
}

export const DAY = 86_400_000;
export const INACTIVITY_DAYS = 30;
export const TOMBSTONE_DAYS = 30;

export function emptyWorld(now: number): World {
  return {
    now,
    policy: 'automatically',
    defaultSet: null,
    directories: new Map(),
    records: new Map(),
    directoryGroups: new Map(),
    users: new Map(),
    groups: new Map(),
    manualMembers: new Set(),
    userLinks: [],
    groupLinks: new Map(),
    tombstones: new Map(),
    permissionSets: new Map([
      ['owner', { builtIn: 'owner', permissions: [] }],
      ['admin', { builtIn: 'admin', permissions: [] }],
      ['reader', { builtIn: 'reader', permissions: [] }],
      ['helper', { builtIn: null, permissions: [...helperPermissions] }],
    ]),
    spaces: new Map(),
    grants: new Map(),
    emailDomains: new Map(),
    takenElsewhere: new Set(),
    alarms: 0,
    names: new Set(),
  };
}

export function get<Item>(items: ReadonlyMap<string, Item>, name: string): Item {
  const item = items.get(name);
  if (item === undefined) throw new Error(`The model has no ${name}.`);
  return item;
}

/** The link of a record that is not history. */
export function linkOf(world: World, record: string): UserLink | undefined {
  return world.userLinks.find((link) => link.record === record && link.state !== 'superseded');
}

export function activeLinksOf(world: World, user: string): UserLink[] {
  return world.userLinks.filter((link) => link.user === user && link.state === 'active');
}

export function activeLinkOfGroup(world: World, group: string): string | undefined {
  for (const [name, link] of world.groupLinks) if (link.group === group && link.state === 'active') return name;
  return undefined;
}

export function directoryOf(world: World, record: string): Directory {
  return get(world.directories, get(world.records, record).directory);
}

/** A name that nothing had yet: `stem`, then `stem'`, … */
export function newName(world: World, stem: string): string {
  let name = stem;
  while (world.names.has(name)) name += "'";
  world.names.add(name);
  return name;
}

export function membership(group: string, user: string): string {
  return `${group} ${user}`;
}

export function manualMembersOf(world: World, group: string): string[] {
  return [...world.manualMembers]
    .filter((pair) => pair.startsWith(`${group} `))
    .map((pair) => pair.split(' ')[1] ?? '');
}
