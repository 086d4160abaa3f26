import { statement } from '../../database/statement.ts';
import type { DirectoryStatus } from '../directories/directory.entity.ts';
import type { LinkReason } from './link.entity.ts';

/** A user and the record that decides on their profile. */
export interface LeadingRecord {
  userId: string;
  currentName: string;
  currentNameKey: string | null;
  currentDisplayName: string | null;
  currentEmail: string | null;
  linkId: string;
  directoryUserId: string;
  recordNameKey: string;
  resource: Record<string, unknown>;
  directoryStatus: DirectoryStatus;
}

export interface ProfileChange {
  userId: string;
  userName: string;
  userNameKey: string | null;
  displayName: string | null;
  email: string | null;
  emailKey: string | null;
}

/** The leading record of each user who has one, the users locked, in the order of their making. */
export const leadingRecords = statement<LeadingRecord>(
  `select u.id as "userId", u.user_name as "currentName", u.user_name_key as "currentNameKey",
          u.display_name as "currentDisplayName", u.email as "currentEmail", r.*
     from users u
    cross join lateral (
      select l.id as "linkId", d.id as "directoryUserId", d.user_name_key as "recordNameKey", d.resource,
             dir.status as "directoryStatus"
        from user_links l
        join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
        join directories dir on dir.organization_id = $1 and dir.id = d.directory_id
       where l.organization_id = $1 and l.user_id = u.id and l.state = 'active' and d.active and not d.is_held
       order by dir.precedence, dir.created_at, dir.id, l.id limit 1) r
    where u.organization_id = $1 and u.id = any($2::uuid[]) and u.removed_at is null
    order by u.id for no key update of u`,
);

export const takenNames = statement<{ userNameKey: string }>(
  `select user_name_key as "userNameKey" from users where organization_id = $1 and user_name_key = any($2::text[])`,
);

export const nameUser = statement<never>(
  `update users set user_name = $3, user_name_key = $4, updated_at = $5 where organization_id = $1 and id = $2`,
);

/** Writes the profiles of `$2`, a JSON array of `ProfileChange`. */
export const writeProfiles = statement<never>(
  `update users u
      set user_name = c."userName", display_name = c."displayName", email = c."email", email_key = c."emailKey",
          version = u.version + 1, updated_at = $3
     from jsonb_to_recordset($2::jsonb)
       as c("userId" uuid, "userName" text, "displayName" text, "email" text, "emailKey" text)
    where u.organization_id = $1 and u.id = c."userId"`,
);

/** Notes on the leading link of each user of `$2` whether its name is taken, and clears that of their other links. */
export const noteNames = statement<{
  linkId: string;
  reason: LinkReason | null;
  userId: string;
  directoryUserId: string;
}>(
  `update user_links l
      set reason = case when l.id = n."linkId" then n."reason" end, version = l.version + 1, updated_at = $3
     from jsonb_to_recordset($2::jsonb) as n("userId" uuid, "linkId" uuid, "reason" text)
    where l.organization_id = $1 and l.user_id = n."userId" and l.state = 'active'
      and l.reason is distinct from case when l.id = n."linkId" then n."reason" end
   returning l.id as "linkId", l.reason, l.user_id as "userId", l.directory_user_id as "directoryUserId"`,
);

/** Who waits for a userName of `$2`: users whose record has it, and records in conflict; not while a directory is paused. */
export const waitingForName = statement<{
  linkId: string;
  state: 'active' | 'conflict';
  userId: string;
  directoryUserId: string;
  userNameKey: string;
}>(
  `select l.id as "linkId", l.state, l.user_id as "userId", l.directory_user_id as "directoryUserId",
          d.user_name_key as "userNameKey"
     from directories dir
    cross join lateral (
      select d.id, d.user_name_key from directory_users d
       where d.organization_id = $1 and d.directory_id = dir.id and d.user_name_key = any($2::text[]) offset 0) d
     join user_links l on l.organization_id = $1 and l.directory_user_id = d.id
    where dir.organization_id = $1 and dir.status = 'active'
      and (l.state = 'conflict' or l.state = 'active' and l.reason = 'name_is_taken')
    order by l.id`,
);
