import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const SERVFAIL = 2;
const NXDOMAIN = 3;
const HEADER_LENGTH = 12;

export interface DnsServer {
  /** For the setting DNS_SERVERS. */
  address: string;
  /** Null: every question is answered with a failure of the server. */
  records: Map<string, string> | null;
  close(): void;
}

/** A name server on this machine that knows one TXT record a name (RFC 1035 §4). */
export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const server: DnsServer = { address: '', records: new Map(), close: () => socket.close() };
  socket.on('message', (question, { port, address }) => socket.send(answerTo(question, server.records), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  server.address = `127.0.0.1:${socket.address().port}`;
  return server;
}

function answerTo(message: Buffer, records: DnsServer['records']): Buffer {
  const { name, end } = readName(message);
  const text = records?.get(name);
  const answer = text === undefined ? undefined : txtRecord(text);
  const header = Buffer.alloc(HEADER_LENGTH);
  message.copy(header, 0, 0, 2);
  const code = records === null ? SERVFAIL : answer ? 0 : NXDOMAIN;
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answer ? 1 : 0, 6);
  return Buffer.concat([header, message.subarray(HEADER_LENGTH, end), ...(answer ? [answer] : [])]);
}

/** The name that is asked for, and where the question ends. */
function readName(message: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER_LENGTH;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

function txtRecord(text: string): Buffer {
  const pointerTypeAndClass = Buffer.from([0xc0, HEADER_LENGTH, 0, 16, 0, 1, 0, 0, 0, 0]);
  const value = Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([pointerTypeAndClass, length, value]);
}
