import type { RequestHandler } from 'express';

const METHODS = 'GET, POST';
const HEADERS = 'Content-Type, Authorization, X-Request-Id, Apollo-Require-Preflight';
/** As long as Chrome remembers one at most. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets the pages of these origins, and no others, ask with their visitor's cookies and read the answer (Fetch §3.3). What
 * another origin asks is left to what follows, whose answer its browser keeps from it.
 */
export function createCors(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (origin === undefined || !origins.includes(origin)) {
      next();
      return;
    }
    response.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' });
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      response.set({
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': HEADERS,
        'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
      });
      response.status(204).end();
      return;
    }
    response.set('Access-Control-Expose-Headers', 'X-Request-Id');
    next();
  };
}
