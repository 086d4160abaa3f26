import { statement } from '../../database/statement.ts';
import type { OrderDirection } from '../ordered-list.ts';
import type { EarlierDecision, LinkReason, LinkState } from './link.entity.ts';

/** A link of either kind: a directory's record on one side, the product's user or group on the other. */
export interface LinkRow {
  id: string;
  kind: 'user' | 'group';
  state: LinkState;
  reason: LinkReason | null;
  directoryId: string;
  /** The directory user or directory group. */
  directoryRecordId: string;
  directoryRecordName: string;
  /** The user or group; null for a group that was removed in the product. */
  targetId: string | null;
  targetName: string | null;
  decidedBy: Record<string, unknown> | null;
  decidedAt: Date | null;
  /** What was decided before the directory group was deleted and pushed again. */
  earlier: EarlierDecision | null;
  /** The request that made the link; null where an admin's act did. */
  provisioningEventId: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const LINK = `l.id, l.state, l.reason, l.decided_by as "decidedBy", l.decided_at as "decidedAt",
  l.provisioning_event_id as "provisioningEventId", l.version, l.created_at as "createdAt",
  l.updated_at as "updatedAt", d.directory_id as "directoryId", d.id as "directoryRecordId"`;

const USER_LINKS = `
  select 'user' as kind, ${LINK}, null::jsonb as earlier, d.resource->>'userName' as "directoryRecordName",
         u.id as "targetId", u.user_name as "targetName"
    from user_links l
    join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
    join users u on u.organization_id = $1 and u.id = l.user_id
   where l.organization_id = $1`;

const GROUP_LINKS = `
  select 'group' as kind, ${LINK}, l.earlier, d.resource->>'displayName' as "directoryRecordName",
         g.id as "targetId", g.name as "targetName"
    from group_links l
    join directory_groups d on d.organization_id = $1 and d.id = l.directory_group_id
    left join groups g on g.organization_id = $1 and g.id = l.group_id
   where l.organization_id = $1`;

/** `$2` states or null, `$3` kind or null, `$4` directory or null, `$5` the id to start behind, `$6` how many. */
function listStatement(isWaiting: boolean, direction: OrderDirection) {
  const condition = isWaiting ? "and l.state <> all (array['active', 'superseded'])" : '';
  const behind = direction === 'asc' ? '>' : '<';
  const filtered = `and ($2::text[] is null or l.state = any($2)) and ($4::uuid is null or d.directory_id = $4)
       and ($5::uuid is null or l.id ${behind} $5) ${condition} order by l.id ${direction} limit $6`;
  return statement<LinkRow>(
    `select * from (
       (${USER_LINKS} and ($3::text is null or $3 = 'user') ${filtered})
       union all
       (${GROUP_LINKS} and ($3::text is null or $3 = 'group') ${filtered})) link
      order by id ${direction} limit $6`,
  );
}

export const listLinks = { asc: listStatement(false, 'asc'), desc: listStatement(false, 'desc') };
/** As `listLinks` for states other than active and superseded: by an index of those few, however many are active. */
export const listWaitingLinks = { asc: listStatement(true, 'asc'), desc: listStatement(true, 'desc') };

export const linksById = statement<LinkRow>(
  `${USER_LINKS} and l.id = any($2::uuid[]) union all ${GROUP_LINKS} and l.id = any($2::uuid[])`,
);

export const linksOfUsers = statement<LinkRow>(`${USER_LINKS} and l.user_id = any($2::uuid[]) order by l.id`);
export const linksOfGroups = statement<LinkRow>(`${GROUP_LINKS} and l.group_id = any($2::uuid[]) order by l.id`);
