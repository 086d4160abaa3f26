import type { OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { CurrentSession } from '../accounts/current-session.ts';
import { wasEndedSince } from '../accounts/ended-by-others.ts';
import type { OpenedSession } from '../accounts/session-opening.ts';
import { provedAtOf, type VerifiedIdentity } from '../connections/verified-identity.ts';
import { hasAccess } from '../permissions/has-access.ts';
import { againAfterRaces, signInRaces } from '../races.ts';
import { isSignInThatWaits } from '../sign-in-addresses.ts';
import { holdUsers } from '../users/hold-users.ts';
import * as store from './finish-with-login.store.ts';
import { findPlace, isOpen, type Place, type PlaceQuestion, placeOf, userByEmail } from './place-of-login.ts';
import { type RefusalFacts, refuseSignIn } from './refuse-sign-in.ts';
import { finishIn, lockVerified } from './sign-in-attempts.ts';
import type { FinishInput, SignInOutcome } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** A verified sign-in by Google or Microsoft, in the browser in which it began. */
export interface LoginSignIn {
  attemptId: string;
  login: LoginProvider;
  identity: VerifiedIdentity;
  returnTo: string | null;
  /** Whether somebody who is signed in was to prove anew who they are. */
  asksAnew: boolean;
  /** When the browser was sent away: what it proved is no younger. */
  begunAt: Date;
  input: FinishInput;
}

interface Finishing extends LoginSignIn, PlaceQuestion {
  parts: SignInParts;
  session: CurrentSession | undefined;
}

/**
 * The last step of a sign-in by Google or Microsoft: the account of that login, in its place (`findPlace`). Without one it is
 * signed in to no organization, which is no refusal (S15, S20). One that asked the account of this browser anew is for the
 * organization in which that acts, and for no other.
 */
export async function finishWithLogin(parts: SignInParts, signIn: LoginSignIn): Promise<SignInOutcome> {
  const { login, identity, asksAnew, input } = signIn;
  const { subject, email, displayName } = identity;
  const isEmailVerified = identity.emailVerification === 'yes';
  const { id: accountId } = await parts.accounts.ensureForLogin(login, {
    subject,
    email,
    isEmailVerified,
    displayName,
  });
  const memberships = await parts.accounts.memberships(accountId);
  const found = await parts.sessions.find(input.sessionCookie);
  const session = found?.accountId === accountId ? found : undefined;
  const finishing = { ...signIn, parts, accountId, memberships, session };
  if (asksAnew && session) return finishAnew(finishing, session);
  const place = await findPlace(parts, finishing);
  return (place && (await signInAt(finishing, place))) ?? openAccount(finishing);
}

/**
 * A fresh sign-in to the organization in which the session acts. Where that takes no such login any more, as since a connection
 * was enabled, who came by it stays until the session ends, and proves it anew by nothing else.
 */
async function finishAnew(finishing: Finishing, session: CurrentSession): Promise<SignInOutcome> {
  const { memberships, returnTo } = finishing;
  const membership = memberships.find((each) => each.organizationId === session.organizationId);
  if (!membership) return openAccount(finishing);
  const place = placeOf(membership);
  const isTaken = isOpen(membership);
  const inside = isTaken ? await signInAt(finishing, place) : await renewAt(finishing, place, session);
  if (inside) return inside;
  // It was the account that another sign-in waits for, and not the organization.
  if (session.authentication === null && isSignInThatWaits(returnTo)) return openAccount(finishing);
  return refuseAt(finishing, place, { reason: membership.isActive ? 'methodNotAccepted' : 'deactivated' });
}

/** The account alone. */
async function openAccount(finishing: Finishing): Promise<SignInOutcome> {
  const { parts, attemptId, login, accountId, begunAt, identity, returnTo, input } = finishing;
  if (!(await parts.attempts.finish(attemptId))) {
    const facts = { reason: 'attemptExpired', organizationId: null, provider: login, email: identity.email } as const;
    const refusal = await refuseSignIn(parts, { ...facts, address: input.address }, undefined);
    return { kind: 'refused', refusal };
  }
  const { cookie } = await parts.sessions.open({ accountId, visit: input, begunAt, at: parts.clock(), login });
  return { kind: 'signedIn', cookie, organization: null, returnTo, hasPermissions: false };
}

/** Undefined where the user or the organization is not open any more, at this moment: the account goes in without it. */
function signInAt(finishing: Finishing, place: Place): Promise<SignInOutcome | undefined> {
  const { parts, login, identity, accountId, begunAt, input: visit } = finishing;
  const { userId, isNew } = place;
  return finishAt(finishing, place, async (transaction, at) => {
    if (!(await mayEnter(transaction, finishing, place))) return undefined;
    if (isNew) await parts.accounts.joinIn(transaction, { accountId, userId, at });
    const proof = { method: login, connectionId: null, directoryUserId: null, provedAt: provedAtOf(identity, at) };
    const { subject, email } = identity;
    const event = { subject, email, detail: isNew ? { boundBy: 'email' } : {} };
    return parts.sessions.signInTo(transaction, { accountId, userId, proof, visit, event, begunAt, at });
  });
}

/** Whether the user, who is held by now, is still to be that of the account: what was decided before may be over. */
async function mayEnter(
  transaction: OrganizationTransaction,
  { parts, identity, accountId }: Finishing,
  { userId, isNew }: Place,
): Promise<boolean> {
  const [may] = await transaction.rows(store.mayUseLogin, userId, accountId);
  if (!may?.isActive || !may.isAccepted || may.isAnother) return false;
  if (!isNew) return may.accountId === accountId;
  // Somebody else may have got in as them, or been approved to, and their rights and address may be others.
  return may.accountId === accountId || (await userByEmail(transaction, identity, parts.catalogue)) === userId;
}

/** Undefined where the session has proved nothing there by this login, or that is over. */
function renewAt(finishing: Finishing, place: Place, session: CurrentSession): Promise<SignInOutcome | undefined> {
  const { parts, login, identity, begunAt, input: visit } = finishing;
  const { userId } = place;
  return finishAt(finishing, place, (transaction, at) => {
    const { subject, email } = identity;
    const provedAt = provedAtOf(identity, at);
    const renewal = { session, userId, login, provedAt, visit, event: { subject, email }, begunAt, at };
    return parts.sessionRenewals.renewIn(transaction, renewal);
  });
}

/** All of it in one transaction of the organization, while the attempt and the user are held, or none. */
async function finishAt(
  finishing: Finishing,
  place: Place,
  open: (transaction: OrganizationTransaction, at: Date) => Promise<OpenedSession | undefined>,
): Promise<SignInOutcome | undefined> {
  const { parts, attemptId, begunAt, returnTo } = finishing;
  const { organization, userId } = place;
  const { id, name, slug } = organization;
  const run = async (transaction: OrganizationTransaction): Promise<SignInOutcome | 'ended' | undefined> => {
    const at = parts.clock();
    if (!(await lockVerified(transaction, attemptId, at))) return undefined;
    await transaction.rows(holdUsers, [userId]);
    if (await wasEndedSince(transaction, userId, begunAt)) return 'ended';
    const opened = await open(transaction, at);
    if (!opened) return undefined;
    await finishIn(transaction, attemptId);
    const hasPermissions = await hasAccess(transaction, userId, parts.catalogue);
    return { kind: 'signedIn', cookie: opened.cookie, organization: { id, name, slug }, returnTo, hasPermissions };
  };
  const outcome = await againAfterRaces(signInRaces, () => parts.database.transaction(id, run));
  const ended = { reason: 'attemptExpired', detail: { sessionsEnded: true } } as const;
  return outcome === 'ended' ? refuseAt(finishing, place, ended) : outcome;
}

async function refuseAt(
  { parts, attemptId, login, identity, input }: Finishing,
  { organization: { id: organizationId }, userId }: Place,
  { reason, detail = {} }: Pick<RefusalFacts, 'reason' | 'detail'>,
): Promise<SignInOutcome> {
  const isOurs = await parts.attempts.finish(attemptId);
  const { subject, email } = identity;
  const facts = { organizationId, provider: login, userId, subject, email, detail, address: input.address };
  const organization = await parts.signInConnections.organizationOf(organizationId);
  const isInUse = organization?.status === 'active';
  const why = isOurs ? (isInUse ? reason : 'connectionDisabled') : 'attemptExpired';
  return { kind: 'refused', refusal: await refuseSignIn(parts, { ...facts, reason: why }, organization) };
}
