export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** A resource in SCIM's own shape, with attribute names in their declared casing. */
export type ResourceJson = JsonObject;

/** True for a JSON object, false for arrays, null and scalars. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member that the object itself has under a name of a client's choice, never what every object inherits (`constructor`). */
export function memberOf(object: JsonObject | undefined, name: string): Json | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** JSON text that is equal for equal values, in whatever order the members of an object come. */
export function sortedJson(json: Json): string {
  return JSON.stringify(json, (_name, value: Json) => {
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
