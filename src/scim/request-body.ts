import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '../attributes/json.ts';
import type { ScimRequest } from './exchange.ts';
import { ScimError, scimErrors } from './protocol/scim-error.ts';

/** RFC 7644 §3.7.4 calls it `maxPayloadSize`. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Far beyond any SCIM message, far below what would exhaust a stack. */
const NESTING_MAX = 64;
/** Of one object. A resource declares about a hundred; half a million unknown ones took a second and a half. */
const MEMBERS_MAX = 1000;

const mediaType = /^application\/(?:scim\+)?json\s*(?:;|$)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A request that came over HTTP. */
export function httpRequest(request: IncomingMessage): ScimRequest {
  const { headers } = request;
  const bodyBytes = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);
  return { headers, bodyBytes, readBody: () => readJsonBody(request) };
}

/**
 * The JSON of a request: SCIM or plain JSON whatever charset it names, as long as it is UTF-8. 415 for another content type,
 * 413 above 8 MB, 400 `invalidSyntax` for what cannot be read, for nothing at all and for anything but an object.
 */
export async function readJsonBody(request: IncomingMessage): Promise<JsonObject> {
  const { 'content-type': contentType = '', 'content-encoding': encoding = 'identity' } = request.headers;
  // Some clients name no type at all; what is no JSON is found by reading it.
  if (contentType.trim() !== '' && !mediaType.test(contentType.trim()))
    throw new ScimError(415, 'The body must be application/scim+json or application/json');
  if (encoding.toLowerCase() !== 'identity') throw new ScimError(415, 'The body must not be compressed');
  return parse(await readBytes(request));
}

function parse(bytes: Buffer): JsonObject {
  if (bytes.length === 0) throw scimErrors.invalidSyntax('The body is empty');
  const excess = findExcess(bytes);
  if (excess !== undefined) throw scimErrors.invalidSyntax(excess);
  const json = readJson(bytes);
  if (!isJsonObject(json)) throw scimErrors.invalidSyntax('The body must be a JSON object');
  return json;
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw scimErrors.invalidSyntax('The body is not JSON in UTF-8');
  }
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Looked for before parsing, because millions of brackets or names take more memory and time as objects than as text. */
function findExcess(bytes: Buffer): string | undefined {
  const members = new Uint32Array(NESTING_MAX + 1);
  let depth = 0;
  let isInString = false;
  for (let position = 0; position < bytes.length; position += 1) {
    const byte = bytes[position] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) position += 1;
      else if (byte === QUOTE) isInString = false;
    } else if (byte === QUOTE) isInString = true;
    else if (byte === COLON) {
      const count = (members[depth] ?? 0) + 1;
      if (count > MEMBERS_MAX) return `An object of the body has more than ${MEMBERS_MAX} members`;
      members[depth] = count;
    } else if (byte < 0x5b) continue;
    else if (OPENING.has(byte)) {
      depth += 1;
      if (depth > NESTING_MAX) return `The body is nested deeper than ${NESTING_MAX} levels`;
      members[depth] = 0;
    } else if (CLOSING.has(byte)) depth -= 1;
  }
  return undefined;
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) {
      reject(tooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_BYTES_MAX) chunks.push(chunk);
      else {
        // What still comes is read and thrown away, so that the client gets to read the answer.
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    // Only then is the error made: its stack would cost more than the rest of the reading.
    const endEarly = () => request.complete || reject(scimErrors.invalidSyntax('The body ended early'));
    request.on('close', endEarly);
    request.on('error', endEarly);
  });
}

function tooLarge(): ScimError {
  return scimErrors.payloadTooLarge(`The body must not be larger than ${BODY_BYTES_MAX} bytes`);
}
