/**
 * SQL that is true while an active link leads the user of the alias to an active directory record that is not held.
 * `offset 0` has it looked up for each user: a page of 50 would otherwise first hash all links.
 */
export function isInDirectory(user: string): string {
  return `exists (
    select 1 from user_links al
      join directory_users ad on ad.organization_id = $1 and ad.id = al.directory_user_id
     where al.organization_id = $1 and al.user_id = ${user}.id and al.state = 'active' and ad.active and not ad.is_held
    offset 0)`;
}

/** SQL that is true for an active user of the alias: not blocked, not removed, and manual or in a directory. */
export function isActiveUser(user: string): string {
  return `(${user}.blocked_at is null and ${user}.removed_at is null and (${user}.is_manual or ${isInDirectory(user)}))`;
}
