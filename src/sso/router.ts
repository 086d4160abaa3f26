import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { addAnswerRoutes } from './answer-routes.ts';
import { addFinishRoutes } from './finish-routes.ts';
import { addLandingRoutes } from './landing-routes.ts';
import { addLinkRoutes } from './link-routes.ts';
import { PageError } from './page-error.ts';
import { type Html, html } from './pages/html.ts';
import { referenceOf } from './pages/links.ts';
import { noticePage } from './pages/notice-page.ts';
import { isSameOrigin } from './same-origin.ts';
import { addressOf, FORM, SsoEdge, type SsoOptions } from './sso-edge.ts';
import { addStartRoutes } from './start-routes.ts';

export type { SsoOptions } from './sso-edge.ts';

const FORM_MAX = '16kb';
const PAGES = /^\/(sign-in|sso|connections|session\/(switch|leave))(\/|$)|^\/$/;
/** Where identity providers send the browser with a form of theirs. */
const ACS = /^\/connections\/[^/]+\/saml\/acs$/;

/** The sign-in pages, and the addresses where identity providers answer; to be mounted at the root. */
export function createSsoRouter(options: SsoOptions): Router {
  const edge = new SsoEdge(options);
  const router = Router();
  const guards = Router();
  guards.use(answerHead, countPages(edge), refuseForeignForms(edge));
  guards.post(/^(?!.*\/saml\/acs$)/, express.text({ type: FORM, limit: FORM_MAX, inflate: false }));
  router.use((request, response, next) => (PAGES.test(request.path) ? guards(request, response, next) : next()));
  addLandingRoutes(router, edge);
  addFinishRoutes(router, edge);
  addLinkRoutes(router, edge);
  addAnswerRoutes(router, edge);
  addStartRoutes(router, edge);
  router.use((request, _response, next) => next(PAGES.test(request.path) ? new PageError('notFound') : undefined));
  router.use(answerError(edge));
  return router;
}

/** Some pages take a step of a sign-in when they are opened, which is not what asks for the head of one. */
const answerHead: RequestHandler = (request, response, next) => {
  if (request.method === 'HEAD') response.type('html').end();
  else next();
};

function countPages(edge: SsoEdge): RequestHandler {
  return (request, _response, next) => {
    edge.count('page', addressOf(request));
    next();
  };
}

/** Cookies do not come with forms of other sites, and neither shall what such a form would do without any. */
function refuseForeignForms(edge: SsoEdge): RequestHandler {
  return (request, _response, next) => {
    const isForm = !['GET', 'HEAD', 'OPTIONS'].includes(request.method) && !ACS.test(request.path);
    if (isForm && !isSameOrigin(request.headers, edge.publicUrl)) throw new PageError('foreignForm');
    next();
  };
}

/** The server of PostgreSQL went away (SQLSTATE classes 57P and 08) or was not reached. */
const UNAVAILABLE = /^(57P|08)|^E[A-Z]+$/;
/** What `pg` says without a code when the server closes the socket under a query. */
const CONNECTION_ENDED = /^Connection terminated|connection error and is not queryable/;

function answerError(edge: SsoEdge): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { kind, retryAfterSeconds, eventId } = asPageError(error);
    if (retryAfterSeconds !== undefined) response.set('Retry-After', String(retryAfterSeconds));
    const { 'x-request-id': requestId } = request.headers;
    const isMistake = kind === 'mistake' || kind === 'unavailable';
    if (isMistake) {
      const reason = error instanceof Error ? error.message : String(error);
      edge.log('error', 'a request of the sign-in pages failed', { reason, requestId });
    }
    const reference = isMistake ? requestReference(requestId) : eventId && referenceOf(eventId);
    edge.send(response, noticePage(edge.site, kind, reference || undefined));
  };
}

/** Whole, as the log of the service has it. */
function requestReference(requestId: string | string[] | undefined): Html | undefined {
  return typeof requestId === 'string' ? html`${requestId}` : undefined;
}

function asPageError(error: unknown): PageError {
  if (error instanceof PageError) return error;
  const { status, code, message } = error as { status?: unknown; code?: unknown; message?: unknown };
  // Of the reader of the body, or of an address that cannot be decoded.
  if (typeof status === 'number' && status < 500) return new PageError('requestUnreadable');
  const isUnavailable = typeof code === 'string' ? UNAVAILABLE.test(code) : CONNECTION_ENDED.test(String(message));
  return isUnavailable ? new PageError('unavailable', { retryAfterSeconds: 30 }) : new PageError('mistake');
}
