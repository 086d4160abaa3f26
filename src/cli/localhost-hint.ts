import { isLoopbackAddress } from '../config.ts';
import type { Terminal } from './terminal.ts';

/** Lines for whoever is about to paste an address on localhost into an identity provider; none for another address. */
export function localhostHint({ paint }: Terminal, address: string): string[] {
  if (!isLoopbackAddress(address)) return [];
  const hint =
    'Identity providers cannot reach localhost: start the service and this command with PUBLIC_URL=https://…';
  return ['', paint('yellow', hint)];
}
