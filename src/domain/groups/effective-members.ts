/**
 * SQL rows of the groups that a user is in, by hand or through an actively linked directory group, one row a path:
 * group_id, source, group_link_id, directory_group_id, directory_user_id. An inactive directory record leads nowhere,
 * unless `records` are `all`: to explain, and wherever a guard asks what somebody holds, because they come back with it.
 * Whether the user is active is asked apart. `user` is an SQL expression of the user's id.
 *
 * It goes from the user outwards, because a user's groups are few. `offset 0` keeps that order: without statistics, after a
 * first import for instance, the planner would go through all linked groups instead, 20 times slower.
 */
export function groupPathsOf(user: string, records: 'active' | 'all' = 'active'): string {
  return `
    select gm.group_id, 'manual' as source, null::uuid as group_link_id, null::uuid as directory_group_id,
           null::uuid as directory_user_id
      from group_members gm
     where gm.organization_id = $1 and gm.user_id = ${user}
    union all
    select gl.group_id, 'directory', gl.id, dm.directory_group_id, du.id
      from user_links ul
      join directory_users du on du.organization_id = $1 and du.id = ul.directory_user_id${isCounted(records)}
     cross join lateral (
       select m.directory_group_id from directory_group_members m
        where m.organization_id = $1 and m.directory_user_id = du.id and not m.is_held offset 0) dm
     cross join lateral (
       select l.id, l.group_id, l.state from group_links l
        where l.organization_id = $1 and l.directory_group_id = dm.directory_group_id offset 0) gl
     where ul.organization_id = $1 and ul.user_id = ${user} and ul.state = 'active' and gl.state = 'active'`;
}

/** The same from the other side: user_id and source of a group's members, one row a path. */
export function memberPathsOf(group: string, records: 'active' | 'all' = 'active'): string {
  return `
    select gm.user_id, 'manual' as source
      from group_members gm
     where gm.organization_id = $1 and gm.group_id = ${group}
    union all
    select ul.user_id, 'directory'
      from group_links gl
      join directory_group_members dm on dm.organization_id = $1 and dm.directory_group_id = gl.directory_group_id
       and not dm.is_held
      join directory_users du
        on du.organization_id = $1 and du.id = dm.directory_user_id${isCounted(records)}
      join user_links ul on ul.organization_id = $1 and ul.directory_user_id = du.id and ul.state = 'active'
     where gl.organization_id = $1 and gl.group_id = ${group} and gl.state = 'active'`;
}

/** SQL that leaves out records that are inactive or held, of the alias du. */
function isCounted(records: 'active' | 'all'): string {
  return records === 'active' ? ' and du.active and not du.is_held' : '';
}

/** How somebody is in a group. */
export type MemberSource = 'manual' | 'directory' | 'both';

/** SQL that sums the paths of one membership up; over groups of the rows above. */
export const SUMMED_SOURCE = `case when min(source) = max(source) then min(source) else 'both' end`;
