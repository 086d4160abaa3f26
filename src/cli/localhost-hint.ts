import { isLoopbackAddress } from '../config.ts';
import { probeService } from './probe-service.ts';
import type { Terminal } from './terminal.ts';

/** Lines for whoever is about to paste an address on localhost into an identity provider; none for another address. */
export function localhostHint({ paint }: Terminal, address: string): string[] {
  if (!isLoopbackAddress(address)) return [];
  const hint =
    'Identity providers cannot reach localhost: start the service and this command with PUBLIC_URL=https://…';
  return ['', paint('yellow', hint)];
}

/** Lines for whoever is about to open an address on localhost where the service does not answer; none for another address. */
export async function unansweredHint({ paint }: Terminal, address: string): Promise<string[]> {
  if (!isLoopbackAddress(address)) return [];
  const { kind } = await probeService(address);
  if (kind === 'ready' || kind === 'notReady') return [];
  const who = kind === 'other' ? 'Something else than Rollcall' : 'Nothing';
  const hint = `${who} answers on ${address}: start the service, or give this command its PORT and PUBLIC_URL.`;
  return ['', paint('yellow', hint)];
}
