import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  method: string;
  url: string;
  /** Names and values alternating, as they arrived. */
  rawHeaders: string[];
  body: string;
}

export interface ScriptedAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export type AnswerScript = (request: RecordedRequest) => ScriptedAnswer | undefined;

/** Writes down the requests that arrive. It is no SCIM service: it only answers enough for the sender to go on. */
export class RequestRecorder {
  readonly requests: RecordedRequest[] = [];
  private readonly server: Server;
  private readonly resources = new Map<string, object>();

  private constructor(script: AnswerScript) {
    this.server = createServer((incoming, outgoing) => {
      readText(incoming).then((body) => {
        const { method = '', url = '', rawHeaders } = incoming;
        const request = { method, url, rawHeaders, body };
        this.requests.push(request);
        const answer = script(request) ?? this.answer(request);
        const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
        outgoing.writeHead(answer.status, { 'content-type': 'application/scim+json', ...answer.headers }).end(text);
      }, outgoing.destroy.bind(outgoing));
    });
  }

  static async listen(script: AnswerScript = () => undefined): Promise<RequestRecorder> {
    const recorder = new RequestRecorder(script);
    await new Promise<void>((resolve) => recorder.server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get tenantUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/scim/v2/acme`;
  }

  /** `METHOD url` of every request, without the tenant's path. */
  get lines(): string[] {
    return this.requests.map(({ method, url }) => `${method} ${url.replace('/scim/v2/acme', '')}`);
  }

  /** The parsed bodies of the requests whose line matches. */
  bodies(line: RegExp): unknown[] {
    return this.requests.filter((_, index) => line.test(this.lines[index] ?? '')).map(({ body }) => JSON.parse(body));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ method, url, body }: RecordedRequest): ScriptedAnswer {
    const path = url.split('?')[0] ?? '';
    if (method === 'PATCH' || method === 'DELETE') return { status: 204 };
    if (method === 'POST') {
      const id = `id-${this.resources.size + 1}`;
      const resource = { ...JSON.parse(body), id };
      this.resources.set(`${path}/${id}`, resource);
      return { status: 201, body: resource };
    }
    return { status: 200, body: this.resources.get(path) ?? emptyList };
  }
}

export const emptyList = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  totalResults: 0,
  Resources: [],
  startIndex: 1,
  itemsPerPage: 0,
};

export function listOf(...resources: object[]): object {
  return { ...emptyList, totalResults: resources.length, Resources: resources, itemsPerPage: resources.length };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
