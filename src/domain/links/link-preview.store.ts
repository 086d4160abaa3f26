import { statement, wide } from '../../database/statement.ts';
import { memberPathsOf } from '../groups/effective-members.ts';
import { accessPathsOf } from '../permissions/grant-paths.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';
import { isActiveUser } from '../users/active-user.ts';
import { USER_COLUMNS, type UserRow } from '../users/users.store.ts';
import { CARRIES } from './absorption.ts';

/**
 * SQL rows `user_id` of the people whom an active link of the directory group `$2` would newly let into the group `$3`,
 * which may be null: none yet.
 */
const GAINERS = `
  select distinct ul.user_id
    from directory_group_members dm
    join directory_users du
      on du.organization_id = $1 and du.id = dm.directory_user_id and du.active and not du.is_held
    join user_links ul on ul.organization_id = $1 and ul.directory_user_id = du.id and ul.state = 'active'
    join users u on u.organization_id = $1 and u.id = ul.user_id
   where dm.organization_id = $1 and dm.directory_group_id = $2 and not dm.is_held and ${isActiveUser('u')}
     and not exists (select 1 from (${memberPathsOf('$3::uuid')}) m where m.user_id = ul.user_id)`;

/** SQL that is true for a manual member, of the alias `gm`, whom the directory group `$2` would carry. */
const IS_ALSO_THERE = `exists (
  select 1 from user_links ul
    join directory_group_members dm
      on dm.organization_id = $1 and dm.directory_group_id = $2 and dm.directory_user_id = ul.directory_user_id
     and not dm.is_held
    join directory_users ad on ad.organization_id = $1 and ad.id = ul.directory_user_id
    join users au on au.organization_id = $1 and au.id = ul.user_id
   where ul.organization_id = $1 and ul.user_id = gm.user_id and ul.state = 'active' and ${CARRIES} offset 0)`;

/** Changes whenever a member of the directory group `$2`, or a manual one of the group `$3`, comes or goes. */
export const standingOfGroup = statement<{ standing: string }>(
  `select d.version::text || ' ' || coalesce(
            (select md5(string_agg(gm.user_id::text, ',' order by gm.user_id)) from group_members gm
              where gm.organization_id = $1 and gm.group_id = $3::uuid), '') as standing
     from directory_groups d where d.organization_id = $1 and d.id = $2`,
);

/** Changes whenever the record `$2` or the user `$3` does. */
export const standingOfUser = statement<{ standing: string }>(
  `select d.version::text || ' ' || u.version::text as standing
     from directory_users d, users u
    where d.organization_id = $1 and d.id = $2 and u.organization_id = $1 and u.id = $3`,
);

export const countGroupGain = wide<{
  peopleCount: number;
  absorbedCount: number;
  manualCount: number;
}>(
  `select (select count(*) from (${GAINERS}) gainer) as "peopleCount",
          count(*) filter (where also) as "absorbedCount", count(*) filter (where not also) as "manualCount"
     from (select ${IS_ALSO_THERE} as also from group_members gm
            where gm.organization_id = $1 and gm.group_id = $3::uuid) manual`,
);

/** `$4` after, `$5` limit. */
export const listGainers = wide<UserRow>(
  `select ${USER_COLUMNS} from (${GAINERS} and ($4::uuid is null or ul.user_id > $4)) gainer
     join users u on u.organization_id = $1 and u.id = gainer.user_id order by u.id limit $5`,
);

/** The manual members of the group `$3`: those who would be absorbed, or those who would stay. `$6` which. */
export const listManualMembers = wide<UserRow>(
  `select ${USER_COLUMNS} from group_members gm
     join users u on u.organization_id = $1 and u.id = gm.user_id
    where gm.organization_id = $1 and gm.group_id = $3::uuid and ($4::uuid is null or gm.user_id > $4)
      and ${IS_ALSO_THERE} = $6::boolean
    order by u.id limit $5`,
);

/**
 * What a user holds or would hold again, whatever keeps them from it now: their own, and what comes through the groups
 * that the directory user `$3` is in. Null `$3`: their own alone.
 */
export const heldByUser = statement<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from (select permission_set_id from (${accessPathsOf('$2', 'all')}) path
           union
           select g.permission_set_id
             from directory_group_members m
             join group_links l
               on l.organization_id = $1 and l.directory_group_id = m.directory_group_id and l.state = 'active'
             join grants g on g.organization_id = $1 and g.group_id = l.group_id
            where m.organization_id = $1 and m.directory_user_id = $3::uuid) held
     join permission_sets s on s.organization_id = $1 and s.id = held.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id`,
);
