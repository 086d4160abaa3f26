const LENGTH_MAX = 2_048;

/** One slash and then neither a slash nor a backslash, which browsers read as another. */
const OWN_PATH = /^\/(?![/\\])/;
/** Control characters, which browsers drop, and blanks and backslashes, which they rewrite, could hide another address. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const UNSAFE = /[\u0000-\u0020\u007f-\u009f\\]/;

/**
 * Where to go on after a sign-in, as it was asked for: an address of the product's origins or a path of ours. Null for
 * anything else, so that no address of ours leads elsewhere.
 */
export function readReturnTo(asked: unknown, origins: readonly string[]): string | null {
  if (typeof asked !== 'string' || asked === '' || asked.length > LENGTH_MAX || UNSAFE.test(asked)) return null;
  if (asked.startsWith('/')) return OWN_PATH.test(asked) ? asked : null;
  if (!URL.canParse(asked)) return null;
  const address = new URL(asked);
  if (!/^https?:$/.test(address.protocol) || address.username !== '' || address.password !== '') return null;
  return origins.includes(address.origin) ? address.href : null;
}
