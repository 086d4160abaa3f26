import { foldKey } from '../../attributes/fold.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { Membership } from '../accounts/accounts.ts';
import type { SignInOrganization } from '../connections/sign-in-connection.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import { DomainError } from '../domain-error.ts';
import { domainOfEmail } from '../email-domains/email-domain-name.ts';
import { lookUpVerifiedDomain } from '../email-domains/email-domains.store.ts';
import { hasAccess } from '../permissions/has-access.ts';
import * as store from './finish-with-login.store.ts';
import { holdUsers } from './match-person.store.ts';
import { isProtected } from './match-person.ts';
import { refuseSignIn } from './refuse-sign-in.ts';
import { finishIn, lockVerified } from './sign-in-attempts.ts';
import type { FinishInput, SignInOutcome } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** A verified sign-in by Google or Microsoft, in the browser in which it began. */
export interface LoginSignIn {
  attemptId: string;
  login: LoginProvider;
  identity: VerifiedIdentity;
  returnTo: string | null;
  input: FinishInput;
}

/** The user that the account may be, and whether it becomes so now. */
interface Place {
  organization: Pick<SignInOrganization, 'id' | 'name' | 'slug'>;
  userId: string;
  isNew: boolean;
}

/**
 * The last step of a sign-in by Google or Microsoft: the account of that login, in the organization where it was last, or the only
 * one that takes this way in. Otherwise the account is signed in to no organization, which is no refusal (S15, S20).
 */
export async function finishWithLogin(parts: SignInParts, signIn: LoginSignIn): Promise<SignInOutcome> {
  const { login, identity, attemptId, returnTo, input } = signIn;
  const { subject, email, isEmailVerified, displayName } = identity;
  const account = await parts.accounts.ensureForLogin(login, { subject, email, isEmailVerified, displayName });
  const place = await findPlace(parts, account.id, identity);
  const inside = place && (await signInAt(parts, signIn, account.id, place));
  if (inside) return inside;
  if (!(await parts.attempts.finish(attemptId))) {
    const facts = { reason: 'attemptExpired', organizationId: null, provider: login, email } as const;
    const refusal = await refuseSignIn(parts, { ...facts, address: input.address }, undefined);
    return { kind: 'refused', refusal };
  }
  const { sessionCookie: replaces, userAgent, address } = input;
  const at = parts.clock();
  const { cookie } = await parts.sessions.open({ accountId: account.id, replaces, userAgent, address, at, login });
  return { kind: 'signedIn', cookie, organization: null, returnTo, hasPermissions: false };
}

async function findPlace(
  parts: SignInParts,
  accountId: string,
  identity: VerifiedIdentity,
): Promise<Place | undefined> {
  const memberships = await parts.accounts.memberships(accountId);
  const open = memberships.filter(isOpen);
  const [last] = await parts.database.lookUp(store.lastOrganizationOf, accountId);
  const only = open.length === 1 ? open[0] : undefined;
  const chosen = open.find((each) => each.organizationId === last?.organizationId) ?? only;
  if (chosen) {
    const { organizationId: id, name, slug, userId } = chosen;
    return { organization: { id, name, slug }, userId, isNew: false };
  }
  return open.length === 0 ? findUserByEmail(parts, identity, memberships) : undefined;
}

/** It takes this way in, and the account's user is active there. */
function isOpen({ isActive, acceptsOtherMethods, hasEnabledConnection }: Membership): boolean {
  return isActive && (acceptsOtherMethods || !hasEnabledConnection);
}

/**
 * The user whom a verified e-mail address names in the organization that has proved its domain: exactly one, without an account,
 * and nobody who holds what is protected.
 */
async function findUserByEmail(
  { database, connections, catalogue }: SignInParts,
  { email, isEmailVerified }: VerifiedIdentity,
  memberships: readonly Membership[],
): Promise<Place | undefined> {
  const domain = email === null || !isEmailVerified ? undefined : domainOfEmail(email.toLowerCase());
  if (email === null || domain === undefined) return undefined;
  const [proved] = await database.lookUp(lookUpVerifiedDomain, domain);
  if (!proved || memberships.some((each) => each.organizationId === proved.organizationId)) return undefined;
  const organization = await connections.organizationOf(proved.organizationId);
  if (organization?.status !== 'active') return undefined;
  if (organization.connections.length > 0 && !organization.acceptsOtherMethods) return undefined;
  return database.transaction(organization.id, async (transaction) => {
    const [user, other] = await transaction.rows(store.activeUsersByEmail, foldKey(email));
    if (!user || other || user.hasAccount) return undefined;
    if (await isProtected(transaction, user.userId, catalogue)) return undefined;
    return { organization, userId: user.userId, isNew: true };
  });
}

/** Undefined where the user or the organization is not open any more, at this moment: the account goes in without it. */
async function signInAt(
  parts: SignInParts,
  { attemptId, login, identity, returnTo, input }: LoginSignIn,
  accountId: string,
  { organization, userId, isNew }: Place,
): Promise<SignInOutcome | undefined> {
  const { id, name, slug } = organization;
  const { sessionCookie: replaces, userAgent, address } = input;
  const { subject, email } = identity;
  const run = async (transaction: OrganizationTransaction): Promise<SignInOutcome | undefined> => {
    const at = parts.clock();
    if (!(await lockVerified(transaction, attemptId, at))) return undefined;
    await transaction.rows(holdUsers, [userId]);
    const [may] = await transaction.rows(store.mayUseLogin, userId);
    if (!may?.isActive || !may.isAccepted || (may.accountId ?? (isNew ? accountId : null)) !== accountId)
      return undefined;
    if (isNew) await parts.accounts.joinIn(transaction, { accountId, userId, at });
    await finishIn(transaction, attemptId);
    const session = { accountId, replaces, userAgent, address, at };
    const { sessionId, cookie } = await parts.sessions.openIn(transaction, session);
    const proof = { method: login, connectionId: null, directoryUserId: null };
    await parts.sessions.authenticateIn(transaction, { sessionId, userId, ...proof, at });
    const detail = isNew ? { boundBy: 'email' } : {};
    const event = { outcome: 'signedIn', method: login, userId, subject, email, detail, address, at } as const;
    await parts.signInEvents.recordIn(transaction, event);
    const hasPermissions = await hasAccess(transaction, userId, parts.catalogue);
    return { kind: 'signedIn', cookie, organization: { id, name, slug }, returnTo, hasPermissions };
  };
  return parts.database.transaction(id, run).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'userAlreadyBound') return undefined;
    throw error;
  });
}
