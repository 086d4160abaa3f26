import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject } from './scim-wire.ts';
import { logCode, QuarantineError, SimulationFailure } from './simulation-failure.ts';
import type { SimulationTally } from './simulation-summary.ts';

export interface ScimRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the tenant URL: `/Users`, `/Groups/{id}`. */
  path: string;
  /** In the order in which Entra writes them. */
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

export interface ConnectionOptions {
  tenantUrl: URL;
  token: string;
  /** Sockets kept open. */
  concurrency: number;
  tally: SimulationTally;
  /** How often a 429, a 5xx or a lost connection is tried again. */
  retryLimit?: number;
  /** The first pause where the server names none; doubled each time. */
  retryPauseMs?: number;
  timeoutMs?: number;
}

interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const retryAfterMaxMs = 60_000;
/** So many requests in a row without any answer, retries included, and the job stops. */
const unansweredLimit = 3;

/** Sends requests as Entra does: no User-Agent, form-encoded queries, the tenant URL's own query kept in front. */
export class ScimConnection {
  private readonly options: Required<ConnectionOptions>;
  private readonly agent: HttpAgent;
  private readonly send: typeof httpRequest;
  private unansweredInARow = 0;
  private wasReached = false;

  constructor(options: ConnectionOptions) {
    this.options = { retryLimit: 4, retryPauseMs: 500, timeoutMs: 60_000, ...options };
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
   * Answers a 2xx. Throws QuarantineError for 401 and 403 or a service that cannot be reached,
   * SimulationFailure for every other refusal once the retries are used up.
   */
  async request(request: ScimRequest): Promise<ScimAnswer> {
    const target = this.target(request);
    const line = `${request.method} ${target}`;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.attempt(request, target, line);
      if (attempt >= this.options.retryLimit || !this.isRetried(outcome)) return this.settled(outcome, line);
      this.options.tally.retries += 1;
      await delay(pauseMs(outcome, this.options.retryPauseMs * 2 ** attempt));
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private target({ path, query = [] }: ScimRequest): string {
    const { pathname, search } = this.options.tenantUrl;
    const own = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
    const parameters = [search.slice(1), own].filter((part) => part !== '').join('&');
    return `${pathname.replace(/\/+$/u, '')}${path}${parameters === '' ? '' : `?${parameters}`}`;
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

  /** A wrong address is reported at once; a connection that is lost later is tried again. */
  private isRetried(outcome: RawAnswer | SimulationFailure): boolean {
    if (outcome instanceof SimulationFailure) return this.wasReached;
    return outcome.status === 429 || outcome.status >= 500;
  }

  private settled(outcome: RawAnswer | SimulationFailure, line: string): ScimAnswer {
    if (!(outcome instanceof SimulationFailure)) return accepted(outcome, line);
    this.unansweredInARow += 1;
    if (this.unansweredInARow < unansweredLimit) throw outcome;
    throw new QuarantineError(outcome, 'The service does not answer any more.');
  }

  private exchange({ method, body }: ScimRequest, target: string): Promise<RawAnswer> {
    const { tenantUrl, token, timeoutMs } = this.options;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(payload && { 'Content-Type': 'application/scim+json; charset=utf-8', 'Content-Length': payload.byteLength }),
    };
    const options: RequestOptions = {
      method,
      // The URL class keeps the brackets of an IPv6 host; sockets want it bare.
      hostname: tenantUrl.hostname.replace(/^\[|\]$/gu, ''),
      port: tenantUrl.port,
      path: target,
      headers,
      agent: this.agent,
      timeout: timeoutMs,
    };
    return new Promise((resolve, reject) => {
      const outgoing = this.send(options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer within ${timeoutMs / 1000} seconds.`)));
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }
}

function connectionFailure(error: unknown, request: string): SimulationFailure {
  // A host with several addresses fails with one error for each and no message of its own.
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new SimulationFailure({ code: 'WebExceptionProtocolError', message, request });
}

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3), never longer than a minute. */
function pauseMs(outcome: RawAnswer | SimulationFailure, fallbackMs: number): number {
  const retryAfter = outcome instanceof SimulationFailure ? undefined : outcome.headers['retry-after'];
  if (retryAfter === undefined) return fallbackMs;
  const asked = /^\d+$/u.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(asked) ? fallbackMs : Math.min(Math.max(asked, 0), retryAfterMaxMs);
}

function accepted(outcome: RawAnswer, request: string): ScimAnswer {
  const { status } = outcome;
  const body = parsed(outcome.text);
  if (status >= 200 && status < 300) return { status, body, request };
  const { detail, scimType } = isJsonObject(body) ? body : {};
  const failure = new SimulationFailure({
    code: logCode(status),
    message: typeof detail === 'string' ? detail : `The service answered ${status} without a SCIM error body.`,
    request,
    status,
    scimType: typeof scimType === 'string' ? scimType : undefined,
  });
  if (status === 401)
    throw new QuarantineError(failure, 'Make a new token for this directory and use it as the Secret Token.');
  if (status === 403)
    throw new QuarantineError(failure, 'The token is known but may not do this; check what it was made for.');
  throw failure;
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
