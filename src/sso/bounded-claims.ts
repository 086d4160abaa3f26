import { plainText } from './plain-text.ts';

const CLAIMS_MAX = 50;
const ITEMS_MAX = 50;
const LENGTH_MAX = 512;
/** Of the exchange, not of the person. */
const PROTOCOL = new Set(['nonce', 'at_hash', 'c_hash', 's_hash', 'jti', 'uti', 'aio', 'rh']);

/**
 * The claims as an admin sees them where a connection is tested: at most 50, texts cut at 512 characters, nothing nested deeper
 * than a list of texts.
 */
export function boundedClaims(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = Object.entries(claims)
    .filter(([name]) => !PROTOCOL.has(name))
    .map(([name, value]) => [plainText(name, LENGTH_MAX), boundedValue(value)] as const)
    .filter(([name, value]) => name !== '' && value !== undefined)
    .slice(0, CLAIMS_MAX);
  return Object.fromEntries(shown);
}

function boundedValue(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value, LENGTH_MAX);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (!Array.isArray(value)) return undefined;
  const items = value.slice(0, ITEMS_MAX).filter((item): item is string => typeof item === 'string');
  return items.map((item) => plainText(item, LENGTH_MAX));
}
