import { plainText } from '../plain-text.ts';
import { SignInFailure } from '../sign-in-failure.ts';

/** What is wrong with what an identity provider sent, and the sentence that an admin reads about it. */
const explanations = {
  address: 'The identity provider names an address that this service does not ask: only public https addresses are.',
  algorithm: 'The id token is not signed, or by an algorithm that is not accepted.',
  audience: 'The id token is meant for another application.',
  expired: 'The id token is past its time, or the clocks are apart by more than a minute.',
  form: 'The answer of the identity provider is not of the form that OpenID Connect prescribes.',
  issuer: 'The answer comes from another issuer than the one of the connection.',
  keys: 'The key by which the id token is signed is not among those that the identity provider publishes.',
  length: 'The answer of the identity provider is longer than anybody reads.',
  metadata: 'The configuration that the identity provider publishes is not that of this issuer, or is incomplete.',
  nonce: 'The id token was made for another sign-in.',
  notYetValid: 'The id token is from the future: the clocks are apart by more than a minute.',
  signature: 'The signature of the id token is wrong.',
  state: 'The answer belongs to another sign-in.',
  subject: 'The answer does not say who signed in, or says it in two ways.',
} as const;
export type ResponseProblem = keyof typeof explanations;

/** The refusal of a discovery document that names another issuer. */
export function otherIssuer(receivedIssuer: unknown): SignInFailure {
  const text = typeof receivedIssuer === 'string' ? plainText(receivedIssuer, 512) : null;
  if (text === null || text === '') return responseInvalid('metadata', { receivedIssuer: null });
  return responseInvalid('metadata', {
    receivedIssuer: text,
    explanation: 'The configuration that the identity provider publishes is that of another issuer.',
    remedy: `An administrator enters the issuer of the connection exactly so: ${text}`,
  });
}

/** The refusal of a response that may not be believed. Facts are bounded by the caller. */
export function responseInvalid(
  problem: ResponseProblem,
  facts: Readonly<Record<string, unknown>> = {},
): SignInFailure {
  return new SignInFailure('responseInvalid', { problem, explanation: explanations[problem], ...facts });
}
