import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GraphCall } from './graph-client.ts';

const PATH_LENGTH_MAX = 2048;
const requestId = /^[\w.:-]{1,128}$/;
/** A token or key of ours, wherever a client put it by mistake. */
const ownSecret = /\brc[a-z]+_[0-9A-Za-z]{20,}/g;
const secretName = /token|secret|password|assertion|authorization|api[_-]?key/i;

/** What the GraphQL side is told about a request. A request id that could not stand in a header or a log is replaced. */
export function readCall(request: IncomingMessage & { readonly originalUrl?: string }): GraphCall {
  const { authorization, 'x-request-id': sent } = request.headers;
  return {
    authorization,
    requestId: typeof sent === 'string' && requestId.test(sent) ? sent : randomUUID(),
    method: request.method ?? '',
    path: shownPath(request.originalUrl ?? request.url ?? ''),
  };
}

/** The same call as if it had come for an operation of a bulk request; the path begins below the directory's address. */
export function callWithin(bulk: GraphCall, method: string, path: string): GraphCall {
  return { ...bulk, method, path: shownPath(`${bulk.path.replace(/\/+bulk\/*(?:\?.*)?$/i, '')}${path}`) };
}

/** The path as people may read it: our tokens, and the values of parameters and filters that carry secrets, are masked. */
function shownPath(url: string): string {
  const start = url.indexOf('?');
  const shown =
    start < 0
      ? url
      : `${url.slice(0, start)}?${url
          .slice(start + 1)
          .split('&')
          .map(masked)
          .join('&')}`;
  return shown.replace(ownSecret, '***').slice(0, PATH_LENGTH_MAX);
}

function masked(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals < 0) return parameter;
  const isSecret = secretName.test(parameter.slice(0, equals)) || /password/i.test(parameter);
  return isSecret ? `${parameter.slice(0, equals)}=***` : parameter;
}
