import { statement, wide } from '../../database/statement.ts';
import { memberPathsOf } from '../groups/effective-members.ts';
import { isActiveUser } from '../users/active-user.ts';
import type { LinkReason, LinkState } from './link.entity.ts';

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
  /** The user or group. */
  targetId: string;
  targetName: string;
  decidedBy: Record<string, unknown> | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const LINK = `l.id, l.state, l.reason, l.decided_by as "decidedBy", l.version, l.created_at as "createdAt",
  l.updated_at as "updatedAt", d.directory_id as "directoryId", d.id as "directoryRecordId"`;

const USER_LINKS = `
  select 'user' as kind, ${LINK}, d.resource->>'userName' as "directoryRecordName",
         u.id as "targetId", u.user_name as "targetName"
    from user_links l
    join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
    join users u on u.organization_id = $1 and u.id = l.user_id
   where l.organization_id = $1`;

const GROUP_LINKS = `
  select 'group' as kind, ${LINK}, d.resource->>'displayName' as "directoryRecordName",
         g.id as "targetId", g.name as "targetName"
    from group_links l
    join directory_groups d on d.organization_id = $1 and d.id = l.directory_group_id
    join groups g on g.organization_id = $1 and g.id = l.group_id
   where l.organization_id = $1`;

/** `$2` states or null, `$3` kind or null, `$4` the id to start behind, `$5` how many. */
export const listLinks = statement<LinkRow>(
  `select * from (
     (${USER_LINKS} and ($2::text[] is null or l.state = any($2)) and ($3::text is null or $3 = 'user')
        and ($4::uuid is null or l.id > $4) order by l.id limit $5)
     union all
     (${GROUP_LINKS} and ($2::text[] is null or l.state = any($2)) and ($3::text is null or $3 = 'group')
        and ($4::uuid is null or l.id > $4) order by l.id limit $5)) link
    order by id limit $5`,
);

export const linksById = statement<LinkRow>(
  `${USER_LINKS} and l.id = any($2::uuid[]) union all ${GROUP_LINKS} and l.id = any($2::uuid[])`,
);

export const linksOfUsers = statement<LinkRow>(`${USER_LINKS} and l.user_id = any($2::uuid[]) order by l.id`);
export const linksOfGroups = statement<LinkRow>(`${GROUP_LINKS} and l.group_id = any($2::uuid[]) order by l.id`);

/** Locks a link of either kind, and the group it points to, against a decision at the same time. */
export const lockUserLink = statement<{ id: string }>(
  'select id from user_links where organization_id = $1 and id = $2 for update',
);
export const lockGroupLink = statement<{ id: string }>(
  `select l.id from group_links l join groups g on g.organization_id = $1 and g.id = l.group_id
    where l.organization_id = $1 and l.id = $2 for update of l, g`,
);

/** How many people an active link of this directory group would newly let into the group. */
export const countGroupGainers = wide<{
  count: number;
  directoryVersion: number;
}>(`select d.version as "directoryVersion",
          (select count(distinct ul.user_id)
             from directory_group_members dm
             join user_links ul on ul.organization_id = $1 and ul.directory_user_id = dm.directory_user_id and ul.state = 'active'
             join users u on u.organization_id = $1 and u.id = ul.user_id
            where dm.organization_id = $1 and dm.directory_group_id = d.id and ${isActiveUser('u')}
              and not exists (select 1 from (${memberPathsOf('$3')}) m where m.user_id = ul.user_id)) as count
     from directory_groups d where d.organization_id = $1 and d.id = $2`);

export const hasActiveGroupLink = statement<{ id: string }>(
  `select id from group_links where organization_id = $1 and group_id = $2 and state = 'active'`,
);

export const decideUserLink = statement<never>(
  `update user_links set state = $3, reason = null, decided_by = $4, version = version + 1, updated_at = $5
    where organization_id = $1 and id = $2`,
);
/** An adopted user is the directory's from now on: it could not deactivate somebody who stayed manual. */
export const endManual = statement<{ id: string }>(
  `update users set is_manual = false, version = version + 1, updated_at = $3
    where organization_id = $1 and id = $2 and removed_at is null returning id`,
);
export const decideGroupLink = statement<never>(
  `update group_links set state = $3, reason = null, decided_by = $4, version = version + 1, updated_at = $5
    where organization_id = $1 and id = $2`,
);
