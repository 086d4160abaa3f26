import type { Json, JsonObject } from '../../attributes/json.ts';

/** A member of a message by its name in any case (RFC 7643 §2.1); the exact lower-case name wins, then the first. */
export function memberNamed(object: JsonObject, lowerCaseName: string): Json | undefined {
  if (Object.hasOwn(object, lowerCaseName)) return object[lowerCaseName];
  return Object.entries(object).find(([key]) => key.toLowerCase() === lowerCaseName)?.[1];
}
