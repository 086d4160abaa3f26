import { type Actor, requirePermission } from '../actors/actor.ts';
import { notFound } from '../domain-error.ts';

/**
 * Lets a directory into its own directory layer and an admin with `rollcall:directories` into any of the organization.
 * Another directory's id answers as an unknown one. Throws `notFound` or `forbidden`.
 */
export function requireDirectory(actor: Actor, directoryId: string): void {
  if (actor.kind !== 'directory') requirePermission(actor, 'rollcall:directories');
  else if (actor.directoryId !== directoryId) throw notFound('directory', directoryId);
}
