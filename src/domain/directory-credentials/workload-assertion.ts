import type { ExpectedClaims } from './workload-identities.store.ts';

/** For what an assertion is refused: a claim by its registered name, or what else is wrong with it. */
export const assertionProblems = [
  /** It is no JWT, or a claim has the wrong type. */
  'form',
  'algorithm',
  'signature',
  /** The issuer's keys could not be read. */
  'keys',
  'iss',
  'tid',
  'aud',
  'sharedAudience',
  'sub',
  'azp',
  'exp',
  'nbf',
  'iat',
  /** It names itself by neither `uti` nor `jti`. */
  'uti',
  'replay',
] as const;
export type AssertionProblem = (typeof assertionProblems)[number];

/** An assertion that says what is expected, signed by a key of the issuer. */
export interface VerifiedAssertion {
  /** By which the issuer tells it from every other. */
  id: string;
  expiresAt: Date;
}

/** Compares an assertion with what is expected (RFC 7523 §3), at the edge that speaks JWT. Never rejects for what it says. */
export type VerifyAssertion = (
  assertion: string,
  expected: ExpectedClaims,
) => Promise<VerifiedAssertion | { problem: AssertionProblem }>;
