import type { Attribute } from './attribute.ts';
import { type AttributeProblem, canonicalValue } from './attribute-value.ts';
import type { JsonObject } from './json.ts';

/** Reads the value of an attribute into the object that keeps it; the first of names that differ only by case is kept. */
export function readAttribute(
  target: JsonObject,
  attribute: Attribute,
  path: string,
  value: unknown,
  problems: AttributeProblem[],
): void {
  if (!isStored(attribute) || Object.hasOwn(target, attribute.name)) return;
  const canonical = canonicalValue(attribute, value, path, problems);
  if (canonical !== undefined) target[attribute.name] = canonical;
}

/** True for attributes that are part of the stored document. */
export function isStored(attribute: Attribute): boolean {
  return (
    attribute.mutability !== 'readOnly' &&
    attribute.mutability !== 'writeOnly' &&
    attribute.keptApart !== true &&
    attribute.name !== 'schemas'
  );
}
