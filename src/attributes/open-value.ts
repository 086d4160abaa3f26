import { type AttributeProblem, invalidValue, LIST_LENGTH_MAX } from './attribute-value.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { textProblem } from './text.ts';

export const OPEN_DEPTH_MAX = 8;
const OPEN_TEXT_LENGTH_MAX = 65_536;
const KEY_LENGTH_MAX = 256;

/**
 * A value of an attribute that nobody declared, as it is stored: any JSON of at most eight levels, text as sent, without what
 * says nothing (null, "", [], {}). Undefined when nothing is left. What cannot be taken is added to `problems`.
 */
export function canonicalOpenValue(
  value: unknown,
  path: string,
  problems: AttributeProblem[],
  depth = 1,
): Json | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const message = typeof value === 'object' ? containerProblem(value, depth) : scalarProblem(value);
  if (message !== undefined) {
    problems.push(invalidValue(path, message));
    return undefined;
  }
  if (Array.isArray(value)) {
    const items = value.flatMap((item, position) => {
      const kept = canonicalOpenValue(item, `${path}[${position}]`, problems, depth + 1);
      return kept === undefined ? [] : [kept];
    });
    return items.length === 0 ? undefined : items;
  }
  if (!isJsonObject(value)) return value as string | number | boolean;
  const object = canonicalMembers(value, path, problems, depth);
  return Object.keys(object).length === 0 ? undefined : object;
}

function canonicalMembers(value: JsonObject, path: string, problems: AttributeProblem[], depth: number): JsonObject {
  const object: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    // An assignment to it would change what the object inherits.
    if (key === '__proto__') continue;
    const message = textProblem(key, KEY_LENGTH_MAX);
    // The key itself is not shown: it may be what cannot be shown.
    if (message !== undefined) problems.push(invalidValue(path, `holds a key that ${message}`));
    else {
      const kept = canonicalOpenValue(item, `${path}.${key}`, problems, depth + 1);
      if (kept !== undefined) object[key] = kept;
    }
  }
  return object;
}

function containerProblem(value: object, depth: number): string | undefined {
  if (depth > OPEN_DEPTH_MAX) return `must not be nested deeper than ${OPEN_DEPTH_MAX} levels`;
  const isTooLong = Array.isArray(value) && value.length > LIST_LENGTH_MAX;
  return isTooLong ? `must not have more than ${LIST_LENGTH_MAX} values` : undefined;
}

function scalarProblem(value: unknown): string | undefined {
  if (typeof value === 'string') return textProblem(value, OPEN_TEXT_LENGTH_MAX);
  // JSON.parse makes Infinity of 1e400, which no JSON can say.
  if (typeof value === 'number' && !Number.isFinite(value)) return 'must be a number that can be stored';
  return undefined;
}
