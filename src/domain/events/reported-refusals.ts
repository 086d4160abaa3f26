import { isIP } from 'node:net';

/** What a facade counted for one address. */
export interface ReportedRefusal {
  address: string;
  count: number;
  method: string;
  path: string;
  at: Date;
}

/** Where calls are counted whose address is none, or one too many. */
export const OTHER_ADDRESS = 'other';

const CALLS_MAX = 100;
const COUNT_MAX = 100_000;
const PATH_LENGTH_MAX = 512;
/** Of an IPv6 address with the name of a network interface. */
const ADDRESS_LENGTH_MAX = 64;
/** A report is sent within a second; nobody writes into hours that are past. */
const AGE_MILLISECONDS_MAX = 3_600_000;
const METHOD = /^[A-Z]{1,16}$/;

/**
 * The calls of a report within their bounds. Whoever does not get in may tell anything, so nothing is taken on trust; and
 * nothing is refused, so that a stranger learns nothing from the answer.
 */
export function readReportedRefusals(calls: readonly ReportedRefusal[], now: Date): ReportedRefusal[] {
  return calls.slice(0, CALLS_MAX).map(({ address, count, method, path, at }) => ({
    address: shownAddress(address),
    count: Math.min(Math.max(count, 1), COUNT_MAX),
    method: METHOD.test(method) ? method : 'OTHER',
    path: shownPath(path),
    at: new Date(Math.min(Math.max(at.getTime(), now.getTime() - AGE_MILLISECONDS_MAX), now.getTime())),
  }));
}

/** An IPv4 address that came by a socket of both kinds is shown as what it is. */
function shownAddress(address: string): string {
  const shown = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  return isIP(shown) === 0 || shown.length > ADDRESS_LENGTH_MAX ? OTHER_ADDRESS : shown;
}

/** Without what PostgreSQL could not keep or a terminal would obey. */
function shownPath(path: string): string {
  return path
    .slice(0, PATH_LENGTH_MAX)
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\ufffd');
}
