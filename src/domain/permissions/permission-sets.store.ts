import { prepared, statement } from '../../database/statement.ts';
import { OrderedList } from '../ordered-list.ts';
import type { BuiltInSet } from './permission-set.entity.ts';

export interface PermissionSetRow {
  id: string;
  name: string;
  description: string | null;
  builtIn: BuiltInSet | null;
  /** What the set holds now, in alphabetical order, less what the catalogue declares no more. */
  permissions: string[];
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `s.id, s.name, s.description, s.built_in as "builtIn",
  array(select p.permission from permission_set_permissions p
         where p.organization_id = $1 and p.permission_set_id = s.id) as permissions,
  s.version, s.created_at as "createdAt", s.updated_at as "updatedAt"`;

export const selectSets = prepared<PermissionSetRow>(
  'permission_sets_get',
  `select ${COLUMNS} from unnest($2::uuid[]) as asked(id)
     join permission_sets s on s.organization_id = $1 and s.id = asked.id`,
);

export type PermissionSetOrderField = 'createdAt' | 'name';

export const permissionSetList = new OrderedList<PermissionSetRow, PermissionSetOrderField, 'search' | 'isBuiltIn'>({
  columns: COLUMNS,
  from: 'permission_sets s',
  where: 's.organization_id = $1',
  id: 's.id',
  orders: { name: { sql: 's.name_key' } },
  filters: {
    search: (beginning) => `s.name_key ^@ ${beginning}::text`,
    isBuiltIn: (wanted) => `(s.built_in is not null) = ${wanted}::boolean`,
  },
});

// These two are followed by `selectSets`: a statement that waited for the lock sees the permissions from before its wait.

/** For a change of the set itself. */
export const lockSet = statement<{ id: string }>(
  'select id from permission_sets where organization_id = $1 and id = $2 for update',
);

/** For giving the set to somebody: what it holds stays the same meanwhile. */
export const holdSet = statement<{ id: string }>(
  'select id from permission_sets where organization_id = $1 and id = $2 for share',
);

/** The set that every active user holds, if that is this one. */
export const selectDefault = statement<{ id: string }>(
  `select default_permission_set_id as id from organizations
    where organization_id = $1 and default_permission_set_id = $2`,
);

/** One grant of the set, or one API key that acts by it. */
export const selectUse = statement<{ id: string }>(
  `(select id from grants where organization_id = $1 and permission_set_id = $2 limit 1)
   union all
   (select id from api_keys where organization_id = $1 and permission_set_id = $2 and revoked_at is null limit 1)`,
);

export const insertSet = statement<never>(
  `insert into permission_sets (organization_id, id, name, name_key, description, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, 1, $6, $6)`,
);

export const updateSet = statement<never>(
  `update permission_sets set name = $3, name_key = $4, description = $5, version = version + 1, updated_at = $6
    where organization_id = $1 and id = $2`,
);

/** `$3` is all that the set shall hold. */
export const dropPermissions = statement<never>(
  `delete from permission_set_permissions
    where organization_id = $1 and permission_set_id = $2 and permission <> all($3::text[])`,
);

export const addPermissions = statement<never>(
  `insert into permission_set_permissions (organization_id, permission_set_id, permission)
   select $1, $2, permission from unnest($3::text[]) as wanted(permission) on conflict do nothing`,
);

/** A revoked key opens nothing, so it does not keep its set. */
export const deleteRevokedKeys = statement<never>(
  'delete from api_keys where organization_id = $1 and permission_set_id = $2 and revoked_at is not null',
);

export const deleteSet = statement<never>('delete from permission_sets where organization_id = $1 and id = $2');
