import { isFresh, isLoginFresh } from '../accounts/current-session.ts';
import { requestOf } from '../bindings/binding-requests.store.ts';
import { type AccountChoice, accountOfBound, chooseAccount } from './choose-account.ts';
import type { FinishingConnection, SigningIn } from './connection-sign-in.ts';
import * as store from './match-person.store.ts';
import { isOwnAddress } from './match-person.ts';
import type { FinishInput } from './sign-in-outcome.ts';

/**
 * The account with which somebody gets in. A stored binding brings its own, except that an approval made it before anybody signed
 * in. What was chosen counts for the account that the page has named, and for no other that the browser has by now.
 */
export async function accountFor(finishing: FinishingConnection, decision: SigningIn): Promise<AccountChoice> {
  const { transaction, connection, identity, session, logins, provedAccountId, at } = finishing;
  if (decision.kind === 'bound' && decision.binding.accountId !== null) {
    return accountOfBound(transaction, { userId: decision.userId, accountId: decision.binding.accountId });
  }
  const { stableId } = identity;
  const [former] = stableId === null ? [] : await transaction.rows(store.accountOfStableId, connection.id, stableId);
  return chooseAccount(transaction, {
    userId: decision.kind === 'create' ? null : decision.userId,
    logins: (await isOwnAddress(transaction, identity)) ? logins : [],
    session: session && {
      accountId: session.accountId,
      isFresh: isFresh(session, at),
      isProvedByLogin: isLoginFresh(session, at),
    },
    provedAccountId,
    formerAccountId: former?.accountId ?? null,
    isApproved: decision.kind === 'bound',
    isApart: await isApart(finishing, decision),
    choice: choiceOf(finishing),
  });
}

function choiceOf({ parts, state, session, input }: FinishingConnection): FinishInput['choice'] {
  const isNamed = session !== undefined && parts.attempts.markOf(state, session.accountId) === input.account;
  return isNamed ? input.choice : undefined;
}

/** Whether an admin has said that accounts with the person's address are somebody else's. */
export async function isApart(
  { transaction, connection, identity }: FinishingConnection,
  decision: SigningIn,
): Promise<boolean> {
  if (decision.kind === 'bind') return false;
  const [request] = await transaction.rows(requestOf, connection.id, identity.subject);
  const userId = decision.kind === 'create' ? null : decision.userId;
  return request?.state === 'approved' && request.reason === 'otherSignInMethod' && request.userId === userId;
}
