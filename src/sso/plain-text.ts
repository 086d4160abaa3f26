const CONTROL = /\p{Cc}+/gu;
/** Unseen, and able to turn the order in which a line is read. */
const UNSEEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A text of others for a page or a log: one line of well-formed Unicode without control characters, at most so long. */
export function plainText(text: string, lengthMax: number): string {
  // Cut first: what is looked through is bounded too.
  const line = text
    .slice(0, lengthMax * 2)
    .toWellFormed()
    .replace(CONTROL, ' ')
    .replace(UNSEEN, '')
    .trim();
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax - 1).toWellFormed()}…`;
}

/** Whether a text can be stored and compared as it stands. */
export function isPlain(text: string, lengthMax: number): boolean {
  return text !== '' && text.length <= lengthMax && text.isWellFormed() && !/\p{Cc}/u.test(text);
}
