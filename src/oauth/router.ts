import express, { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { scopeText } from '../domain/actors/scope.ts';
import type { AccessTokenAnswer, AccessTokens } from '../domain/directory-credentials/access-tokens.ts';
import { isUnavailable } from '../domain/unavailable.ts';
import { assertionVerifier } from './client-assertion.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { OAuthError, oauthErrors } from './oauth-error.ts';
import { TokenLimits } from './token-limits.ts';
import { readTokenRequest } from './token-request.ts';

export interface OAuthOptions {
  readonly accessTokens: Pick<AccessTokens, 'issueForSecret' | 'issueForAssertion'>;
  /** The address of a directory's SCIM endpoint, which access tokens are for. */
  readonly tenantUrl: (directoryId: string) => string;
  /** Whether keys of issuers may be asked for at an address of this machine: for development and tests. */
  readonly allowsLoopbackIssuers: boolean;
  readonly log: (level: 'warn' | 'error', event: string, facts: object) => void;
  readonly clock?: () => Date;
}

const FORM = 'application/x-www-form-urlencoded';
const BODY_MAX = '16kb';

/** The token endpoint of directories (RFC 6749 §3.2), to be mounted at /oauth. */
export function createOAuthRouter({
  accessTokens,
  tenantUrl,
  log,
  clock = () => new Date(),
  ...options
}: OAuthOptions): Router {
  const keys = new IssuerKeys({
    clock,
    allowsLoopback: options.allowsLoopbackIssuers,
    onFailure: (error, { issuer }) =>
      log('warn', 'the keys of an issuer could not be read', { issuer, reason: String(error) }),
  });
  const verify = assertionVerifier({ keys, clock });
  const limits = new TokenLimits(clock);
  const router = Router();
  const readForm = express.text({ type: FORM, limit: BODY_MAX, inflate: false });
  router.post('/token', readForm, async (request, response) => {
    const { ip: address = '', body } = request as Request<unknown, unknown, unknown>;
    if (typeof body !== 'string') throw oauthErrors.invalidRequest(`The body is a form: ${FORM}.`);
    const { clientId, proof, scope, resources } = readTokenRequest(body, request.headers.authorization);
    const caller = { address, clientId };
    limits.enter(caller);
    const isFor = (directoryId: string) => resources.every((resource) => isSame(resource, tenantUrl(directoryId)));
    const asked = { clientId, scope, isFor, address };
    const answer =
      proof.kind === 'secret'
        ? await accessTokens.issueForSecret({ ...asked, clientSecret: proof.clientSecret })
        : await accessTokens.issueForAssertion(
            { ...asked, assertion: proof.assertion },
            async (assertion, expected) => {
              const verified = await verify(assertion, expected);
              if ('problem' in verified && !limits.hasFailedTooOften(caller)) {
                log('warn', 'an assertion was refused', { clientId, problem: verified.problem });
              }
              return verified;
            },
          );
    if (answer.kind === 'clientInvalid' || answer.kind === 'unavailable') limits.countFailure(caller);
    else limits.countProof(caller);
    send(response, 200, tokenResponse(answer));
  });
  router.all('/token', () => {
    throw oauthErrors.methodNotAllowed();
  });
  router.use(answerError(log));
  return router;
}

/** RFC 6749 §5.1. The scope is always told, as `scim` stands for others. */
function tokenResponse(answer: AccessTokenAnswer): object {
  switch (answer.kind) {
    case 'issued':
      return {
        access_token: answer.accessToken,
        token_type: 'Bearer',
        expires_in: answer.livesSeconds,
        scope: scopeText(answer.scopes),
      };
    case 'clientInvalid':
      throw oauthErrors.invalidClient();
    case 'scopeInvalid':
      throw oauthErrors.invalidScope();
    case 'targetInvalid':
      throw oauthErrors.invalidTarget();
    case 'unavailable':
      throw oauthErrors.unavailable();
  }
}

function isSame(resource: string, tenantUrl: string): boolean {
  return resource.replace(/\/$/, '') === tenantUrl;
}

function answerError(log: OAuthOptions['log']): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const known = asOAuthError(error);
    if (known.status >= 500 && !(error instanceof OAuthError)) {
      log('error', 'a token request failed', { reason: error instanceof Error ? error.message : String(error) });
    }
    response.set(known.headers);
    send(response, known.status, { error: known.code, error_description: known.message });
  };
}

function asOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  const { status } = error as { status?: unknown };
  // Of the reader of the body.
  if (status === 413) return oauthErrors.tooLarge();
  if (typeof status === 'number' && status < 500) return oauthErrors.invalidRequest('The body cannot be read.');
  return isUnavailable(error) ? oauthErrors.unavailable() : oauthErrors.mistake();
}

function send(response: Response, status: number, body: object): void {
  response.status(status).set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(body);
}
