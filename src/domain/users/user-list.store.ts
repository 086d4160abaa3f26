import { memberPathsOf } from '../groups/effective-members.ts';
import { OrderedList } from '../ordered-list.ts';
import { accessPathsOf } from '../permissions/grant-paths.ts';
import { isActiveUser } from './active-user.ts';
import { USER_COLUMNS, type UserRow } from './users.store.ts';

export type UserOrderField = 'createdAt' | 'userName';

/** Keys begin by `^@`, which row-level security lets use an index, unlike LIKE. */
export const userList = new OrderedList<
  UserRow,
  UserOrderField,
  'search' | 'active' | 'withoutAccess' | 'isBlocked' | 'isManual' | 'isRemoved' | 'groupId' | 'links'
>({
  columns: USER_COLUMNS,
  from: 'users u',
  where: 'u.organization_id = $1',
  id: 'u.id',
  // A user whose name went to somebody else has none.
  orders: { userName: { sql: 'u.user_name_key', isNullable: true } },
  filters: {
    search: (beginning) => `(u.user_name_key ^@ ${beginning}::text or u.email_key ^@ ${beginning}::text)`,
    active: (wanted) => `${isActiveUser('u')} = ${wanted}::boolean`,
    withoutAccess: (wanted, permissions, builtInSets) => `${isActiveUser('u')} and ${wanted}::boolean <> exists (
      select 1
        from (${accessPathsOf('u.id')}) path
        join permission_sets s on s.organization_id = $1 and s.id = path.permission_set_id
       where s.built_in = any(${builtInSets}::text[])
          or exists (select 1 from permission_set_permissions p
                      where p.organization_id = $1 and p.permission_set_id = s.id
                        and p.permission = any(${permissions}::text[])))`,
    isBlocked: (wanted) => `(u.blocked_at is not null) = ${wanted}::boolean`,
    isManual: (wanted) => `u.is_manual = ${wanted}::boolean`,
    isRemoved: (wanted) => `(u.removed_at is not null) = ${wanted}::boolean`,
    groupId: (group) =>
      `${isActiveUser('u')} and u.id in (select user_id from (${memberPathsOf(`${group}::uuid`)}) path)`,
    links: (directory, states) => `exists (
      select 1 from user_links l
        join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
       where l.organization_id = $1 and l.user_id = u.id
         and (${directory}::uuid is null or d.directory_id = ${directory})
         and case when ${states}::text[] is null then l.state <> 'superseded' else l.state = any(${states}) end)`,
  },
});
