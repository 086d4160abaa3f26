import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { LinkState } from './link.entity.ts';

const untie = statement<{ id: string; before: LinkState; directoryGroupId: string }>(
  `with before as (
     select id, state from group_links where organization_id = $1 and group_id = $2 order by id for update
   )
   update group_links l
      set group_id = null, version = l.version + 1, updated_at = $4,
          state = case when b.state = 'active' then 'removed_in_product' else b.state end,
          reason = case when b.state = 'active' then null else l.reason end,
          decided_by = case when b.state = 'active' then $3::jsonb else l.decided_by end,
          decided_at = case when b.state = 'active' then $4::timestamptz else l.decided_at end
     from before b where l.organization_id = $1 and l.id = b.id
   returning l.id, b.state as before, l.directory_group_id as "directoryGroupId"`,
);

/**
 * Takes a group that is about to be deleted out of its links: what filled it is `removed_in_product`. Answers the links
 * that waited for it, to be placed anew once it is gone.
 */
export async function untieLinks(
  transaction: OrganizationTransaction,
  actor: Actor,
  { groupId, at }: { groupId: string; at: Date },
): Promise<string[]> {
  const links = await transaction.rows(untie, groupId, JSON.stringify(describeActor(actor)), at);
  for (const { id, before, directoryGroupId } of links) {
    if (before !== 'active') continue;
    const data = { from: before, to: 'removed_in_product', directoryGroupId, groupId };
    await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: id, data, at });
  }
  return links.filter(({ before }) => before === 'pending' || before === 'conflict').map(({ id }) => id);
}
