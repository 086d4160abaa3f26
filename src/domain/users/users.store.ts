import { prepared, statement } from '../../database/statement.ts';
import type { LinkState } from '../links/link.entity.ts';
import { isActiveUser, isInDirectory } from './active-user.ts';

export interface UserRow {
  id: string;
  userName: string;
  displayName: string | null;
  email: string | null;
  isManual: boolean;
  /** Effective: not blocked, not removed, and manual or active in a linked directory. */
  active: boolean;
  blockedAt: Date | null;
  removedAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** The fields of a `UserRow`, of the alias u. */
export const USER_COLUMNS = `u.id, u.user_name as "userName", u.display_name as "displayName", u.email,
  u.is_manual as "isManual", ${isActiveUser('u')} as active, u.blocked_at as "blockedAt", u.removed_at as "removedAt",
  u.version, u.created_at as "createdAt", u.updated_at as "updatedAt"`;

export const selectUsers = prepared<UserRow>(
  'users_get',
  `select ${USER_COLUMNS} from unnest($2::uuid[]) as asked(id)
     join users u on u.organization_id = $1 and u.id = asked.id`,
);

export const lockUser = statement<UserRow>(
  `select ${USER_COLUMNS} from users u where u.organization_id = $1 and u.id = $2 for update of u`,
);

/** `$3`… are the columns of the profile. */
export const insertUser = statement<UserRow>(
  `insert into users as u (organization_id, id, user_name, user_name_key, display_name, email, email_key, is_manual,
                           version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, true, 1, $8, $8) returning ${USER_COLUMNS}`,
);

export const updateUser = statement<UserRow>(
  `update users u set user_name = $3, user_name_key = $4, display_name = $5, email = $6, email_key = $7,
          version = version + 1, updated_at = $8
    where u.organization_id = $1 and u.id = $2 returning ${USER_COLUMNS}`,
);

export const setBlocked = statement<UserRow>(
  `update users u set blocked_at = $3, version = version + 1, updated_at = $4
    where u.organization_id = $1 and u.id = $2 returning ${USER_COLUMNS}`,
);

export const removeUser = statement<UserRow>(
  `update users u set removed_at = $3, user_name_key = null, version = version + 1, updated_at = $3
    where u.organization_id = $1 and u.id = $2 returning ${USER_COLUMNS}`,
);

export const deleteMemberships = statement<never>(
  'delete from group_members where organization_id = $1 and user_id = $2',
);

export const deleteGrants = statement<never>('delete from grants where organization_id = $1 and user_id = $2');

/** Ends what of a user's links counts or waits; one in conflict is tried again with the name that becomes free. */
export const endLinks = statement<{ linkId: string; directoryUserId: string; from: LinkState; to: LinkState }>(
  `update user_links l
      set state = case l.state when 'active' then 'removed_in_product' else 'rejected' end, reason = null,
          decided_by = $3, decided_at = $4, version = l.version + 1, updated_at = $4
     from user_links old
    where l.organization_id = $1 and l.user_id = $2 and l.state in ('active', 'pending')
      and old.organization_id = $1 and old.id = l.id
   returning l.id as "linkId", l.directory_user_id as "directoryUserId", old.state as "from", l.state as "to"`,
);

/** No row for somebody whom a directory has as active; the name is theirs again, or its key says whose. */
export const keepUser = statement<{ id: string }>(
  `update users u set is_manual = true, user_name_key = $3, version = u.version + 1, updated_at = $4
    where u.organization_id = $1 and u.id = $2 and not ${isInDirectory('u')} returning u.id`,
);
