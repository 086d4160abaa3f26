/** The version of `groupNameKey`, stored beside each key so that a later rule can rebuild the older ones. */
export const GROUP_NAME_KEY_VERSION = 1;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII as a whole, where folding is lower case.
const ascii = /^[\u0000-\u007f]*$/;

/**
 * The key by which names of a directory are compared (userName, displayName, e-mail): case folded, nothing trimmed, nothing
 * normalised. May be longer than the text ("ß" is "ss").
 */
export function foldKey(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  const known = folded.get(text);
  if (known !== undefined) return known;
  if (folded.size >= FOLDED_KEPT_MAX) folded.clear();
  const key = foldLetters(text);
  if (text.length <= FOLDED_LENGTH_MAX) folded.set(text, key);
  return key;
}

/** A filter meets the same letters again for each value it is compared with, and folding them takes microseconds. */
const folded = new Map<string, string>();
const FOLDED_KEPT_MAX = 5_000;
const FOLDED_LENGTH_MAX = 1_000;

function foldLetters(text: string): string {
  let key = '';
  // Letter by letter, because toLowerCase of a whole word writes a final Σ as ς. Lower case comes first because ẞ has
  // no other upper case than itself, while ß becomes SS.
  for (const letter of text) {
    for (const upper of letter.toLowerCase().toUpperCase()) key += upper.toLowerCase();
  }
  return key;
}

/**
 * The key by which a product group's name is unique and matched: compatibility forms made one, invisible characters (zero
 * width, bidi controls) dropped, white space collapsed and trimmed, case folded. May be much longer than the name.
 */
export function groupNameKey(name: string): string {
  const visible = name.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  // Normalised again: a combining mark may have met its letter only when what stood between them went.
  return foldKey(
    visible
      .normalize('NFKC')
      .replace(/[\s\u0085]+/gu, ' ')
      .trim(),
  );
}
