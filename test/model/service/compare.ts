import { foldKey, groupNameKey } from '../../../src/attributes/fold.ts';
import { textOf } from '../documents.ts';
import { groupOfKey } from '../groups.ts';
import { holderOf } from '../profile.ts';
import type { World } from '../world.ts';
import type { Names } from './names.ts';
import type { Place } from './place.ts';
import { storedDocument } from './scim-requests.ts';
import type { Snapshot } from './snapshot.ts';

/** What the rows of an organization say otherwise than the model, one line each; names new ids on the way. */
export function differencesOf(world: World, place: Place, snapshot: Snapshot): string[] {
  const { names } = place;
  nameUsersAndGroups(world, names, snapshot);
  const name = (id: string | null) => (id === null ? null : names.name(id));
  const differences: string[] = [];
  const compare = (what: string, expected: Iterable<[string, unknown]>, got: Iterable<[string, unknown]>) => {
    const left = new Map(got);
    for (const [key, value] of expected) {
      const text = textOf(value);
      const other = left.has(key) ? textOf(left.get(key)) : 'nothing';
      left.delete(key);
      if (text !== other) differences.push(`${what} ${key}: expected ${text}, got ${other}`);
    }
    for (const [key, value] of left) differences.push(`${what} ${key}: expected nothing, got ${textOf(value)}`);
  };
  const directory = (id: string | null) =>
    [...place.directories].find(([, placed]) => placed.id === id)?.[0] ?? (id === null ? null : `?${id}`);

  compare(
    'organization',
    [['', [world.policy, world.defaultSet]]],
    [['', [snapshot.groupMatching, name(snapshot.defaultPermissionSetId)]]],
  );
  compare(
    'directory',
    entries(world.directories, ({ status, precedence }) => [status, precedence]),
    snapshot.directories.map(([id, ...values]) => [directory(id) ?? '', values]),
  );
  compare(
    'directory user',
    entries(world.records, (record) => [
      record.directory,
      record.document.active,
      textOf(storedDocument(record.document)),
    ]),
    snapshot.records.map(([id, of, active, resource]) => [names.name(id), [directory(of), active, textOf(resource)]]),
  );
  compare(
    'directory group',
    entries(world.directoryGroups, ({ directory: of, displayName, externalId }) => [of, displayName, externalId]),
    snapshot.directoryGroups.map(([id, of, { displayName, externalId = null }]) => [
      names.name(id),
      [directory(of), displayName, externalId],
    ]),
  );
  compare(
    'directory member',
    [...world.directoryGroups].flatMap(([group, { members }]) =>
      [...members.keys()].map((record): [string, unknown] => [`${group} ${record}`, 1]),
    ),
    snapshot.directoryMembers.map(([group, record]) => [`${name(group)} ${name(record)}`, 1]),
  );
  compare(
    'user',
    entries(world.users, (user) => [
      user.userName,
      user.nameKey !== null,
      user.displayName,
      user.email,
      user.isManual || user.isRemoved,
      user.isBlocked,
      user.isRemoved,
    ]),
    snapshot.users.map(([id, userName, hasName, displayName, email, isManual, isBlocked, isRemoved]) => [
      names.name(id),
      // Whether a removed user was manual means nothing any more.
      [userName, hasName, displayName, email, isManual || isRemoved, isBlocked, isRemoved],
    ]),
  );
  compare(
    'group',
    entries(world.groups, (group) => [group.name, group.madeBy]),
    snapshot.groups.map(([id, called, madeBy]) => [names.name(id), [called, directory(madeBy)]]),
  );
  compare(
    'manual member',
    [...world.manualMembers].map((pair) => [pair, 1]),
    snapshot.manualMembers.map(([group, user]) => [`${name(group)} ${name(user)}`, 1]),
  );
  compareLinks(world, names, snapshot, compare);
  compare(
    'grant',
    entries(world.grants, (grant) => [grant.permissionSet, grant.group, grant.user, grant.space]),
    snapshot.grants.map(([id, ...ids]) => [names.name(id), ids.map(name)]),
  );
  compare(
    'permission set',
    entries(world.permissionSets, (set) => [set.builtIn, set.permissions]),
    snapshot.permissionSets.map(([id, ...values]) => [names.name(id), values]),
  );
  compare(
    'space',
    entries(world.spaces, () => 1),
    snapshot.spaces.map((id) => [names.name(id), 1]),
  );
  compare(
    'domain',
    entries(world.emailDomains, ({ domain, status, missingSince, missingChecks }) => [
      domain,
      status,
      missingSince !== null,
      missingChecks,
      status === 'verified',
    ]),
    snapshot.emailDomains.map(([id, ...values]) => [names.name(id), values]),
  );
  return differences;
}

function entries<Item>(items: ReadonlyMap<string, Item>, facts: (item: Item) => unknown): [string, unknown][] {
  return [...items].map(([name, item]) => [name, facts(item)]);
}

type Compare = (what: string, expected: Iterable<[string, unknown]>, got: Iterable<[string, unknown]>) => void;

function compareLinks(world: World, names: Names, snapshot: Snapshot, compare: Compare): void {
  compare(
    'user link',
    numbered(
      world.userLinks.map(({ record, user, state, reason }) => [record, [...shown(state, user), said(state, reason)]]),
    ),
    numbered(
      snapshot.userLinks.map(([, record, user, state, reason]) => [
        names.name(record),
        [...shown(state, names.name(user)), said(state, reason)],
      ]),
    ),
  );
  compare(
    'group link',
    entries(world.groupLinks, ({ group, state, reason, earlier }) => [
      state,
      group,
      reason,
      reason === 'earlier_decision' ? earlier : null,
    ]),
    snapshot.groupLinks.map(([, record, group, state, reason, earlier]) => [
      names.name(record),
      [state, group === null ? null : names.name(group), reason, reason === 'earlier_decision' ? earlier : null],
    ]),
  );
}

/** A link in conflict or of the past leads to nobody, whatever its row still says. */
function shown(state: string, target: string | null): [string, string | null] {
  return [state, state === 'conflict' || state === 'superseded' ? null : target];
}

/** Why a link is of the past is the service's own note, but for a retired directory. */
function said(state: string, reason: string | null): string | null {
  return state === 'superseded' && reason !== 'directory_retired' ? null : reason;
}

/** The links of a record are told apart by their order. */
function numbered(rows: [string, unknown][]): [string, unknown][] {
  const seen = new Map<string, number>();
  return rows.map(([record, value]) => {
    const number = (seen.get(record) ?? 0) + 1;
    seen.set(record, number);
    return [`${record}#${number}`, value];
  });
}

/** Users and groups that directories make are known by the links that lead to them, else by their names. */
function nameUsersAndGroups(world: World, names: Names, snapshot: Snapshot): void {
  const pair = (name: string | null | undefined, id: string | null | undefined) => {
    if (name && id && !names.hasId(name) && !names.hasName(id)) names.bind(name, id);
  };
  const links = new Map(numbered(world.userLinks.map((link) => [link.record, link.user])));
  for (const [key, id] of numbered(snapshot.userLinks.map(([, record, user]) => [names.name(record), user]))) {
    pair(links.get(key) as string | undefined, id as string);
  }
  for (const [, record, group, state] of snapshot.groupLinks) {
    const link = world.groupLinks.get(names.name(record));
    if (link?.state === state) pair(link.group, group);
  }
  for (const [id, userName, hasName] of snapshot.users) {
    if (hasName && !names.hasName(id)) pair(holderOf(world, foldKey(userName)), id);
  }
  for (const [id, called] of snapshot.groups) {
    if (!names.hasName(id)) pair(groupOfKey(world, groupNameKey(called)), id);
  }
}

/** Of two that were made at the same moment, the rows tell which was first; what comes first matters to who matches. */
export function orderAsMade(world: World, names: Names, snapshot: Snapshot): void {
  const inOrder = <Item>(items: Map<string, Item>, ids: readonly string[]) => {
    const all = new Map(items);
    items.clear();
    for (const name of ids.map((id) => names.name(id))) {
      const item = all.get(name);
      if (item !== undefined) items.set(name, item);
    }
  };
  inOrder(world.users, idsOf(snapshot.users));
  inOrder(world.groups, idsOf(snapshot.groups));
  inOrder(world.records, idsOf(snapshot.records));
  inOrder(world.directoryGroups, idsOf(snapshot.directoryGroups));
  inOrder(
    world.groupLinks,
    snapshot.groupLinks.map(([, record]) => record),
  );
  const records = snapshot.userLinks.map(([, record]) => names.name(record));
  const left = [...world.userLinks];
  world.userLinks = records.flatMap((record) =>
    left.splice(
      left.findIndex((link) => link.record === record),
      1,
    ),
  );
}

function idsOf(rows: readonly (readonly [string, ...unknown[]])[]): string[] {
  return rows.map(([id]) => id);
}
