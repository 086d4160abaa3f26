import type { EmailVerification, VerifiedIdentity } from '../../domain/connections/verified-identity.ts';
import { isEmailAddress, isEmailShaped } from '../../domain/email-address.ts';
import { boundedClaims } from '../bounded-claims.ts';
import { isPlain, plainText } from '../plain-text.ts';
import { isForManyTenants } from './entra-issuer.ts';
import type { IdTokenClaims } from './id-token-claims.ts';
import type { OidcParty } from './oidc-party.ts';
import { responseInvalid } from './response-problem.ts';

const STABLE_ID_LENGTH_MAX = 512;
const NAME_LENGTH_MAX = 256;
const OBJECT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Claims = Readonly<Record<string, unknown>>;

/** Who signed in, by the claims of a verified id token and, where they lack something, those of the userinfo endpoint. */
export function readIdentity(claims: IdTokenClaims, userInfo: Claims | undefined, party: OidcParty): VerifiedIdentity {
  const all: Claims = { ...userInfo, ...claims };
  return {
    subject: subjectOf(claims, party),
    stableId: stableIdOf(all, party.stableIdClaim),
    ...emailOf(emailSource(claims, userInfo), party),
    displayName: displayNameOf(all),
    authTime: typeof claims.auth_time === 'number' ? claims.auth_time : null,
    claims: boundedClaims(all),
  };
}

/** Whether the userinfo endpoint could add something that sign-in looks at. Entra's tells nothing that its id tokens do not. */
export function lacksSomething(claims: Claims, party: OidcParty): boolean {
  if (isEntra(party)) return false;
  return typeof claims.email !== 'string' || claims[party.stableIdClaim] === undefined;
}

function isEntra({ tenantId, issuer, subjectBy }: OidcParty): boolean {
  return tenantId !== null || isForManyTenants(issuer) || subjectBy === 'tenantAndObject';
}

function subjectOf(claims: IdTokenClaims, party: OidcParty): string {
  const by = party.subjectBy ?? (isForManyTenants(party.issuer) ? 'tenantAndObject' : 'sub');
  if (by === 'sub') return claims.sub;
  const { tid, oid } = claims;
  if (typeof tid !== 'string' || typeof oid !== 'string') throw responseInvalid('subject');
  if (!OBJECT_ID.test(tid) || !OBJECT_ID.test(oid)) throw responseInvalid('subject');
  return `${tid} ${oid}`;
}

/** An address can be given to somebody else, so what looks like one is never somebody's stable id. */
function stableIdOf(claims: Claims, name: string): string | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value !== 'string' || !isPlain(value, STABLE_ID_LENGTH_MAX)) return null;
  return isEmailShaped(value) ? null : value;
}

/** Address and proof come from one place: the proof of another address is none. */
function emailSource(claims: Claims, userInfo: Claims | undefined): Claims {
  return typeof claims.email === 'string' ? claims : (userInfo ?? claims);
}

function emailOf(claims: Claims, party: OidcParty): Pick<VerifiedIdentity, 'email' | 'emailVerification'> {
  const { email } = claims;
  if (typeof email !== 'string' || !isEmailAddress(email) || !isPlain(email, email.length)) {
    return { email: null, emailVerification: 'unsaid' };
  }
  return { email, emailVerification: isEntra(party) ? saidByEntra(claims) : saidOf(claims.email_verified) };
}

/** Amazon Cognito and others send the boolean as a string. */
const TRUE: readonly unknown[] = [true, 'true'];
/** Entra's `xms_edov` comes as a number too. */
const ENTRA_TRUE: readonly unknown[] = [...TRUE, 1, '1'];

function saidOf(claim: unknown, meaningYes = TRUE): EmailVerification {
  if (claim === undefined) return 'unsaid';
  return meaningYes.includes(claim) ? 'yes' : 'no';
}

/**
 * Entra lets a tenant write any address into `email` ("nOAuth") and knows no `email_verified`, which is believed only where it
 * denies: its optional claim `xms_edov` says that the tenant has proved the domain.
 */
function saidByEntra({ email_verified, xms_edov }: Claims): EmailVerification {
  return saidOf(email_verified) === 'no' ? 'no' : saidOf(xms_edov, ENTRA_TRUE);
}

function displayNameOf({ name, given_name: given, family_name: family }: Claims): string | null {
  const parts = [given, family].filter((part): part is string => typeof part === 'string');
  const text = typeof name === 'string' && name.trim() !== '' ? name : parts.join(' ');
  return plainText(text, NAME_LENGTH_MAX) || null;
}
