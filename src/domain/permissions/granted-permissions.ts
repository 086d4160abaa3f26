import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { PermissionCatalogue } from './catalogue.ts';
import type { BuiltInSet } from './permission-set.entity.ts';

interface Held {
  builtIn: BuiltInSet | null;
  permission: string | null;
}

const GRANTED = `select distinct s.built_in as "builtIn", p.permission
  from grants g
  join permission_sets s on s.organization_id = $1 and s.id = g.permission_set_id
  left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
 where g.organization_id = $1`;

const selectGrantedToGroup = statement<Held>(`${GRANTED} and g.group_id = $2`);
const selectGrantedOnSpace = statement<Held>(`${GRANTED} and g.space_id = $2`);

/**
 * All that a group's grants give its members, in whichever space. Whoever lets somebody into the group, by hand or by approving a link, must
 * hold every one of them.
 */
export async function permissionsGrantedTo(
  transaction: OrganizationTransaction,
  groupId: string,
  catalogue: PermissionCatalogue,
): Promise<Set<string>> {
  return resolveHeld(catalogue, await transaction.rows(selectGrantedToGroup, groupId));
}

/** All that the grants on a space give to anybody. */
export async function permissionsGrantedOn(
  transaction: OrganizationTransaction,
  spaceId: string,
  catalogue: PermissionCatalogue,
): Promise<Set<string>> {
  return resolveHeld(catalogue, await transaction.rows(selectGrantedOnSpace, spaceId));
}

/** The permissions of rows that name a built-in set, or a permission of another set, or neither. */
export function resolveHeld(catalogue: PermissionCatalogue, rows: readonly Held[]): Set<string> {
  return new Set(
    rows.flatMap((row) => catalogue.resolve(row.builtIn, row.permission === null ? [] : [row.permission])),
  );
}
