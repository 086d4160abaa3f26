import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, requireFreshSignIn } from '../actors/actor.ts';
import type { PermissionCatalogue } from './catalogue.ts';
import { grantPathsOf } from './grant-paths.ts';
import { protectionParameters } from './protected.ts';

/**
 * SQL that is true for a protected user: on any path, also while they are inactive, a grant reaches them that holds owner,
 * admin or any sensitive permission, be it on one space alone. `user` is an SQL expression of the user's id; the parameters
 * are those of `protectionParameters`, as text arrays.
 */
export function isProtectedUser(user: string, sensitivePermissions: string, sensitiveSets: string): string {
  return `exists (
    select 1 from (${grantPathsOf(user, 'all')}) path
     cross join lateral (
       select s.built_in from permission_sets s
        where s.organization_id = $1 and s.id = path.permission_set_id offset 0) held
     where held.built_in = any(${sensitiveSets}::text[])
        or exists (select 1 from permission_set_permissions pp
                    where pp.organization_id = $1 and pp.permission_set_id = path.permission_set_id
                      and pp.permission = any(${sensitivePermissions}::text[])))`;
}

const selectIsProtected = statement<{ isProtected: boolean }>(
  `select ${isProtectedUser('asked.id', '$2', '$3')} as "isProtected" from (select $4::uuid as id) asked`,
);

/** The same of one user. */
export async function isProtected(
  transaction: OrganizationTransaction,
  userId: string,
  catalogue: PermissionCatalogue,
): Promise<boolean> {
  const [found] = await transaction.rows(selectIsProtected, ...protectionParameters(catalogue), userId);
  return found?.isProtected === true;
}

/**
 * Throws `freshSignInRequired` for somebody who is about to say anew by what a protected user is known, and did not just sign
 * in: whoever is matched to that user gets all that they hold. Asks nothing where the actor is nobody signed in.
 */
export async function requireFreshToRename(
  transaction: OrganizationTransaction,
  actor: Actor,
  { userId, catalogue, at }: { userId: string; catalogue: PermissionCatalogue; at: Date },
): Promise<void> {
  if (actor.kind === 'user' && (await isProtected(transaction, userId, catalogue))) requireFreshSignIn(actor, at);
}
