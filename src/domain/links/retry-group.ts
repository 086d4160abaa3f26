import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { LinkState } from './link.entity.ts';
import { recordOfGroupLink } from './link-decisions.store.ts';
import {
  type DirectoryGroupToLink,
  groupOfName,
  type LinkRules,
  makeGroupFor,
  type Placement,
  placeGroup,
  placeLink,
} from './place-group.ts';

/** In the order of their making: the first gets the name. */
const conflictsWithGroup = statement<{ id: string }>(
  `select id from group_links
    where organization_id = $1 and state = 'conflict' and group_id = $2 order by id for update`,
);

/** What an admin decided on stays apart. */
const undecidedConflicts = statement<{ id: string }>(
  `select id from group_links
    where organization_id = $1 and state = 'conflict' and decided_by is null order by id for update`,
);

type Parts = { catalogue: PermissionCatalogue; at: Date };

interface WaitingLink {
  id: string;
  groupId: string | null;
  state: LinkState;
}

/**
 * Finds a waiting link its place again, as after a rename: a group of its own where its record's name is free, else it
 * waits for the group of that name, or is in conflict with it. It never joins an existing group by that alone, because
 * nobody who may decide on that group has seen it.
 */
export async function moveWaitingLink(
  transaction: OrganizationTransaction,
  actor: Actor,
  group: DirectoryGroupToLink,
  { link, rules }: { link: WaitingLink; rules: Pick<LinkRules, 'groupMatching'> },
): Promise<void> {
  const made = await makeGroupFor(transaction, actor, group);
  if (made) {
    return placeLink(transaction, actor, group, { linkId: link.id, groupId: made, state: 'active', reason: null });
  }
  const existing = await groupOfName(transaction, group.displayName);
  // The group that was in the way has gone at this moment: its name is free.
  if (!existing) return moveWaitingLink(transaction, actor, group, { link, rules });
  // A change of case or spacing leaves the link where it is, with its reason.
  if (existing.id === link.groupId) return;
  const waits: Omit<Placement, 'groupId'> =
    rules.groupMatching === 'never'
      ? { state: 'conflict', reason: 'name_is_taken' }
      : { state: 'pending', reason: 'organization_asks' };
  await placeLink(transaction, actor, group, { linkId: link.id, groupId: existing.id, ...waits });
}

/**
 * Tries one waiting link again, by `moveWaitingLink`. That of a paused directory stays, or comes, in conflict, from which
 * it is tried again when the directory is activated.
 */
export async function retryGroupLink(
  transaction: OrganizationTransaction,
  actor: Actor,
  { linkId, at }: { linkId: string; at: Date },
): Promise<void> {
  const [record] = await transaction.rows(recordOfGroupLink, linkId);
  if (!record) return;
  const { directoryGroupId: id, directoryId, displayName, groupId, state, groupMatching } = record;
  const group = { id, directoryId, displayName, at };
  if (record.isDirectoryActive) {
    await moveWaitingLink(transaction, actor, group, {
      link: { id: linkId, groupId, state },
      rules: { groupMatching },
    });
  } else if (state !== 'conflict') {
    await placeLink(transaction, actor, group, { linkId, groupId, state: 'conflict', reason: 'name_is_taken' });
  }
}

/** Tries the groups again that were in conflict with the name that a group had. */
export async function retryConflictsWith(
  transaction: OrganizationTransaction,
  actor: Actor,
  { groupId, at }: { groupId: string; at: Date },
): Promise<void> {
  for (const { id } of await transaction.rows(conflictsWithGroup, groupId)) {
    await retryGroupLink(transaction, actor, { linkId: id, at });
  }
}

/**
 * Places the groups in conflict as new directory groups would be placed: whoever changed the organization's policy
 * decided on them. What an admin kept apart stays apart, and what belongs to a paused directory waits for its activation.
 */
export async function placeConflictsAnew(
  transaction: OrganizationTransaction,
  actor: Actor,
  { catalogue, at }: Parts,
): Promise<void> {
  for (const { id: linkId } of await transaction.rows(undecidedConflicts)) {
    const [record] = await transaction.rows(recordOfGroupLink, linkId);
    if (!record?.isDirectoryActive) continue;
    const { directoryGroupId: id, directoryId, displayName, groupMatching } = record;
    const group = { id, directoryId, displayName, at };
    const place = await placeGroup(transaction, actor, group, { groupMatching, catalogue });
    // Still in conflict: nothing has changed, and nothing is told.
    if (place.state === record.state && place.groupId === record.groupId) continue;
    await placeLink(transaction, actor, group, { linkId, ...place });
  }
}
