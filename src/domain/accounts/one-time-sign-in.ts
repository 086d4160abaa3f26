import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { SignInRefusalReason } from '../sign-in-log/sign-in-refusal.ts';
import type { Accounts } from './accounts.ts';
import type { LinkHolder } from './one-time-links.store.ts';
import type { Sessions } from './sessions.ts';
import type { Visit } from './visit.ts';

export type OneTimeSignIn =
  | { kind: 'signedIn'; cookie: string; organization: { id: string; name: string; slug: string } }
  /** `eventId` names the sign-in in the organization's log; null where the link is nobody's any more. */
  | { kind: 'refused'; reason: SignInRefusalReason; eventId: string | null };

export interface OneTimeSignInParts {
  accounts: Pick<Accounts, 'createIn' | 'joinIn'>;
  sessions: Pick<Sessions, 'signInTo'>;
}

/**
 * Signs the holder of a link in, in the transaction that used it up: by the account that they have in the organization, or
 * by a new one, whose e-mail address nobody proved. Every policy accepts the method.
 */
export async function signInOnce(
  { accounts, sessions }: OneTimeSignInParts,
  transaction: OrganizationTransaction,
  holder: LinkHolder,
  { visit, at }: { visit: Visit; at: Date },
): Promise<OneTimeSignIn> {
  const { organizationId } = transaction;
  const { userId, email, displayName, slug, organizationName: name } = holder;
  const accountId = holder.accountId ?? (await createAccount());
  const proof = { method: 'oneTimeLink', connectionId: null, directoryUserId: null, provedAt: at } as const;
  const signIn = { accountId, userId, proof, visit, event: { email }, at };
  const { sessionId, cookie } = await sessions.signInTo(transaction, signIn);
  const system: Actor = { kind: 'system', organizationId };
  const data = { accountId, sessionId };
  await recordEvent(transaction, system, { type: 'oneTimeLinkUsed', subjectId: userId, data, at });
  return { kind: 'signedIn', cookie, organization: { id: organizationId, name, slug } };

  async function createAccount(): Promise<string> {
    const account = await accounts.createIn(transaction, { email, isEmailVerified: false, displayName, at });
    await accounts.joinIn(transaction, { accountId: account.id, userId, at });
    return account.id;
  }
}
