import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { tidyForwardedFor } from './forwarded-for.ts';
import { giveRequestId } from './request-id.ts';

export interface HttpParts {
  /** Handles `/graphql`; a facade alone has none. */
  graphql?: RequestHandler;
  /** Handles what is below `/oauth`; a facade alone has none. */
  oauth?: RequestHandler;
  /** Lets the pages of the product ask `/graphql` as whoever is signed in; stands before it. */
  cors?: RequestHandler;
  /** Handles sign-in and sessions, from the root on; what it does not know goes on. A facade alone has none. */
  sso?: RequestHandler;
  /** Handles what is below `/scim/v2`. */
  scim: RequestHandler;
  /** Resolves when the service can answer. */
  ping: () => Promise<void>;
  /** Whose X-Forwarded-For says who the caller is. */
  trustedProxies: readonly string[];
  /** What /readyz says when it cannot; absent: that the database does not answer. */
  notReady?: string;
}

const READY_MILLISECONDS_MAX = 2_000;

/** Puts the edges together. What no route answers is denied with 404. */
export function createHttpApp({ graphql, oauth, sso, scim, ping, ...parts }: HttpParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // One spelling an address, so that nothing that looks at addresses sees another than the routes do.
  app.enable('case sensitive routing');
  app.set('query parser', false);
  app.set('trust proxy', [...parts.trustedProxies]);
  app.use(tidyForwardedFor);
  app.use(securityHeaders);
  app.use(requirePath);
  app.use('/scim/v2', scim);
  if (oauth) app.use('/oauth', giveRequestId, oauth);
  if (parts.cors) app.use('/graphql', parts.cors);
  if (graphql) app.use('/graphql', giveRequestId, graphql);
  const { notReady = 'the database does not answer' } = parts;
  app.get('/livez', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  app.get('/readyz', (_request, response) => {
    void isReady(ping).then((ready) =>
      response
        .status(ready ? 200 : 503)
        .type('text/plain')
        .send(ready ? 'ok\n' : `${notReady}\n`),
    );
  });
  if (sso) app.use(giveRequestId, sso);
  const answering = graphql
    ? 'The service answers /sign-in, /sso, /graphql, /scim/v2, /oauth/token, /livez and /readyz.'
    : 'This is the SCIM gateway: it answers /scim/v2, /livez and /readyz; the rest is at the service behind it.';
  app.use((_request, response) => {
    response.status(404).type('text/plain').send(`Nothing is here. ${answering}\n`);
  });
  app.use(answerMistake);
  return app;
}

/**
 * Refuses targets with a scheme and a host (RFC 9112 §3.2.2) and `*`: those are sent to proxies, our own addresses are in the
 * configuration, and what looks like an address has more than one reader here.
 */
const requirePath: RequestHandler = (request, response, next) => {
  if (request.url.startsWith('/')) next();
  else response.status(400).type('text/plain').send('The target of a request is a path, such as /sign-in.\n');
};

/** The last resort: no stack and no message of ours in the answer. */
const answerMistake: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) next(error);
  else response.status(500).type('text/plain').send('Something went wrong.\n');
};

/** Starts to listen; rejects when the address is taken. */
export async function listen(app: Express, address: { host: string; port: number }): Promise<Server> {
  const server = createServer(app);
  // Entra and proxies keep connections open for minutes; Node's 5 s would close them under a request.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => resolve());
  });
  return server;
}

/** Stops accepting, lets running requests end, and resolves when all have. */
export async function stopListening(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // A busy client would keep its connection for ever: its next answer is its last.
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  server.closeIdleConnections();
  await closed;
}

const securityHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('Cache-Control', 'no-store');
  next();
};

async function isReady(ping: () => Promise<void>): Promise<boolean> {
  const late = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), READY_MILLISECONDS_MAX).unref();
  });
  const answered = ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]);
}
