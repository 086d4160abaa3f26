import type { IncomingHttpHeaders } from 'node:http';
import type { PublicAddress } from '../domain/public-address.ts';
import type { Cookies } from './cookies.ts';

export interface OriginOptions {
  readonly address: PublicAddress;
  /** Those of the product's pages. */
  readonly origins: readonly string[];
}

/** Whether the page that asks, if it is one, is ours or the product's. Browsers name it with every POST of a page. */
export function isAllowedOrigin({ origin }: IncomingHttpHeaders, { address, origins }: OriginOptions): boolean {
  return origin === undefined || origin === new URL(address.publicUrl).origin || origins.includes(origin);
}

/** Reads the cookie of the session from requests; one that another page sent brings none. */
export function sessionCookieReader(
  cookies: Pick<Cookies, 'sessionOf'>,
  options: OriginOptions,
): (headers: IncomingHttpHeaders) => string | undefined {
  return (headers) => (isAllowedOrigin(headers, options) ? cookies.sessionOf(headers) : undefined);
}
