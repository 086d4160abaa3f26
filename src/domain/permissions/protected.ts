import type { OrganizationTransaction } from '../../database/database.ts';
import { prepared } from '../../database/statement.ts';
import type { PermissionCatalogue } from './catalogue.ts';

/**
 * SQL that is true for a protected group: its grants hold owner, admin or any sensitive permission. `group` is an SQL
 * expression of the group's id; the parameters are those of `protectionParameters`, as text arrays.
 */
export function isProtectedGroup(group: string, sensitivePermissions: string, sensitiveSets: string): string {
  return `exists (
    select 1 from grants pg join permission_sets ps on ps.organization_id = $1 and ps.id = pg.permission_set_id
     where pg.organization_id = $1 and pg.group_id = ${group}
       and (ps.built_in = any(${sensitiveSets}::text[])
            or exists (select 1 from permission_set_permissions pp
                        where pp.organization_id = $1 and pp.permission_set_id = ps.id
                          and pp.permission = any(${sensitivePermissions}::text[]))))`;
}

/** The two parameters of `isProtectedGroup`, in its order. */
export function protectionParameters(catalogue: PermissionCatalogue): [permissions: string[], sets: string[]] {
  return [[...catalogue.sensitivePermissions], [...catalogue.sensitiveSets]];
}

const selectProtected = prepared<{ id: string }>(
  'groups_protected',
  `select asked.id from unnest($4::uuid[]) as asked(id) where ${isProtectedGroup('asked.id', '$2', '$3')}`,
);

/** Those of the groups that are protected: nobody comes into them by a matching name alone. */
export async function protectedGroups(
  transaction: OrganizationTransaction,
  groupIds: readonly string[],
  catalogue: PermissionCatalogue,
): Promise<Set<string>> {
  const rows = await transaction.rows(selectProtected, ...protectionParameters(catalogue), groupIds);
  return new Set(rows.map((row) => row.id));
}
