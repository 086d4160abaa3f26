import { freshUntil, type UserActor } from '../actors/actor.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { LoginProvider } from './account.entity.ts';
import type { AuthenticationMethod } from './session.entity.ts';
import type { AuthenticationRow, SessionRow } from './sessions.store.ts';

/** Who acts in the organization of a session, checked at the time of the request. */
export interface LiveAuthentication {
  organizationId: string;
  user: { id: string; userName: string; displayName: string | null; email: string | null };
  method: AuthenticationMethod;
  connectionId: string | null;
  directoryUserId: string | null;
  authenticatedAt: Date;
  /** When the person last proved who they are; null where nobody said. */
  provedAt: Date | null;
  /** Until when that is a fresh sign-in; null where it is none. */
  freshUntil: Date | null;
  /** When it ends unless it is used before. */
  idleExpiresAt: Date;
  /** When it ends whatever happens. */
  expiresAt: Date;
  /** What they hold on the whole organization. */
  permissions: ReadonlySet<string>;
}

/** The session of a request. */
export interface CurrentSession {
  sessionId: string;
  accountId: string;
  /** Where it acts, or acted last; null for an account without an organization. */
  organizationId: string | null;
  /** What proved the account itself in this browser, if anything did. */
  loginProvider: LoginProvider | null;
  /** When the browser was sent to that, the last time. */
  loginProvedAt: Date | null;
  createdAt: Date;
  lastSeenAt: Date;
  /** Of the organization that it has proved itself to; null where it has not. */
  organizationStatus: OrganizationStatus | null;
  /** Null where the session opens no organization now. */
  authentication: LiveAuthentication | null;
}

/** As an organization that sets none of its own, for accounts that are signed in to no organization. */
const ACCOUNT_IDLE_MILLISECONDS = 720 * 60_000;
const ACCOUNT_LIFETIME_MILLISECONDS = 10_080 * 60_000;

/** When a session without a live authentication stops to say which account is signed in. */
export function accountLimits({ createdAt, lastSeenAt }: Pick<SessionRow, 'createdAt' | 'lastSeenAt'>) {
  return {
    idleExpiresAt: new Date(lastSeenAt.getTime() + ACCOUNT_IDLE_MILLISECONDS),
    expiresAt: new Date(createdAt.getTime() + ACCOUNT_LIFETIME_MILLISECONDS),
  };
}

export function isAccountLive(session: SessionRow, now: Date): boolean {
  const { idleExpiresAt, expiresAt } = accountLimits(session);
  return now < idleExpiresAt && now < expiresAt;
}

/** The same of many: after when a live one was seen, and after when its cookie was made. */
export function accountLiveSince(now: Date): { seenAfter: Date; createdAfter: Date } {
  return {
    seenAfter: new Date(now.getTime() - ACCOUNT_IDLE_MILLISECONDS),
    createdAfter: new Date(now.getTime() - ACCOUNT_LIFETIME_MILLISECONDS),
  };
}

export function readAuthentication(
  row: AuthenticationRow,
  organizationId: string,
  { catalogue, now }: { catalogue: PermissionCatalogue; now: Date },
): LiveAuthentication {
  const { userId, userName, displayName, email, held, ...facts } = row;
  const { method, connectionId, directoryUserId, authenticatedAt, provedAt, idleExpiresAt, expiresAt } = facts;
  return {
    organizationId,
    user: { id: userId, userName, displayName, email },
    method,
    connectionId,
    directoryUserId,
    authenticatedAt,
    provedAt,
    freshUntil: freshUntil(provedAt, now),
    idleExpiresAt,
    expiresAt,
    permissions: new Set(held.flatMap((name) => catalogue.resolveHeld(name))),
  };
}

/** Whether a login has just proved the account itself in this browser. */
export function isLoginFresh({ loginProvedAt }: Pick<CurrentSession, 'loginProvedAt'>, now: Date): boolean {
  return freshUntil(loginProvedAt, now) !== null;
}

/** Whether whoever has the cookie has just proved to be this account: where the session acts, or by a login of its own. */
export function isFresh(session: Pick<CurrentSession, 'loginProvedAt' | 'authentication'>, now: Date): boolean {
  return (session.authentication?.freshUntil ?? null) !== null || isLoginFresh(session, now);
}

/** Throws `organizationSuspended` or `organizationClosing` for a session of an organization that is not in use. */
export function actorOf(session: CurrentSession): UserActor | undefined {
  const { sessionId, accountId, authentication, organizationStatus } = session;
  if (organizationStatus !== null) requireInUse(organizationStatus);
  if (!authentication) return undefined;
  const { organizationId, user, permissions, provedAt } = authentication;
  const name = user.displayName ?? user.userName;
  return { kind: 'user', organizationId, userId: user.id, accountId, sessionId, name, permissions, provedAt };
}
