import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { PATCH_OP } from '../../src/attributes/urns.ts';

/** One answer; `body` is empty where the server sent no JSON object. */
export interface ScimAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // Whole bodies are compared with matchers, so their types carry nothing.
  body: Record<string, unknown>;
}

export interface RawRequest {
  method: string;
  /** Below the tenant URL, query included; put on the wire as it stands. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Speaks to one directory and sends exactly the headers it is given: a client library would add its own. */
export class ScimClient {
  readonly tenantUrl: string;
  readonly #headers: Record<string, string>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(tenantUrl: string, token: string) {
    this.tenantUrl = tenantUrl;
    this.#headers = { Authorization: `Bearer ${token}` };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<ScimAnswer> {
    return this.raw({ method: 'GET', path, headers: { ...this.#headers, ...headers } });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ScimAnswer> {
    return this.#send('POST', path, body, headers);
  }

  put(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ScimAnswer> {
    return this.#send('PUT', path, body, headers);
  }

  /** Wraps the operations in a PatchOp message. */
  patch(path: string, operations: unknown[], headers: Record<string, string> = {}): Promise<ScimAnswer> {
    return this.#send('PATCH', path, { schemas: [PATCH_OP], Operations: operations }, headers);
  }

  delete(path: string, headers: Record<string, string> = {}): Promise<ScimAnswer> {
    return this.raw({ method: 'DELETE', path, headers: { ...this.#headers, ...headers } });
  }

  /** Filters as Entra writes them on the wire: form encoding, `+` for a space. */
  find(endpoint: string, filter: string, more = ''): Promise<ScimAnswer> {
    return this.get(`${endpoint}?${new URLSearchParams({ filter })}${more}`);
  }

  raw({ method, path, headers = {}, body }: RawRequest): Promise<ScimAnswer> {
    return new Promise((resolve, reject) => {
      const url = new URL(this.tenantUrl);
      const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      const outgoing = request(
        {
          hostname: url.hostname,
          port: url.port,
          // Not through URL, which would normalise what a client sent wrongly on purpose.
          path: `${url.pathname}${path}`,
          method,
          headers: { ...headers, ...length },
          agent: this.#agent,
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: jsonOf(text) });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.setTimeout(20_000, () => outgoing.destroy(new Error(`no answer to ${method} ${path} in 20 s`)));
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<ScimAnswer> {
    const type = { 'Content-Type': 'application/scim+json; charset=utf-8' };
    return this.raw({ method, path, headers: { ...this.#headers, ...type, ...headers }, body: JSON.stringify(body) });
  }
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}

/** The id of the resource in an answer; throws with the whole answer where there is none. */
export function idOf({ status, text, body }: ScimAnswer): string {
  if (typeof body.id !== 'string') throw new Error(`No resource in the answer ${status}: ${text}`);
  return body.id;
}

/** The resources of a list answer. */
export function resourcesOf({ status, text, body }: ScimAnswer): Record<string, unknown>[] {
  if (!Array.isArray(body.Resources)) throw new Error(`No list in the answer ${status}: ${text}`);
  return body.Resources;
}

/** The ids of a group's members, sorted; none where the answer has no `members`. */
export function memberIdsOf({ body }: ScimAnswer): string[] {
  const members = Array.isArray(body.members) ? body.members : [];
  return members.map((member: { value: string }) => member.value).sort();
}
