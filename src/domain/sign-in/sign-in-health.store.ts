import { wide } from '../../database/statement.ts';
import { ENTRA_OBJECT_ID } from '../connections/stable-id-claim.ts';
import { sharesAddress } from '../email-domains/email-domains.store.ts';
import { memberPathsOf } from '../groups/effective-members.ts';
import { OrderedList } from '../ordered-list.ts';
import { USER_COLUMNS, type UserRow } from '../users/users.store.ts';

export const signInStandings = [
  'bound',
  'matchByStableId',
  'matchByEmail',
  'noConnection',
  'noMatch',
  'noObjectId',
  'ambiguous',
  'waitsForApproval',
  'recordInactive',
] as const;
/** Whether an active user could sign in through a connection now, and by what, or why not. */
export type SignInStanding = (typeof signInStandings)[number];

export const standingsThatSignIn: readonly SignInStanding[] = ['bound', 'matchByStableId', 'matchByEmail'];

/** Whether the alias c is a connection of Entra that names people by the ids of objects, which are GUIDs. */
const NAMES_OBJECT_IDS = `(c.stable_id_claim = '${ENTRA_OBJECT_ID}' or c.stable_id_claim = 'oid' and c.tenant_id is not null)`;
const OBJECT_ID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';

/**
 * SQL rows `user_id` and `standing` of all active users, by the rules of a first sign-in, read set by set because there may
 * be a hundred thousand. `permissions` and `sets` are what `protectionParameters` answers, as text arrays.
 *
 * Who is protected goes by the rule of `isProtectedUser`, but from the grants to the people: asked of each of them, it would
 * take minutes. What is known of a user is gathered by one grouping, and equal values are seen by windows: after a first import
 * there are no statistics, and joins of these sets would be done row by row. Who asked for an account of their own waits for an
 * admin as those do who are protected.
 */
const standings = (permissions: string, sets: string) => `
  with enabled as materialized (
    select c.id, ${NAMES_OBJECT_IDS} as names_object_ids from connections c
     where c.organization_id = $1 and c.status = 'enabled' and c.deleted_at is null
  ), record as materialized (
    select d.id, d.external_id, l.user_id, l.state = 'active' and d.active and not d.is_held as is_living,
           d.external_id ~ '${OBJECT_ID}' or exists (select 1 from enabled where not names_object_ids) as may_be_named,
           min(coalesce(l.user_id, d.id)::text) over same <> max(coalesce(l.user_id, d.id)::text) over same as is_shared
      from directories dir
      join directory_users d on d.organization_id = $1 and d.directory_id = dir.id
      left join lateral (
        select cl.user_id, cl.state from user_links cl
         where cl.organization_id = $1 and cl.directory_user_id = d.id and cl.state <> 'superseded' offset 0) l on true
     where dir.organization_id = $1 and dir.status <> 'retired'
    window same as (partition by d.external_id)
  ), active_user as materialized (
    select u.id, u.user_name_key, u.email_key, u.email, u.user_name
      from users u
     where u.organization_id = $1 and u.blocked_at is null and u.removed_at is null
       and (u.is_manual or u.id in (select user_id from record where is_living))
  ), sensitive_set as materialized (
    select s.id from permission_sets s
     where s.organization_id = $1
       and (s.built_in = any(${sets}::text[])
            or exists (select 1 from permission_set_permissions p
                        where p.organization_id = $1 and p.permission_set_id = s.id
                          and p.permission = any(${permissions}::text[])))
  ), sensitive_grant as materialized (
    select distinct g.user_id, g.group_id from grants g
     where g.organization_id = $1 and g.permission_set_id in (select id from sensitive_set)
  ), named as (
    select id, email_key as key, email as address from active_user where email_key is not null
    union
    select id, user_name_key, user_name from active_user where user_name_key like '%@%'
  ), fact as (
    select id as user_id, true as is_active, null::boolean as is_protected,
           null::boolean as is_bound, null::boolean as is_good, null::boolean as shares_id, null::boolean as shares_email,
           null::boolean as is_unnamed
      from active_user
    union all
    select user_id, null, true, null, null, null, null, null from sensitive_grant where user_id is not null
    union all
    select user_id, null, true, null, null, null, null, null
      from (${memberPathsOf('any(array(select group_id from sensitive_grant where group_id is not null))', 'all')}) member
    union all
    select candidate::uuid, null, true, null, null, null, null, null
      from binding_requests r cross join lateral jsonb_array_elements_text(r.candidate_user_ids) candidate
     where r.organization_id = $1 and r.state = 'pending' and r.reason = 'otherSignInMethod'
       and r.connection_id in (select id from enabled)
    union all
    select b.user_id, null, null, b.ended_at is null,
           b.ended_at is null and (b.directory_user_id is null or (b.directory_user_id, b.user_id) in (
             select id, user_id from record where is_living)), null, null, null
      from bindings b where b.organization_id = $1 and b.connection_id in (select id from enabled)
    union all
    select user_id, null, null, null, null, case when may_be_named then is_shared end, null, not may_be_named
      from record where is_living and external_id is not null
    union all
    select id, null, null, null, null, null, min(id::text) over (partition by key) <> max(id::text) over (partition by key),
           null
      from named where ${sharesAddress('named.address', 'named.key')}
  ), person as (
    select user_id, coalesce(bool_or(is_protected), false) as is_protected, bool_or(is_bound) as is_bound,
           bool_or(is_good) as is_good, bool_or(shares_id) as shares_id, bool_or(shares_email) as shares_email,
           bool_or(is_unnamed) as is_unnamed
      from fact group by user_id having bool_or(is_active)
  )
  select user_id,
         case when not exists (select 1 from enabled) then 'noConnection'
              when is_good then 'bound'
              when is_bound then 'recordInactive'
              when shares_id is null and shares_email is null and is_unnamed then 'noObjectId'
              when shares_id is null and shares_email is null then 'noMatch'
              when coalesce(shares_id, shares_email) then 'ambiguous'
              when is_protected or shares_id is null and is_bound is not null then 'waitsForApproval'
              when shares_id is not null then 'matchByStableId'
              else 'matchByEmail' end as standing
    from person`;

/** `$2` and `$3` as `protectionParameters` answers them. */
export const countStandings = wide<{ standing: SignInStanding; count: number }>(
  `select standing, count(*) as count from (${standings('$2', '$3')}) health group by standing`,
);

export type SignInPersonRow = UserRow & { standing: SignInStanding };

/** `$2` and `$3` as above. Each user is looked up behind their standing, or the standings would be worked out for each user. */
export const signInPersonList = new OrderedList<SignInPersonRow, 'createdAt' | 'userName', 'standings'>({
  columns: `${USER_COLUMNS}, health.standing`,
  from: `(${standings('$2', '$3')}) health
    cross join lateral (select * from users f where f.organization_id = $1 and f.id = health.user_id offset 0) u`,
  where: 'true',
  id: 'u.id',
  orders: { userName: { sql: 'u.user_name_key', isNullable: true } },
  filters: { standings: (wanted) => `health.standing = any(${wanted}::text[])` },
});
