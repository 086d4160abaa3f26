import { prepared, statement } from '../../database/statement.ts';
import { isActiveUser } from '../users/active-user.ts';
import { grantPathsOf } from './grant-paths.ts';
import type { BuiltInSet } from './permission-set.entity.ts';

/** How a grant reaches a user: given to them, by a manual membership, or by a directory group linked to the group. */
export interface AccessPath {
  source: 'direct' | 'manual' | 'directory';
  grantId: string;
  permissionSetId: string;
  permissionSetName: string;
  builtIn: BuiltInSet | null;
  groupId: string | null;
  groupName: string | null;
  groupLinkId: string | null;
  directoryGroupId: string | null;
  directoryGroupName: string | null;
}

export type InactiveReason = 'blocked' | 'removed' | 'inactiveInDirectory';

/** `$2` users, `$3` permissions, `$4` the built-in sets that hold each, joined by commas. Unknown users have no row. */
export const checkPermissions = prepared<{ position: number; isAllowed: boolean }>(
  'access_check',
  `select asked.position, ${isActiveUser('u')} and exists (
      select 1
        from (${grantPathsOf('asked.user_id')}) held
        cross join lateral (
          select 1 from permission_sets s
           where s.organization_id = $1 and s.id = held.permission_set_id
             and (s.built_in = any(string_to_array(asked.sets, ','))
                  or exists (select 1 from permission_set_permissions p
                              where p.organization_id = $1 and p.permission_set_id = s.id and p.permission = asked.permission))
          offset 0) holding) as "isAllowed"
     from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as asked(user_id, permission, sets, position)
     cross join lateral (
       select * from users u where u.organization_id = $1 and u.id = asked.user_id offset 0) u`,
);

/** `$2` users. A known user without any permission has one row of nulls. */
export const selectEffective = prepared<{ userId: string; builtIn: BuiltInSet | null; permission: string | null }>(
  'access_effective',
  `select asked.user_id as "userId", held.built_in as "builtIn", held.permission
     from unnest($2::uuid[]) as asked(user_id)
     cross join lateral (
       select * from users u where u.organization_id = $1 and u.id = asked.user_id offset 0) u
     left join lateral (
       select distinct s.built_in, p.permission
         from (${grantPathsOf('asked.user_id')}) path
         cross join lateral (
           select * from permission_sets s where s.organization_id = $1 and s.id = path.permission_set_id offset 0) s
         left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id) held
       on ${isActiveUser('u')}`,
);

/** `$2` user, `$3` permission, `$4` the built-in sets that hold it. A user whom no path reaches has one row. */
export const explainPermission = statement<
  { inactiveReason: InactiveReason | null } & { [Field in keyof AccessPath]: AccessPath[Field] | null }
>(
  `select case when u.removed_at is not null then 'removed' when u.blocked_at is not null then 'blocked'
               when not ${isActiveUser('u')} then 'inactiveInDirectory' end as "inactiveReason",
          held.*
     from users u
     left join lateral (
       select path.source, path.grant_id as "grantId", s.id as "permissionSetId", s.name as "permissionSetName",
              s.built_in as "builtIn", path.group_id as "groupId", g.name as "groupName",
              path.group_link_id as "groupLinkId", path.directory_group_id as "directoryGroupId",
              d.resource ->> 'displayName' as "directoryGroupName"
         from (${grantPathsOf('u.id', 'all')}) path
         join permission_sets s on s.organization_id = $1 and s.id = path.permission_set_id
         left join groups g on g.organization_id = $1 and g.id = path.group_id
         left join directory_groups d on d.organization_id = $1 and d.id = path.directory_group_id
        where s.built_in = any($4::text[])
           or exists (select 1 from permission_set_permissions p
                       where p.organization_id = $1 and p.permission_set_id = s.id and p.permission = $3)) held on true
    where u.organization_id = $1 and u.id = $2
    order by held.source, held."groupName", held."grantId", held."directoryGroupId"`,
);
