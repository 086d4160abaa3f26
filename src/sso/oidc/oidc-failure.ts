import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { SignInFailure } from '../sign-in-failure.ts';
import { AnswerTooLong, ForbiddenAddress } from './guarded-fetch.ts';
import { wrongTenant } from './id-token-claims.ts';
import type { OidcParty } from './oidc-party.ts';
import { providerFailure } from './provider-error.ts';
import { otherIssuer, type ResponseProblem, responseInvalid } from './response-problem.ts';

/** Of openid-client, which tells most of what is wrong by a code. */
const problemByCode: Readonly<Record<string, ResponseProblem>> = {
  OAUTH_KEY_SELECTION_FAILED: 'keys',
  OAUTH_UNSUPPORTED_OPERATION: 'algorithm',
  OAUTH_MISSING_SERVER_METADATA: 'metadata',
  OAUTH_INVALID_SERVER_METADATA: 'metadata',
  OAUTH_HTTP_REQUEST_FORBIDDEN: 'address',
  OAUTH_REQUEST_PROTOCOL_FORBIDDEN: 'address',
};
const problemByClaim: Readonly<Record<string, ResponseProblem>> = {
  iss: 'issuer',
  aud: 'audience',
  azp: 'audience',
  nonce: 'nonce',
  exp: 'expired',
  nbf: 'notYetValid',
  // Of the userinfo endpoint and of the discovery document.
  sub: 'subject',
  issuer: 'metadata',
};
/** What has no code of its own is told apart by the words of oauth4webapi; a change of them makes it `form`. */
const problemByWords: readonly (readonly [RegExp, ResponseProblem])[] = [
  [/JWT signature/, 'signature'],
  [/JWT "alg"/, 'algorithm'],
  [/"iss"/, 'issuer'],
  [/"state"/, 'state'],
  [/"nonce"/, 'nonce'],
];

/** The refusal for whatever openid-client throws, which never holds a token or a secret. */
export function toSignInFailure(error: unknown, party: OidcParty): SignInFailure {
  if (error instanceof SignInFailure) return error;
  if (error instanceof AuthorizationResponseError) {
    return providerFailure({ error: error.error, description: error.error_description });
  }
  if (error instanceof ResponseBodyError) {
    return providerFailure({ error: error.error, description: error.error_description, status: error.status });
  }
  const chain = causesOf(error);
  if (chain.some((cause) => cause instanceof ForbiddenAddress)) return responseInvalid('address');
  if (chain.some((cause) => cause instanceof AnswerTooLong)) return responseInvalid('length');
  if (chain.some(isUnanswered)) return providerFailure({ error: 'unreachable' });
  const answer = chain.find((cause): cause is Response => cause instanceof Response);
  if (answer && answer.status !== 200) return providerFailure({ error: 'unexpected_answer', status: answer.status });
  const problem = problemOf(chain);
  if (problem === 'metadata') return otherIssuer(chain.map(bodyOf).find(Boolean)?.issuer);
  return foreignTenant(chain, party) ?? responseInvalid(problem);
}

/** An error and what caused it, down to the claims that did not fit. */
function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let cause = error; cause !== undefined && chain.length < 5; cause = (cause as { cause?: unknown })?.cause) {
    chain.push(cause);
  }
  return chain;
}

function isUnanswered(cause: unknown): boolean {
  if (cause instanceof DOMException) return cause.name === 'TimeoutError' || cause.name === 'AbortError';
  return cause instanceof TypeError && /^(fetch failed|terminated)$/.test(cause.message);
}

/** All of Entra's tenants sign by the same keys, so that a token of another one differs in `iss` first. */
function foreignTenant(chain: readonly unknown[], party: OidcParty): SignInFailure | undefined {
  const claims = chain.map((cause) => (cause as { claims?: { tid?: unknown } } | null)?.claims).find(Boolean);
  if (party.tenantId === null || claims === undefined || claims.tid === undefined) return undefined;
  return claims.tid === party.tenantId ? undefined : wrongTenant(claims.tid, party);
}

function problemOf(chain: readonly unknown[]): ResponseProblem {
  const claim = chain.map(comparedName).find((name) => typeof name === 'string');
  if (typeof claim === 'string' && Object.hasOwn(problemByClaim, claim)) return problemByClaim[claim] ?? 'form';
  const words = chain.map((cause) => (cause instanceof Error ? cause.message : '')).join('\n');
  const byWords = problemByWords.find(([pattern]) => pattern.test(words))?.[1];
  if (byWords) return byWords;
  const codes = chain.map((cause) => (cause as { code?: unknown } | null)?.code);
  const code = codes.find((name): name is string => typeof name === 'string' && Object.hasOwn(problemByCode, name));
  return (code !== undefined && problemByCode[code]) || 'form';
}

/** What openid-client compared: a claim of a token, or an attribute of a JSON answer. */
function comparedName(cause: unknown): unknown {
  const { claim, attribute } = (cause ?? {}) as { claim?: unknown; attribute?: unknown };
  return claim ?? attribute;
}

function bodyOf(cause: unknown): { issuer?: unknown } | undefined {
  return ((cause ?? {}) as { body?: { issuer?: unknown } }).body;
}
