import { groupPathsOf } from '../groups/effective-members.ts';

/**
 * SQL rows of the grants that reach a user, over both layers, one row a path: grant_id, permission_set_id, source (direct,
 * manual, directory), group_id, group_link_id, directory_group_id. `user` is an SQL expression of the user's id.
 *
 * It starts at the user, whose groups are few. `offset 0` keeps the planner from hashing all grants instead, which it
 * would choose while a table has no statistics.
 */
export function grantPathsOf(user: string, records: 'active' | 'all' = 'active'): string {
  return `
    select dg.id as grant_id, dg.permission_set_id, 'direct' as source, null::uuid as group_id,
           null::uuid as group_link_id, null::uuid as directory_group_id
      from grants dg
     where dg.organization_id = $1 and dg.user_id = ${user}
    union all
    select gg.id, gg.permission_set_id, gp.source, gp.group_id, gp.group_link_id, gp.directory_group_id
      from (${groupPathsOf(user, records)}) gp
     cross join lateral (
       select g.id, g.permission_set_id from grants g
        where g.organization_id = $1 and g.group_id = gp.group_id offset 0) gg`;
}
