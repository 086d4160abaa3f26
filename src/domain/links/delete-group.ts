import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { LinkState } from './link.entity.ts';
import { grantsDigest, keepTombstone } from './tombstones.ts';

const linkOf = statement<{
  groupId: string | null;
  state: LinkState;
  decidedBy: Record<string, unknown> | null;
  decidedAt: Date | null;
}>(
  `select group_id as "groupId", state, decided_by as "decidedBy", decided_at as "decidedAt" from group_links
    where organization_id = $1 and directory_group_id = $2 for update`,
);
const deleteLink = statement<never>('delete from group_links where organization_id = $1 and directory_group_id = $2');
/** `$3` is an id for the count. */
const deleteDirectoryGroup = statement<never>(
  `with deleted as (
     delete from directory_groups where organization_id = $1 and id = $2 returning directory_id
   )
   insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
   select $1, directory_id, 'Group', $3::uuid, -1 from deleted`,
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

/**
 * Deletes a directory group, whose members are gone already, with its link. The product's group goes only where nothing of
 * the product hangs on it. For 30 days a tombstone remembers the link by the externalId.
 */
export async function deleteLinkedGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: { id: string; directoryId: string; externalId: string | null; at: Date },
): Promise<void> {
  const { directoryId, externalId, at } = group;
  const [link] = await transaction.rows(linkOf, group.id);
  await transaction.rows(deleteLink, group.id);
  await transaction.rows(deleteDirectoryGroup, group.id, uuid());
  if (!link) return;
  const digest = await grantsDigest(transaction, link.groupId);
  const isGone =
    link.groupId !== null &&
    (await deleteGroupMadeByDirectory(transaction, actor, { groupId: link.groupId, directoryId, at }));
  if (externalId === null) return;
  const tombstone = { ...link, groupId: isGone ? null : link.groupId, grantsDigest: digest };
  await keepTombstone(transaction, { directoryId, externalId, tombstone, at });
}

/** Removes a group that a directory made, where nothing of the product hangs on it; answers whether it did. */
export async function deleteGroupMadeByDirectory(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: { groupId: string; directoryId: string; at: Date },
): Promise<boolean> {
  const [deleted] = await transaction.rows(deleteUntouchedGroup, input.groupId, input.directoryId);
  if (!deleted) return false;
  await recordEvent(transaction, actor, { type: 'groupDeleted', subjectId: deleted.id, at: input.at });
  return true;
}
