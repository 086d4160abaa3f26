import { GROUP_NAME_KEY_VERSION } from '../../attributes/fold.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import { groupKey } from '../groups/group-key.ts';
import type { LinkState } from './link.entity.ts';
import type { DirectoryGroupToLink, LinkRules } from './place-group.ts';
import { moveWaitingLink, retryConflictsWith } from './retry-group.ts';

const linkOf = statement<{ id: string; groupId: string | null; state: LinkState }>(
  `select id, group_id as "groupId", state from group_links
    where organization_id = $1 and directory_group_id = $2 for update`,
);

const noteRename = statement<never>(
  `update group_links set reason = $4, version = version + 1, updated_at = $5
    where organization_id = $1 and directory_group_id = $2 and state = 'active' and reason is distinct from $4
      and exists (select 1 from groups g
                   where g.organization_id = $1 and g.id = group_id and g.created_by_directory_id = $3)`,
);

const renameOwnGroup = statement<{ id: string; isNameFree: boolean }>(
  `update groups g set name = $4, name_key = $5, name_key_version = $6, version = g.version + 1, updated_at = $7
     from groups old
    where g.organization_id = $1 and g.id = $2 and g.created_by_directory_id = $3 and g.name <> $4
      and old.organization_id = $1 and old.id = g.id
      and not exists (select 1 from groups o where o.organization_id = $1 and o.name_key = $5 and o.id <> g.id)
   returning g.id, old.name_key <> g.name_key as "isNameFree"`,
);

/**
 * Carries a rename over. An active link stays, and the product's group follows only if this directory made it and the
 * name is free. A link that waits is placed anew, but a rename alone never activates a link to an existing group.
 */
export async function renameLinkedGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  rules: Pick<LinkRules, 'groupMatching'>,
): Promise<void> {
  const [link] = await transaction.rows(linkOf, group.id);
  if (link?.state === 'active' && link.groupId) {
    await transaction.rows(noteRename, group.id, group.directoryId, null, group.at);
    await renameGroupMadeByDirectory(transaction, actor, group, link.groupId);
  } else if (link?.state === 'pending' || link?.state === 'conflict') {
    await moveWaitingLink(transaction, actor, group, { link, rules });
  }
}

/**
 * Notes a rename in a paused directory, where the product keeps the names it has: activation carries it over. Of a name
 * that only the product changed it would know nothing, and leaves that alone.
 */
export async function postponeRename(transaction: OrganizationTransaction, group: DirectoryGroupToLink): Promise<void> {
  await transaction.rows(noteRename, group.id, group.directoryId, 'renamed_while_paused', group.at);
}

/**
 * Gives a group the name of the directory group that fills it, if that directory made the group and the name is free.
 * Whatever was in conflict with the old name is tried again.
 */
async function renameGroupMadeByDirectory(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  groupId: string,
): Promise<void> {
  const { at, displayName, directoryId } = group;
  const values = [groupId, directoryId, displayName, groupKey(displayName), GROUP_NAME_KEY_VERSION, at];
  const [renamed] = await transaction.rows(renameOwnGroup, ...values);
  if (!renamed) return;
  const data = { name: displayName, directoryGroupId: group.id };
  await recordEvent(transaction, actor, { type: 'groupUpdated', subjectId: renamed.id, data, at });
  if (renamed.isNameFree) await retryConflictsWith(transaction, actor, { groupId, at });
}
