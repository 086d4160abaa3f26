import type { IncomingMessage, ServerResponse } from 'node:http';
import { Router } from 'express';
import { type Target, targetOf } from './endpoints.ts';
import { Exchange, type Reply } from './exchange.ts';
import type { GraphCall, GraphClient } from './graph-client.ts';
import { errorBody, ScimError, scimErrors } from './protocol/scim-error.ts';
import { ProvisioningLog } from './provisioning-log.ts';
import { RefusedCalls } from './refused-calls.ts';
import { readCall } from './request-call.ts';
import { GraphRefusal, isKnownCode } from './scim-problems.ts';
import { Turns } from './turns.ts';

export interface ScimOptions {
  readonly graph: GraphClient;
  /** The public SCIM address of a directory, without a trailing slash. */
  readonly baseUrl: (directoryId: string) => string;
  readonly clock?: () => Date;
  /** Told of a mistake in this service; the client gets a 500 without detail. */
  readonly onMistake?: (error: unknown, call: GraphCall) => void;
}

export interface ScimFacade {
  /** To be mounted at /scim/v2, before anything reads request bodies. */
  readonly router: Router;
  /** Sends the provisioning events and refused calls that wait, for a clean stop. */
  flush(): Promise<void>;
}

/**
 * SCIM 2.0 (RFC 7644) over GraphQL. Nothing is answered, discovery and unknown addresses included, before GraphQL has
 * accepted the bearer for the directory in the path.
 */
export function createScimFacade(options: ScimOptions): ScimFacade {
  const { graph, clock = () => new Date() } = options;
  const log = new ProvisioningLog({ graph, clock });
  const refusedCalls = new RefusedCalls({ graph, clock });
  const turns = new Turns();
  const router = Router();
  router.use(async (request, response) => {
    const call = readCall(request);
    const target = targetOf(request.url);
    const { directoryId } = target;
    const baseUrl = options.baseUrl(directoryId);
    // Read now, as a socket that was closed meanwhile has none.
    const { ip: address = '' } = request;
    const exchange = new Exchange({ ...target, request, call, graph, turns, baseUrl });
    const reply = await answer(exchange, target.methods).catch((error: unknown) => refusal(error, call, options));
    if (reply.status === 401) refusedCalls.add({ directoryId, call, address });
    else record(log, exchange, reply);
    send(response, call.requestId, reply);
  });
  return {
    router,
    flush: async () => {
      await Promise.all([log.flush(), refusedCalls.flush()]);
    },
  };
}

type Answered = Reply & { readonly error?: ScimError };

async function answer(exchange: Exchange, methods: Target['methods']): Promise<Answered> {
  try {
    if (exchange.call.authorization === undefined) await exchange.admit();
    const handler = methods?.get(exchange.call.method);
    const reply = handler === undefined ? noHandler(methods) : await handler(exchange);
    await exchange.admit();
    return reply;
  } catch (error) {
    // A refusal may have been found before GraphQL was asked about the bearer.
    await exchange.admit();
    throw error;
  }
}

function noHandler(methods: Target['methods']): never {
  if (methods === undefined) throw scimErrors.notFound('There is nothing at this address');
  throw new ScimError(405, 'The method is not allowed here', undefined, { Allow: [...methods.keys()].join(', ') });
}

function refusal(error: unknown, call: GraphCall, { onMistake }: ScimOptions): Answered {
  if (!(error instanceof ScimError)) onMistake?.(error, call);
  const known = error instanceof ScimError ? error : scimErrors.internal();
  return { status: known.status, headers: known.headers, body: errorBody(known), error: known };
}

const outcomesByStatus = new Map([
  [403, 'forbidden'],
  [404, 'notFound'],
  [405, 'methodNotAllowed'],
  [412, 'versionConflict'],
  [413, 'payloadTooLarge'],
  [415, 'unsupportedMediaType'],
]);

/** Reads, refusals and failures go to the provisioning log. */
function record(log: ProvisioningLog, exchange: Exchange, reply: Answered): void {
  const { directoryId, resourceId, call } = exchange;
  const { status, error, outcome, detail } = reply;
  if (error === undefined) {
    if (outcome === undefined) return;
    log.add({ kind: 'reads', directoryId, resourceId, call, outcome, detail: { status, ...detail } });
  } else {
    const facts = { status, ...(error.scimType && { scimType: error.scimType }), message: error.detail };
    log.add({ kind: 'refusals', directoryId, resourceId, call, outcome: outcomeOf(error), detail: facts });
  }
}

/** The code as the domain spells it: `userNameTaken`. A code that this facade does not know would not be taken back. */
function outcomeOf(error: ScimError): string {
  if (!(error instanceof GraphRefusal)) return error.scimType ?? outcomesByStatus.get(error.status) ?? 'failed';
  if (!isKnownCode(error.code)) return 'failed';
  return error.code.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function send(response: ServerResponse<IncomingMessage>, requestId: string, { status, headers, body }: Reply): void {
  if (body === undefined) {
    response.writeHead(status, { ...headers, 'X-Request-Id': requestId }).end();
    return;
  }
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      ...headers,
      'X-Request-Id': requestId,
      'Content-Type': 'application/scim+json',
      'Content-Length': Buffer.byteLength(text),
    })
    // A text leaves in one piece with the headers.
    .end(text);
}
