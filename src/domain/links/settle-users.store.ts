import { statement } from '../../database/statement.ts';
import { groupPathsOf } from '../groups/effective-members.ts';
import { isReachedByOwner } from '../permissions/owners.ts';
import { isProtectedGroup } from '../permissions/protected.ts';
import { isInDirectory } from '../users/active-user.ts';

/** What holds a user active, but for an admin's block. */
export interface Presence {
  userId: string;
  isManual: boolean;
  /** An active link leads to an active record that is not held. */
  isInDirectory: boolean;
  inactiveSince: Date | null;
  inactivityDays: number;
}

export const presenceOf = statement<Presence>(
  `select u.id as "userId", u.is_manual as "isManual", ${isInDirectory('u')} as "isInDirectory",
          u.inactive_since as "inactiveSince", o.inactivity_days as "inactivityDays"
     from users u join organizations o on o.organization_id = $1
    where u.organization_id = $1 and u.id = any($2::uuid[]) and u.removed_at is null
    order by u.id`,
);

export const setInactiveSince = statement<never>(
  `update users set inactive_since = $3, version = version + 1, updated_at = $4
    where organization_id = $1 and id = any($2::uuid[])`,
);

/** SQL that is true for a direct grant that falls away: that of `owner` stays, as the record of who owns. */
export function lapses(grant: string): string {
  return `not (${grant}.space_id is null and exists (
    select 1 from permission_sets os
     where os.organization_id = $1 and os.id = ${grant}.permission_set_id and os.built_in = 'owner'))`;
}

/** Deletes manual memberships and direct grants of users, one row a user who had any. */
export const lapseAccess = statement<{ userId: string; groupIds: string[]; grantIds: string[] }>(
  `with left_groups as (
     delete from group_members where organization_id = $1 and user_id = any($2::uuid[]) returning user_id, group_id
   ), ended as (
     delete from grants g where g.organization_id = $1 and g.user_id = any($2::uuid[]) and ${lapses('g')}
     returning g.user_id, g.id
   )
   select user_id as "userId",
          array(select group_id from left_groups g where g.user_id = lapsed.user_id) as "groupIds",
          array(select id from ended e where e.user_id = lapsed.user_id) as "grantIds"
     from (select user_id from left_groups union select user_id from ended) lapsed
    order by user_id`,
);

/** `$2` and `$3` of protection, `$4` users, `$5` time. Those of their links wait through which they would be in. */
export const holdSensitiveLinks = statement<{ linkId: string; userId: string; directoryUserId: string }>(
  `update user_links l set state = 'pending', reason = 'long_absence', version = l.version + 1, updated_at = $5
     from directory_users d
    where l.organization_id = $1 and l.user_id = any($4::uuid[]) and l.state = 'active'
      and d.organization_id = $1 and d.id = l.directory_user_id and d.active and not d.is_held
      and (exists (select 1 from (${groupPathsOf('l.user_id')}) path where ${isProtectedGroup('path.group_id', '$2', '$3')})
           or ${isReachedByOwner('l.user_id')})
   returning l.id as "linkId", l.user_id as "userId", l.directory_user_id as "directoryUserId"`,
);
