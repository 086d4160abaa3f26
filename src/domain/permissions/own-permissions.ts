import { type Actor, holds, requireFreshSignIn } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import type { PermissionCatalogue } from './catalogue.ts';

/** Throws `permissionsExceedOwn` unless the actor holds each of the permissions: nobody passes on more than they have. */
export function requireOwn(actor: Actor, permissions: Iterable<string>): void {
  const missing = [...permissions].filter((permission) => !holds(actor, permission));
  if (missing.length === 0) return;
  throw new DomainError('permissionsExceedOwn', `You do not hold ${missing.join(', ')} yourself.`, {
    permissions: missing,
  });
}

/**
 * The same for an act by which somebody comes to hold the permissions. Throws `freshSignInRequired` besides where one of
 * them is sensitive, so that whoever took a cookie does not make an admin of themselves.
 */
export function requireMayHandOn(
  actor: Actor,
  permissions: Iterable<string>,
  { catalogue, at }: { catalogue: PermissionCatalogue; at: Date },
): void {
  const given = [...permissions];
  requireOwn(actor, given);
  if (catalogue.holdsSensitive(given)) requireFreshSignIn(actor, at);
}
