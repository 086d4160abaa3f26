import type { OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import * as store from './choose-account.store.ts';

/** Which account a first sign-in as a user belongs to. */
export type AccountChoice =
  | { kind: 'account'; accountId: string }
  | { kind: 'new' }
  /** The browser is signed in as another account: is that the same person's? */
  | { kind: 'ask'; session: { accountId: string; isFresh: boolean } }
  /** One of these accounts has this e-mail address already, and one of its ways in is to be proved first. */
  | { kind: 'otherMethod'; accountIds: string[]; methods: LoginProvider[] }
  /** The user signs in by an account of somebody who proved something else. */
  | { kind: 'alreadyBound' };

export interface AccountQuestion {
  /** Null for a user who is yet to be made. */
  userId: string | null;
  /** The logins of accounts with the person's e-mail address; none unless the organization has proved its domain. */
  logins: readonly { accountId: string; provider: LoginProvider }[];
  /**
   * The account of the browser; whether whoever has it proved just now to be that account, and by one of its own logins. The
   * cookie alone adds nothing to an account: whoever stole one would keep that account by what they added.
   */
  session: { accountId: string; isFresh: boolean; isProvedByLogin: boolean } | undefined;
  /** The account whose login was just proved, to link it. */
  provedAccountId: string | null;
  /** The account of whom the same stable id was proved for before; never found by a subject alone. */
  formerAccountId: string | null;
  /** An admin has said that this person is this user. */
  isApproved: boolean;
  /** An admin has said that accounts with the person's address are somebody else's. */
  isApart: boolean;
  choice: 'sameAccount' | 'separate' | undefined;
}

/**
 * The user's own account; else the one that the same stable id had, or whose other way in they have proved, or that is signed in
 * and chosen; else a new one. A subject by itself says nothing: an e-mail address may be somebody else's by now (security 33). An
 * account with other ways in is never opened by a first sign-in alone (S18, security 32): it may belong to more
 * organizations than this one. Where an admin has said that it is somebody else's, a new one stands beside it.
 */
export async function chooseAccount(
  transaction: OrganizationTransaction,
  question: AccountQuestion,
): Promise<AccountChoice> {
  const { userId, logins, session, provedAccountId, formerAccountId, isApart, choice } = question;
  const isProved = (accountId: string) =>
    accountId === provedAccountId || (session?.accountId === accountId && session.isProvedByLogin);
  const [own] = userId === null ? [] : await transaction.rows(store.accountOfUser, userId);
  if (own) return ofOwnAccount(own, question, isProved(own.accountId));
  if (isApart) return { kind: 'new' };
  const asked = [formerAccountId, provedAccountId, session?.accountId, ...logins.map((login) => login.accountId)];
  const users = await transaction.rows(store.usersOfAccounts, [...new Set(asked.filter((id) => id != null))]);
  const isTaken = (accountId: string) => users.some((each) => each.accountId === accountId);
  // The user that the person was before is gone, so that the account is free for the new one.
  const isFormerUserGone = !users.some((each) => each.accountId === formerAccountId && each.isActive);
  if (formerAccountId !== null && isFormerUserGone) return { kind: 'account', accountId: formerAccountId };
  const others = logins.filter((login) => !isTaken(login.accountId));
  const proved = [provedAccountId, ...others.map((login) => login.accountId)].find(
    (accountId) => accountId !== null && isProved(accountId) && !isTaken(accountId),
  );
  if (proved != null) return { kind: 'account', accountId: proved };
  if (others.length > 0) return otherMethod(others);
  if (!session || isTaken(session.accountId) || choice === 'separate') return { kind: 'new' };
  const isSame = choice === 'sameAccount' && session.isFresh;
  return isSame ? { kind: 'account', accountId: session.accountId } : { kind: 'ask', session };
}

/**
 * The account of a user whose binding names one: the user's own, which comes first; else that one, unless it is another active
 * user's by now, as when this one was blocked meanwhile. Theirs is then a new one.
 */
export async function accountOfBound(
  transaction: OrganizationTransaction,
  { userId, accountId }: { userId: string; accountId: string },
): Promise<Extract<AccountChoice, { kind: 'account' | 'new' }>> {
  const [own] = await transaction.rows(store.accountOfUser, userId);
  if (own) return { kind: 'account', accountId: own.accountId };
  const users = await transaction.rows(store.usersOfAccounts, [accountId]);
  return users.some((each) => each.isActive) ? { kind: 'new' } : { kind: 'account', accountId };
}

function ofOwnAccount(
  own: { accountId: string; providers: LoginProvider[] },
  { logins, isApproved, isApart }: AccountQuestion,
  isProved: boolean,
): AccountChoice {
  const { accountId, providers } = own;
  if (isProved || providers.length === 0) return { kind: 'account', accountId };
  const mine = logins.filter((login) => login.accountId === accountId);
  if (mine.length > 0) return otherMethod(mine);
  return isApproved && !isApart ? { kind: 'account', accountId } : { kind: 'alreadyBound' };
}

function otherMethod(logins: AccountQuestion['logins']): AccountChoice {
  const accountIds = [...new Set(logins.map((login) => login.accountId))];
  return { kind: 'otherMethod', accountIds, methods: [...new Set(logins.map((login) => login.provider))] };
}
