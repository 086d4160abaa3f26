import type { GraphAnswer, GraphCall, GraphClient, GraphDocument } from './graph-client.ts';

const TIMEOUT_MS = 30_000;
const PING_TIMEOUT_MS = 2_000;

/**
 * The GraphQL side over HTTP, for a facade that runs as its own process. A server that cannot be reached, or that answers
 * with anything but GraphQL, is `SERVICE_UNAVAILABLE`.
 */
export class HttpGraphClient implements GraphClient {
  readonly #url: URL;

  constructor(url: string | URL) {
    this.#url = new URL(url);
  }

  async run<Data, Variables>(
    document: GraphDocument<Data, Variables>,
    variables: Variables,
    call: GraphCall,
  ): Promise<GraphAnswer<Data>> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: headersOf(call),
        body: JSON.stringify({ operationName: document.name, query: document.text, variables }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer: unknown = await response.json();
      return isAnswer<Data>(answer) ? answer : unavailable();
    } catch {
      return unavailable();
    }
  }

  /** Rejects, with what is in the way, when nothing at the address answers GraphQL. */
  async ping(): Promise<void> {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
    const response = await fetch(this.#url, { method: 'POST', headers, body: PING, redirect: 'error', signal }).catch(
      (error: Error) => {
        throw new Error(`${this.#url} cannot be reached: ${String(error.cause ?? error)}`);
      },
    );
    const answer: unknown = await response.json().catch(() => undefined);
    if (!isAnswer(answer)) throw new Error(`${this.#url} answers ${response.status} and no GraphQL`);
  }
}

/** Of any GraphQL, whoever asks. */
const PING = '{"query":"{ __typename }"}';

function headersOf(call: GraphCall): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'x-request-id': call.requestId,
    'x-rollcall-scim-method': call.method,
    'x-rollcall-scim-path': call.path,
    ...(call.authorization === undefined ? {} : { authorization: call.authorization }),
  };
}

/** The types of the data are promised by the schema that the documents were generated from. */
function isAnswer<Data>(answer: unknown): answer is GraphAnswer<Data> {
  if (typeof answer !== 'object' || answer === null) return false;
  return 'errors' in answer ? Array.isArray(answer.errors) : 'data' in answer;
}

function unavailable(): GraphAnswer<never> {
  return { errors: [{ message: 'GraphQL did not answer', extensions: { code: 'SERVICE_UNAVAILABLE' } }] };
}
