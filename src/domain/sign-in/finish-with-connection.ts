import { wasEndedSince } from '../accounts/ended-by-others.ts';
import type { Actor } from '../actors/actor.ts';
import * as bindings from '../bindings/bindings.store.ts';
import { endBindingOf } from '../bindings/end-bindings.ts';
import { makeBinding } from '../bindings/make-binding.ts';
import { askAdmin, closeRequest } from '../bindings/write-binding-request.ts';
import { provedAtOf } from '../connections/verified-identity.ts';
import { DomainError } from '../domain-error.ts';
import { hasAccess } from '../permissions/has-access.ts';
import { againAfterRaces, signInRaces } from '../races.ts';
import { accountFor, isApart } from './account-for.ts';
import type { AccountChoice } from './choose-account.ts';
import type { ConnectionSignIn, FinishingConnection as Finishing, SigningIn } from './connection-sign-in.ts';
import { createUserJustInTime } from './just-in-time.ts';
import * as store from './match-person.store.ts';
import { holdPerson, isOwnAddress } from './match-person.ts';
import type { MatchedPerson, PersonDecision } from './person-decision.ts';
import { type RefusalFacts, refuseSignIn } from './refuse-sign-in.ts';
import { finishIn, holdPending, lockVerified, type PendingIdentity, takePending } from './sign-in-attempts.ts';
import type { SignInOutcome } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

/**
 * The last step of a sign-in through a connection, in one transaction of its organization: the attempt, who it is, the binding,
 * the account, the session and the event, or all of it not.
 */
export async function finishWithConnection(parts: SignInParts, signIn: ConnectionSignIn): Promise<SignInOutcome> {
  const { organizationId } = signIn.connection;
  const { email } = signIn.identity;
  const session = await parts.sessions.find(signIn.input.sessionCookie);
  // What belongs to no organization is read before: within the transaction it would wait for a second connection of the pool.
  const signedInAs = session && (await parts.accounts.find(session.accountId));
  const logins = email === null ? [] : await parts.accounts.findLoginsByVerifiedEmail(email);
  const actor: Actor = { kind: 'system', organizationId };
  const run = (step: (finishing: Finishing) => Promise<SignInOutcome>) =>
    parts.database.transaction(organizationId, (transaction) =>
      step({ ...signIn, parts, transaction, actor, session, signedInAs, logins, at: parts.clock() }),
    );
  return againAfterRaces(signInRaces, () => run(finish)).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'userAlreadyBound') return run(refuseAsTaken);
    throw error;
  });
}

/** The account became another user's each time: whoever begins again finds it settled. */
async function refuseAsTaken(finishing: Finishing): Promise<SignInOutcome> {
  const { transaction, attemptId, at } = finishing;
  const refused = { reason: 'attemptExpired', detail: { accountTaken: true } } as const;
  const isHeld = await lockVerified(transaction, attemptId, at);
  return isHeld ? endRefused(finishing, refused) : refuse(finishing, refused);
}

async function finish(finishing: Finishing): Promise<SignInOutcome> {
  const { transaction, attemptId, pendingAttemptId, isOwnAccountAsked, connection, identity, parts, at } = finishing;
  const own = isOwnAccountAsked ? undefined : await lockVerified(transaction, attemptId, at);
  if (!isOwnAccountAsked && !own) return refuse(finishing, { reason: 'attemptExpired' });
  // What has waited was proved in the attempt with which it waits.
  const proving = pendingAttemptId === null ? own : await holdPending(transaction, pendingAttemptId, at);
  if (!proving) return endRefused(finishing, { reason: 'attemptExpired' });
  const [now] = await transaction.rows(store.holdConnection, connection.id);
  if (now?.status !== 'enabled' || !now.isInUse) return endRefused(finishing, { reason: 'connectionDisabled' });
  if (now.version !== finishing.connectionVersion) {
    return endRefused(finishing, { reason: 'attemptExpired', detail: { connectionChanged: true } });
  }
  const matched = await holdPerson(transaction, { connection, identity }, parts.catalogue);
  const { decision } = matched;
  if (decision.kind === 'refuse') {
    const { reason, userId, detail } = decision;
    await endStale(finishing, matched);
    return endRefused(finishing, { reason, userId, detail });
  }
  if (decision.kind === 'request') {
    await endStale(finishing, matched);
    return askAndRefuse(finishing, decision);
  }
  if (decision.kind !== 'create' && (await wasEndedSince(transaction, decision.userId, proving.createdAt))) {
    await endStale(finishing, matched);
    const { userId } = decision;
    return endRefused(finishing, { reason: 'attemptExpired', userId, detail: { sessionsEnded: true } });
  }
  if (isOwnAccountAsked) {
    await endStale(finishing, matched);
    return askForOwnAccount(finishing, decision);
  }
  return signInAs(finishing, matched, decision);
}

async function signInAs(finishing: Finishing, matched: MatchedPerson, decision: SigningIn): Promise<SignInOutcome> {
  const choice = await accountFor(finishing, decision);
  const { attemptId, pendingAttemptId, transaction } = finishing;
  if (choice.kind === 'ask') return askWhose(finishing, choice.session);
  await endStale(finishing, matched);
  if (choice.kind === 'alreadyBound') {
    const candidateUserIds = decision.kind === 'create' ? [] : [decision.userId];
    return askAndRefuse(finishing, { reason: 'alreadyBound', candidateUserIds, isRejected: false });
  }
  if (choice.kind === 'otherMethod') {
    const pending = pendingOf(finishing, choice);
    await finishIn(transaction, attemptId, { ...pending, attemptId: pendingAttemptId ?? attemptId });
    const userId = decision.kind === 'create' ? null : decision.userId;
    return refuse(finishing, { reason: 'otherSignInMethod', userId, otherMethods: choice.methods });
  }
  return openSession(finishing, decision, choice);
}

/** Whether the account of the browser is the same person's: they say so on a page that names it, having just proved it theirs. */
function askWhose(
  { parts, state, signedInAs: signedIn, identity }: Finishing,
  { accountId, isFresh }: Extract<AccountChoice, { kind: 'ask' }>['session'],
): SignInOutcome {
  const signedInAs = signedIn?.email ?? signedIn?.displayName ?? null;
  const account = parts.attempts.markOf(state, accountId);
  return { kind: 'chooseAccount', state, signedInAs, newEmail: identity.email, account, isFresh };
}

/** The account with their address is not theirs, they say: an admin is asked to let them have one of their own. */
async function askForOwnAccount(finishing: Finishing, decision: SigningIn): Promise<SignInOutcome> {
  const isIn = decision.kind === 'bound' && decision.binding.accountId !== null;
  if (isIn || (await isApart(finishing, decision))) return endRefused(finishing, { reason: 'attemptExpired' });
  const candidateUserIds = decision.kind === 'create' ? [] : [decision.userId];
  return askAndRefuse(finishing, { reason: 'otherSignInMethod', candidateUserIds, isRejected: false });
}

async function openSession(
  finishing: Finishing,
  decision: SigningIn,
  choice: Extract<AccountChoice, { kind: 'account' | 'new' }>,
): Promise<SignInOutcome> {
  const { parts, transaction, actor, connection, identity, input, organization, returnTo, at } = finishing;
  const connectionId = connection.id;
  const userId =
    decision.kind === 'create'
      ? await createUserJustInTime(transaction, actor, { identity, connectionId, at })
      : decision.userId;
  const accountId = choice.kind === 'account' ? choice.accountId : await newAccount(finishing);
  const directoryUserId = decision.kind === 'create' ? null : decision.directoryUserId;
  await bind(finishing, decision, { userId, accountId, directoryUserId });
  await parts.accounts.joinIn(transaction, { accountId, userId, at });
  await endAttempt(finishing);
  const provedAt = provedAtOf(identity, at);
  const proof = { method: 'connection', connectionId, directoryUserId, provedAt } as const;
  const { subject, email } = identity;
  const event = { subject, email, detail: decision.kind === 'bound' ? {} : { boundBy: boundByOf(decision) } };
  const { cookie } = await parts.sessions.signInTo(transaction, { accountId, userId, proof, visit: input, event, at });
  const hasPermissions = await hasAccess(transaction, userId, parts.catalogue);
  const { id, name, slug } = organization;
  return { kind: 'signedIn', cookie, organization: { id, name, slug }, returnTo, hasPermissions };
}

/** An address counts as the account's own only where the organization has proved its domain (security 12). */
async function newAccount({ transaction, parts, identity, at }: Finishing): Promise<string> {
  const isEmailVerified = await isOwnAddress(transaction, identity);
  const { email, displayName } = identity;
  return (await parts.accounts.createIn(transaction, { email, isEmailVerified, displayName, at })).id;
}

async function bind(
  { transaction, actor, connection, identity, at }: Finishing,
  decision: SigningIn,
  person: { userId: string; accountId: string; directoryUserId: string | null },
): Promise<void> {
  const { userId, accountId, directoryUserId } = person;
  if (decision.kind === 'bound') {
    const [touched] = await transaction.rows(
      bindings.touchBinding,
      decision.binding.id,
      at,
      accountId,
      directoryUserId,
    );
    if (!touched) throw new Error('A binding ended while its user was held.');
    return;
  }
  if (decision.kind === 'bind' && decision.replaces !== null) {
    const end = { bindingId: decision.replaces, reason: 'subjectReplaced', at } as const;
    await endBindingOf(transaction, actor, end);
  }
  const { subject, stableId } = identity;
  const connectionId = connection.id;
  const boundBy = boundByOf(decision);
  await makeBinding(transaction, actor, { connectionId, subject, stableId, ...person, boundBy, at });
  await closeRequest(transaction, actor, { connectionId, subject, userId, at });
}

function boundByOf(decision: Extract<SigningIn, { kind: 'bind' | 'create' }>): 'stableId' | 'email' | 'justInTime' {
  return decision.kind === 'bind' ? decision.boundBy : 'justInTime';
}

/** A binding that leads nowhere any more ends, whatever becomes of this sign-in. */
async function endStale({ transaction, actor, at }: Finishing, { ended }: MatchedPerson): Promise<void> {
  if (ended) await endBindingOf(transaction, actor, { bindingId: ended.binding.id, reason: ended.reason, at });
}

async function askAndRefuse(
  finishing: Finishing,
  { reason, candidateUserIds, isRejected }: Omit<Extract<PersonDecision, { kind: 'request' }>, 'kind'>,
): Promise<SignInOutcome> {
  const { transaction, actor, connection, identity, at } = finishing;
  const asked = { connectionId: connection.id, identity, reason, candidateUserIds, at };
  const request = await askAdmin(transaction, actor, asked);
  const isProtected = reason === 'protectedUser';
  const detail = {
    requestId: request.id,
    requestReason: reason,
    ...(isRejected ? { isRejected } : {}),
    // An owner whom nobody can approve is let in by the operator: rollcall owner-link, or binding approve.
    ...(isProtected ? { operatorCanHelp: true } : {}),
  };
  const [userId = null] = candidateUserIds.length === 1 ? candidateUserIds : [];
  return endRefused(finishing, { reason: 'approvalRequired', userId, detail });
}

type Refused = Pick<RefusalFacts, 'reason' | 'userId' | 'otherMethods' | 'detail'>;

async function endRefused(finishing: Finishing, refused: Refused): Promise<SignInOutcome> {
  await endAttempt(finishing);
  return refuse(finishing, refused);
}

/** What waited, and was let in or refused for good, waits no more. */
async function endAttempt({ transaction, attemptId, pendingAttemptId }: Finishing): Promise<void> {
  await finishIn(transaction, attemptId);
  if (pendingAttemptId !== null) await takePending(transaction, pendingAttemptId);
}

async function refuse(finishing: Finishing, refused: Refused): Promise<SignInOutcome> {
  const { parts, connection, identity, organization, input, transaction } = finishing;
  const { id: connectionId, name, organizationId } = connection;
  const { subject, email } = identity;
  const facts = { organizationId, connection: { id: connectionId, name }, subject, email, address: input.address };
  const refusal = await refuseSignIn(parts, { ...facts, ...refused }, organization, transaction);
  return { kind: 'refused', refusal };
}

function pendingOf(
  finishing: Finishing,
  { accountIds, methods }: Extract<AccountChoice, { kind: 'otherMethod' }>,
): Omit<PendingIdentity, 'attemptId'> {
  const { connection, connectionVersion, identity, returnTo } = finishing;
  const { organizationId, id: connectionId } = connection;
  return { organizationId, connectionId, connectionVersion, identity, accountIds, methods, returnTo };
}
