/** RFC 5321 §4.5.3.1.3: a path has 256 octets, two of which are its brackets. */
const LENGTH_MAX = 254;
const SHAPE = /^[^\s@]+@[^\s@]+$/;

/** Whether it looks like an e-mail address, however long: such a text may be given to somebody else, so it is nobody's id. */
export function isEmailShaped(text: string): boolean {
  return SHAPE.test(text);
}

/** Whether mail could be sent there. Whether anybody reads it, only a mail can tell. */
export function isEmailAddress(text: string): boolean {
  return text.length <= LENGTH_MAX && isEmailShaped(text);
}
