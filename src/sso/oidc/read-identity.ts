import type { VerifiedIdentity } from '../../domain/connections/verified-identity.ts';
import { boundedClaims } from '../bounded-claims.ts';
import { isPlain, plainText } from '../plain-text.ts';
import { isForManyTenants } from './entra-issuer.ts';
import type { IdTokenClaims } from './id-token-claims.ts';
import type { OidcParty } from './oidc-party.ts';
import { responseInvalid } from './response-problem.ts';

const STABLE_ID_LENGTH_MAX = 512;
const EMAIL_LENGTH_MAX = 320;
const NAME_LENGTH_MAX = 256;
const EMAIL_SHAPE = /^[^\s@]+@[^\s@]+$/;
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
  return EMAIL_SHAPE.test(value) ? null : value;
}

/** Address and proof come from one place: the proof of another address is none. */
function emailSource(claims: Claims, userInfo: Claims | undefined): Claims {
  return typeof claims.email === 'string' ? claims : (userInfo ?? claims);
}

function emailOf(claims: Claims, party: OidcParty): Pick<VerifiedIdentity, 'email' | 'isEmailVerified'> {
  const { email } = claims;
  if (typeof email !== 'string' || !isPlain(email, EMAIL_LENGTH_MAX) || !EMAIL_SHAPE.test(email)) {
    return { email: null, isEmailVerified: false };
  }
  return { email, isEmailVerified: isEntra(party) ? isOwnedDomain(claims) : isVerified(claims.email_verified) };
}

/** Amazon Cognito and others send the boolean as a string. */
function isVerified(claim: unknown): boolean {
  return claim === true || claim === 'true';
}

/**
 * Entra lets a tenant write any address into `email` ("nOAuth") and knows no `email_verified`: its optional claim `xms_edov` says
 * that the tenant has proved the domain.
 */
function isOwnedDomain({ xms_edov: claim }: Claims): boolean {
  return claim === true || claim === 1 || claim === '1';
}

function displayNameOf({ name, given_name: given, family_name: family }: Claims): string | null {
  const parts = [given, family].filter((part): part is string => typeof part === 'string');
  const text = typeof name === 'string' && name.trim() !== '' ? name : parts.join(' ');
  return plainText(text, NAME_LENGTH_MAX) || null;
}
