import { type Actor, requirePermission } from '../actors/actor.ts';
import { DomainError, notFound } from '../domain-error.ts';

/**
 * Lets a directory into its own directory layer and an admin with `rollcall:directories` into any of the organization.
 * Another directory's id answers as an unknown one. Throws `notFound` or `forbidden`.
 */
export function requireDirectory(actor: Actor, directoryId: string): void {
  if (actor.kind !== 'directory') requirePermission(actor, 'rollcall:directories');
  else if (actor.directoryId !== directoryId) throw notFound('directory', directoryId);
}

/**
 * Lets only the directory itself write its layer: an API key could otherwise put anybody into a group that is linked to
 * one of more permissions than its own. Throws `notFound` or `forbidden`.
 */
export function requireDirectoryItself(actor: Actor, directoryId: string): void {
  requireDirectory(actor, directoryId);
  if (actor.kind === 'apiKey') {
    throw new DomainError('forbidden', 'The directory layer is written by the SCIM tokens of its directory.');
  }
}

/** For a call that a retired directory sent with a token that ended at this moment. */
export function directoryIsRetired(): DomainError {
  return new DomainError('credentialInvalid', 'The directory is retired, and its tokens open nothing any more.');
}
