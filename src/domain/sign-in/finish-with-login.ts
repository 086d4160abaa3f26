import { foldKey } from '../../attributes/fold.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { Membership } from '../accounts/accounts.ts';
import type { SignInOrganization } from '../connections/sign-in-connection.ts';
import { provedAtOf, type VerifiedIdentity } from '../connections/verified-identity.ts';
import { hasAccess } from '../permissions/has-access.ts';
import { isProtected } from '../permissions/protected-user.ts';
import { againAfterRaces, signInRaces } from '../races.ts';
import * as store from './finish-with-login.store.ts';
import { holdUsers, usersByEmail } from './match-person.store.ts';
import { isOwnAddress } from './match-person.ts';
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
  const { subject, email, displayName } = identity;
  const isEmailVerified = identity.emailVerification === 'yes';
  const account = await parts.accounts.ensureForLogin(login, { subject, email, isEmailVerified, displayName });
  const place = await findPlace(parts, account.id, identity);
  const inside = place && (await signInAt(parts, signIn, account.id, place));
  if (inside) return inside;
  if (!(await parts.attempts.finish(attemptId))) {
    const facts = { reason: 'attemptExpired', organizationId: null, provider: login, email } as const;
    const refusal = await refuseSignIn(parts, { ...facts, address: input.address }, undefined);
    return { kind: 'refused', refusal };
  }
  const opening = { accountId: account.id, visit: input, at: parts.clock(), login };
  const { cookie } = await parts.sessions.open(opening);
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
function isOpen({ isActive, takesOtherMethods }: Membership): boolean {
  return isActive && takesOtherMethods;
}

/**
 * The user whom a verified e-mail address names in the organization that has proved its domain: exactly one, without an account,
 * and nobody who holds what is protected.
 */
async function findUserByEmail(
  { database, signInConnections, emailDomains, catalogue }: SignInParts,
  identity: VerifiedIdentity,
  memberships: readonly Membership[],
): Promise<Place | undefined> {
  const { email, emailVerification } = identity;
  if (email === null || emailVerification !== 'yes') return undefined;
  const organizationId = await emailDomains.findOrganization(email);
  if (organizationId === undefined || memberships.some((each) => each.organizationId === organizationId))
    return undefined;
  const organization = await signInConnections.organizationOf(organizationId);
  if (organization?.status !== 'active' || !organization.takesOtherMethods) return undefined;
  return database.transaction(organization.id, async (transaction) => {
    if (!(await isOwnAddress(transaction, identity))) return undefined;
    const named = await transaction.rows(usersByEmail, foldKey(email));
    const [user, other] = named.filter((each) => each.isUserActive);
    if (!user || other || user.isTaken) return undefined;
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
  const { subject, email } = identity;
  const run = async (transaction: OrganizationTransaction): Promise<SignInOutcome | undefined> => {
    const at = parts.clock();
    if (!(await lockVerified(transaction, attemptId, at))) return undefined;
    await transaction.rows(holdUsers, [userId]);
    const [may] = await transaction.rows(store.mayUseLogin, userId, accountId);
    if (
      !may?.isActive ||
      !may.isAccepted ||
      may.isAnother ||
      (may.accountId ?? (isNew ? accountId : null)) !== accountId
    )
      return undefined;
    if (isNew) await parts.accounts.joinIn(transaction, { accountId, userId, at });
    await finishIn(transaction, attemptId);
    const proof = { method: login, connectionId: null, directoryUserId: null, provedAt: provedAtOf(identity, at) };
    const event = { subject, email, detail: isNew ? { boundBy: 'email' } : {} };
    const { cookie } = await parts.sessions.signInTo(transaction, {
      accountId,
      userId,
      proof,
      visit: input,
      event,
      at,
    });
    const hasPermissions = await hasAccess(transaction, userId, parts.catalogue);
    return { kind: 'signedIn', cookie, organization: { id, name, slug }, returnTo, hasPermissions };
  };
  return againAfterRaces(signInRaces, () => parts.database.transaction(id, run));
}
