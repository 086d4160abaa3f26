import type { Json } from './json.ts';

/** A character takes at most six as JSON: `\u0000`. */
const ESCAPED_MAX = 6;

/**
 * Whether the JSON text of a value has more UTF-16 units than that. A text that is referred to often may make a small value
 * longer than any string can be, so the text is built only where counting does not tell.
 */
export function isJsonLongerThan(value: Json, max: number): boolean {
  const least = countedUpTo(value, 1, max);
  if (least > max) return true;
  return countedUpTo(value, ESCAPED_MAX, max) > max && JSON.stringify(value).length > max;
}

/** The length of the JSON text were each character of a string to take `characterLength`; of what is longer, some length above `max`. */
function countedUpTo(value: Json, characterLength: number, max: number): number {
  let length = 0;
  const count = (json: Json): void => {
    if (length > max) return;
    if (typeof json === 'string') length += json.length * characterLength + 2;
    else if (typeof json !== 'object' || json === null) length += String(json).length;
    else if (Array.isArray(json)) {
      length += Math.max(json.length - 1, 0) + 2;
      for (const item of json) count(item);
    } else {
      const names = Object.keys(json);
      length += Math.max(names.length - 1, 0) + 2;
      for (const name of names) {
        const item = json[name];
        if (item === undefined) continue;
        length += name.length * characterLength + 3;
        count(item);
      }
    }
  };
  count(value);
  return length;
}
