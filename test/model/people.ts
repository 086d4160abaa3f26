import { foldKey } from '../../src/attributes/fold.ts';
import { counts, hasSensitiveGroup, isHeldIn } from './access.ts';
import { isSameDocument, keyOf, profileOf, workEmailOf } from './documents.ts';
import { isAdopted } from './domains.ts';
import { carryProfile, holderOf } from './profile.ts';
import {
  activeLinksOf,
  DAY,
  directoryOf,
  type Grant,
  get,
  INACTIVITY_DAYS,
  linkOf,
  newName,
  type UserDocument,
  type UserLink,
  type World,
} from './world.ts';

/** docs/life-cycles.md, "People": what the identity provider does. */

export function findRecord(world: World, directory: string, nameKey: string): string | undefined {
  for (const [name, record] of world.records) {
    if (record.directory === directory && keyOf(record.document) === nameKey) return name;
  }
  return undefined;
}

/** A POST of somebody whom the directory does not have. */
export function createRecord(world: World, name: string, directory: string, document: UserDocument): void {
  const personExternalId = document.externalId ?? null;
  world.records.set(name, { directory, document, personExternalId, isHeld: false });
  if (directoryOf(world, name).status === 'active') placeRecord(world, name);
}

/** A new document over a record, by PATCH, PUT or a POST of an inactive userName. */
export function writeRecord(world: World, name: string, document: UserDocument): void {
  const before = get(world.records, name).document;
  if (isNewPerson(world, name, document)) writeNewPerson(world, name, document);
  else if (!isSameDocument(before, document)) writeSamePerson(world, name, document);
}

function writeSamePerson(world: World, name: string, document: UserDocument): void {
  const record = get(world.records, name);
  const before = record.document;
  const { status } = directoryOf(world, name);
  record.document = document;
  if (!document.active) record.isHeld = false;
  if (document.active && !before.active) record.isHeld = status === 'paused';
  if (document.active) record.personExternalId = document.externalId ?? record.personExternalId;
  const link = linkOf(world, name);
  if (link?.state === 'active') {
    settleUser(world, link.user);
    if (linkOf(world, name)?.state === 'active') followRecord(world, link.user, name);
  } else if (link?.state === 'conflict' && status === 'active' && keyOf(before) !== keyOf(document)) {
    giveNewUser(world, name);
  }
}

/** A DELETE: the record, its memberships and links go. */
export function deleteRecord(world: World, name: string): void {
  const link = linkOf(world, name);
  for (const group of world.directoryGroups.values()) group.members.delete(name);
  world.userLinks = world.userLinks.filter((other) => other.record !== name);
  world.records.delete(name);
  if (link?.state === 'active') releaseUser(world, link.user);
}

/**
 * Somebody else when the externalId differs from that of the person who had the record, and the record comes back, or
 * came back without one.
 */
function isNewPerson(world: World, name: string, { externalId, active }: UserDocument): boolean {
  const { document, personExternalId } = get(world.records, name);
  if (externalId === undefined || personExternalId === null || externalId === personExternalId) return false;
  return document.active ? document.externalId === undefined : active;
}

function writeNewPerson(world: World, name: string, document: UserDocument): void {
  const record = get(world.records, name);
  const link = linkOf(world, name);
  for (const group of world.directoryGroups.values()) group.members.delete(name);
  Object.assign(record, { document, personExternalId: document.externalId, isHeld: false });
  let previous: string | undefined;
  if (link) {
    // A link that waits, or was declined, has led nobody in: its user is somebody else's affair.
    const wasTheirs = hasLedIn(link);
    Object.assign(link, { state: 'superseded', reason: wasTheirs ? null : 'user_exists' });
    if (wasTheirs) {
      previous = link.user;
      // Whom an admin or another record still holds in keeps the name.
      if (!isHeldIn(world, previous)) get(world.users, previous).nameKey = null;
    }
  }
  if (directoryOf(world, name).status === 'active') placeRecord(world, name);
  if (previous !== undefined) releaseUser(world, previous);
}

function hasLedIn({ state, reason }: UserLink): boolean {
  return state === 'active' || state === 'removed_in_product' || reason === 'unlinked' || reason === 'long_absence';
}

/** "Matching": by userName, else by work e-mail, but nobody whom the record led to before it was somebody else's. */
function findMatch(world: World, name: string): string | undefined {
  const { document, directory } = get(world.records, name);
  const byName = holderOf(world, keyOf(document));
  if (byName !== undefined) return byName;
  const email = workEmailOf(document);
  if (email === null) return undefined;
  const before = new Set(formerUsers(world, name));
  for (const [candidate, user] of world.users) {
    if (user.isRemoved || user.email === null || before.has(candidate)) continue;
    const isManagedHere = activeLinksOf(world, candidate).some(
      (link) => get(world.records, link.record).directory === directory,
    );
    if (foldKey(user.email) === foldKey(email) && !isManagedHere) return candidate;
  }
  return undefined;
}

/** Whom a record led to before another person took it over. */
function formerUsers(world: World, record: string): string[] {
  const former = world.userLinks.filter((link) => link.record === record && link.state === 'superseded');
  return former.filter((link) => link.reason === null).map((link) => link.user);
}

/** Links a record without a link: to a new user, or waiting for whom it matches. */
export function placeRecord(world: World, name: string): void {
  const match = findMatch(world, name);
  if (match === undefined) {
    const user = makeUser(world, name);
    world.userLinks.push({ record: name, user, state: 'active', reason: null, isDecided: false });
  } else if (isAdopted(world, name, match)) {
    world.userLinks.push({ record: name, user: match, state: 'active', reason: null, isDecided: false });
    get(world.users, match).isManual = false;
    settleUser(world, match, true);
  } else {
    world.userLinks.push({ record: name, user: match, state: 'pending', reason: 'user_exists', isDecided: false });
  }
}

function makeUser(world: World, record: string): string {
  const name = newName(world, `u:${record}`);
  const { document } = get(world.records, record);
  world.users.set(name, {
    ...profileOf(document),
    nameKey: keyOf(document),
    isManual: false,
    isBlocked: false,
    isRemoved: false,
    inactiveSince: counts(world, record) ? null : world.now,
  });
  return name;
}

/** `separateLink` and `retryLink`: a user of their own, or `conflict` with whom has the userName. */
export function giveNewUser(world: World, record: string): void {
  const link = linkOf(world, record);
  if (!link) throw new Error(`The model has no link of ${record}.`);
  const holder = holderOf(world, keyOf(get(world.records, record).document));
  if (holder === undefined) Object.assign(link, { user: makeUser(world, record), state: 'active', reason: null });
  else Object.assign(link, { user: holder, state: 'conflict', reason: 'name_is_taken' });
}

/** A link of the user ended: whoever holds them now leads. */
export function releaseUser(world: World, user: string, isApproved = false): void {
  settleUser(world, user, isApproved);
  carryProfile(world, user);
}

/** The profile follows the record that changed, as far as it leads. */
function followRecord(world: World, user: string, record: string): void {
  const links = activeLinksOf(world, user);
  if (links.length > 1 || counts(world, record)) carryProfile(world, user);
}

/**
 * After any change of who holds a user in: notes since when nobody does, and, for somebody who is back after too long, ends
 * what was given by hand; what is sensitive waits for an admin, unless that admin has just approved.
 */
export function settleUser(world: World, name: string, isApproved = false): void {
  const user = get(world.users, name);
  if (!isHeldIn(world, name)) {
    user.inactiveSince ??= world.now;
    return;
  }
  if (user.inactiveSince !== null && world.now - user.inactiveSince > INACTIVITY_DAYS * DAY) {
    lapse(world, name);
    // Who is manual is in by an admin's act, whatever their records say.
    if (!isApproved && !user.isManual && (hasSensitiveGroup(world, name) || owns(world, name))) {
      for (const link of activeLinksOf(world, name)) {
        if (counts(world, link.record)) Object.assign(link, { state: 'pending', reason: 'long_absence' });
      }
      return;
    }
  }
  user.inactiveSince = null;
}

/** Manual memberships and direct grants fall away, but not the record of who owns the organization. */
function lapse(world: World, user: string): void {
  endAccess(world, user, ({ permissionSet, space }) => permissionSet === 'owner' && space === null);
}

/** All that a user was given by hand ends, but for the grants that stay. */
export function endAccess(world: World, user: string, stays: (grant: Grant) => boolean = () => false): void {
  for (const pair of world.manualMembers) if (pair.endsWith(` ${user}`)) world.manualMembers.delete(pair);
  for (const [name, grant] of world.grants) if (grant.user === user && !stays(grant)) world.grants.delete(name);
}

/** A direct grant of `owner`; one through a group is sensitive anyway. */
function owns(world: World, user: string): boolean {
  return [...world.grants.values()].some(
    (grant) => grant.user === user && grant.permissionSet === 'owner' && grant.space === null,
  );
}

/** What the maintenance does about people: who is away for too long loses what was given by hand before they return. */
export function lapseAbsent(world: World): void {
  for (const [name, user] of world.users) {
    if (user.inactiveSince !== null && world.now - user.inactiveSince > INACTIVITY_DAYS * DAY) lapse(world, name);
  }
}
