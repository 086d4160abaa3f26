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
import type { LinkReason, LinkState } from './link.entity.ts';

const insertGroup = statement<{ id: string }>(
  `insert into groups (organization_id, id, name, name_key, name_key_version, created_by_directory_id, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, 1, $7, $7)
   on conflict (organization_id, name_key) do nothing returning id`,
);

/** Locked, so that of two directory groups that want one group at once only one gets it. */
const groupByKey = statement<{ id: string; hasActiveLink: boolean }>(
  `select g.id, exists (select 1 from group_links l
                         where l.organization_id = $1 and l.group_id = g.id and l.state = 'active') as "hasActiveLink"
     from groups g where g.organization_id = $1 and g.name_key = $2 for no key update of g`,
);

const insertLink = statement<never>(
  `insert into group_links (organization_id, id, directory_group_id, group_id, state, reason, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, 1, $7, $7)`,
);

const linkOf = statement<{ id: string; groupId: string; state: LinkState }>(
  `select id, group_id as "groupId", state from group_links
    where organization_id = $1 and directory_group_id = $2 for update`,
);

const moveLink = statement<never>(
  `update group_links set group_id = $3, state = $4, reason = $5, version = version + 1, updated_at = $6
    where organization_id = $1 and id = $2`,
);

const renameOwnGroup = statement<{ id: string }>(
  `update groups g set name = $4, name_key = $5, name_key_version = $6, version = version + 1, updated_at = $7
    where g.organization_id = $1 and g.id = $2 and g.created_by_directory_id = $3 and g.name <> $4
      and not exists (select 1 from groups o where o.organization_id = $1 and o.name_key = $5 and o.id <> g.id)
   returning g.id`,
);

/** The directory made it, and nobody gave it members, grants or another link since. */
const deleteUntouchedGroup = statement<{ id: string }>(
  `delete from groups g
    where g.organization_id = $1 and g.id = $2 and g.created_by_directory_id = $3
      and not exists (select 1 from group_members m where m.organization_id = $1 and m.group_id = g.id)
      and not exists (select 1 from grants r where r.organization_id = $1 and r.group_id = g.id)
      and not exists (select 1 from group_links l where l.organization_id = $1 and l.group_id = g.id)
   returning g.id`,
);

export interface DirectoryGroupToLink {
  id: string;
  directoryId: string;
  displayName: string;
  at: Date;
}

interface LinkRules {
  groupMatching: GroupMatching;
  catalogue: PermissionCatalogue;
}

/**
 * Links a new directory group: to a new group where its name is free, else to the group of that name, `active` or
 * `pending` as design "Group-name matching" and "Protected" say. Answers the link's state.
 */
export async function linkNewGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  rules: LinkRules,
): Promise<{ state: LinkState; reason: LinkReason | null; groupId: string }> {
  const target = await placeGroup(transaction, actor, group, rules);
  const linkId = uuid();
  await transaction.rows(insertLink, linkId, group.id, target.groupId, target.state, target.reason, group.at);
  await recordEvent(transaction, actor, {
    type: 'linkStateChanged',
    subjectId: linkId,
    data: { to: target.state, reason: target.reason, directoryGroupId: group.id, groupId: target.groupId },
    at: group.at,
  });
  return target;
}

async function placeGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  rules: LinkRules,
): Promise<{ groupId: string; state: LinkState; reason: LinkReason | null }> {
  const key = groupKey(group.displayName);
  const made = await makeGroup(transaction, actor, group, key);
  if (made) return { groupId: made, state: 'active', reason: null };
  const [existing] = await transaction.rows(groupByKey, key);
  if (!existing) throw new Error('A group that was in the way has gone.');
  const reason = await reasonToWait(transaction, existing, rules);
  if (reason === 'name_is_taken') return { groupId: existing.id, state: 'conflict', reason };
  return { groupId: existing.id, state: reason ? 'pending' : 'active', reason };
}

async function makeGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  key: string,
): Promise<string | undefined> {
  const { displayName, directoryId, at } = group;
  const id = uuid();
  const [made] = await transaction.rows(insertGroup, id, displayName, key, GROUP_NAME_KEY_VERSION, directoryId, at);
  if (!made) return undefined;
  const data = { name: displayName, directoryGroupId: group.id };
  await recordEvent(transaction, actor, { type: 'groupCreated', subjectId: id, data, at });
  return id;
}

async function reasonToWait(
  transaction: OrganizationTransaction,
  existing: { id: string; hasActiveLink: boolean },
  rules: LinkRules,
): Promise<LinkReason | null> {
  if (rules.groupMatching === 'never') return 'name_is_taken';
  if (existing.hasActiveLink) return 'group_is_linked';
  if ((await protectedGroups(transaction, [existing.id], rules.catalogue)).has(existing.id))
    return 'group_is_protected';
  return rules.groupMatching === 'ask' ? 'organization_asks' : null;
}

/**
 * Carries a rename over. An active link stays, and the product's group follows only if this directory made it and the
 * name is free. A link that waits is placed anew, but a rename alone never activates a link to an existing group.
 */
export async function renameLinkedGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  rules: LinkRules,
): Promise<void> {
  const [link] = await transaction.rows(linkOf, group.id);
  // The group that the link was declined for is gone: the new name is placed like that of a new group.
  if (!link) {
    await linkNewGroup(transaction, actor, group, rules);
    return;
  }
  const key = groupKey(group.displayName);
  const { at, displayName, directoryId } = group;
  if (link.state === 'active') {
    const values = [link.groupId, directoryId, displayName, key, GROUP_NAME_KEY_VERSION, at];
    const [renamed] = await transaction.rows(renameOwnGroup, ...values);
    if (!renamed) return;
    await recordEvent(transaction, actor, {
      type: 'groupUpdated',
      subjectId: renamed.id,
      data: { name: displayName, directoryGroupId: group.id },
      at,
    });
  } else if (link.state === 'pending' || link.state === 'conflict') {
    await moveWaitingLink(transaction, actor, group, { ...link, key });
  }
}

async function moveWaitingLink(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  link: { id: string; groupId: string; key: string },
): Promise<void> {
  const made = await makeGroup(transaction, actor, group, link.key);
  const [existing] = made ? [] : await transaction.rows(groupByKey, link.key);
  const groupId = made ?? existing?.id ?? link.groupId;
  // A change of case or spacing leaves the link where it is, with its reason.
  if (groupId === link.groupId) return;
  const state: LinkState = made ? 'active' : 'pending';
  const reason: LinkReason | null = made ? null : 'organization_asks';
  await transaction.rows(moveLink, link.id, groupId, state, reason, group.at);
  await recordEvent(transaction, actor, {
    type: 'linkStateChanged',
    subjectId: link.id,
    data: { to: state, reason, directoryGroupId: group.id, groupId },
    at: group.at,
  });
}

/** The group a directory group is linked to, before the directory group goes. */
export async function linkedGroup(
  transaction: OrganizationTransaction,
  directoryGroupId: string,
): Promise<string | undefined> {
  const [link] = await transaction.rows(linkOf, directoryGroupId);
  return link?.groupId;
}

/** Removes the product's group behind a deleted directory group where nothing of the product hangs on it. */
export async function deleteGroupMadeByDirectory(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: { groupId: string; directoryId: string; at: Date },
): Promise<void> {
  const [deleted] = await transaction.rows(deleteUntouchedGroup, input.groupId, input.directoryId);
  if (deleted) await recordEvent(transaction, actor, { type: 'groupDeleted', subjectId: deleted.id, at: input.at });
}
