import { isIP } from 'node:net';
import type { RequestHandler } from 'express';

/**
 * Makes X-Forwarded-For a list of nothing but addresses, from which `request.ip` is read. Some proxies write the port too
 * (Azure's), some "unknown": who sent to such a one cannot be told, so that it is the last that counts.
 */
export const tidyForwardedFor: RequestHandler = (request, _response, next) => {
  const { headers } = request;
  const forwarded = headers['x-forwarded-for'];
  if (forwarded !== undefined) headers['x-forwarded-for'] = addressesOf(String(forwarded)).join(', ');
  next();
};

/** Those that follow the last that is none. */
export function addressesOf(forwarded: string): string[] {
  const addresses = forwarded.split(',').map((entry) => withoutPort(entry.trim()));
  return addresses.slice(addresses.findLastIndex((address) => isIP(address) === 0) + 1);
}

const WITH_PORT = /^(?:\[(?<six>[^\]]+)\](?::\d+)?|(?<four>[\d.]+):\d+)$/;

function withoutPort(entry: string): string {
  const { six, four } = WITH_PORT.exec(entry)?.groups ?? {};
  return six ?? four ?? entry;
}
