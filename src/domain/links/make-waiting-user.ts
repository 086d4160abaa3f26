import type { OrganizationTransaction } from '../../database/database.ts';
import { type Actor, holds } from '../actors/actor.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { permissionsOfUser } from './link-preview.ts';
import { makeUserFor } from './make-user.ts';

/**
 * Makes the user of a record in conflict whose userName became free by what the actor did, as far as that may come of it: a
 * rename, a removal or an activation gives nothing sensitive along the way, and nothing that the actor does not hold. Such
 * a link stays in conflict, for `retryLink` to ask who may. The identity provider decides anyway who is in its groups, and
 * the operator is refused nothing.
 */
export async function makeWaitingUser(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: { directoryUserId: string; linkId: string; at: Date; catalogue: PermissionCatalogue },
): Promise<void> {
  const { catalogue, ...record } = input;
  const isBound = actor.kind !== 'directory' && actor.kind !== 'operator';
  if (isBound) {
    const gained = await permissionsOfUser(transaction, { directoryUserId: record.directoryUserId }, catalogue);
    if (catalogue.holdsSensitive(gained) || !gained.every((permission) => holds(actor, permission))) return;
  }
  await makeUserFor(transaction, actor, record);
}
