import type { GraphAnswer, GraphCall, GraphClient, GraphDocument } from './graph-client.ts';

const TIMEOUT_MS = 30_000;
const PING_TIMEOUT_MS = 2_000;
/** A page of a thousand resources has 64 KB for each. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/**
 * The GraphQL side over HTTP, for a facade that runs as its own process. A server that cannot be reached, or that answers
 * with anything but GraphQL or without end, is `SERVICE_UNAVAILABLE`.
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
      const answer = await readJson(response);
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
    const answer = await readJson(response).catch(() => undefined);
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

/** Throws for what is no JSON, and for what is too long, which is then not read to its end. */
async function readJson({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > ANSWER_BYTES_MAX) throw new Error('The answer is too long.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** The types of the data are promised by the schema that the documents were generated from. */
function isAnswer<Data>(answer: unknown): answer is GraphAnswer<Data> {
  if (!isObject(answer)) return false;
  const { data, errors } = answer;
  if (errors === undefined) return isObject(data);
  return Array.isArray(errors) && errors.length > 0 && errors.every(isObject);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unavailable(): GraphAnswer<never> {
  return { errors: [{ message: 'GraphQL did not answer', extensions: { code: 'SERVICE_UNAVAILABLE' } }] };
}
