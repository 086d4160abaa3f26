import { type Actor, requirePermission } from '../actors/actor.ts';
import { requireOneScope, type ScopeNeed } from '../actors/scope.ts';
import { DomainError, notFound } from '../domain-error.ts';

/**
 * Lets a directory into its own directory layer and an admin with `rollcall:directories` into any of the organization.
 * Another directory's id answers as an unknown one. Throws `notFound` or `forbidden`.
 */
export function requireDirectory(actor: Actor, directoryId: string): void {
  if (actor.kind !== 'directory') requirePermission(actor, 'rollcall:directories');
  else if (actor.directoryId !== directoryId) throw notFound('directory', directoryId);
}

/** Keeps a directory to what its credential was made for. Throws `insufficientScope`. */
export function requireScope(actor: Actor, need: ScopeNeed): void {
  if (actor.kind === 'directory') requireOneScope(actor.scopes, need);
}

/**
 * Lets only the directory itself write its layer: an API key, or an admin, could otherwise put anybody into a group that is
 * linked to one of more permissions than its own. Throws `notFound`, `forbidden` or `insufficientScope`.
 */
export function requireDirectoryItself(actor: Actor, directoryId: string, need: ScopeNeed): void {
  requireDirectory(actor, directoryId);
  requireScope(actor, need);
  if (actor.kind === 'apiKey' || actor.kind === 'user') {
    throw new DomainError('forbidden', 'The directory layer is written by the SCIM tokens of its directory.');
  }
}

/**
 * Lets a strict directory write only what its sender vouches for: that the request keeps to the letter of RFC 7643 and 7644.
 * Which is for the sender to know, because what is stored shows no more how it was sent. Throws `directoryIsStrict`.
 */
export function requireStandard(actor: Actor, { isStandard }: { isStandard?: boolean | null }): void {
  if (actor.kind !== 'directory' || !actor.isStrict || isStandard) return;
  const message = 'The directory is strict: say `isStandard` once the request was found to keep to RFC 7643 and 7644.';
  throw new DomainError('directoryIsStrict', message);
}

/** For a call that a retired directory sent with a token that ended at this moment. */
export function directoryIsRetired(): DomainError {
  return new DomainError('credentialInvalid', 'The directory is retired, and its tokens open nothing any more.');
}
