import { type Attribute, type ResourceTable, subAttributeNamed } from '../../attributes/attribute.ts';
import { type FoundAttribute, findAttribute } from '../../attributes/find-attribute.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../attributes/urns.ts';
import { DomainError } from '../domain-error.ts';
import type { SqlParameters } from './sql-parameters.ts';

/**
 * One value as SQL. Text is compared as it stands (`exact`), folded by the database (`folded`), or is a column that holds
 * `foldKey` of the value already (`key`); an id is a column of its own type. JSON is compared by the type of its attribute; without one, by that of the operand.
 */
export type ValueSql =
  | { kind: 'text'; sql: string; folding: 'exact' | 'folded' | 'key' }
  | { kind: 'id'; sql: string }
  | { kind: 'json'; sql: string; attribute: Attribute | undefined }
  | { kind: 'moment'; sql: string }
  | { kind: 'flag'; sql: string };

/** The values of a multi-valued attribute: what stands behind FROM, each as `item`, and the order of a resource. */
export interface ItemsSql {
  rows: string;
  /** The primary value first, else in the order of the list (RFC 7644 §3.4.2.3). */
  order: string;
  valueOf: (subAttribute: Attribute | undefined) => ValueSql;
}

/** Where an attribute of the row `d` is found. */
export type Place = { kind: 'single'; value: ValueSql } | { kind: 'items'; items: ItemsSql };

/** What the SQL of a query is made with. */
export interface QueryScope {
  table: ResourceTable;
  parameters: SqlParameters;
  /** The SCIM address of the directory, without a trailing slash: part of `meta.location` and `$ref`. */
  baseUrl: string;
}

/**
 * The attribute of a path, or undefined. The `value` of a list of simple values, which no schema names, is each of them
 * (RFC 7643 §2.4): it is found as the list itself.
 */
export function attributeAt(table: ResourceTable, path: string): FoundAttribute | undefined {
  const found = findAttribute(table, path);
  if (found || !path.toLowerCase().endsWith(VALUE_SUFFIX)) return found;
  const list = findAttribute(table, path.slice(0, -VALUE_SUFFIX.length));
  return list && isSimpleList(list) ? list : undefined;
}

/** Whether the attribute is declared as a list of simple values. */
export function isSimpleList({ isOpen, attribute }: FoundAttribute): boolean {
  return !isOpen && attribute.multiValued && attribute.type !== 'complex';
}

const VALUE_SUFFIX = '.value';

/** Where the attribute is found, be it a column, a part of the document, rows of their own, or made of the row. */
export function placeOf(scope: QueryScope, found: FoundAttribute): Place {
  const { attribute, subAttribute, schema } = found;
  const special = schema === scope.table.schema ? specialPlace(scope, attribute, subAttribute) : undefined;
  if (special) return special;
  const isManagerReference =
    schema.id === ENTERPRISE_USER_SCHEMA && attribute.name === 'manager' && subAttribute?.name === '$ref';
  if (isManagerReference) return single(text(reference(scope, '/Users', 'd.manager_id'), 'exact'));
  if (found.isOpen) return openPlace(scope, found);
  const document = documentAt(scope, found);
  if (attribute.multiValued) return { kind: 'items', items: documentItems(scope, document, attribute) };
  if (!subAttribute) return single({ kind: 'json', sql: document, attribute });
  const name = scope.parameters.add(subAttribute.name);
  return single({ kind: 'json', sql: `(${document} -> ${name}::text)`, attribute: subAttribute });
}

function specialPlace(scope: QueryScope, attribute: Attribute, subAttribute: Attribute | undefined): Place | undefined {
  const isUser = scope.table.resourceType === 'User';
  if (attribute.name === 'id') return single({ kind: 'id', sql: 'd.id' });
  if (attribute.name === 'externalId') return single(text('d.external_id', 'exact'));
  if (attribute.name === 'schemas') return { kind: 'items', items: schemaItems(scope) };
  if (attribute.name === 'meta') return metaPlace(scope, subAttribute);
  if (isUser && attribute.name === 'userName') return single(text('d.user_name_key', 'key'));
  if (isUser && attribute.name === 'active') return single({ kind: 'flag', sql: 'd.active' });
  if (isUser && attribute.name === 'groups') return { kind: 'items', items: groupItems(scope) };
  if (!isUser && attribute.name === 'displayName') return single(text('d.display_name_key', 'key'));
  if (!isUser && attribute.name === 'members') return { kind: 'items', items: memberItems(scope) };
  return undefined;
}

function metaPlace(scope: QueryScope, subAttribute: Attribute | undefined): Place {
  const { table, parameters } = scope;
  switch (subAttribute?.name) {
    case 'created':
      return single({ kind: 'moment', sql: 'd.created_at' });
    case 'lastModified':
      return single({ kind: 'moment', sql: 'd.updated_at' });
    case 'location':
      return single(text(reference(scope, table.endpoint, 'd.id::text'), 'exact'));
    case 'version':
      return single(text(`('W/"' || d.version || '"')`, 'exact'));
    default:
      // Also what `meta pr` asks about: every resource has it.
      return single(text(`${parameters.add(table.resourceType)}::text`, 'exact'));
  }
}

/** The core schema and each extension that the document has, as `schemas` of an answer names them. */
function schemaItems({ table, parameters }: QueryScope): ItemsSql {
  const core = parameters.add(table.schema.id);
  return {
    rows: `(select ${core}::text as value, 0 as position
             union all select key, 1 from jsonb_object_keys(d.resource) key where key ilike 'urn:%') item`,
    order: 'item.position, item.value',
    valueOf: () => text('item.value', 'exact'),
  };
}

function groupItems(scope: QueryScope): ItemsSql {
  return {
    rows: `(select m.directory_group_id as id, g.resource->>'displayName' as display
              from directory_group_members m
              join directory_groups g on g.organization_id = $1 and g.id = m.directory_group_id
             where m.organization_id = $1 and m.directory_user_id = d.id) item`,
    order: 'item.id',
    valueOf: (subAttribute) => referenceItem(scope, subAttribute, '/Groups', 'direct'),
  };
}

function memberItems(scope: QueryScope): ItemsSql {
  return {
    rows: `(select m.directory_user_id as id, coalesce(u.resource->>'displayName', u.resource->>'userName') as display
              from directory_group_members m
              join directory_users u on u.organization_id = $1 and u.id = m.directory_user_id
             where m.organization_id = $1 and m.directory_group_id = d.id) item`,
    order: 'item.id',
    valueOf: (subAttribute) => referenceItem(scope, subAttribute, '/Users', 'User'),
  };
}

/** `type` is the same of all of them. */
function referenceItem(
  scope: QueryScope,
  subAttribute: Attribute | undefined,
  endpoint: '/Users' | '/Groups',
  type: string,
): ValueSql {
  switch (subAttribute?.name) {
    case 'display':
      return text('item.display', 'folded');
    case 'type':
      return text(`${scope.parameters.add(type)}::text`, 'folded');
    case '$ref':
      return text(reference(scope, endpoint, 'item.id::text'), 'exact');
    default:
      return { kind: 'id', sql: 'item.id' };
  }
}

function documentItems({ parameters }: QueryScope, document: string, attribute: Attribute): ItemsSql {
  return {
    rows: `jsonb_array_elements(case jsonb_typeof(${document}) when 'array' then ${document} end)
             with ordinality item(value, position)`,
    order: `coalesce(item.value->'primary' = 'true'::jsonb, false) desc, item.position`,
    valueOf: (subAttribute) =>
      subAttribute
        ? { kind: 'json', sql: `(item.value -> ${parameters.add(subAttribute.name)}::text)`, attribute: subAttribute }
        : { kind: 'json', sql: 'item.value', attribute },
  };
}

/**
 * An attribute that nobody declared: found in any case, a single value taken for a list of one. An object stands for its
 * `value`, and a value that is no object has itself as that (RFC 7643 §2.4).
 */
function openPlace({ parameters }: QueryScope, { schema, attribute }: FoundAttribute): Place {
  const urn = `lower(${parameters.add(schema.id)}::text)`;
  const name = `lower(${parameters.add(attribute.name)}::text)`;
  const member = (json: string, key: string) =>
    `(select part.value from jsonb_each(case jsonb_typeof(${json}) when 'object' then ${json} end) part
       where lower(part.key) = ${key} limit 1)`;
  return {
    kind: 'items',
    items: {
      rows: `(select whole.value as attribute from (select ${member('extension.value', name)} as value
                from (select ${member('d.resource', urn)} as value) extension) whole where whole.value is not null) held
             cross join lateral jsonb_array_elements(case jsonb_typeof(held.attribute) when 'array' then held.attribute
               else jsonb_build_array(held.attribute) end) with ordinality item(value, position)`,
      order: `coalesce(item.value->'primary' = 'true'::jsonb, false) desc, item.position`,
      valueOf: (subAttribute) => {
        const name = subAttribute?.name ?? 'value';
        const part = member('item.value', `lower(${parameters.add(name)}::text)`);
        const sql =
          name.toLowerCase() === 'value'
            ? `(case jsonb_typeof(item.value) when 'object' then ${part} else item.value end)`
            : part;
        return { kind: 'json', sql, attribute: undefined };
      },
    },
  };
}

/** The names are parameters: an organization may have declared them. */
function documentAt({ parameters, table }: QueryScope, { schema, attribute }: FoundAttribute): string {
  const path = schema === table.schema ? [attribute.name] : [schema.id, attribute.name];
  return `(d.resource #> ${parameters.add(path)}::text[])`;
}

function reference({ parameters, baseUrl }: QueryScope, endpoint: '/Users' | '/Groups', id: string): string {
  return `(${parameters.add(`${baseUrl}${endpoint}/`)}::text || ${id})`;
}

function text(sql: string, folding: 'exact' | 'folded' | 'key'): ValueSql {
  return { kind: 'text', sql, folding };
}

function single(value: ValueSql): Place {
  return { kind: 'single', value };
}

/**
 * The attribute that is compared or sorted by: of a complex one without a sub-attribute its `value`. Throws
 * `filterNotSupported` where it has none.
 */
export function withValue(found: FoundAttribute): FoundAttribute {
  const { attribute, subAttribute, canonicalPath } = found;
  if (subAttribute || attribute.type !== 'complex') return found;
  const value = subAttributeNamed(attribute, 'value');
  if (value) return { ...found, subAttribute: value, canonicalPath: `${canonicalPath}.${value.name}` };
  throw new DomainError(
    'filterNotSupported',
    `${canonicalPath} has no value of its own; name one of its sub-attributes.`,
  );
}
