import { createHash } from 'node:crypto';
import type { OrganizationTransaction } from '../../database/database.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { groupKey } from '../groups/group-key.ts';
import { reasonToStayApart, standsAgain } from '../links/group-matching.ts';
import type { LinkReason } from '../links/link.entity.ts';
import { grantsDigest, oldestTombstone } from '../links/tombstones.ts';
import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { resolveHeld } from '../permissions/granted-permissions.ts';
import { protectionParameters } from '../permissions/protected.ts';
import type { DirectoryStatus } from './directory.entity.ts';
import * as store from './directory-preview.store.ts';

/** What becomes of a group when its directory is activated: it makes a group, joins one, waits, or stays apart. */
export type GroupOutcome = 'creates' | 'joins' | 'waits' | 'conflicts';

export interface PreviewedGroup {
  /** The directory group. */
  id: string;
  displayName: string;
  outcome: GroupOutcome;
  /** Why it waits or stays apart; null otherwise. */
  reason: LinkReason | null;
  /** The existing group that it joins, or waits for. */
  groupId: string | null;
}

/** What activating a directory would do; `digest` names exactly this state of affairs. */
export interface DirectoryPreview extends store.PeopleCounts {
  directoryId: string;
  heldMembersCount: number;
  newGroupsCount: number;
  joiningGroupsCount: number;
  waitingGroupsCount: number;
  conflictingGroupsCount: number;
  /** What the groups that are joined give the people of the directory. */
  permissions: string[];
  /** In the order of their making. */
  groups: PreviewedGroup[];
  digest: string;
}

/** The states from which a directory can be activated. */
const activatable: readonly DirectoryStatus[] = ['observing', 'paused'];

/** Computes, and changes nothing. Throws `notFound`, `directoryStatusConflict` unless the directory could be activated. */
export async function previewDirectory(
  transaction: OrganizationTransaction,
  directoryId: string,
  { catalogue, at }: { catalogue: PermissionCatalogue; at: Date },
): Promise<DirectoryPreview> {
  const [directory] = await transaction.rows(store.directoryToPreview, directoryId);
  if (!directory) throw notFound('directory', directoryId);
  if (!activatable.includes(directory.status)) {
    const message = `The directory is ${directory.status}, so there is nothing to activate.`;
    throw new DomainError('directoryStatusConflict', message, { path: 'id' });
  }
  const [people] = await transaction.rows(store.countPeople, directoryId);
  const [members] = await transaction.rows(store.countHeldMembers, directoryId);
  if (!people || !members) throw new Error('A count was not answered.');
  const groups = await previewGroups(transaction, directoryId, { ...directory, catalogue, at });
  const joined = groups.flatMap(({ outcome, groupId }) => (outcome === 'joins' && groupId ? [groupId] : []));
  const held = await transaction.rows(store.grantedToGroups, joined);
  const permissions = [...resolveHeld(catalogue, held)].sort();
  const count = (outcome: GroupOutcome) => groups.filter((group) => group.outcome === outcome).length;
  const preview = {
    directoryId,
    ...people,
    ...members,
    newGroupsCount: count('creates'),
    joiningGroupsCount: count('joins'),
    waitingGroupsCount: count('waits'),
    conflictingGroupsCount: count('conflicts'),
    permissions,
    groups,
  };
  const facts = JSON.stringify([directory, preview]);
  return { ...preview, digest: createHash('sha256').update(facts).digest('base64url') };
}

interface Ground {
  groupMatching: GroupMatching;
  catalogue: PermissionCatalogue;
  at: Date;
}

/** A group of the product as it stands when the next directory group comes to it. */
interface Standing extends Pick<store.GroupInTheWay, 'hasActiveLink' | 'isProtected'> {
  /** Null for one that an earlier group of the preview makes. */
  id: string | null;
}

async function previewGroups(
  transaction: OrganizationTransaction,
  directoryId: string,
  { groupMatching, catalogue, at }: Ground,
): Promise<PreviewedGroup[]> {
  const groups = await transaction.rows(store.unlinkedGroups, directoryId);
  const externalIds = groups.flatMap(({ externalId }) => (externalId === null ? [] : [externalId]));
  const remembered = await transaction.rows(store.tombstonesOf, directoryId, externalIds, oldestTombstone(at));
  const tombstones = new Map(remembered.map((tombstone) => [tombstone.externalId, tombstone]));
  const keys = groups.map((group) => groupKey(group.displayName));
  const ids = remembered.flatMap(({ groupId }) => (groupId === null ? [] : [groupId]));
  const existing = await transaction.rows(store.groupsInTheWay, ...protectionParameters(catalogue), keys, ids);
  const byId = new Map<string, Standing>(existing.map((group) => [group.id, group]));
  const byKey = new Map<string, Standing>(existing.map((group) => [group.nameKey, group]));
  const previewed: PreviewedGroup[] = [];
  for (const [position, { id, displayName, externalId }] of groups.entries()) {
    const tombstone = externalId === null ? undefined : tombstones.get(externalId);
    if (externalId !== null) tombstones.delete(externalId);
    const key = keys[position] ?? '';
    const again = tombstone && (await placeAgain(transaction, tombstone, byId));
    const place = again ?? placeByName(byKey, key, groupMatching);
    previewed.push({ id, displayName, ...place });
  }
  return previewed;
}

type Place = Pick<PreviewedGroup, 'outcome' | 'reason' | 'groupId'>;

/** As `linkNewGroup` places a new group by its name; what it does to the ground counts for the next one. */
function placeByName(byKey: Map<string, Standing>, key: string, groupMatching: GroupMatching): Place {
  const standing = byKey.get(key);
  if (!standing) {
    byKey.set(key, { id: null, hasActiveLink: true, isProtected: false });
    return { outcome: 'creates', reason: null, groupId: null };
  }
  const reason = reasonToStayApart(standing, groupMatching);
  if (reason === null) standing.hasActiveLink = true;
  const outcome = reason === null ? 'joins' : reason === 'name_is_taken' ? 'conflicts' : 'waits';
  return { outcome, reason, groupId: standing.id };
}

/** As `linkNewGroup` places a group that was deleted and pushed again; undefined where the name decides. */
async function placeAgain(
  transaction: OrganizationTransaction,
  tombstone: { groupId: string | null; state: string; grantsDigest: string },
  byId: Map<string, Standing>,
): Promise<Place | undefined> {
  const { groupId, state } = tombstone;
  if (state === 'active' && groupId === null) return undefined;
  const standing = groupId === null ? undefined : byId.get(groupId);
  if (!standing) return { outcome: 'waits', reason: 'earlier_decision', groupId: null };
  const group = { ...standing, grantsDigest: await grantsDigest(transaction, groupId) };
  if (!standsAgain(tombstone, group)) return { outcome: 'waits', reason: 'earlier_decision', groupId };
  standing.hasActiveLink = true;
  return { outcome: 'joins', reason: null, groupId };
}
