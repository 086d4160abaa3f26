import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { PermissionCatalogue } from './catalogue.ts';
import { accessPathsOf } from './grant-paths.ts';

/** `$2` user, `$3` every permission, `$4` the built-in sets that hold anything. */
const selectHasAccess = statement<{ hasAccess: boolean }>(
  `select exists (
     select 1
       from (${accessPathsOf('$2::uuid')}) path
      cross join lateral (
        select s.id, s.built_in from permission_sets s
         where s.organization_id = $1 and s.id = path.permission_set_id offset 0) held
      where held.built_in = any($4::text[])
         or exists (select 1 from permission_set_permissions p
                     where p.organization_id = $1 and p.permission_set_id = held.id
                       and p.permission = any($3::text[]))) as "hasAccess"`,
);

/** Whether an active user holds anything at all, on the organization or on one of its spaces (S14). */
export async function hasAccess(
  transaction: OrganizationTransaction,
  userId: string,
  catalogue: PermissionCatalogue,
): Promise<boolean> {
  const names = catalogue.permissions.map((permission) => permission.name);
  const [answer] = await transaction.rows(selectHasAccess, userId, names, catalogue.grantingSets);
  return answer?.hasAccess === true;
}
