import { groupPathsOf } from '../groups/effective-members.ts';

/**
 * SQL rows of the grants that reach a user, over both layers, one row a path: grant_id, permission_set_id, space_id (null:
 * the whole organization), source (direct, manual, directory), group_id, group_link_id, directory_group_id,
 * directory_user_id. `user` is an SQL expression of the user's id.
 *
 * It starts at the user, whose groups are few. `offset 0` keeps the planner from hashing all grants instead, which it
 * would choose while a table has no statistics.
 */
export function grantPathsOf(user: string, records: 'active' | 'all' = 'active'): string {
  return `
    select dg.id as grant_id, dg.permission_set_id, dg.space_id, 'direct' as source, null::uuid as group_id,
           null::uuid as group_link_id, null::uuid as directory_group_id, null::uuid as directory_user_id
      from grants dg
     where dg.organization_id = $1 and dg.user_id = ${user}
    union all
    select gg.id, gg.permission_set_id, gg.space_id, gp.source, gp.group_id, gp.group_link_id, gp.directory_group_id,
           gp.directory_user_id
      from (${groupPathsOf(user, records)}) gp
     cross join lateral (
       select g.id, g.permission_set_id, g.space_id from grants g
        where g.organization_id = $1 and g.group_id = gp.group_id offset 0) gg`;
}

/** The same and, as source `default` without a grant, the permission set that every active user holds. */
export function accessPathsOf(user: string, records: 'active' | 'all' = 'active'): string {
  return `${grantPathsOf(user, records)}
    union all
    select null, o.default_permission_set_id, null, 'default', null, null, null, null
      from organizations o
     where o.organization_id = $1 and o.default_permission_set_id is not null`;
}
