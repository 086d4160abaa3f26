import { keyProblem, textProblem } from '../attributes/text.ts';
import { DomainError } from './domain-error.ts';

export const NAME_LENGTH_MAX = 256;
export const DESCRIPTION_LENGTH_MAX = 2000;

/** Reads a text that must be there and say something. Throws `invalidValue` naming the path; the text stays as typed. */
export function readName(value: string | null | undefined, path: string, maxLength = NAME_LENGTH_MAX): string {
  if (typeof value !== 'string' || value.trim() === '') throw invalid(path, 'must not be empty');
  const problem = textProblem(value, maxLength) ?? keyProblem(value);
  if (problem) throw invalid(path, problem);
  return value;
}

/** Reads a text that may be missing: null, undefined and blank all mean none. Throws `invalidValue` naming the path. */
export function readOptionalText(value: string | null | undefined, path: string, maxLength: number): string | null {
  if (value === null || value === undefined || value.trim() === '') return null;
  const problem = textProblem(value, maxLength);
  if (problem) throw invalid(path, problem);
  return value;
}

function invalid(path: string, problem: string): DomainError {
  return new DomainError('invalidValue', `${path} ${problem}.`, { path });
}
