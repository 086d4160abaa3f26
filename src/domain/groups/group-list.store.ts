import { OrderedList } from '../ordered-list.ts';
import { isActiveUser } from '../users/active-user.ts';
import { USER_COLUMNS } from '../users/users.store.ts';
import { memberPathsOf, SUMMED_SOURCE } from './effective-members.ts';
import {
  GROUP_COLUMNS,
  type GroupMemberRow,
  type GroupRow,
  IS_LINKED_GROUP,
  IS_PROTECTED_GROUP,
} from './groups.store.ts';

export type GroupOrderField = 'createdAt' | 'name';

/** `$2` and `$3` are the parameters of protection. */
export const groupList = new OrderedList<
  GroupRow,
  GroupOrderField,
  'search' | 'isLinked' | 'isProtected' | 'createdByDirectoryId'
>({
  columns: GROUP_COLUMNS,
  from: 'groups g',
  where: 'g.organization_id = $1',
  id: 'g.id',
  orders: { name: { sql: 'g.name_key' } },
  filters: {
    search: (beginning) => `g.name_key ^@ ${beginning}::text`,
    isLinked: (wanted) => `${IS_LINKED_GROUP} = ${wanted}::boolean`,
    isProtected: (wanted) => `${IS_PROTECTED_GROUP} = ${wanted}::boolean`,
    createdByDirectoryId: (directory) => `g.created_by_directory_id = ${directory}::uuid`,
  },
});

export type GroupMemberOrderField = 'createdAt' | 'userName';

/** Looked up for the rows of a page alone, where a join would be made for all members. */
function ofMembership(column: string): string {
  return `(select m.${column} from group_members m
            where m.organization_id = $1 and m.group_id = owner.id and m.user_id = u.id)`;
}

/** The effective members of groups, active users only. */
export const groupMemberList = new OrderedList<GroupMemberRow, GroupMemberOrderField, 'search' | 'sources'>({
  columns: `${USER_COLUMNS}, member.source, ${ofMembership('added_by')} as "addedBy", ${ofMembership('created_at')} as "addedAt"`,
  from: `(select user_id, ${SUMMED_SOURCE} as source from (${memberPathsOf('owner.id')}) path group by user_id) member
    join users u on u.organization_id = $1 and u.id = member.user_id`,
  where: isActiveUser('u'),
  id: 'u.id',
  orders: { userName: { sql: 'u.user_name_key', isNullable: true } },
  filters: {
    search: (beginning) => `(u.user_name_key ^@ ${beginning}::text or u.email_key ^@ ${beginning}::text)`,
    sources: (wanted) => `member.source = any(${wanted}::text[])`,
  },
});
