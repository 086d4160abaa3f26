import type { Exchange } from '../exchange.ts';
import { scimErrors } from '../protocol/scim-error.ts';

/**
 * The versions over which a write may go, null for any (RFC 7644 §3.14, RFC 9110 §13.1). If-None-Match is rare on a write, so
 * only for it is the version read; 412 where it names that version, as `*` does.
 */
export async function writableVersions(
  exchange: Exchange,
  readVersion: () => Promise<number>,
): Promise<number[] | null> {
  const { ifVersions } = exchange;
  if (!exchange.isForUnseen) return ifVersions;
  const version = await readVersion();
  if (exchange.hasSeen(version)) throw scimErrors.preconditionFailed('If-None-Match names the version that is there');
  return ifVersions === null ? [version] : ifVersions.filter((allowed) => allowed === version);
}
