import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, requireFreshSignIn } from '../actors/actor.ts';
import type { DirectoryStatus } from '../directories/directory.entity.ts';
import { DomainError, notFound } from '../domain-error.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { resolveHeld } from '../permissions/granted-permissions.ts';
import { requireOwn } from '../permissions/own-permissions.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';

const lockDirectory = statement<{ status: DirectoryStatus }>(
  'select status from directories where organization_id = $1 and id = $2 for share',
);

/** What the groups give that a directory fills. */
const filledGroupsGrant = statement<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from directory_groups d
     join group_links l on l.organization_id = $1 and l.directory_group_id = d.id and l.state = 'active'
     join grants g on g.organization_id = $1 and g.group_id = l.group_id
     join permission_sets s on s.organization_id = $1 and s.id = g.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
    where d.organization_id = $1 and d.directory_id = $2`,
);

/**
 * Guards whatever opens a directory's SCIM endpoint: tokens, OAuth clients with their secrets, workload identities. The
 * directory must take calls, and the actor must hold all that its groups give, because whoever holds the credential puts
 * people into them; who is signed in has to have signed in just now. Throws `freshSignInRequired`, `notFound`,
 * `directoryStatusConflict`, `permissionsExceedOwn`.
 */
export async function requireMayOpen(
  transaction: OrganizationTransaction,
  actor: Actor,
  { directoryId, catalogue, at }: { directoryId: string; catalogue: PermissionCatalogue; at: Date },
): Promise<void> {
  requireFreshSignIn(actor, at);
  const [directory] = await transaction.rows(lockDirectory, directoryId);
  if (!directory) throw notFound('directory', directoryId);
  if (directory.status === 'retired') {
    throw new DomainError('directoryStatusConflict', 'The directory is retired: it takes no calls any more.');
  }
  requireOwn(actor, resolveHeld(catalogue, await transaction.rows(filledGroupsGrant, directoryId)));
}
