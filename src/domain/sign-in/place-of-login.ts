import { foldKey } from '../../attributes/fold.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { Membership } from '../accounts/accounts.ts';
import type { CurrentSession } from '../accounts/current-session.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { isProtected } from '../permissions/protected-user.ts';
import * as store from './finish-with-login.store.ts';
import { usersByEmail } from './match-person.store.ts';
import { isOwnAddress } from './match-person.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** The user that an account may be, and whether it becomes so now. */
export interface Place {
  organization: { id: string; name: string; slug: string };
  userId: string;
  isNew: boolean;
}

/** Whose sign-in by a login is to find its place. */
export interface PlaceQuestion {
  accountId: string;
  identity: VerifiedIdentity;
  memberships: readonly Membership[];
  /** The session of the browser, where it is of this account. */
  session: Pick<CurrentSession, 'organizationId'> | undefined;
}

/** It takes this way in, and the account's user is active there. */
export function isOpen({ isActive, takesOtherMethods }: Membership): boolean {
  return isActive && takesOtherMethods;
}

export function placeOf({ organizationId: id, name, slug, userId }: Membership): Place {
  return { organization: { id, name, slug }, userId, isNew: false };
}

/**
 * Where somebody who comes by Google or Microsoft goes: where this browser is, else where the account was last, or the only
 * organization that takes this way in; where the account has none, the one whose proved domain its address is on.
 */
export async function findPlace(parts: SignInParts, question: PlaceQuestion): Promise<Place | undefined> {
  const { accountId, identity, memberships, session } = question;
  const open = memberships.filter(isOpen);
  const [last] = await parts.database.lookUp(store.lastOrganizationOf, accountId);
  const ofId = (id: string | null | undefined) => open.find((each) => each.organizationId === id);
  const only = open.length === 1 ? open[0] : undefined;
  const chosen = ofId(session?.organizationId) ?? ofId(last?.organizationId) ?? only;
  if (chosen) return placeOf(chosen);
  return open.length === 0 ? findPlaceByEmail(parts, identity, memberships) : undefined;
}

async function findPlaceByEmail(
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
  const find = (transaction: OrganizationTransaction) => userByEmail(transaction, identity, catalogue);
  const userId = await database.transaction(organization.id, find);
  return userId === undefined ? undefined : { organization, userId, isNew: true };
}

/**
 * The user whom a verified e-mail address names in the organization that has proved its domain: exactly one, without an account,
 * and nobody who holds what is protected. Only while that user is held does the answer stand.
 */
export async function userByEmail(
  transaction: OrganizationTransaction,
  identity: VerifiedIdentity,
  catalogue: PermissionCatalogue,
): Promise<string | undefined> {
  const { email, emailVerification } = identity;
  if (email === null || emailVerification !== 'yes' || !(await isOwnAddress(transaction, identity))) return undefined;
  const named = await transaction.rows(usersByEmail, foldKey(email));
  const [user, other] = named.filter((each) => each.isUserActive);
  if (!user || other || user.isTaken) return undefined;
  return (await isProtected(transaction, user.userId, catalogue)) ? undefined : user.userId;
}
