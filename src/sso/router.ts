import type { ErrorRequestHandler, Router } from 'express';
import { isUnavailable } from '../domain/unavailable.ts';
import { addAnswerRoutes } from './answer-routes.ts';
import { addFinishRoutes } from './finish-routes.ts';
import { addFreshSignInRoutes } from './fresh-sign-in-routes.ts';
import { addLandingRoutes } from './landing-routes.ts';
import { addLinkRoutes } from './link-routes.ts';
import { PageError } from './page-error.ts';
import { PageRoutes } from './page-routes.ts';
import { type Html, html } from './pages/html.ts';
import { referenceOf } from './pages/links.ts';
import { noticePage } from './pages/notice-page.ts';
import { SsoEdge, type SsoOptions } from './sso-edge.ts';
import { addStartRoutes } from './start-routes.ts';

export type { SsoOptions } from './sso-edge.ts';

/** In whatever case somebody wrote it: what is none of ours here is told by a page. */
const PAGES = /^\/(sign-in|sso|connections|session\/(switch|leave))(\/|$)|^\/$/i;

/** The sign-in pages, and the addresses where identity providers answer; to be mounted at the root. */
export function createSsoRouter(options: SsoOptions): Router {
  const edge = new SsoEdge(options);
  const routes = new PageRoutes(edge);
  addLandingRoutes(routes, edge);
  addFinishRoutes(routes, edge);
  addLinkRoutes(routes, edge);
  addAnswerRoutes(routes, edge);
  addFreshSignInRoutes(routes, edge);
  addStartRoutes(routes, edge);
  routes.refuseOtherMethods();
  const { router } = routes;
  router.use((request, _response, next) => next(PAGES.test(request.path) ? new PageError('notFound') : undefined));
  router.use(answerError(edge));
  return router;
}

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
  return typeof requestId === 'string' ? html`<code>${requestId}</code>` : undefined;
}

function asPageError(error: unknown): PageError {
  if (error instanceof PageError) return error;
  const { status } = error as { status?: unknown };
  // Of the reader of the body, or of an address that cannot be decoded.
  if (typeof status === 'number' && status < 500) return new PageError('requestUnreadable');
  return isUnavailable(error) ? new PageError('unavailable', { retryAfterSeconds: 30 }) : new PageError('mistake');
}
