import { type DirectoryGroupRow, GROUP_COLUMNS } from '../directories/directory-groups.store.ts';
import { type DirectoryUserRow, USER_COLUMNS, USER_GROUPS } from '../directories/directory-users.store.ts';
import { OrderedList } from '../ordered-list.ts';

export type DirectoryUserOrderField = 'createdAt' | 'userName';
export type DirectoryGroupOrderField = 'createdAt' | 'displayName';

/** `$2` is the directory in both lists. */
export const directoryUserList = new OrderedList<
  DirectoryUserRow,
  DirectoryUserOrderField,
  'search' | 'active' | 'hasLink'
>({
  columns: `${USER_COLUMNS}, ${USER_GROUPS}`,
  from: 'directory_users d',
  where: 'd.organization_id = $1 and d.directory_id = $2',
  id: 'd.id',
  orders: { userName: { sql: 'd.user_name_key' } },
  filters: {
    search: (beginning) => `(d.user_name_key ^@ ${beginning}::text or d.email_key ^@ ${beginning}::text)`,
    active: (wanted) => `d.active = ${wanted}::boolean`,
    hasLink: (wanted) => `${wanted}::boolean = exists (
      select 1 from user_links l
       where l.organization_id = $1 and l.directory_user_id = d.id and l.state <> 'superseded')`,
  },
});

export const directoryGroupList = new OrderedList<DirectoryGroupRow, DirectoryGroupOrderField, 'search' | 'hasLink'>({
  columns: GROUP_COLUMNS,
  from: 'directory_groups d',
  where: 'd.organization_id = $1 and d.directory_id = $2',
  id: 'd.id',
  orders: { displayName: { sql: 'd.display_name_key' } },
  filters: {
    search: (beginning) => `d.display_name_key ^@ ${beginning}::text`,
    hasLink: (wanted) => `${wanted}::boolean = exists (
      select 1 from group_links l where l.organization_id = $1 and l.directory_group_id = d.id)`,
  },
});
