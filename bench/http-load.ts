import { connect, type Socket } from 'node:net';

/** Where the requests of a workload come from; all text is ASCII. */
export interface RequestSource {
  /** The next request, head and body. */
  next(): string;
  /** What every answer must have. */
  readonly status: number;
  /** Judges an answer's body; asked of every 32nd answer. */
  isRight(body: string, request: string): boolean;
}

export interface Round {
  requests: number;
  seconds: number;
  /** Microseconds of each request. */
  latencies: Float64Array;
}

/** What takes part in rounds: connections to a service, or callers inside a process. */
export interface Runner {
  round(milliseconds: number): Promise<Round>;
  close(): void;
}

const BODY_JUDGED_EVERY = 32;

/**
 * Opens keep-alive connections that each send one request at a time. A round rejects on the first answer that is not what
 * the source expects: a fast wrong answer is no result. Hand-made HTTP/1.1, because a client library would take as much
 * of the two cores as the service under test.
 */
export async function openHttpLoad(port: number, connections: number, source: RequestSource): Promise<Runner> {
  const opened = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  return {
    round: (milliseconds) => runRound(opened, source, milliseconds),
    close: () => {
      for (const connection of opened) connection.close();
    },
  };
}

function runRound(connections: Connection[], source: RequestSource, milliseconds: number): Promise<Round> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    const begin = performance.now();
    let running = connections.length;
    for (const connection of connections) {
      let request = '';
      let sentAt = 0;
      const step = () => {
        sentAt = performance.now();
        if (sentAt - begin < milliseconds) {
          try {
            request = source.next();
          } catch (error) {
            reject(error);
            return;
          }
          connection.send(request);
          return;
        }
        running -= 1;
        if (running > 0) return;
        resolve({
          requests: latencies.length,
          seconds: (sentAt - begin) / 1000,
          latencies: Float64Array.from(latencies),
        });
      };
      connection.onFailure = reject;
      connection.onAnswer = (status, bytes, bodyStart) => {
        latencies.push((performance.now() - sentAt) * 1000);
        const isJudged = latencies.length % BODY_JUDGED_EVERY === 0;
        if (status === source.status && (!isJudged || source.isRight(bytes.toString('utf8', bodyStart), request))) {
          step();
        } else {
          reject(new Error(`A wrong answer.\n> ${request.slice(0, 1500)}\n< ${bytes.toString('utf8').slice(0, 1500)}`));
        }
      };
      step();
    }
  });
}

/** One HTTP/1.1 keep-alive connection; knows only answers with a Content-Length or without a body. */
class Connection {
  onAnswer: (status: number, bytes: Buffer, bodyStart: number) => void = () => undefined;
  onFailure: (error: Error) => void = () => undefined;
  readonly #socket: Socket;
  #received: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.onFailure(error));
    socket.on('close', () => this.onFailure(new Error('The service closed a connection.')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
      socket.once('error', reject);
    });
  }

  send(request: string): void {
    this.#socket.write(request, 'latin1');
  }

  close(): void {
    this.onFailure = () => undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#received ? Buffer.concat([this.#received, chunk]) : chunk;
    const headLength = bytes.indexOf('\r\n\r\n');
    const bodyStart = headLength + 4;
    const head = headLength < 0 ? '' : bytes.toString('latin1', 0, headLength);
    const status = Number(head.slice(9, 12));
    const length = status === 204 ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    if (headLength >= 0 && Number.isNaN(length)) {
      this.onFailure(new Error(`An answer without Content-Length:\n${head}`));
    } else if (headLength < 0 || bytes.length < bodyStart + length) {
      this.#received = bytes;
    } else {
      this.#received = undefined;
      this.onAnswer(status, bytes, bodyStart);
    }
  }
}
