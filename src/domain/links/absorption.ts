import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';

/** Event data names at most this many people; the count is always whole. */
const NAMED_IN_EVENTS_MAX = 1_000;

/**
 * SQL that is true where a membership by a directory carries the manual one of the user of the alias `au`: always, but for
 * somebody kept by hand whose record, of the alias `ad`, does not count; they would be out.
 */
export const CARRIES = '(ad.active and not ad.is_held or not au.is_manual)';

/**
 * SQL that is true for a manual member, of the alias `gm`, whom a membership in the directory group carries that is actively
 * linked to the group. It starts at the manual members, who are few, not at the directory's.
 */
const IS_ABSORBED = `exists (
  select 1 from group_links gl
   cross join lateral (
     select 1 from user_links ul
       join directory_group_members dm
         on dm.organization_id = $1 and dm.directory_group_id = gl.directory_group_id
        and dm.directory_user_id = ul.directory_user_id and not dm.is_held
       join directory_users ad on ad.organization_id = $1 and ad.id = ul.directory_user_id
       join users au on au.organization_id = $1 and au.id = ul.user_id
      where ul.organization_id = $1 and ul.user_id = gm.user_id and ul.state = 'active' and ${CARRIES} offset 0) also
   where gl.organization_id = $1 and gl.group_id = gm.group_id and gl.state = 'active')`;

/** `$2` groups or null for all that are linked, `$3` users or null for all. */
const absorb = statement<{ groupId: string; userId: string }>(
  `delete from group_members gm
    where gm.organization_id = $1
      and gm.group_id in (select fl.group_id from group_links fl where fl.organization_id = $1 and fl.state = 'active')
      and ($2::uuid[] is null or gm.group_id = any($2))
      and ($3::uuid[] is null or gm.user_id = any($3)) and ${IS_ABSORBED}
   returning gm.group_id as "groupId", gm.user_id as "userId"`,
);

/**
 * Ends manual memberships that a linked directory group carries by now, so that removal in the identity provider
 * removes (design: effective members). To be called wherever a link became active or a held row was released.
 */
export async function absorbManualMembers(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: { groupIds?: readonly string[]; userIds?: readonly string[]; at: Date },
): Promise<void> {
  const rows = await transaction.rows(absorb, input.groupIds ?? null, input.userIds ?? null);
  for (const [groupId, members] of Map.groupBy(rows, (row) => row.groupId)) {
    const userIds = members.map((member) => member.userId);
    const data = { userIds: userIds.slice(0, NAMED_IN_EVENTS_MAX), count: userIds.length };
    await recordEvent(transaction, actor, { type: 'groupMembersAbsorbed', subjectId: groupId, data, at: input.at });
  }
}

const linkedGroup = statement<{ groupId: string }>(
  `select group_id as "groupId" from group_links
    where organization_id = $1 and directory_group_id = $2 and state = 'active'`,
);

/** The same for the group that a directory group is actively linked to, if there is one. */
export async function absorbMembersOf(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: { directoryGroupId: string; at: Date },
): Promise<void> {
  const [linked] = await transaction.rows(linkedGroup, input.directoryGroupId);
  if (linked) await absorbManualMembers(transaction, actor, { groupIds: [linked.groupId], at: input.at });
}
