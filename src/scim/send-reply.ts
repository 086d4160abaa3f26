import type { ServerResponse } from 'node:http';
import type { Reply } from './exchange.ts';
import { PIECE_LENGTH } from './json-pieces.ts';

/**
 * Writes an answer, in one piece with its length or, where the reply has pieces, no faster than the client reads. A client
 * that goes away ends the reading. Rejects where a piece could not be had: the connection is then cut, so that nobody
 * takes half an answer for a whole one.
 */
export async function sendReply(
  response: ServerResponse,
  { requestId, method }: { readonly requestId: string; readonly method: string },
  reply: Reply,
): Promise<void> {
  const { status, body, pieces } = reply;
  const headers = { ...reply.headers, 'X-Request-Id': requestId };
  if (body !== undefined) {
    sendText(response, status, headers, JSON.stringify(body), method);
  } else if (pieces === undefined) {
    response.writeHead(status, headers).end();
  } else if (method === 'HEAD') {
    response.writeHead(status, { ...headers, 'Content-Type': MEDIA_TYPE }).end();
  } else {
    await sendPieces(response, status, headers, pieces);
  }
}

type Headers = Readonly<Record<string, string>>;

/** Without parameters: RFC 7644 §8.1 registers none. */
const MEDIA_TYPE = 'application/scim+json';

function sendText(response: ServerResponse, status: number, headers: Headers, text: string, method: string): void {
  const length = Buffer.byteLength(text);
  response
    .writeHead(status, { ...headers, 'Content-Type': MEDIA_TYPE, 'Content-Length': length })
    // A text leaves in one piece with the headers.
    .end(method === 'HEAD' ? undefined : text);
}

async function sendPieces(
  response: ServerResponse,
  status: number,
  headers: Headers,
  pieces: AsyncIterable<string>,
): Promise<void> {
  const reading = pieces[Symbol.asyncIterator]();
  try {
    const first = await reading.next();
    const text = first.done ? '' : first.value;
    // What is short may be all there is; what is long goes out at once.
    const second = text.length < PIECE_LENGTH ? await reading.next() : undefined;
    if (second?.done) {
      sendText(response, status, headers, text, 'GET');
      return;
    }
    response.writeHead(status, { ...headers, 'Content-Type': MEDIA_TYPE });
    await written(response, text);
    for (let next = second ?? (await reading.next()); !next.done; next = await reading.next()) {
      if (response.destroyed) return;
      await written(response, next.value);
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    await reading.return?.();
  }
}

/** Resolves when the client has room for more, or is gone. */
async function written(response: ServerResponse, piece: string): Promise<void> {
  if (response.write(piece) || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}
