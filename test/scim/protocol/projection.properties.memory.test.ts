import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findAttribute, findSchema } from '../../../src/attributes/find-attribute.ts';
import { isJsonObject, type Json, type ResourceJson } from '../../../src/attributes/json.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { project, readProjection } from '../../../src/scim/protocol/projection.ts';
import { presentResource } from '../../../src/scim/protocol/resource-json.ts';
import { holds } from '../../harness/properties.ts';
import { anyCase, storedUser } from './arbitraries.ts';

const presented: fc.Arbitrary<ResourceJson> = storedUser.map((resource) =>
  presentResource({
    table: userTable,
    id: 'u1',
    resource,
    createdAt: '2026-01-05T09:00:00Z',
    lastModified: '2026-01-06T09:00:00Z',
    version: 3,
    location: 'http://scim/Users/u1',
    readOnly: { groups: [{ value: 'g1', display: 'Screens', type: 'direct' }] },
    baseUrl: 'http://scim',
  }),
);

const names = [userTable.schema, ...userTable.extensions].flatMap((schema) =>
  schema.attributes.flatMap(({ name, subAttributes = [] }) => {
    const prefix = schema === userTable.schema ? '' : `${schema.id}:`;
    return [`${prefix}${name}`, ...subAttributes.map((part) => `${prefix}${name}.${part.name}`)];
  }),
);
const all = [
  ...names,
  ...userTable.extensions.map(({ id }) => id),
  ...['id', 'schemas', 'externalId', 'meta', 'meta.version', 'meta.created', 'nothing', 'emails.nothing', 'urn:x:y'],
];
const name = fc.constantFrom(...all).chain(anyCase);
const wish = fc.array(name, { minLength: 1, maxLength: 8 }).map((some) => some.join(','));

const only = (resource: ResourceJson, attributes: string) =>
  project(resource, readProjection({ attributes }), userTable);
const without = (resource: ResourceJson, excludedAttributes: string) =>
  project(resource, readProjection({ excludedAttributes }), userTable);

/** Every value with its path; the places in a list count for nothing, as a list may become shorter. */
function leavesOf(json: Json | undefined, path = '', schema = ''): string[] {
  if (Array.isArray(json)) return json.flatMap((item) => leavesOf(item, path, schema));
  if (!isJsonObject(json)) return json === undefined ? [] : [`${path}=${JSON.stringify(json)}`];
  return Object.entries(json).flatMap(([key, value]) => {
    if (path === '' && findSchema(userTable, key) !== undefined) return leavesOf(value, '', `${key}:`);
    return leavesOf(value, path === '' ? `${schema}${key}` : `${path}.${key}`, schema);
  });
}

/** The canonical paths that a list of names asks for. */
function named(list: string): Set<string> {
  return new Set(
    list
      .split(',')
      .flatMap(
        (path) => findAttribute(userTable, path)?.canonicalPath ?? findSchema(userTable, path)?.id.concat(':') ?? [],
      ),
  );
}

/** True when the list names the value's attribute, the attribute above it or its whole schema. */
function isNamed(leaf: string, list: Set<string>): boolean {
  const path = leaf.slice(0, leaf.indexOf('='));
  return [...list].some(
    (one) => path === one || path.startsWith(`${one}.`) || (one.endsWith(':') && path.startsWith(one)),
  );
}

const isAlways = (leaf: string) => leaf.startsWith('id=') || leaf.startsWith('schemas=');

describe('a projection', () => {
  test('shows id and schemas whatever is asked for or excluded (RFC 7644 §3.9)', () => {
    holds(
      fc.property(presented, wish, (resource, list) => {
        const always = { id: resource.id, schemas: resource.schemas };
        expect(only(resource, list)).toMatchObject(always);
        expect(without(resource, list)).toMatchObject(always);
        expect(without(resource, all.join(','))).toEqual(always);
      }),
    );
  });

  test('shows with attributes exactly what is always shown and what is named', () => {
    holds(
      fc.property(presented, wish, (resource, list) => {
        const names = named(list);
        const wanted = leavesOf(resource).filter((leaf) => isAlways(leaf) || isNamed(leaf, names));
        expect(leavesOf(only(resource, list)).sort()).toEqual(wanted.sort());
      }),
      500,
    );
  });

  test('shows with excludedAttributes exactly the default ones that are not named', () => {
    holds(
      fc.property(presented, wish, (resource, list) => {
        const names = named(list);
        const wanted = leavesOf(resource).filter((leaf) => isAlways(leaf) || !isNamed(leaf, names));
        expect(leavesOf(without(resource, list)).sort()).toEqual(wanted.sort());
      }),
      500,
    );
  });

  test('leaves nothing empty, and projecting again changes nothing', () => {
    holds(
      fc.property(presented, wish, (resource, list) => {
        for (const one of [only, without]) {
          const once = one(resource, list);
          expect(JSON.stringify(once)).not.toMatch(/\{\}|\[\]|null/);
          expect(one(once, list)).toEqual(once);
        }
      }),
    );
  });

  test('never shows a password, not even by name', () => {
    holds(
      fc.property(presented, wish, (resource, list) => {
        const leaking = { ...resource, password: 'secret' };
        for (const shown of [
          only(leaking, `password,${list}`),
          without(leaking, list),
          project(leaking, { kind: 'all' }, userTable),
        ])
          expect(JSON.stringify(shown)).not.toContain('secret');
      }),
    );
  });

  test('reads any text as a wish', () => {
    holds(
      fc.property(presented, fc.string(), (resource, list) => {
        expect(only(resource, list)).toHaveProperty('id');
        expect(without(resource, list)).toHaveProperty('id');
      }),
    );
  });
});
