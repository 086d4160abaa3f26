import { actorOf, type CurrentSession } from '../../domain/accounts/current-session.ts';
import type { Actor, UserActor } from '../../domain/actors/actor.ts';

/** Who asks, as the fields of `Viewer` go on from it. */
export interface Viewer {
  /** Null for an account that is signed in to no organization, or to one that is not in use. */
  actor: Actor | null;
  /** Null for an API key. */
  session: CurrentSession | null;
}

export function viewerOf(session: CurrentSession): Viewer {
  return { session, actor: session.authentication ? (actorOf(session) ?? null) : null };
}

/** Who is signed in to an organization; undefined for a key and for an account without one. */
export function userOf({ actor }: Viewer): UserActor | undefined {
  return actor?.kind === 'user' ? actor : undefined;
}
