import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { SignInEvents } from '../sign-in-log/sign-in-events.ts';
import type { SignInRefusalReason } from '../sign-in-log/sign-in-refusal.ts';
import type { Accounts } from './accounts.ts';
import type { LinkHolder } from './one-time-links.store.ts';
import type { Sessions } from './sessions.ts';

/** The browser that opened a link. */
export interface LinkVisit {
  /** The session that is in it already: it is rotated, or ends where it is another account's. */
  sessionCookie: string | undefined;
  userAgent: string | null;
  address: string | null;
}

export type OneTimeSignIn =
  | { kind: 'signedIn'; cookie: string; organization: { id: string; name: string; slug: string } }
  /** `eventId` names the sign-in in the organization's log; null where the link is nobody's any more. */
  | { kind: 'refused'; reason: SignInRefusalReason; eventId: string | null };

export interface OneTimeSignInParts {
  accounts: Pick<Accounts, 'createIn' | 'joinIn'>;
  sessions: Pick<Sessions, 'openIn' | 'authenticateIn'>;
  signInEvents: Pick<SignInEvents, 'recordIn'>;
}

/**
 * Signs the holder of a link in, in the transaction that used it up: by the account that they have in the organization, or
 * by a new one, whose e-mail address nobody proved. Every policy accepts the method.
 */
export async function signInOnce(
  { accounts, sessions, signInEvents }: OneTimeSignInParts,
  transaction: OrganizationTransaction,
  holder: LinkHolder,
  { visit, at }: { visit: LinkVisit; at: Date },
): Promise<OneTimeSignIn> {
  const { organizationId } = transaction;
  const { userId, email, displayName, slug, organizationName: name } = holder;
  const accountId = holder.accountId ?? (await createAccount());
  const { sessionCookie, userAgent, address } = visit;
  const { sessionId, cookie } = await sessions.openIn(transaction, {
    accountId,
    replaces: sessionCookie,
    userAgent,
    address,
    at,
  });
  const proof = { method: 'oneTimeLink', connectionId: null, directoryUserId: null } as const;
  await sessions.authenticateIn(transaction, { sessionId, userId, ...proof, at });
  const system: Actor = { kind: 'system', organizationId };
  const data = { accountId, sessionId };
  const { method } = proof;
  await signInEvents.recordIn(transaction, { outcome: 'signedIn', method, userId, email, address, at });
  await recordEvent(transaction, system, { type: 'oneTimeLinkUsed', subjectId: userId, data, at });
  return { kind: 'signedIn', cookie, organization: { id: organizationId, name, slug } };

  async function createAccount(): Promise<string> {
    const account = await accounts.createIn(transaction, { email, isEmailVerified: false, displayName, at });
    await accounts.joinIn(transaction, { accountId: account.id, userId, at });
    return account.id;
  }
}
