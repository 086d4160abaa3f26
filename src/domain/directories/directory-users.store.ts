import { prepared, statement } from '../../database/statement.ts';
import type { ReturnedRules } from '../custom-attributes/custom-tables.ts';

/** A directory user as the edges read it: entity fields of the same name. */
export interface DirectoryUserRow {
  id: string;
  directoryId: string;
  version: number;
  resource: Record<string, unknown>;
  createdAt: Date;
  updatedAt: Date;
  /** The directory groups the person is a direct member of; absent unless it was asked for. */
  groups?: { id: string; displayName: string }[];
  /** How declared attributes are returned otherwise than by default; absent where it was not looked up. */
  returnedRules?: ReturnedRules | null;
}

export const USER_COLUMNS = `d.id, d.directory_id as "directoryId", d.version, d.resource,
  d.created_at as "createdAt", d.updated_at as "updatedAt"`;

/** SQL of the groups of a user, by an SQL expression of their id. */
export const groupsOf = (id: string) => `(
  select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'displayName', g.resource->>'displayName') order by g.id), '[]')
    from directory_group_members m
    join directory_groups g on g.organization_id = m.organization_id and g.id = m.directory_group_id
   where m.organization_id = $1 and m.directory_user_id = ${id})`;

export const USER_GROUPS = `${groupsOf('d.id')} as groups`;

/**
 * A lookup of many at once: `$2` directories and `$3` values in parallel arrays; each found row carries the position of
 * its question. `offset 0` keeps the planner on the index where the table has no statistics yet.
 */
function lookUp(name: string, column: string, type: string, columns: string) {
  return prepared<DirectoryUserRow & { position: number }>(
    name,
    `select k.position, d.*
       from unnest($2::uuid[], $3::${type}[]) with ordinality k(directory_id, value, position)
      cross join lateral (
        select ${columns} from directory_users d
         where d.organization_id = $1 and d.directory_id = k.directory_id and d.${column} = k.value offset 0) d`,
  );
}

export const usersById = lookUp('directory-users-by-id', 'id', 'uuid', USER_COLUMNS);
export const usersByIdWithGroups = lookUp(
  'directory-users-by-id-with-groups',
  'id',
  'uuid',
  `${USER_COLUMNS}, ${USER_GROUPS}`,
);
export const usersByNameWithGroups = lookUp(
  'directory-users-by-name-with-groups',
  'user_name_key',
  'text',
  `${USER_COLUMNS}, ${USER_GROUPS}`,
);

export const userByName = statement<{ id: string; active: boolean; version: number }>(
  `select id, active, version from directory_users
    where organization_id = $1 and directory_id = $2 and user_name_key = $3`,
);
