import { isIP } from 'node:net';

const LENGTH_MAX = 512;
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Names that only a private network resolves. */
const PRIVATE = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|invalid)\.?$/;

/**
 * Whether an address may be asked for an issuer's keys: HTTPS, by a public name. An admin of a customer chooses it, and the
 * service asks it from inside its own network. `allowsLoopback` is for development and tests.
 */
export function isIssuerAddress(text: string, { allowsLoopback }: { allowsLoopback: boolean }): boolean {
  const url = text.length <= LENGTH_MAX ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '' || url.search !== '') return false;
  const { protocol, hostname } = url;
  if (allowsLoopback && loopback.has(hostname)) return protocol === 'http:' || protocol === 'https:';
  const isAddress = isIP(hostname) !== 0 || hostname.startsWith('[');
  return protocol === 'https:' && hostname.includes('.') && !isAddress && !PRIVATE.test(hostname);
}
