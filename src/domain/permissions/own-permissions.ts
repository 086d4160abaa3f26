import { type Actor, holds } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';

/** Throws `permissionsExceedOwn` unless the actor holds each of the permissions: nobody passes on more than they have. */
export function requireOwn(actor: Actor, permissions: Iterable<string>): void {
  const missing = [...permissions].filter((permission) => !holds(actor, permission));
  if (missing.length === 0) return;
  throw new DomainError('permissionsExceedOwn', `You do not hold ${missing.join(', ')} yourself.`, {
    permissions: missing,
  });
}
