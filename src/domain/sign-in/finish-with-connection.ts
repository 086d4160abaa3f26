import type { OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { AccountRow } from '../accounts/accounts.store.ts';
import type { CurrentSession } from '../accounts/current-session.ts';
import type { Actor } from '../actors/actor.ts';
import { requestOf } from '../bindings/binding-requests.store.ts';
import * as bindings from '../bindings/bindings.store.ts';
import { endBindingOf } from '../bindings/end-bindings.ts';
import { makeBinding } from '../bindings/make-binding.ts';
import { askAdmin, closeRequest } from '../bindings/write-binding-request.ts';
import type { SignInConnection, SignInOrganization } from '../connections/sign-in-connection.ts';
import { provedAtOf, type VerifiedIdentity } from '../connections/verified-identity.ts';
import { hasAccess } from '../permissions/has-access.ts';
import { againAfterRaces, signInRaces } from '../races.ts';
import { accountOfUser } from './choose-account.store.ts';
import { type AccountChoice, chooseAccount } from './choose-account.ts';
import { createUserJustInTime } from './just-in-time.ts';
import * as store from './match-person.store.ts';
import { holdPerson, isOwnAddress } from './match-person.ts';
import type { MatchedPerson, PersonDecision } from './person-decision.ts';
import { type RefusalFacts, refuseSignIn } from './refuse-sign-in.ts';
import { finishIn, holdPending, lockVerified, type PendingIdentity, takePending } from './sign-in-attempts.ts';
import type { FinishInput, SignInOutcome } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** A verified sign-in through a connection, in the browser in which it began. */
export interface ConnectionSignIn {
  attemptId: string;
  state: string;
  connection: SignInConnection;
  organization: SignInOrganization;
  /** The version that the person was sent away with. */
  connectionVersion: number;
  identity: VerifiedIdentity;
  returnTo: string | null;
  /** The account whose login was just proved, to link it; null without one. */
  provedAccountId: string | null;
  /** The attempt with which the identity has waited; null where it has not. */
  pendingAttemptId: string | null;
  /** What waits is not to be added to the account with the person's address, as that is not theirs: an admin is asked. */
  isOwnAccountAsked: boolean;
  input: FinishInput;
}

interface Finishing extends ConnectionSignIn {
  parts: SignInParts;
  transaction: OrganizationTransaction;
  actor: Actor;
  session: CurrentSession | undefined;
  /** The account of the session. */
  signedInAs: AccountRow | undefined;
  logins: { accountId: string; provider: LoginProvider }[];
  at: Date;
}

type SigningIn = Extract<PersonDecision, { kind: 'bound' | 'bind' | 'create' }>;

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
  return againAfterRaces(signInRaces, () =>
    parts.database.transaction(organizationId, (transaction) =>
      finish({ ...signIn, parts, transaction, actor, session, signedInAs, logins, at: parts.clock() }),
    ),
  );
}

async function finish(finishing: Finishing): Promise<SignInOutcome> {
  const { transaction, attemptId, pendingAttemptId, isOwnAccountAsked, connection, identity, parts, at } = finishing;
  const isHeld = isOwnAccountAsked || (await lockVerified(transaction, attemptId, at));
  if (!isHeld) return refuse(finishing, { reason: 'attemptExpired' });
  if (pendingAttemptId !== null && !(await holdPending(transaction, pendingAttemptId, at))) {
    return endRefused(finishing, { reason: 'attemptExpired' });
  }
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
  if (isOwnAccountAsked) {
    await endStale(finishing, matched);
    return askForOwnAccount(finishing, decision);
  }
  return signInAs(finishing, matched, decision);
}

async function signInAs(finishing: Finishing, matched: MatchedPerson, decision: SigningIn): Promise<SignInOutcome> {
  const choice = await accountFor(finishing, decision);
  const { signedInAs: account, identity, attemptId, pendingAttemptId, transaction, state } = finishing;
  if (choice.kind === 'ask') {
    const signedInAs = account?.email ?? account?.displayName ?? null;
    return { kind: 'chooseAccount', state, signedInAs, newEmail: identity.email };
  }
  await endStale(finishing, matched);
  if (choice.kind === 'alreadyBound') {
    const candidateUserIds = decision.kind === 'create' ? [] : [decision.userId];
    return askAndRefuse(finishing, { reason: 'alreadyBound', candidateUserIds, isRejected: false });
  }
  if (choice.kind === 'otherMethod') {
    const pending = pendingOf(finishing, choice.accountIds);
    await finishIn(transaction, attemptId, { ...pending, attemptId: pendingAttemptId ?? attemptId });
    const userId = decision.kind === 'create' ? null : decision.userId;
    return refuse(finishing, { reason: 'otherSignInMethod', userId, otherMethods: choice.methods });
  }
  return openSession(finishing, decision, choice);
}

/** A stored binding brings its account, except that an approval made it before anybody signed in. */
async function accountFor(finishing: Finishing, decision: SigningIn): Promise<AccountChoice> {
  const { transaction, connection, identity, session, logins, provedAccountId, input } = finishing;
  if (decision.kind === 'bound' && decision.binding.accountId !== null) {
    const [own] = await transaction.rows(accountOfUser, decision.userId);
    return { kind: 'account', accountId: own?.accountId ?? decision.binding.accountId };
  }
  const { stableId } = identity;
  const [former] = stableId === null ? [] : await transaction.rows(store.accountOfStableId, connection.id, stableId);
  return chooseAccount(transaction, {
    userId: decision.kind === 'create' ? null : decision.userId,
    logins: (await isOwnAddress(transaction, identity)) ? logins : [],
    session: session && { accountId: session.accountId, isProvedByLogin: session.loginProvider !== null },
    provedAccountId,
    formerAccountId: former?.accountId ?? null,
    isApproved: decision.kind === 'bound',
    isApart: await isApart(finishing, decision),
    choice: input.choice,
  });
}

/** Whether an admin has said that accounts with the person's address are somebody else's, and nobody has got in by that yet. */
async function isApart({ transaction, connection, identity }: Finishing, decision: SigningIn): Promise<boolean> {
  if (decision.kind === 'bind') return false;
  const [request] = await transaction.rows(requestOf, connection.id, identity.subject);
  const userId = decision.kind === 'create' ? null : decision.userId;
  return request?.state === 'approved' && request.reason === 'otherSignInMethod' && request.userId === userId;
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

function pendingOf(finishing: Finishing, accountIds: string[]): Omit<PendingIdentity, 'attemptId'> {
  const { connection, connectionVersion, identity, returnTo } = finishing;
  const { organizationId, id: connectionId } = connection;
  return { organizationId, connectionId, connectionVersion, identity, accountIds, returnTo };
}
