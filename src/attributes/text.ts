import { foldKey } from './fold.ts';

const KEY_BYTES_MAX = 2000;
// Folding makes at most six bytes of one UTF-16 unit (ΐ becomes three letters), so shorter texts need no measuring.
const KEY_UNITS_SAFE = 333;

/** Why a text cannot be stored, or undefined: a NUL (PostgreSQL refuses it), half a surrogate pair, too many code points. */
export function textProblem(value: string, maxLength: number): string | undefined {
  if (value.includes('\u0000')) return 'must not contain the character NUL';
  if (!value.isWellFormed()) return 'must be well-formed Unicode, it holds half a surrogate pair';
  if (isLongerThan(value, maxLength)) return `must not be longer than ${maxLength} characters`;
  return undefined;
}

/** Why a text cannot be a search key, or undefined: a PostgreSQL index entry holds at most 2,704 bytes. */
export function keyProblem(value: string): string | undefined {
  if (value.length <= KEY_UNITS_SAFE || Buffer.byteLength(foldKey(value)) <= KEY_BYTES_MAX) return undefined;
  return `must not take more than ${KEY_BYTES_MAX} bytes`;
}

function isLongerThan(value: string, codePoints: number): boolean {
  if (value.length <= codePoints) return false;
  if (value.length > codePoints * 2) return true;
  return [...value].length > codePoints;
}
