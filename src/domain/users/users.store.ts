import { prepared, statement, wide } from '../../database/statement.ts';
import { grantPathsOf } from '../permissions/grant-paths.ts';
import { isActiveUser } from './active-user.ts';

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

export const removeLinks = statement<{ linkId: string; directoryUserId: string }>(
  `update user_links set state = 'removed_in_product', reason = null, decided_by = $3, version = version + 1,
          updated_at = $4
    where organization_id = $1 and user_id = $2 and state = 'active'
   returning id as "linkId", directory_user_id as "directoryUserId"`,
);

/**
 * `$2` after, `$3` limit, `$4` a folded prefix, `$5` active, `$6` without access; `$7` and `$8` are the permissions and the
 * built-in sets that count. Keys begin by `^@`, which row-level security lets use an index, unlike LIKE.
 */
export const listUsers = wide<UserRow>(`select ${USER_COLUMNS} from users u
    where u.organization_id = $1 and u.removed_at is null
      and ($2::uuid is null or u.id > $2)
      and ($4::text is null or u.user_name_key ^@ $4 or u.email_key ^@ $4)
      and ($5::boolean is null or ${isActiveUser('u')} = $5)
      and ($6::boolean is null or (${isActiveUser('u')} and $6 <> exists (
        select 1
          from (${grantPathsOf('u.id')}) path
          join permission_sets s on s.organization_id = $1 and s.id = path.permission_set_id
         where s.built_in = any($8::text[])
            or exists (select 1 from permission_set_permissions p
                        where p.organization_id = $1 and p.permission_set_id = s.id and p.permission = any($7::text[])))))
    order by u.id limit $3`);
