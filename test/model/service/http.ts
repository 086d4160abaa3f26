import { Agent, request } from 'node:http';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

interface Sent {
  method: string;
  path: string;
  bearer: string;
  body?: unknown;
  type?: string;
}

/** Connections that stay open: a history is thousands of small requests. */
export class Http {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #port: number;

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  async send(sent: Sent): Promise<Answer> {
    const answer = await this.#send(sent, false);
    if (!answer) throw new Error('An answer was lost that should not be.');
    return answer;
  }

  /** Lets the service do the work and hangs up before the answer is read. */
  async sendAndHangUp(sent: Sent): Promise<void> {
    await this.#send(sent, true);
  }

  #send({ method, path, bearer, body, type }: Sent, hangsUp: boolean): Promise<Answer | undefined> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string | number> = { authorization: `Bearer ${bearer}` };
    if (text !== undefined) {
      headers['content-type'] = type ?? 'application/scim+json; charset=utf-8';
      headers['content-length'] = Buffer.byteLength(text);
    }
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, path, method, headers, agent: this.#agent };
      const outgoing = request(options, (incoming) => {
        if (hangsUp) {
          incoming.destroy();
          resolve(undefined);
          return;
        }
        let received = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => {
          received += chunk;
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          const status = incoming.statusCode ?? 0;
          resolve({ status, body: received === '' ? {} : (JSON.parse(received) as Record<string, unknown>) });
        });
      });
      outgoing.on('error', reject);
      outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`No answer to ${method} ${path} in 30 s.`)));
      outgoing.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
