import type { Attribute, ResourceTable } from '../../attributes/attribute.ts';
import { typedValue } from '../../attributes/attribute-value.ts';
import { foldKey } from '../../attributes/fold.ts';
import { isJsonObject, type Json, memberOf, type ResourceJson } from '../../attributes/json.ts';
import { keyProblem } from '../../attributes/text.ts';

/** A row of `directory_user_keys`. */
export interface UserKey {
  /** Canonical SCIM path. */
  attribute: string;
  key: string;
  /** No other user of the directory may have it. */
  isUnique: boolean;
}

/** The key rows of the attributes that the organization declared. A value that does not fit its attribute has none. */
export function customKeysOf(table: ResourceTable, resource: ResourceJson): UserKey[] {
  return table.extensions.flatMap((schema) => {
    const extension = schema.isDeclared ? memberOf(resource, schema.id) : undefined;
    if (!isJsonObject(extension)) return [];
    return schema.attributes.flatMap((attribute) => {
      if (attribute.search !== 'key') return [];
      const path = `${schema.id}:${attribute.name}`;
      const keys = new Set(
        valuesOf(attribute, memberOf(extension, attribute.name)).flatMap((value) => keyOf(attribute, value)),
      );
      return [...keys].map((key) => ({ attribute: path, key, isUnique: attribute.uniqueness === 'server' }));
    });
  });
}

function valuesOf({ multiValued }: Attribute, value: Json | undefined): Json[] {
  if (value === undefined) return [];
  if (multiValued) return Array.isArray(value) ? value : [];
  return [value];
}

/** The form in which two values are equal: texts folded unless their case matters, moments in UTC. */
function keyOf(attribute: Attribute, value: Json): string[] {
  const typed = typedValue(attribute, value);
  if (typed === undefined || typed !== value) return [];
  const text = attribute.type === 'dateTime' ? new Date(String(typed)).toISOString() : String(typed);
  const key = attribute.caseExact || attribute.type !== 'string' ? text : foldKey(text);
  return keyProblem(text) === undefined ? [key] : [];
}
