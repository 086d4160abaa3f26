import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { Accounts } from '../domain/accounts/accounts.ts';
import { actorOf } from '../domain/accounts/current-session.ts';
import type { SessionTokens } from '../domain/accounts/session-tokens.ts';
import type { Sessions } from '../domain/accounts/sessions.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { PublicAddress } from '../domain/public-address.ts';
import { JWKS_MAX_AGE_SECONDS, type SigningKeys } from '../domain/secrets/signing-keys.ts';
import { SIGN_IN_PATH, signInAgainUrl } from '../domain/sign-in-addresses.ts';
import { isUnavailable } from '../domain/unavailable.ts';
import { isAllowedOrigin } from './allowed-origins.ts';
import type { Cookies } from './cookies.ts';
import { createCors } from './cors.ts';

export interface SessionEndpointsOptions {
  readonly domain: {
    accounts: Pick<Accounts, 'memberships'>;
    sessions: Pick<Sessions, 'find' | 'signOut'>;
    sessionTokens: Pick<SessionTokens, 'mint'>;
    signingKeys: Pick<SigningKeys, 'jwks'>;
  };
  readonly cookies: Cookies;
  readonly address: PublicAddress;
  readonly config: { readonly product: { readonly url: string | null; readonly origins: readonly string[] } };
  readonly log: (level: 'error', event: string, facts: object) => void;
}

/**
 * What the product's pages and back ends ask of a session: tokens, the end of it, and the keys by which tokens are checked
 * (RFC 7517). To be mounted at the root.
 */
export function createSessionEndpoints(options: SessionEndpointsOptions): Router {
  const { domain, cookies, address, config, log } = options;
  const { origins } = config.product;
  const router = Router({ caseSensitive: true });
  router.use(['/session/token', '/session/sign-out'], createCors(origins), fromOurPages(options), readBody);
  router.post('/session/token', async ({ headers }, response) => {
    const session = await domain.sessions.find(cookies.sessionOf(headers));
    const actor = session && actorOf(session);
    if (!actor) {
      response.status(401).json({ error: 'sign_in_required', signInUrl: await whereToSignIn(options, session) });
      return;
    }
    const audience = config.product.url === null ? undefined : new URL(config.product.url).origin;
    const { token, expiresAt } = await domain.sessionTokens.mint(actor, { issuer: address.publicUrl, audience });
    response.json({ token, expiresAt: expiresAt.toISOString() });
  });
  router.post('/session/sign-out', async ({ headers }, response) => {
    await domain.sessions.signOut(cookies.sessionOf(headers));
    cookies.clearSession(response);
    response.status(204).end();
  });
  router.all(['/session/token', '/session/sign-out'], (_request, response) => {
    response.set('Allow', 'POST').status(405).json({ error: 'method_not_allowed' });
  });
  router.get('/.well-known/jwks.json', async (_request, response) => {
    const { keys } = await domain.signingKeys.jwks();
    // Public keys: any page may read them.
    response.set({ 'Cache-Control': `public, max-age=${JWKS_MAX_AGE_SECONDS}`, 'Access-Control-Allow-Origin': '*' });
    response.json({ keys });
  });
  router.use(answerError({ log, startUrl: () => `${address.publicUrl}${SIGN_IN_PATH}` }));
  return router;
}

/** A page of anybody else could ask by a form, whose cookies a browser may send along. */
function fromOurPages({ address, config }: SessionEndpointsOptions): RequestHandler {
  const origins = { address, origins: config.product.origins };
  return (request, response, next) => {
    if (isAllowedOrigin(request.headers, origins)) next();
    else response.status(403).json({ error: 'origin_not_allowed' });
  };
}

/** Nothing in it is needed, but a form, which any page could send, is none. */
const readBody: RequestHandler[] = [
  express.json({ limit: '1kb', strict: false }),
  (request, response, next) => {
    const type = request.headers['content-type'];
    if (type === undefined || request.is('application/json') || request.headers['content-length'] === '0') next();
    else response.status(415).json({ error: 'unsupported_media_type' });
  },
];

/** Where a browser signs in again: at its organization, where it had one. */
async function whereToSignIn(
  { domain, address: { publicUrl } }: SessionEndpointsOptions,
  session: Awaited<ReturnType<Sessions['find']>>,
): Promise<string> {
  const known = session?.organizationId ? await domain.accounts.memberships(session.accountId) : [];
  const membership = known.find(({ organizationId }) => organizationId === session?.organizationId);
  return membership ? signInAgainUrl(publicUrl, membership) : `${publicUrl}${SIGN_IN_PATH}`;
}

/** The framework would answer HTML with a stack. */
function answerError({
  log,
  startUrl,
}: Pick<SessionEndpointsOptions, 'log'> & { startUrl: () => string }): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const { status = 500 } = error as { status?: number };
    if (response.headersSent) next(error);
    else if (error instanceof DomainError && error.code === 'signInRequired') {
      response.status(401).json({ error: 'sign_in_required', signInUrl: startUrl() });
    } else if (error instanceof DomainError) {
      response.status(403).json({ error: 'organization_not_in_use' });
    } else if (status >= 400 && status < 500) {
      response.status(status).json({ error: 'invalid_request' });
    } else {
      const reason = error instanceof Error ? error.message : String(error);
      log('error', 'a request of a session failed', { reason, requestId: request.headers['x-request-id'] });
      if (isUnavailable(error))
        response.status(503).set('Retry-After', '30').json({ error: 'temporarily_unavailable' });
      else response.status(500).json({ error: 'server_error' });
    }
  };
}
