import { type Attribute, type ResourceTable, subAttributeNamed } from '../../attributes/attribute.ts';
import { typedValue } from '../../attributes/attribute-value.ts';
import { findAttribute, findSchema } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject } from '../../attributes/json.ts';
import { isUrn } from '../../attributes/open-attribute.ts';
import { memberNamed } from './member-named.ts';
import { type ScimError, scimErrors } from './scim-error.ts';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The first thing in a POST or PUT body that RFC 7643 does not allow, although this service would understand it; undefined
 * when there is none. What the RFCs have ignored (read-only attributes) and unassigned (null, empty lists) is none.
 */
export function bodyDeparture(body: JsonObject, table: ResourceTable): ScimError | undefined {
  const schemas = memberNamed(body, 'schemas');
  if (!isListOfStrings(schemas)) return scimErrors.invalidSyntax('"schemas" must be a list of URNs');
  const named = new Set(schemas.map((urn) => urn.toLowerCase()));
  if (!named.has(table.schema.id.toLowerCase()))
    return scimErrors.invalidSyntax(`"schemas" must name ${table.schema.id}`);
  const unnamed = Object.keys(body).find((key) => isUrn(key) && body[key] !== null && !named.has(key.toLowerCase()));
  if (unnamed !== undefined) return scimErrors.invalidSyntax(`"schemas" must name ${unnamed}`);
  return attributesDeparture(body, table);
}

/**
 * The same for the attributes of an object alone, which is also a PATCH value without a path. With `changes` a read-only
 * attribute is a departure too: a PATCH must not name it (RFC 7644 §3.5.2).
 */
export function attributesDeparture(
  sent: JsonObject,
  table: ResourceTable,
  { changes = false } = {},
): ScimError | undefined {
  return firstOf(sent, (key, value) => {
    if (isUrn(key)) return extensionDeparture(key, value, table, changes);
    const found = findAttribute(table, key);
    // Found by another name than its own is an attribute of an extension without its URN, or a dotted path.
    if (
      found === undefined ||
      found.canonicalPath.toLowerCase() !== key.toLowerCase() ||
      found.subAttribute !== undefined
    )
      return scimErrors.invalidSyntax(`"${key}" is no attribute of a ${table.resourceType}`);
    return found.attribute.name === 'schemas' ? undefined : attributeDeparture(found.attribute, value, key, changes);
  });
}

/** What is wrong with a value of the attribute, written at `path`. */
export function valueDeparture(attribute: Attribute, value: Json, path: string): ScimError | undefined {
  if (value === null) return undefined;
  if (!attribute.multiValued) return singleDeparture(attribute, value, path);
  if (!Array.isArray(value)) return scimErrors.invalidValue(`"${path}" must be a list`);
  const primaries = value.filter((item) => isJsonObject(item) && memberNamed(item, 'primary') === true);
  if (primaries.length > 1) return scimErrors.invalidValue(`"${path}" must have one primary value at most`);
  for (const [position, item] of value.entries()) {
    const departure = singleDeparture(attribute, item, `${path}[${position}]`);
    if (departure !== undefined) return departure;
  }
  return undefined;
}

/** The same for one value of a list, or for the only one. */
export function singleDeparture(attribute: Attribute, value: Json, path: string): ScimError | undefined {
  if (attribute.type !== 'complex') return scalarDeparture(attribute, value, path);
  if (!isJsonObject(value)) return scimErrors.invalidValue(`"${path}" must be an object`);
  return firstOf(value, (key, item) => {
    const subAttribute = subAttributeNamed(attribute, key);
    if (subAttribute === undefined) return scimErrors.invalidSyntax(`"${path}.${key}" is no attribute`);
    return attributeDeparture(subAttribute, item, `${path}.${key}`, false);
  });
}

function extensionDeparture(key: string, value: Json, table: ResourceTable, changes: boolean): ScimError | undefined {
  if (value === null) return undefined;
  if (!isJsonObject(value)) return scimErrors.invalidSyntax(`"${key}" must be an object`);
  const schema = findSchema(table, key);
  if (schema === table.schema) return scimErrors.invalidSyntax(`"${key}" is no extension`);
  // What an organization declared, and what nobody did, is for the service to judge.
  if (schema === undefined) return undefined;
  return firstOf(value, (name, item) => {
    const found = schema.attributes.find((attribute) => attribute.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) return scimErrors.invalidSyntax(`"${name}" is no attribute of ${schema.id}`);
    return attributeDeparture(found, item, `${schema.id}:${name}`, changes);
  });
}

function attributeDeparture(attribute: Attribute, value: Json, path: string, changes: boolean): ScimError | undefined {
  if (attribute.mutability !== 'readOnly') return valueDeparture(attribute, value, path);
  return changes ? scimErrors.mutability(`"${path}" is read-only`) : undefined;
}

/** The text of a number or a boolean is none, and an object that holds a scalar is no scalar. */
function scalarDeparture(attribute: Attribute, value: Json, path: string): ScimError | undefined {
  const { type } = attribute;
  const wanted = type === 'boolean' ? 'boolean' : type === 'integer' || type === 'decimal' ? 'number' : 'string';
  const isTyped =
    typeof value === wanted &&
    (value === '' || typedValue(attribute, value) !== undefined) &&
    (type !== 'binary' || base64.test(String(value)));
  return isTyped ? undefined : scimErrors.invalidValue(`"${path}" must be of type ${type}`);
}

/** The first departure among the members of an object; two names that differ only by case are one (RFC 7643 §2.1). */
function firstOf(
  sent: JsonObject,
  departureOf: (key: string, value: Json) => ScimError | undefined,
): ScimError | undefined {
  const seen = new Set<string>();
  for (const [key, value] of Object.entries(sent)) {
    const name = key.toLowerCase();
    if (seen.has(name))
      return scimErrors.invalidSyntax(`"${key}" is there twice: case does not tell names apart, so send it once`);
    seen.add(name);
    const departure = departureOf(key, value);
    if (departure !== undefined) return departure;
  }
  return undefined;
}

function isListOfStrings(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}
