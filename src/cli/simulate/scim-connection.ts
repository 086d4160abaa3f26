import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import { RateLimit } from './rate-limit.ts';
import { isJsonObject } from './scim-wire.ts';
import { InterruptedError, logCode, SimulationFailure } from './simulation-failure.ts';
import type { SimulationTally } from './simulation-summary.ts';

export interface ScimRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the tenant URL: `/Users`, `/Groups/{id}`. */
  path: string;
  /** In the order in which the identity provider writes them. */
  query?: readonly (readonly [name: string, value: string])[];
  body?: unknown;
}

export interface ScimAnswer {
  status: number;
  /** The parsed JSON body; undefined when there is none. */
  body: unknown;
  /** How the request reads in a log: method and path with query. */
  request: string;
}

/** What one identity provider's HTTP client does its own way. */
export interface WireHabits {
  /** Sent after Authorization, which every request carries. */
  headers: Readonly<Record<string, string>>;
  encodeQuery(parameters: readonly (readonly [name: string, value: string])[]): string;
  /** Whether an answer, or none (undefined), is asked for again at once. */
  isRetried(status: number | undefined): boolean;
}

export interface ConnectionOptions {
  tenantUrl: URL;
  token: string;
  /** Sockets kept open. */
  concurrency: number;
  habits: WireHabits;
  tally: SimulationTally;
  requestsPerSecond?: number;
  /** Ends the waiting between requests; a request under way is finished. */
  signal?: AbortSignal | undefined;
  /** How often a request is tried again at once. */
  retryLimit?: number;
  /** The first pause where the server names none; doubled each time. */
  retryPauseMs?: number;
  timeoutMs?: number;
}

interface RawAnswer {
  status: number;
  retryAfter: string | undefined;
  text: string;
}

const retryAfterMaxMs = 60_000;
/** So many requests in a row without any answer, and the service counts as gone. */
const unansweredLimit = 3;

/** Sends SCIM requests as an identity provider does, the tenant URL's own query kept in front. */
export class ScimConnection {
  private readonly options: ConnectionOptions;
  private readonly agent: HttpAgent;
  private readonly send: typeof httpRequest;
  private readonly rateLimit: RateLimit;
  private readonly timeoutMs: number;
  private unansweredInARow = 0;
  private wasReached = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.timeoutMs = options.timeoutMs ?? 60_000;
    this.rateLimit = new RateLimit(options.requestsPerSecond ?? Number.POSITIVE_INFINITY);
    const isHttps = options.tenantUrl.protocol === 'https:';
    this.agent = new (isHttps ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: options.concurrency });
    this.send = isHttps ? httpsRequest : httpRequest;
  }

  /** The absolute address of a resource, without the tenant URL's query. */
  location(path: string): string {
    const { origin, pathname } = this.options.tenantUrl;
    return `${origin}${pathname.replace(/\/+$/u, '')}${path}`;
  }

  /**
   * Answers a 2xx. Throws SimulationFailure for every other answer, with `advice` where it concerns all requests (401, 403, a
   * service that is gone), and InterruptedError when the signal comes first.
   */
  async request(request: ScimRequest): Promise<ScimAnswer> {
    const { habits, tally, retryLimit = 4, retryPauseMs = 500, signal } = this.options;
    const target = this.target(request);
    const line = `${request.method} ${target}`;
    for (let attempt = 0; ; attempt += 1) {
      await uninterrupted(this.rateLimit.turn(signal), signal);
      const outcome = await this.attempt(request, target, line);
      const status = outcome instanceof SimulationFailure ? undefined : outcome.status;
      // A wrong address is reported at once.
      const mayRetry = this.wasReached && attempt < retryLimit && habits.isRetried(status);
      if (!mayRetry) return this.settled(outcome, line);
      tally.retries += 1;
      await uninterrupted(
        delay(pauseMs(outcome, retryPauseMs * 2 ** attempt), undefined, signal && { signal }),
        signal,
      );
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private target({ path, query = [] }: ScimRequest): string {
    const { tenantUrl, habits } = this.options;
    const parameters = [tenantUrl.search.slice(1), habits.encodeQuery(query)].filter((part) => part !== '').join('&');
    return `${tenantUrl.pathname.replace(/\/+$/u, '')}${path}${parameters === '' ? '' : `?${parameters}`}`;
  }

  private async attempt(request: ScimRequest, target: string, line: string): Promise<RawAnswer | SimulationFailure> {
    const startedAt = performance.now();
    try {
      const answer = await this.exchange(request, target);
      this.wasReached = true;
      this.unansweredInARow = 0;
      return answer;
    } catch (error) {
      return connectionFailure(error, line);
    } finally {
      this.options.tally.answered(performance.now() - startedAt);
    }
  }

  private settled(outcome: RawAnswer | SimulationFailure, line: string): ScimAnswer {
    if (!(outcome instanceof SimulationFailure)) return accepted(outcome, line);
    this.unansweredInARow += 1;
    const isGone = !this.wasReached || this.unansweredInARow >= unansweredLimit;
    if (!isGone) throw outcome;
    const { code, message, request } = outcome;
    throw new SimulationFailure({ code, message, request, advice: 'The service does not answer any more.' });
  }

  private async exchange(request: ScimRequest, target: string): Promise<RawAnswer> {
    for (;;) {
      const { sent, answered } = this.begin(request, target);
      try {
        return await rawAnswer(await answered);
      } catch (error) {
        // The server closed a kept connection in the moment it was used again: nothing of the request was read.
        const wasClosed = error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
        if (!(wasClosed && sent.reusedSocket)) throw error;
      }
    }
  }

  private begin(
    { method, body }: ScimRequest,
    target: string,
  ): { sent: ClientRequest; answered: Promise<IncomingMessage> } {
    const { tenantUrl, token, habits } = this.options;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      Authorization: `Bearer ${token}`,
      ...habits.headers,
      ...(payload && { 'Content-Type': 'application/scim+json; charset=utf-8', 'Content-Length': payload.byteLength }),
    };
    const sent = this.send({
      method,
      // The URL class keeps the brackets of an IPv6 host; sockets want it bare.
      hostname: tenantUrl.hostname.replace(/^\[|\]$/gu, ''),
      port: tenantUrl.port,
      path: target,
      headers,
      agent: this.agent,
      timeout: this.timeoutMs,
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve);
      sent.on('timeout', () => sent.destroy(new Error(`No answer within ${this.timeoutMs / 1000} seconds.`)));
      sent.on('error', reject);
    });
    sent.end(payload);
    return { sent, answered };
  }
}

/** Waits; what ends because of the signal ends as an interruption. */
async function uninterrupted(waiting: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) {
    waiting.catch(() => undefined);
    throw new InterruptedError();
  }
  try {
    await waiting;
  } catch (error) {
    throw signal?.aborted ? new InterruptedError() : error;
  }
}

const decompressed = promisify(unzip);

async function rawAnswer(incoming: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const isCompressed = bytes.length > 0 && incoming.headers['content-encoding'] !== undefined;
  const text = (isCompressed ? await decompressed(bytes) : bytes).toString('utf8');
  return { status: incoming.statusCode ?? 0, retryAfter: incoming.headers['retry-after'], text };
}

function connectionFailure(error: unknown, request: string): SimulationFailure {
  // A host with several addresses fails with one error for each and no message of its own.
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SimulationFailure({ code: 'WebExceptionProtocolError', message, request });
}

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3), never longer than a minute. */
function pauseMs(outcome: RawAnswer | SimulationFailure, fallbackMs: number): number {
  const retryAfter = outcome instanceof SimulationFailure ? undefined : outcome.retryAfter;
  if (retryAfter === undefined) return fallbackMs;
  const asked = /^\d+$/u.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(asked) ? fallbackMs : Math.min(Math.max(asked, 0), retryAfterMaxMs);
}

const advice: Record<number, string> = {
  401: 'Make a new token for this directory and use it as the Secret Token.',
  403: 'The token is known but may not do this; check what it was made for.',
};

function accepted({ status, text }: RawAnswer, request: string): ScimAnswer {
  const body = parsed(text);
  if (status >= 200 && status < 300) return { status, body, request };
  const { detail, scimType } = isJsonObject(body) ? body : {};
  throw new SimulationFailure({
    code: logCode(status),
    message: typeof detail === 'string' ? detail : `The service answered ${status} without a SCIM error body.`,
    request,
    status,
    scimType: typeof scimType === 'string' ? scimType : undefined,
    advice: advice[status],
  });
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
