import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { PermissionCatalogue } from './catalogue.ts';
import type { BuiltInSet } from './permission-set.entity.ts';

const selectGranted = statement<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from grants g
     join permission_sets s on s.organization_id = $1 and s.id = g.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
    where g.organization_id = $1 and g.group_id = $2`,
);

/**
 * All that a group's grants give its members. Whoever lets somebody into the group, by hand or by approving a link, must
 * hold every one of them.
 */
export async function permissionsGrantedTo(
  transaction: OrganizationTransaction,
  groupId: string,
  catalogue: PermissionCatalogue,
): Promise<Set<string>> {
  return resolveHeld(catalogue, await transaction.rows(selectGranted, groupId));
}

/** The permissions of rows that name a built-in set, or a permission of another set, or neither. */
export function resolveHeld(
  catalogue: PermissionCatalogue,
  rows: readonly { builtIn: BuiltInSet | null; permission: string | null }[],
): Set<string> {
  return new Set(
    rows.flatMap((row) => catalogue.resolve(row.builtIn, row.permission === null ? [] : [row.permission])),
  );
}
