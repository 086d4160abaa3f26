import { isIssuerAddress } from '../directory-credentials/issuer-address.ts';

const LENGTH_MAX = 2048;

/**
 * Whether people may be sent there to sign in: by HTTPS, and for development without it to this machine. Only browsers go there,
 * so that it may be a name of the customer's own network.
 */
export function isSsoUrl(text: string, { allowsLoopback }: { allowsLoopback: boolean }): boolean {
  const url = text.length <= LENGTH_MAX ? URL.parse(text) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (allowsLoopback && isIssuerAddress(url.origin, { allowsLoopback }));
}
