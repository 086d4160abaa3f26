import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { recordOfGroupLink } from './link-decisions.store.ts';
import { type Placement, placeGroup, placeLink } from './place-group.ts';

/** `$2` the group that was in the way, or null for any. In the order of their making: the first gets the name. */
const groupsInConflict = statement<{ id: string }>(
  `select id from group_links
    where organization_id = $1 and state = 'conflict' and ($2::uuid is null or group_id = $2) order by id for update`,
);
type Parts = { catalogue: PermissionCatalogue; at: Date };

/**
 * Places one waiting link of a group as a new directory group would be placed. That of a paused directory stays, or comes,
 * in conflict, from which it is tried again when the directory is activated.
 */
export async function retryGroupLink(
  transaction: OrganizationTransaction,
  actor: Actor,
  { linkId, catalogue, at }: Parts & { linkId: string },
): Promise<void> {
  const [record] = await transaction.rows(recordOfGroupLink, linkId);
  if (!record) return;
  const { directoryGroupId: id, directoryId, displayName, groupMatching } = record;
  const group = { id, directoryId, displayName, at };
  const place: Placement = record.isDirectoryActive
    ? await placeGroup(transaction, actor, group, { groupMatching, catalogue })
    : { groupId: record.groupId, state: 'conflict', reason: 'name_is_taken' };
  // Still in conflict: nothing has changed, and nothing is told.
  if (place.state === record.state && place.groupId === record.groupId) return;
  await placeLink(transaction, actor, group, { linkId, ...place });
}

/** Tries groups in conflict again: those that one group was in the way of, or all, as after a change of the policy. */
export async function retryGroupConflicts(
  transaction: OrganizationTransaction,
  actor: Actor,
  { groupId = null, ...parts }: Parts & { groupId?: string | null },
): Promise<void> {
  for (const { id } of await transaction.rows(groupsInConflict, groupId)) {
    await retryGroupLink(transaction, actor, { linkId: id, ...parts });
  }
}
