import { prepared, statement } from '../../database/statement.ts';
import { isProtectedGroup } from '../permissions/protected.ts';
import { isActiveUser } from '../users/active-user.ts';
import type { UserRow } from '../users/users.store.ts';
import { groupPathsOf, type MemberSource, SUMMED_SOURCE } from './effective-members.ts';

export interface GroupRow {
  id: string;
  name: string;
  description: string | null;
  /** The directory whose push made the group; null when it was made in the product. */
  createdByDirectoryId: string | null;
  /** True while a directory group fills it. */
  isLinked: boolean;
  /** True while its grants hold owner, admin or a sensitive permission. */
  isProtected: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** When and by whom somebody was put into a group by hand; null for who is there through a directory alone. */
export type GroupMemberRow = UserRow & {
  source: MemberSource;
  addedBy: Record<string, unknown> | null;
  addedAt: Date | null;
};
export type GroupOfUserRow = GroupRow & { source: MemberSource };

export const IS_LINKED_GROUP = `exists (
    select 1 from group_links fl where fl.organization_id = $1 and fl.group_id = g.id and fl.state = 'active')`;
export const IS_PROTECTED_GROUP = isProtectedGroup('g.id', '$2', '$3');

/** The fields of a `GroupRow`, of the alias g; `$2` and `$3` are the parameters of protection in every statement here. */
export const GROUP_COLUMNS = `g.id, g.name, g.description, g.created_by_directory_id as "createdByDirectoryId",
  ${IS_LINKED_GROUP} as "isLinked", ${IS_PROTECTED_GROUP} as "isProtected",
  g.version, g.created_at as "createdAt", g.updated_at as "updatedAt"`;

export const selectGroups = prepared<GroupRow>(
  'groups_get',
  `select ${GROUP_COLUMNS} from unnest($4::uuid[]) as asked(id)
     join groups g on g.organization_id = $1 and g.id = asked.id`,
);

export const lockGroup = statement<{ id: string }>(
  'select id from groups where organization_id = $1 and id = $2 for no key update',
);

export const lockGroupForDelete = statement<{ id: string }>(
  'select id from groups where organization_id = $1 and id = $2 for update',
);

export const insertGroup = statement<GroupRow>(
  `insert into groups as g (organization_id, id, name, name_key, name_key_version, description, version, created_at, updated_at)
   values ($1, $4, $5, $6, $7, $8, 1, $9, $9) returning ${GROUP_COLUMNS}`,
);

export const updateGroup = statement<GroupRow>(
  `update groups g set name = $5, name_key = $6, name_key_version = $7, description = $8, version = version + 1,
          updated_at = $9
    where g.organization_id = $1 and g.id = $4 returning ${GROUP_COLUMNS}`,
);

export const deleteMembers = statement<never>('delete from group_members where organization_id = $1 and group_id = $2');

export const deleteGrants = statement<never>('delete from grants where organization_id = $1 and group_id = $2');

export const deleteGroup = statement<never>('delete from groups where organization_id = $1 and id = $2');

/**
 * `$2` group, `$3` users, `$4` time, `$5` who does it. Adds those who are not members yet; tells whom it knew and whom it
 * added. The users are locked in the order of their ids, against their removal meanwhile and against deadlock.
 */
export const addMembers = statement<{ known: string[]; added: string[] }>(
  `with known as (
     select u.id from users u
      where u.organization_id = $1 and u.id = any($3::uuid[]) and u.removed_at is null
      order by u.id for share),
   added as (
     insert into group_members (organization_id, group_id, user_id, created_at, added_by)
     select $1, $2, id, $4, $5 from known
     on conflict do nothing returning user_id)
   select array(select id from known) as known, array(select user_id from added) as added`,
);

export const removeMembers = statement<{ userId: string }>(
  `delete from group_members where organization_id = $1 and group_id = $2 and user_id = any($3::uuid[])
   returning user_id as "userId"`,
);

/** `$4` users. The groups that active users are in, in the order of the groups' making. */
export const listGroupsOf = prepared<GroupOfUserRow & { userId: string }>(
  'groups_of_users',
  `select ${GROUP_COLUMNS}, member.source, asked.user_id as "userId"
     from unnest($4::uuid[]) as asked(user_id)
     join users u on u.organization_id = $1 and u.id = asked.user_id and ${isActiveUser('u')}
    cross join lateral (
      select group_id, ${SUMMED_SOURCE} as source from (${groupPathsOf('asked.user_id')}) path group by group_id) member
     join groups g on g.organization_id = $1 and g.id = member.group_id
    order by g.id`,
);
