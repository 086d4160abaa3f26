import type { OrganizationTransaction } from '../../database/database.ts';
import { groupKey } from '../groups/group-key.ts';
import { reasonToStayApart, standsAgain } from '../links/group-matching.ts';
import type { LinkReason } from '../links/link.entity.ts';
import { grantsDigest, oldestTombstone } from '../links/tombstones.ts';
import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { protectionParameters } from '../permissions/protected.ts';
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

interface Rules {
  groupMatching: GroupMatching;
  catalogue: PermissionCatalogue;
  at: Date;
}

/**
 * Plays on paper what activation does to the groups of a directory, one after the other in the order of their making:
 * names carried over, conflicts tried again, new ones placed. Answers the places of those without a link.
 */
export async function previewGroups(
  transaction: OrganizationTransaction,
  directoryId: string,
  { groupMatching, catalogue, at }: Rules,
): Promise<PreviewedGroup[]> {
  const groups = await transaction.rows(store.groupsToPlace, directoryId);
  const conflicts = await transaction.rows(store.conflictsToRetry, directoryId);
  const pushedAgain = groups.flatMap((group) => (group.linkId === null && group.externalId ? [group.externalId] : []));
  const remembered = await transaction.rows(store.tombstonesOf, directoryId, pushedAgain, oldestTombstone(at));
  const keys = [...groups, ...conflicts].map((group) => groupKey(group.displayName));
  const ids = [...groups, ...remembered].flatMap(({ groupId }) => (groupId === null ? [] : [groupId]));
  const existing = await transaction.rows(store.groupsInTheWay, ...protectionParameters(catalogue), keys, ids);
  const ground = new Ground(existing, conflicts, groupMatching);
  const tombstones = new Map(remembered.map((tombstone) => [tombstone.externalId, tombstone]));
  const previewed: PreviewedGroup[] = [];
  for (const { linkId, id, displayName, externalId, groupId, isRenamed } of groups) {
    const key = groupKey(displayName);
    if (isRenamed && groupId !== null) ground.rename(groupId, key);
    else if (linkId !== null) ground.retry(linkId);
    else {
      const tombstone = tombstones.get(externalId ?? '');
      tombstones.delete(externalId ?? '');
      const again = tombstone && ground.placeAgain(tombstone, await grantsDigest(transaction, tombstone.groupId));
      previewed.push({ id, displayName, ...(again ?? ground.placeByName(key)) });
    }
  }
  return previewed;
}

type Place = Pick<PreviewedGroup, 'outcome' | 'reason' | 'groupId'>;

/** A group of the product as it stands when the next directory group comes to it. */
interface Standing extends Pick<store.GroupInTheWay, 'hasActiveLink' | 'isProtected' | 'nameKey'> {
  /** Null for one that an earlier group of the preview makes. */
  id: string | null;
}

/** The groups of the product that matter, changed on paper by one directory group after the other. */
class Ground {
  readonly #byId: Map<string, Standing>;
  readonly #byKey: Map<string, Standing>;
  readonly #conflicts: Map<string, { key: string; groupId: string | null }>;
  readonly #groupMatching: GroupMatching;

  constructor(
    existing: readonly store.GroupInTheWay[],
    conflicts: readonly store.GroupInConflict[],
    groupMatching: GroupMatching,
  ) {
    this.#byId = new Map(existing.map((group) => [group.id, group]));
    this.#byKey = new Map(existing.map((group) => [group.nameKey, group]));
    this.#conflicts = new Map(
      conflicts.map(({ linkId, displayName, groupId }) => [linkId, { key: groupKey(displayName), groupId }]),
    );
    this.#groupMatching = groupMatching;
  }

  /** As `renameLinkedGroup` carries a name over; who was in conflict with the old one is tried again. */
  rename(groupId: string, key: string): void {
    const group = this.#byId.get(groupId);
    if (!group || group.nameKey === key || this.#byKey.has(key)) return;
    this.#byKey.delete(group.nameKey);
    group.nameKey = key;
    this.#byKey.set(key, group);
    for (const [linkId, conflict] of this.#conflicts) if (conflict.groupId === groupId) this.retry(linkId);
  }

  /** As `moveWaitingLink` does; nothing for a link that is not in conflict. */
  retry(linkId: string): void {
    const conflict = this.#conflicts.get(linkId);
    if (!conflict) return;
    const holder = this.#byKey.get(conflict.key);
    if (holder?.id === conflict.groupId) return;
    if (holder && this.#groupMatching === 'never') conflict.groupId = holder.id;
    else this.#conflicts.delete(linkId);
    if (!holder) this.#make(conflict.key);
  }

  /** As `linkNewGroup` places a new group by its name; what it does to the ground counts for the next one. */
  placeByName(key: string): Place {
    const standing = this.#byKey.get(key);
    if (!standing) {
      this.#make(key);
      return { outcome: 'creates', reason: null, groupId: null };
    }
    const reason = reasonToStayApart(standing, this.#groupMatching);
    if (reason === null) standing.hasActiveLink = true;
    const outcome = reason === null ? 'joins' : reason === 'name_is_taken' ? 'conflicts' : 'waits';
    return { outcome, reason, groupId: standing.id };
  }

  /** As `linkNewGroup` places a group that was deleted and pushed again; undefined where the name decides. */
  placeAgain(
    tombstone: { groupId: string | null; state: string; grantsDigest: string },
    digest: string,
  ): Place | undefined {
    const { groupId, state } = tombstone;
    if (state === 'active' && groupId === null) return undefined;
    const standing = this.#byId.get(groupId ?? '');
    if (!standing) return { outcome: 'waits', reason: 'earlier_decision', groupId: null };
    if (!standsAgain(tombstone, { ...standing, grantsDigest: digest })) {
      return { outcome: 'waits', reason: 'earlier_decision', groupId };
    }
    standing.hasActiveLink = true;
    return { outcome: 'joins', reason: null, groupId };
  }

  #make(key: string): void {
    this.#byKey.set(key, { id: null, nameKey: key, hasActiveLink: true, isProtected: false });
  }
}
