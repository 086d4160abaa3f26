import { v7 as uuid } from 'uuid';
import { type CredentialHasher, createSecret, readSecret } from '../actors/credential.ts';
import type { LoginProvider } from './account.entity.ts';
import type { Visit } from './visit.ts';

export interface OpenedSession {
  sessionId: string;
  /** The value of the new cookie, shown this once. */
  cookie: string;
}

export interface Opening {
  accountId: string;
  visit: Visit;
  at: Date;
  /** When the browser was sent to prove it, from when a login counts; `at` where nobody was sent. */
  begunAt?: Date;
}

const USER_AGENT_LENGTH_MAX = 300;

/** The values of `openSession` behind the organization, with the cookie that they are for. */
export function openingOf(
  hasher: CredentialHasher,
  { accountId, visit, at, begunAt = at }: Opening,
  login: LoginProvider | null,
): { values: unknown[]; cookie: string } {
  const { sessionCookie, userAgent, address } = visit;
  const cookie = createSecret('session');
  const before = sessionHmacOf(hasher, sessionCookie);
  const agent = userAgent?.slice(0, USER_AGENT_LENGTH_MAX).toWellFormed().replaceAll('\0', '') ?? null;
  const hmac = hasher.hmacOf(cookie);
  return { values: [uuid(), hmac, accountId, before, agent, address, at, login, begunAt], cookie };
}

/** Null for a cookie that is none. */
export function sessionHmacOf(hasher: CredentialHasher, cookie: string | undefined): string | null {
  return cookie !== undefined && readSecret(cookie) === 'session' ? hasher.hmacOf(cookie) : null;
}
