import { CLOCK_SKEW_MILLISECONDS } from '../../domain/connections/verified-identity.ts';
import { isPlain, plainText } from '../plain-text.ts';
import { SignInFailure } from '../sign-in-failure.ts';
import { isForManyTenants, issuerOfTenant, isTenantOf } from './entra-issuer.ts';
import type { OidcParty } from './oidc-party.ts';
import { responseInvalid } from './response-problem.ts';

export const CLOCK_SKEW_SECONDS = CLOCK_SKEW_MILLISECONDS / 1000;
const SUBJECT_LENGTH_MAX = 512;

export interface IdTokenClaims {
  iss: string;
  sub: string;
  aud: string | string[];
  iat: number;
  [claim: string]: unknown;
}

/**
 * What openid-client leaves to its caller, after it verified signature, `iss`, `aud`, `exp` and `nonce` (OpenID Connect Core 1.0
 * §3.1.3.7). Throws SignInFailure.
 */
export function checkIdToken(claims: IdTokenClaims, party: OidcParty, now: Date): void {
  const audiences = [claims.aud].flat();
  // For others too, it could have been sent on by one of them.
  if (audiences.length !== 1 || audiences[0] !== party.clientId) throw responseInvalid('audience');
  if (claims.azp !== undefined && claims.azp !== party.clientId) throw responseInvalid('audience');
  if (claims.iat > now.getTime() / 1000 + CLOCK_SKEW_SECONDS) throw responseInvalid('notYetValid');
  if (!isPlain(claims.sub, SUBJECT_LENGTH_MAX)) throw responseInvalid('subject');
  checkTenant(claims, party);
}

/** All of Entra's tenants sign by the same keys: only `tid` and the issuer that goes with it tell them apart. */
function checkTenant({ tid, iss }: IdTokenClaims, party: OidcParty): void {
  if (party.tenantId !== null && tid !== party.tenantId) throw wrongTenant(tid, party);
  if (!isForManyTenants(party.issuer)) return;
  if (typeof tid !== 'string' || !isTenantOf(party.issuer, tid)) throw wrongTenant(tid, party);
  if (iss !== issuerOfTenant(tid)) throw responseInvalid('issuer');
}

export function wrongTenant(tid: unknown, { tenantId }: OidcParty): SignInFailure {
  return new SignInFailure('wrongTenant', {
    expectedTenantId: tenantId,
    receivedTenantId: typeof tid === 'string' ? plainText(tid, 64) : null,
  });
}
