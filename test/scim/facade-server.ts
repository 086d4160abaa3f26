import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { onTestFinished } from 'vitest';
import { createScimFacade, type ScimFacade, type ScimOptions } from '../../src/scim/router.ts';
import { BEARER, DIRECTORY_ID, MemoryGraph } from './memory-graph.ts';

type Answer = { status: number; headers: IncomingHttpHeaders; text: string; body: unknown };
type Sent = {
  /** Below the directory's address, query included. */
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string | object;
  directoryId?: string;
  isAnonymous?: boolean;
};

export type FacadeServer = {
  graph: MemoryGraph;
  facade: ScimFacade;
  mistakes: unknown[];
  port: number;
  send: (sent: Sent) => Promise<Answer>;
};

export const BASE_URL = `https://rollcall.example/scim/v2/${DIRECTORY_ID}`;

/** The facade behind express on a port of its own, for one test. */
export async function startFacade(options: Partial<ScimOptions> = {}): Promise<FacadeServer> {
  const graph = new MemoryGraph();
  const mistakes: unknown[] = [];
  const facade = createScimFacade({
    graph,
    baseUrl: (directoryId) => `https://rollcall.example/scim/v2/${directoryId}`,
    onMistake: (error) => mistakes.push(error),
    ...options,
  });
  const server = createServer(express().use('/scim/v2', facade.router)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { graph, facade, mistakes, port, send: (sent) => sendTo(port, sent) };
}

/** Sends exactly the headers given and the bearer: clients such as fetch would add a content type of their own. */
function sendTo(port: number, sent: Sent): Promise<Answer> {
  const { path, method = 'GET', body, directoryId = DIRECTORY_ID, isAnonymous = false } = sent;
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = body === undefined ? undefined : Buffer.from(isText ? body : JSON.stringify(body));
  const headers = {
    ...(isAnonymous ? {} : { Authorization: BEARER }),
    ...(body === undefined || isText ? {} : { 'Content-Type': 'application/scim+json; charset=utf-8' }),
    ...(bytes === undefined || sent.headers?.['Transfer-Encoding'] ? {} : { 'Content-Length': bytes.length }),
    ...sent.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { port, host: '127.0.0.1', path: `/scim/v2/${directoryId}${path}`, method, headers },
      (incoming) => void answerOf(incoming).then(resolve, reject),
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

/** Rejects where the answer was cut off. */
async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { statusCode: status = 0, headers } = incoming;
  return { status, headers, text, body: text === '' ? undefined : JSON.parse(text) };
}
