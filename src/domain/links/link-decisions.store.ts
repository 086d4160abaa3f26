import { statement } from '../../database/statement.ts';
import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { LinkState } from './link.entity.ts';

/** The group of a link, to be locked before the link is. */
export const groupOfLink = statement<{ groupId: string | null }>(
  'select group_id as "groupId" from group_links where organization_id = $1 and id = $2',
);
export const lockGroup = statement<{ id: string }>(
  'select id from groups where organization_id = $1 and id = $2 for no key update',
);
export const lockGroupLink = statement<{ id: string }>(
  'select id from group_links where organization_id = $1 and id = $2 for update',
);
/** The record first, as SCIM writes do, so that a decision and a write of the same person wait for each other. */
export const lockRecordOfLink = statement<{ id: string }>(
  `select d.id from directory_users d join user_links l on l.organization_id = $1 and l.directory_user_id = d.id
    where d.organization_id = $1 and l.id = $2 for update of d`,
);
export const lockUserLink = statement<{ id: string }>(
  'select id from user_links where organization_id = $1 and id = $2 for update',
);

export const hasActiveLink = statement<{ id: string }>(
  `select id from group_links where organization_id = $1 and group_id = $2 and state = 'active' and id <> $3`,
);

/** `$3` state, `$4` reason, `$5` who, `$6` when, `$7` group. */
export const decideGroupLink = statement<never>(
  `update group_links set state = $3, reason = $4, decided_by = $5, decided_at = $6, updated_at = $6, group_id = $7,
          earlier = null, version = version + 1
    where organization_id = $1 and id = $2`,
);

/** `$3` state, `$4` reason, `$5` who, `$6` when. */
export const decideUserLink = statement<never>(
  `update user_links set state = $3, reason = $4, decided_by = $5, decided_at = $6, updated_at = $6, version = version + 1
    where organization_id = $1 and id = $2`,
);

/** Who let the link become what it is. */
export const noteDecision = statement<never>(
  'update user_links set decided_by = $3, decided_at = $4 where organization_id = $1 and id = $2',
);

/** An adopted user is the directory's from now on: it could not deactivate somebody who stayed manual. */
export const adoptUser = statement<{ wasRemoved: boolean }>(
  `with before as (
     select id, removed_at from users where organization_id = $1 and id = $2 for update
   )
   update users u
      set is_manual = false, removed_at = null, user_name_key = coalesce(u.user_name_key, $3),
          version = u.version + 1, updated_at = $4
     from before b where u.organization_id = $1 and u.id = b.id
   returning b.removed_at is not null as "wasRemoved"`,
);
export const nameOfUser = statement<{ userName: string }>(
  'select user_name as "userName" from users where organization_id = $1 and id = $2',
);
export const keepAsManual = statement<never>(
  `update users set is_manual = true, version = version + 1, updated_at = $3
    where organization_id = $1 and id = $2`,
);

/** The members of a directory group that count, put into the group by hand. `$2` directory group, `$3` group. */
export const keepMembers = statement<{ count: number }>(
  `with kept as (
     insert into group_members (organization_id, group_id, user_id, added_by, created_at)
     select distinct $1::uuid, $3::uuid, ul.user_id, $4::jsonb, $5::timestamptz
       from directory_group_members dm
       join directory_users du on du.organization_id = $1 and du.id = dm.directory_user_id and du.active and not du.is_held
       join user_links ul on ul.organization_id = $1 and ul.directory_user_id = du.id and ul.state = 'active'
       join users u on u.organization_id = $1 and u.id = ul.user_id and u.removed_at is null
      where dm.organization_id = $1 and dm.directory_group_id = $2 and not dm.is_held
     on conflict do nothing returning user_id
   )
   select count(*) as count from kept`,
);

/** What a group's link needs to be placed: its record, and the organization's policy. */
export const recordOfGroupLink = statement<{
  directoryGroupId: string;
  directoryId: string;
  displayName: string;
  groupMatching: GroupMatching;
  state: LinkState;
  groupId: string | null;
  /** What lets in waits while the directory is paused. */
  isDirectoryActive: boolean;
}>(
  `select d.id as "directoryGroupId", d.directory_id as "directoryId", d.resource->>'displayName' as "displayName",
          o.group_matching as "groupMatching", l.state, l.group_id as "groupId",
          s.status = 'active' as "isDirectoryActive"
     from group_links l
     join directory_groups d on d.organization_id = $1 and d.id = l.directory_group_id
     join directories s on s.organization_id = $1 and s.id = d.directory_id
     join organizations o on o.organization_id = $1
    where l.organization_id = $1 and l.id = $2`,
);
