import { type Attribute, type ResourceTable, subAttributeNamed } from '../../src/attributes/attribute.ts';
import { findAttribute } from '../../src/attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/attributes/json.ts';
import { type CompareFilter, type Filter, parseFilter } from '../../src/scim/protocol/filter.ts';
import { matches } from '../../src/scim/protocol/matches.ts';
import { resolveFilter } from '../../src/scim/protocol/resolve-filter.ts';

/**
 * What RFC 7644 §3.4.2.2 says of a resource as a client sees it, worked out on the document alone: for comparing with what the
 * service finds in SQL. One value is judged by `matches`, which PATCH goes by.
 */
export function fits(text: string, resource: JsonObject, table: ResourceTable): boolean {
  return holds(resolveFilter(parseFilter(text), table), resource, table);
}

function holds(filter: Filter, resource: JsonObject, table: ResourceTable): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((part) => holds(part, resource, table));
    case 'or':
      return filter.filters.some((part) => holds(part, resource, table));
    case 'not':
      return !holds(filter.filter, resource, table);
    case 'compare':
      return compares(filter, resource, table);
    case 'valuePath': {
      const { attribute } = knownAt(table, filter.attribute);
      const items = valuesAt(resource, table, filter.attribute).filter(isJsonObject);
      return items.some((item) => matches(filter.filter, item, attribute));
    }
  }
}

function compares(filter: CompareFilter, resource: JsonObject, table: ResourceTable): boolean {
  const { attribute, subAttribute } = knownAt(table, filter.attribute);
  const leaf = subAttribute ?? attribute;
  const values = valuesAt(resource, table, filter.attribute);
  if (filter.operator === 'pr') return values.length > 0;
  if (values.length === 0) return filter.operator === 'ne';
  if (subAttribute !== undefined && attribute.multiValued) {
    const items = valuesAt(resource, table, filter.attribute.replace(/\.[^.]+$/, '')).filter(isJsonObject);
    return items.some((item) => matches({ ...filter, attribute: subAttribute.name }, item, attribute));
  }
  const parent: Attribute = { ...leaf, type: 'complex', subAttributes: [{ ...leaf, name: 'it', multiValued: false }] };
  return values.some((value) => matches({ ...filter, attribute: 'it' }, { it: value }, parent));
}

/** The values at a canonical path, those of all items of a multi-valued attribute. */
export function valuesAt(resource: JsonObject, table: ResourceTable, path: string): Json[] {
  const { schema, attribute, subAttribute } = knownAt(table, path);
  const holder = schema === table.schema ? resource : resource[schema.id];
  const value = isJsonObject(holder) ? holder[attribute.name] : undefined;
  const items = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (subAttribute === undefined) return items;
  return items.flatMap((item) => (isJsonObject(item) ? (item[subAttribute.name] ?? []) : []));
}

function knownAt(table: ResourceTable, path: string) {
  const found = findAttribute(table, path);
  if (found === undefined) throw new Error(`There is no attribute ${path}.`);
  return found;
}

/** Every path that a filter can compare: simple attributes, and the sub-attributes of complex ones. */
export function comparedPaths(table: ResourceTable): { path: string; attribute: Attribute }[] {
  const common = ['schemas', 'id', 'externalId', 'meta'].flatMap((name) => findAttribute(table, name) ?? []);
  const core = table.schema.attributes.map((attribute) => ({ attribute, canonicalPath: attribute.name }));
  const extended = table.extensions.flatMap(({ id, attributes }) =>
    attributes.map((attribute) => ({ attribute, canonicalPath: `${id}:${attribute.name}` })),
  );
  return [...common, ...core, ...extended].flatMap(({ attribute, canonicalPath }) => {
    if (attribute.returned === 'never') return [];
    if (attribute.subAttributes === undefined) return [{ path: canonicalPath, attribute }];
    return attribute.subAttributes.flatMap(({ name }) => {
      const subAttribute = subAttributeNamed(attribute, name);
      return subAttribute ? [{ path: `${canonicalPath}.${name}`, attribute: subAttribute }] : [];
    });
  });
}
