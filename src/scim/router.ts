import { Router } from 'express';
import { type CallLimitSettings, CallLimits } from './call-limits.ts';
import { allowedMethods, type Target, targetOf } from './endpoints.ts';
import { Exchange, type InnerRequest, type Reply } from './exchange.ts';
import type { GraphCall, GraphClient } from './graph-client.ts';
import { errorBody, ScimError, scimErrors } from './protocol/scim-error.ts';
import { ProvisioningLog } from './provisioning-log.ts';
import { RecentUsers } from './recent-users.ts';
import { type Answered, recordAnswer } from './record-answer.ts';
import { RefusedCalls } from './refused-calls.ts';
import { httpRequest } from './request-body.ts';
import { callWithin, readCall } from './request-call.ts';
import { sendReply } from './send-reply.ts';
import { Turns } from './turns.ts';

export interface ScimOptions {
  readonly graph: GraphClient;
  /** The public SCIM address of a directory, without a trailing slash. */
  readonly baseUrl: (directoryId: string) => string;
  readonly clock?: () => Date;
  /** Told of a mistake in this service; the client gets a 500 without detail. */
  readonly onMistake?: (error: unknown, call: GraphCall) => void;
  /** Absent: none. */
  readonly limits?: CallLimitSettings;
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
  const limits = new CallLimits({ log, clock, settings: options.limits });
  const turns = new Turns();
  const recentUsers = new RecentUsers();

  async function reply(exchange: Exchange, methods: Target['methods']): Promise<Answered> {
    return answer(exchange, methods).catch((error: unknown) => refusal(error, exchange.call, options));
  }

  async function perform(outer: Exchange, inner: InnerRequest): Promise<Reply> {
    const { directoryId, baseUrl } = outer;
    const call = callWithin(outer.call, inner.method, inner.path);
    limits.count(directoryId, call);
    // The result of a bulk operation names the resource by its address and version alone.
    const target = targetOf(`/${directoryId}${inner.path}?attributes=id`);
    const headers = inner.version === undefined ? {} : { 'if-match': inner.version };
    const request = { headers, bodyBytes: 0, readBody: async () => inner.body };
    const exchange = new Exchange({
      ...target,
      request,
      call,
      graph,
      turns,
      recentUsers,
      baseUrl,
      isJudged: true,
      perform,
    });
    const answered = await reply(exchange, target.methods);
    recordAnswer(log, exchange, answered);
    return answered;
  }

  const router = Router();
  router.use(async (request, response) => {
    const call = readCall(request);
    const target = targetOf(request.url);
    const { directoryId } = target;
    const baseUrl = options.baseUrl(directoryId);
    // Read now, as a socket that was closed meanwhile has none.
    const { ip: address = '' } = request;
    const leaving = limits.enter(directoryId, call);
    if (leaving instanceof ScimError) {
      await sendReply(response, call, refusal(leaving, call, options));
      return;
    }
    try {
      const exchange = new Exchange({
        ...target,
        request: httpRequest(request),
        call,
        graph,
        turns,
        recentUsers,
        baseUrl,
        perform,
      });
      const answered = await reply(exchange, target.methods);
      if (answered.status === 401) refusedCalls.add({ directoryId, call, address });
      else recordAnswer(log, exchange, answered);
      await sendReply(response, call, answered);
    } catch (error) {
      // The client has the beginning of its answer already and sees it cut off.
      if (!(error instanceof ScimError)) options.onMistake?.(error, call);
    } finally {
      leaving();
    }
  });
  return {
    router,
    flush: async () => {
      limits.flush();
      await Promise.all([log.flush(), refusedCalls.flush()]);
    },
  };
}

async function answer(exchange: Exchange, methods: Target['methods']): Promise<Answered> {
  try {
    if (exchange.call.authorization === undefined) await exchange.admit();
    if (!(await exchange.isAnswerAcceptable())) throw new ScimError(406, 'The answer is application/scim+json');
    const { method } = exchange.call;
    const handler = methods?.get(method === 'HEAD' ? 'GET' : method);
    const reply = handler === undefined ? withoutHandler(method, methods) : await handler(exchange);
    await exchange.admit();
    return reply;
  } catch (error) {
    // A refusal may have been found before GraphQL was asked about the bearer.
    await exchange.admit();
    throw error;
  }
}

function withoutHandler(method: string, methods: Target['methods']): Reply {
  if (methods === undefined) throw scimErrors.notFound('There is nothing at this address');
  const headers = { Allow: allowedMethods(methods) };
  if (method === 'OPTIONS') return { status: 204, headers };
  throw new ScimError(405, 'The method is not allowed here', undefined, headers);
}

function refusal(error: unknown, call: GraphCall, { onMistake }: ScimOptions): Answered {
  if (!(error instanceof ScimError)) onMistake?.(error, call);
  const known = error instanceof ScimError ? error : scimErrors.internal();
  return { status: known.status, headers: known.headers, body: errorBody(known), error: known };
}
