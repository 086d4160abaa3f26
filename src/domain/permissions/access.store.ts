import { prepared } from '../../database/statement.ts';
import { memberPathsOf } from '../groups/effective-members.ts';
import { OrderedList } from '../ordered-list.ts';
import { isActiveUser } from '../users/active-user.ts';
import type { UserOrderField } from '../users/user-list.store.ts';
import { USER_COLUMNS, type UserRow } from '../users/users.store.ts';
import { accessPathsOf } from './grant-paths.ts';
import type { BuiltInSet } from './permission-set.entity.ts';

/** A user of the alias u behind each asked one; without statistics the planner would read all users instead. */
const JOIN_USER = `cross join lateral (
       select * from users u where u.organization_id = $1 and u.id = asked.user_id offset 0) u`;

const isKnownSpace = (space: string) =>
  `(${space} is null or exists (select 1 from spaces s where s.organization_id = $1 and s.id = ${space}))`;

/** What `rollcall:*` permissions allow is the organization's own affair, so a grant on a space does not give them. */
const isReserved = (permission: string) => `${permission} ^@ 'rollcall:'`;

/**
 * Question by question: `$2` users, `$3` permissions, `$4` the built-in sets that hold each, joined by commas, `$5` spaces or
 * nulls. It stops at the first grant that gives the permission. Unknown users have no row; for an unknown space the answer
 * is null.
 */
export const checkEach = prepared<{ position: number; isAllowed: boolean | null }>(
  'access_check_each',
  `select asked.position, case when ${isKnownSpace('asked.space_id')} then ${isActiveUser('u')} and exists (
      select 1
        from (${accessPathsOf('asked.user_id')}) held
        cross join lateral (
          select 1 from permission_sets s
           where s.organization_id = $1 and s.id = held.permission_set_id
             and (s.built_in = any(string_to_array(asked.sets, ','))
                  or exists (select 1 from permission_set_permissions p
                              where p.organization_id = $1 and p.permission_set_id = s.id and p.permission = asked.permission))
          offset 0) holding
       where held.space_id is null
          or (held.space_id = asked.space_id and not ${isReserved('asked.permission')})) end as "isAllowed"
     from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) with ordinality
       as asked(user_id, permission, sets, space_id, position)
    ${JOIN_USER}`,
);

/** What a user holds of the asked permissions: each names a permission or a built-in set, and the space it is bound to. */
export interface HeldRow {
  userId: string;
  held: string[];
  knownSpaces: string[];
}

/**
 * User by user, for many questions about few: `$2` users, `$3` the permissions asked for each, joined by blanks, `$4` all
 * spaces. Goes once over a user's grants, however many questions there are. `held` has texts of the form `permission`,
 * `owner` or, for a grant on a space, `permission space`.
 */
export const checkTogether = prepared<HeldRow>(
  'access_check_together',
  `select asked.user_id as "userId",
          array(select s.id from spaces s where s.organization_id = $1 and s.id = any($4::uuid[])) as "knownSpaces",
          array(
            select coalesce(s.built_in, p.permission) || coalesce(' ' || held.space_id, '')
              from (select distinct path.permission_set_id, path.space_id
                      from (${accessPathsOf('asked.user_id')}) path
                     where path.space_id is null or path.space_id = any($4::uuid[])) held
             cross join lateral (
               select s.id, s.built_in from permission_sets s
                where s.organization_id = $1 and s.id = held.permission_set_id offset 0) s
              left join lateral (
               select p.permission from permission_set_permissions p
                where p.organization_id = $1 and p.permission_set_id = s.id and p.permission = any(wanted.permissions)
               offset 0) p on true
             where ${isActiveUser('u')} and coalesce(s.built_in, p.permission) is not null) as held
     from unnest($2::uuid[], $3::text[]) as asked(user_id, permissions)
    ${JOIN_USER}
    cross join lateral (select string_to_array(asked.permissions, ' ') as permissions offset 0) wanted`,
);

export interface EffectiveRow {
  userId: string;
  isKnownSpace: boolean;
  builtIn: BuiltInSet | null;
  permission: string | null;
  /** True when only a grant on the asked space gives it. */
  isInSpace: boolean | null;
}

/** `$2` users, `$3` a space or null. A known user without any permission has one row of nulls. */
export const selectEffective = prepared<EffectiveRow>(
  'access_effective',
  `select asked.user_id as "userId", ${isKnownSpace('$3::uuid')} as "isKnownSpace", held.built_in as "builtIn",
          held.permission, held.is_in_space as "isInSpace"
     from unnest($2::uuid[]) as asked(user_id)
    ${JOIN_USER}
     left join lateral (
       select distinct s.built_in, p.permission, path.space_id is not null as is_in_space
         from (${accessPathsOf('asked.user_id')}) path
         cross join lateral (
           select * from permission_sets s where s.organization_id = $1 and s.id = path.permission_set_id offset 0) s
         left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
        where ${isActiveUser('u')} and (path.space_id is null or path.space_id = $3)) held on true`,
);

/** `$2` a space. */
export const selectSpace = prepared<{ id: string }>(
  'access_space',
  'select id from spaces where organization_id = $1 and id = $2',
);

/** `$2` permission, `$3` the built-in sets that hold it, `$4` space or null. Goes from the sets over their grants to the people. */
export const holderList = new OrderedList<UserRow, UserOrderField>({
  columns: USER_COLUMNS,
  from: `(
    with holding as (
      select s.id from permission_sets s
       where s.organization_id = $1
         and (s.built_in = any($3::text[])
              or exists (select 1 from permission_set_permissions p
                          where p.organization_id = $1 and p.permission_set_id = s.id and p.permission = $2))),
    granted as materialized (
      select distinct g.user_id, g.group_id from grants g
       where g.organization_id = $1 and g.permission_set_id in (select id from holding)
         and (g.space_id is null or (g.space_id = $4 and not ${isReserved('$2::text')})))
    select user_id from granted where user_id is not null
    union
    select user_id from (${memberPathsOf('any(array(select group_id from granted where group_id is not null))')}) member
    union
    select everybody.id from organizations o
      join users everybody on everybody.organization_id = $1
     where o.organization_id = $1 and o.default_permission_set_id in (select id from holding)) holder
    join users u on u.organization_id = $1 and u.id = holder.user_id`,
  where: isActiveUser('u'),
  id: 'u.id',
  orders: { userName: { sql: 'u.user_name_key', isNullable: true } },
});
