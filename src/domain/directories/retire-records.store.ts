import { statement, wide } from '../../database/statement.ts';
import { memberPathsOf } from '../groups/effective-members.ts';
import type { LinkState } from '../links/link.entity.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';

/** SQL that is true for a user, by an SQL expression of the id, whom an active link joins to a record of the directory `$2`. */
const isOfDirectory = (user: string) => `exists (
  select 1 from user_links rl
    join directory_users rd on rd.organization_id = $1 and rd.id = rl.directory_user_id and rd.directory_id = $2
   where rl.organization_id = $1 and rl.user_id = ${user} and rl.state = 'active' offset 0)`;

/** SQL rows of the grants that reach a user whom the directory `$2` has, be it as inactive. */
const GRANTS_OF_PEOPLE = `
  select g.permission_set_id, g.space_id from grants g
   where g.organization_id = $1 and (
     g.user_id is not null and ${isOfDirectory('g.user_id')}
     or g.group_id is not null and exists (
       select 1 from (${memberPathsOf('g.group_id', 'all')}) member where ${isOfDirectory('member.user_id')}))`;

/** What the people of a directory hold, together. */
export const heldByPeople = wide<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from (${GRANTS_OF_PEOPLE}) given
     join permission_sets s on s.organization_id = $1 and s.id = given.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id`,
);

/** Whether an owner is among the people of a directory. */
export const hasOwners = wide<{ hasOwners: boolean }>(
  `select exists (
     select 1 from (${GRANTS_OF_PEOPLE}) given
       join permission_sets s on s.organization_id = $1 and s.id = given.permission_set_id
      where s.built_in = 'owner' and given.space_id is null) as "hasOwners"`,
);

/** Makes those who count in the linked groups now members by hand; `$3` by whom, `$4` when. One row a group. */
export const keepMembers = wide<{ groupId: string; count: number }>(
  `with kept as (
     insert into group_members (organization_id, group_id, user_id, added_by, created_at)
     select distinct $1::uuid, l.group_id, u.user_id, $3::jsonb, $4::timestamptz
       from directory_groups g
       join group_links l on l.organization_id = $1 and l.directory_group_id = g.id and l.state = 'active'
       join directory_group_members m on m.organization_id = $1 and m.directory_group_id = g.id and not m.is_held
       join directory_users d on d.organization_id = $1 and d.id = m.directory_user_id and d.active and not d.is_held
       join user_links u on u.organization_id = $1 and u.directory_user_id = d.id and u.state = 'active'
      where g.organization_id = $1 and g.directory_id = $2
     on conflict do nothing returning group_id
   )
   select group_id as "groupId", count(*) as count from kept group by group_id order by group_id`,
);

/** Makes those whom the directory has as active manual users. */
export const keepPeople = wide<{ id: string }>(
  `update users u set is_manual = true, version = u.version + 1, updated_at = $3
    where u.organization_id = $1 and not u.is_manual and u.removed_at is null
      and u.id in (select l.user_id from directory_users d
                     join user_links l on l.organization_id = $1 and l.directory_user_id = d.id and l.state = 'active'
                    where d.organization_id = $1 and d.directory_id = $2 and d.active and not d.is_held)
   returning u.id`,
);

export interface EndedLink {
  linkId: string;
  from: LinkState;
  directoryRecordId: string;
  targetId: string | null;
}

/** The links of a directory's people that have not ended yet. */
export const userLinksOf = wide<{ id: string }>(
  `select l.id from user_links l
     join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
    where l.organization_id = $1 and d.directory_id = $2 and l.state <> 'superseded' order by l.id`,
);

/** Supersedes the links `$2`; `$3` by whom, `$4` when. */
export const endUserLinks = statement<EndedLink>(
  `with ending as (
     select id, state from user_links where organization_id = $1 and id = any($2::uuid[]) order by id for update
   )
   update user_links l
      set state = 'superseded', reason = 'directory_retired', decided_by = $3, decided_at = $4,
          version = l.version + 1, updated_at = $4
     from ending e where l.organization_id = $1 and l.id = e.id
   returning l.id as "linkId", e.state as "from", l.directory_user_id as "directoryRecordId", l.user_id as "targetId"`,
);

/** The same of all its groups; `$2` is the directory. */
export const endGroupLinks = statement<EndedLink>(
  `with ending as (
     select l.id, l.state from group_links l
       join directory_groups d on d.organization_id = $1 and d.id = l.directory_group_id
      where l.organization_id = $1 and d.directory_id = $2 and l.state <> 'superseded'
      order by l.id for update of l
   )
   update group_links l
      set state = 'superseded', reason = 'directory_retired', decided_by = $3, decided_at = $4,
          version = l.version + 1, updated_at = $4
     from ending e where l.organization_id = $1 and l.id = e.id
   returning l.id as "linkId", e.state as "from", l.directory_group_id as "directoryRecordId", l.group_id as "targetId"`,
);

/** Takes the groups that nothing of the product hangs on out of their links; answers them, locked. */
export const untieOwnGroups = statement<{ id: string }>(
  `with untouched as materialized (
     select g.id from groups g
      where g.organization_id = $1 and g.created_by_directory_id = $2
        and not exists (select 1 from group_members m where m.organization_id = $1 and m.group_id = g.id)
        and not exists (select 1 from grants r where r.organization_id = $1 and r.group_id = g.id)
        and not exists (select 1 from group_links l
                          join directory_groups d on d.organization_id = $1 and d.id = l.directory_group_id
                         where l.organization_id = $1 and l.group_id = g.id and d.directory_id <> $2)
      order by g.id for update
   ), untied as (
     update group_links l set group_id = null from untouched where l.organization_id = $1 and l.group_id = untouched.id
   )
   select id from untouched`,
);

export const deleteGroups = statement<never>('delete from groups where organization_id = $1 and id = any($2::uuid[])');

export const revokeTokens = statement<{ id: string; hint: string }>(
  `update scim_tokens set revoked_at = $3
    where organization_id = $1 and directory_id = $2 and revoked_at is null returning id, hint`,
);
