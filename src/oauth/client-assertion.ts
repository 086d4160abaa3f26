import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import {
  type AssertionProblem,
  assertionProblems,
  type VerifiedAssertion,
  type VerifyAssertion,
} from '../domain/directory-credentials/workload-assertion.ts';
import type { ExpectedClaims } from '../domain/directory-credentials/workload-identities.store.ts';
import { SHARED_AUDIENCE } from '../domain/directory-credentials/workload-identities.ts';
import { type IssuerKeys, KeysUnavailable } from './issuer-keys.ts';

/** None with a shared key: whoever knows the public one could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const CLOCK_SKEW_SECONDS = 60;
/** Entra's live for an hour or so, those of managed identities for a day. */
const LIFETIME_SECONDS_MAX = 86_400;
const ID_LENGTH_MAX = 256;

/**
 * Verifies the client assertions of workload identities (RFC 7523 §3) against every claim that was set for a directory: all of
 * Entra's tenants sign by the same keys, so that a good signature alone says nothing.
 */
export function assertionVerifier({ keys, clock }: { keys: IssuerKeys; clock: () => Date }): VerifyAssertion {
  return async (assertion, expected) => {
    try {
      if (isForEverybody(assertion)) return { problem: 'sharedAudience' };
      const now = clock();
      const { payload } = await jwtVerify(assertion, keys.keysOf(expected), {
        algorithms: ALGORITHMS,
        issuer: expected.issuer,
        audience: expected.audience,
        subject: expected.subject,
        requiredClaims: ['exp', 'iat'],
        clockTolerance: CLOCK_SKEW_SECONDS,
        maxTokenAge: LIFETIME_SECONDS_MAX,
        currentDate: now,
      });
      return readVerified(payload, expected, now);
    } catch (error) {
      return { problem: problemOf(error) };
    }
  };
}

/** What jose knows no option for. */
function readVerified(
  payload: JWTPayload,
  expected: ExpectedClaims,
  now: Date,
): VerifiedAssertion | { problem: AssertionProblem } {
  const { aud, tid, azp, appid, exp = 0, uti, jti } = payload;
  // For others too, it could have been sent on by one of them.
  if (Array.isArray(aud) && aud.length > 1) return { problem: 'aud' };
  if (tid !== expected.tenantId) return { problem: 'tid' };
  const parties = [azp, appid].filter((party) => party !== undefined);
  if (parties.length === 0 || parties.some((party) => party !== expected.authorizedParty)) return { problem: 'azp' };
  const secondsLeft = exp - now.getTime() / 1000;
  if (secondsLeft > LIFETIME_SECONDS_MAX + CLOCK_SKEW_SECONDS) return { problem: 'exp' };
  const id = uti ?? jti;
  if (typeof id !== 'string' || id === '' || id.length > ID_LENGTH_MAX) return { problem: 'uti' };
  return { id, expiresAt: new Date((exp + 2 * CLOCK_SKEW_SECONDS) * 1000) };
}

/** Read before anything is verified, only to say which refusal it is. */
function isForEverybody(assertion: string): boolean {
  return [decodeJwt(assertion).aud].flat().some((audience) => audience?.includes(SHARED_AUDIENCE));
}

function problemOf(error: unknown): AssertionProblem {
  if (error instanceof KeysUnavailable) return 'keys';
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return assertionProblems.find((problem) => problem === error.claim) ?? 'form';
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'form';
  if (error instanceof errors.JOSEError) return 'signature';
  // Of a key that does not fit its algorithm.
  if (error instanceof TypeError) return 'signature';
  throw error;
}
