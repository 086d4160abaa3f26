import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { type Config, hidesBehindLocalhost, isLoopbackAddress } from './config.ts';
import type { Database } from './database/database.ts';
import type { Domain } from './domain/domain.ts';
import { type PublicAddress, tenantUrlOf } from './domain/public-address.ts';
import { InProcessClient } from './graph/execute.ts';
import { createSchema } from './graph/schema.ts';
import { createGraphServer, readGraphContext } from './graph/server.ts';
import { readGraphqlBody } from './http/graphql-body.ts';
import { createHttpApp, type HttpParts, listen, stopListening } from './http/server.ts';
import { startMaintenance } from './maintenance-timer.ts';
import { createOAuthRouter } from './oauth/router.ts';
import { allowsLoopbackIssuers, type Log, type OpenedDomain, openDomain } from './open-domain.ts';
import { documents } from './scim/documents/operations.ts';
import type { GraphClient } from './scim/graph-client.ts';
import { HttpGraphClient } from './scim/http-graph-client.ts';
import { createScimFacade } from './scim/router.ts';
import { sessionCookieReader } from './sso/allowed-origins.ts';
import { Cookies } from './sso/cookies.ts';
import { createCors } from './sso/cors.ts';
import type { Protocols } from './sso/protocols.ts';
import { createSsoRouter } from './sso/router.ts';
import { createSessionEndpoints } from './sso/session-endpoints.ts';

export interface Listening {
  /** Where it listens, such as http://127.0.0.1:4000. */
  url: string;
  /** Where others reach it. */
  publicUrl: string;
  /** Where the customers of a directory send SCIM requests: the "Tenant URL". */
  tenantUrl(directoryId: string): string;
  /** Lets running requests end and writes what waits. */
  close(): Promise<void>;
}

export interface Service extends Listening {
  domain: Domain;
  database: Database;
}

/**
 * Starts the service: config → database → domain → GraphQL → SCIM, on express. A document of the facade that does not fit
 * the schema stops the start. `close` ends requests first, then sends the provisioning events that wait, then closes the
 * database.
 */
export async function startService(config: Config, log: Log): Promise<Service> {
  return serve(config, log, await openDomain(config, log));
}

/** The same over a domain that is open already, which is closed with the service. */
export async function serve(config: Config, log: Log, opened: OpenedDomain): Promise<Service> {
  const { domain, database, protocols } = opened;
  try {
    const graphLog = { error: (facts: object, event: string) => log('error', event, facts) };
    const schema = await createSchema();
    // SCIM is for the tokens of directories: no other bearer passes, whatever it may do over /graphql.
    const address = new OwnAddress(config);
    const client = new InProcessClient(schema, domain, graphLog, { accepts: 'scimTokens', address });
    client.prepare(documents);
    const graph = createGraphServer({ schema, log: graphLog, isSchemaPublic: !config.isProduction });
    await graph.start();
    const cookies = new Cookies(address, domain.rememberedSlugs);
    const { origins } = config.product;
    const sessionCookie = sessionCookieReader(cookies, { address, origins });
    const context = async ({ req }: { req: IncomingMessage }) =>
      readGraphContext(domain, req.headers, address, sessionCookie);
    const graphql = express.Router();
    graphql.use(readGraphqlBody, expressMiddleware(graph, { context }));
    const { accessTokens } = domain;
    const { tenantUrl } = address;
    const isLocal = allowsLoopbackIssuers(config);
    const oauth = createOAuthRouter({ accessTokens, tenantUrl, allowsLoopbackIssuers: isLocal, log });
    const listening = await listenWith(config, address, log, client, {
      graphql,
      oauth,
      cors: createCors(origins),
      sso: createSso({ config, address, domain, protocols, cookies, log }),
      ping: () => database.ping(),
    });
    const maintenance = startMaintenance((options) => domain.maintenance.run(options), log);
    const close = async () => {
      await listening.close();
      await maintenance.stop();
      await graph.stop();
      await opened.close();
    };
    return { ...listening, domain, database, close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The sign-in pages, and what the product's pages and back ends ask of a session. */
function createSso({ config, address, domain, protocols, cookies, log }: SsoParts): express.Router {
  const { oidc, saml } = protocols;
  const { product, loginProviders } = config;
  const settings = { product, loginProviders, isLocal: isLoopbackAddress(config.publicUrl) };
  const sso = express.Router();
  sso.use(createSessionEndpoints({ domain, cookies, address, config: settings, log }));
  sso.use(createSsoRouter({ domain, oidc, saml, cookies, address, config: settings, log }));
  return sso;
}

interface SsoParts {
  config: Config;
  address: PublicAddress;
  domain: Domain;
  protocols: Protocols;
  cookies: Cookies;
  log: Log;
}

/** Starts the SCIM facade alone, before the GraphQL service at `graphUrl`: no database, no domain in this process. */
export async function startFacade(config: Config & { graphUrl: string }, log: Log): Promise<Listening> {
  const client = new HttpGraphClient(config.graphUrl);
  const listening = await listenWith(config, new OwnAddress(config), log, client, {
    ping: () => client.ping(),
    notReady: 'GraphQL does not answer',
  });
  await client.ping().catch((error: Error) => {
    log('warn', 'GraphQL does not answer yet: requests get 503 until it does', { reason: error.message });
  });
  return listening;
}

/** Where others reach this service. With PORT=0 the system chooses the port, which is known only once it listens. */
class OwnAddress implements PublicAddress {
  publicUrl: string;

  constructor({ publicUrl }: Config) {
    this.publicUrl = publicUrl;
  }

  listeningOn(port: number): void {
    this.publicUrl = this.publicUrl.replace(/:0$/, `:${port}`);
  }

  readonly tenantUrl = (directoryId: string): string => tenantUrlOf(this, directoryId);
}

async function listenWith(
  config: Config,
  address: OwnAddress,
  log: Log,
  client: GraphClient,
  parts: Omit<HttpParts, 'scim' | 'trustedProxies'>,
): Promise<Listening> {
  const { tenantUrl } = address;
  const { trustedProxies } = config;
  const facade = createScimFacade({
    graph: client,
    baseUrl: tenantUrl,
    limits: config.scimLimits,
    onMistake: (error, { requestId }) =>
      log('error', 'a SCIM request failed', { ...describeMistake(error), requestId }),
  });
  const server = await listen(createHttpApp({ ...parts, trustedProxies, scim: facade.router }), config);
  const { port } = server.address() as AddressInfo;
  address.listeningOn(port);
  if (hidesBehindLocalhost(config)) {
    const { publicUrl } = address;
    log('warn', 'others cannot reach the addresses that are shown: set PUBLIC_URL to where they reach this', {
      publicUrl,
    });
  }
  return {
    url: `http://${config.host}:${port}`,
    publicUrl: address.publicUrl,
    tenantUrl,
    close: async () => {
      await stopListening(server);
      await facade.flush();
    },
  };
}

/** The message of a mistake of ours; statements and values of the database stay out of the log. */
function describeMistake(error: unknown): object {
  if (!(error instanceof Error)) return { reason: String(error) };
  const { code } = error as { code?: unknown };
  return { reason: error.message, ...(typeof code === 'string' ? { code } : {}), stack: error.stack };
}
