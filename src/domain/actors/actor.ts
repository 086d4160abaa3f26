import { DomainError } from '../domain-error.ts';
import { isReserved } from '../permissions/catalogue.ts';
import type { Scope } from './scope.ts';

/** Who acts now, always inside one organization: a call without an organization cannot be written. */
export type Actor =
  | { kind: 'apiKey'; organizationId: string; id: string; name: string; permissions: ReadonlySet<string> }
  /** `isStrict` is the directory's setting as its credential was last read. */
  | {
      kind: 'directory';
      organizationId: string;
      directoryId: string;
      tokenId: string;
      scopes: ReadonlySet<Scope>;
      isStrict?: boolean;
    }
  /** Somebody who is signed in, with what they hold on the whole organization. */
  | {
      kind: 'user';
      organizationId: string;
      userId: string;
      accountId: string;
      sessionId: string;
      name: string;
      permissions: ReadonlySet<string>;
      /** When they last proved who they are; null where their identity provider does not say. */
      provedAt: Date | null;
    }
  | { kind: 'operator'; organizationId: string }
  | { kind: 'system'; organizationId: string };

/** Somebody who is signed in. */
export type UserActor = Extract<Actor, { kind: 'user' }>;

/** As much of an actor as is kept beside what it did. */
export type NamedActor = Exclude<Actor, UserActor> | Pick<UserActor, 'kind' | 'organizationId' | 'userId' | 'name'>;

/** The form in which an actor is kept beside what it did: its kind and id, no permissions. */
export type ActorRecord = { kind: Actor['kind']; id?: string; name?: string };

export function describeActor(actor: NamedActor): ActorRecord {
  switch (actor.kind) {
    case 'apiKey':
      return { kind: actor.kind, id: actor.id, name: actor.name };
    case 'directory':
      return { kind: actor.kind, id: actor.directoryId };
    case 'user':
      return { kind: actor.kind, id: actor.userId, name: actor.name };
    default:
      return { kind: actor.kind };
  }
}

/** True when the actor may do what the permission names; the operator and the system may do everything. */
export function holds(actor: Actor, permission: string): boolean {
  if (actor.kind === 'operator' || actor.kind === 'system') return true;
  return (actor.kind === 'apiKey' || actor.kind === 'user') && actor.permissions.has(permission);
}

/** Throws `forbidden` unless the actor holds the permission. */
export function requirePermission(actor: Actor, permission: string): void {
  if (holds(actor, permission)) return;
  throw new DomainError('forbidden', `This needs the permission ${permission}.`, { permission });
}

/**
 * Throws `forbidden` for actors that see only their own part: a directory reads its directory layer, and somebody who is
 * signed in without any part in the administration reads what `viewer` says of themselves.
 */
export function requireReader(actor: Actor): void {
  if (actor.kind === 'directory') {
    throw new DomainError('forbidden', 'A directory token reads only its own directory.');
  }
  if (actor.kind !== 'user' || [...actor.permissions].some(isReserved)) return;
  throw new DomainError('forbidden', 'Only admins read this. What you are and may do yourself stands in `viewer`.');
}

/** For how long a fresh sign-in is one. */
export const FRESH_MILLISECONDS = 15 * 60_000;

/** Until when a sign-in is fresh in which the person proved who they are at that time; null for one that is not. */
export function freshUntil(provedAt: Date | null, now: Date): Date | null {
  if (provedAt === null) return null;
  const until = new Date(provedAt.getTime() + FRESH_MILLISECONDS);
  return now <= until ? until : null;
}

/**
 * Throws `freshSignInRequired` for somebody who did not prove in the last 15 minutes who they are: guards what would open the
 * organization to others, so that a stolen cookie does not, nor a browser left alone that its identity provider remembers. An
 * API key and the operator pass.
 */
export function requireFreshSignIn(actor: Actor, now: Date): void {
  if (actor.kind !== 'user' || freshUntil(actor.provedAt, now) !== null) return;
  const message = 'This needs a sign-in of the last 15 minutes: see `viewer.session.freshSignInUrl`.';
  throw new DomainError('freshSignInRequired', message);
}

/** Throws `forbidden` for everybody but the operator of the service; `act` goes on with "Only the operator of the service". */
export function requireOperator(actor: Actor, act: string): void {
  if (actor.kind === 'operator' || actor.kind === 'system') return;
  throw new DomainError('forbidden', `Only the operator of the service ${act}.`);
}
