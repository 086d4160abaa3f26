import { prepared } from '../../database/statement.ts';

/** A direct member as SCIM shows it. */
export interface DirectoryGroupMember {
  /** The id of a directory user. */
  value: string;
  display: string | null;
}

/** `$2` groups; of each the first `$4` direct members after `$3`, in the order of their ids. */
export const membersOfGroups = prepared<{ id: string; members: DirectoryGroupMember[] }>(
  'directory-group-members-page',
  `select g.id, (
     select coalesce(jsonb_agg(jsonb_build_object('value', p.value, 'display', p.display) order by p.value), '[]')
       from (select m.directory_user_id as value, coalesce(u.resource->>'displayName', u.resource->>'userName') as display
               from directory_group_members m
               join directory_users u on u.organization_id = $1 and u.id = m.directory_user_id
              where m.organization_id = $1 and m.directory_group_id = g.id and m.directory_user_id > $3::uuid
              order by m.directory_user_id limit $4::int) p) as members
     from unnest($2::uuid[]) g(id)`,
);
