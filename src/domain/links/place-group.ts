import { v7 as uuid } from 'uuid';
import { GROUP_NAME_KEY_VERSION } from '../../attributes/fold.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import { groupKey } from '../groups/group-key.ts';
import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { protectedGroups } from '../permissions/protected.ts';
import { absorbManualMembers } from './absorption.ts';
import { reasonToStayApart, standsAgain } from './group-matching.ts';
import type { EarlierDecision, LinkReason, LinkState } from './link.entity.ts';
import { earlierDecision, grantsDigest, type Tombstone, takeTombstone } from './tombstones.ts';

const insertGroup = statement<{ id: string }>(
  `insert into groups (organization_id, id, name, name_key, name_key_version, created_by_directory_id, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, 1, $7, $7)
   on conflict (organization_id, name_key) do nothing returning id`,
);

interface ExistingGroup {
  id: string;
  hasActiveLink: boolean;
}

const EXISTING_GROUP = `g.id, exists (select 1 from group_links l
                         where l.organization_id = $1 and l.group_id = g.id and l.state = 'active') as "hasActiveLink"`;

/** Locked, so that of two directory groups that want one group at once only one gets it. */
const groupByKey = statement<ExistingGroup>(
  `select ${EXISTING_GROUP} from groups g where g.organization_id = $1 and g.name_key = $2 for no key update of g`,
);
const groupById = statement<ExistingGroup>(
  `select ${EXISTING_GROUP} from groups g where g.organization_id = $1 and g.id = $2 for no key update of g`,
);

const insertLink = statement<never>(
  `insert into group_links (organization_id, id, directory_group_id, group_id, state, reason, decided_by, decided_at, earlier,
                            provisioning_event_id, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11)`,
);

const moveLink = statement<never>(
  `update group_links set group_id = $3, state = $4, reason = $5, version = version + 1, updated_at = $6
    where organization_id = $1 and id = $2`,
);

export interface DirectoryGroupToLink {
  id: string;
  directoryId: string;
  displayName: string;
  at: Date;
}

export interface LinkRules {
  groupMatching: GroupMatching;
  catalogue: PermissionCatalogue;
}

/** Where a directory group belongs: its group, and whether it counts there at once. */
export interface Placement {
  groupId: string | null;
  state: LinkState;
  reason: LinkReason | null;
}

/**
 * Links a new directory group: as an earlier one of the same externalId was linked that was deleted within 30 days, else
 * to a new group where its name is free, else to the group of that name, `active` or `pending` (docs/life-cycles.md). Its
 * members are there already.
 */
export async function linkNewGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink & { externalId: string | null; provisioningEventId: string | null },
  rules: LinkRules,
): Promise<Placement> {
  const tombstone = await takeTombstone(transaction, group);
  const remembered = tombstone && (await placeAgain(transaction, tombstone, rules));
  const { groupId, state, reason } = remembered ?? (await placeGroup(transaction, actor, group, rules));
  const earlier: EarlierDecision | null = tombstone && remembered ? earlierDecision(tombstone) : null;
  const id = uuid();
  const decided = earlier ? [json(earlier.decidedBy), earlier.decidedAt] : [null, null];
  const values = [id, group.id, groupId, state, reason, ...decided, json(earlier), group.provisioningEventId, group.at];
  await transaction.rows(insertLink, ...values);
  const data = { to: state, reason, directoryGroupId: group.id, groupId, ...(earlier ? { earlier } : {}) };
  await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: id, data, at: group.at });
  if (state === 'active' && groupId)
    await absorbManualMembers(transaction, actor, { groupIds: [groupId], at: group.at });
  return { groupId, state, reason };
}

/** The place of a directory group that was deleted and is pushed again; undefined where it is placed like a new one. */
async function placeAgain(
  transaction: OrganizationTransaction,
  tombstone: Tombstone,
  rules: LinkRules,
): Promise<Placement | undefined> {
  // The group went together with its directory group: nothing is left that the decision was on.
  if (tombstone.state === 'active' && tombstone.groupId === null) return undefined;
  const [group] = tombstone.groupId ? await transaction.rows(groupById, tombstone.groupId) : [];
  if (!group) return { groupId: null, state: 'pending', reason: 'earlier_decision' };
  const standing = {
    ...group,
    isProtected: await isProtected(transaction, group.id, rules),
    grantsDigest: await grantsDigest(transaction, group.id),
  };
  if (standsAgain(tombstone, standing)) return { groupId: group.id, state: 'active', reason: null };
  return { groupId: group.id, state: 'pending', reason: 'earlier_decision' };
}

/** Finds, or makes, the group of a directory group's name, and says whether the link may count at once. */
export async function placeGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  rules: LinkRules,
): Promise<Placement> {
  const made = await makeGroupFor(transaction, actor, group);
  if (made) return { groupId: made, state: 'active', reason: null };
  const existing = await groupOfName(transaction, group.displayName);
  // The group that was in the way has gone at this moment: its name is free.
  if (!existing) return placeGroup(transaction, actor, group, rules);
  const reason = await reasonToWait(transaction, existing, rules);
  if (reason === 'name_is_taken') return { groupId: existing.id, state: 'conflict', reason };
  return { groupId: existing.id, state: reason ? 'pending' : 'active', reason };
}

/** The group of this name, locked, if there is one. */
export async function groupOfName(
  transaction: OrganizationTransaction,
  displayName: string,
): Promise<ExistingGroup | undefined> {
  return (await transaction.rows(groupByKey, groupKey(displayName)))[0];
}

/** Makes a group of a directory group's name, without members or permissions; undefined where the name is taken. */
export async function makeGroupFor(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
): Promise<string | undefined> {
  const { displayName, directoryId, at } = group;
  const id = uuid();
  const values = [id, displayName, groupKey(displayName), GROUP_NAME_KEY_VERSION, directoryId, at];
  const [made] = await transaction.rows(insertGroup, ...values);
  if (!made) return undefined;
  const data = { name: displayName, directoryGroupId: group.id };
  await recordEvent(transaction, actor, { type: 'groupCreated', subjectId: id, data, at });
  return id;
}

async function reasonToWait(
  transaction: OrganizationTransaction,
  existing: ExistingGroup,
  rules: LinkRules,
): Promise<LinkReason | null> {
  const standing = { ...existing, isProtected: await isProtected(transaction, existing.id, rules) };
  return reasonToStayApart(standing, rules.groupMatching);
}

async function isProtected(transaction: OrganizationTransaction, groupId: string, rules: LinkRules): Promise<boolean> {
  return (await protectedGroups(transaction, [groupId], rules.catalogue)).has(groupId);
}

/** Writes a new place into a link and tells of it; where it counts now, manual members are absorbed. */
export async function placeLink(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  place: Placement & { linkId: string },
): Promise<void> {
  const { linkId, groupId, state, reason } = place;
  await transaction.rows(moveLink, linkId, groupId, state, reason, group.at);
  const data = { to: state, reason, directoryGroupId: group.id, groupId };
  await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: linkId, data, at: group.at });
  if (state === 'active' && groupId)
    await absorbManualMembers(transaction, actor, { groupIds: [groupId], at: group.at });
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
