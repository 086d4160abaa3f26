import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalResource } from '../../src/attributes/canonical-resource.ts';
import { groupTable, userTable } from '../../src/attributes/resource-tables.ts';
import { holds } from '../harness/properties.ts';
import { anyCase, bodyOf } from '../scim/protocol/arbitraries.ts';

const table = fc.constantFrom(userTable, groupTable);
const required = { userName: 'ada', displayName: 'Ada' };
const wildKey = fc.oneof(
  fc
    .constantFrom(
      ...['userName', 'emails', 'name', 'active', 'roles', 'addresses', 'manager', 'displayName', 'externalId', 'meta'],
      ...['id', 'schemas', 'members', 'password', '__proto__', 'constructor', 'name.givenName', 'groups'],
      ...[userTable.schema.id, ...userTable.extensions.map(({ id }) => id)],
      ...['urn:acme:params:scim:2.0:User', 'urn:x', 'urn:acme:params:scim:2.0:User:badge'],
    )
    .chain(anyCase),
  fc.string(),
);
const wildBody = fc.oneof(
  fc.jsonValue(),
  fc.array(fc.tuple(wildKey, fc.jsonValue({ maxDepth: 4 })), { maxLength: 8 }).map((entries) => {
    const wild = Object.fromEntries(entries);
    return { ...required, ...wild };
  }),
);

function emptyPlaces(json: unknown, place = '$'): string[] {
  if (json === null || json === '') return [place];
  if (typeof json !== 'object') return [];
  const entries = Object.entries(json);
  return entries.length === 0 ? [place] : entries.flatMap(([key, item]) => emptyPlaces(item, `${place}.${key}`));
}

describe('canonicalResource', () => {
  test('makes of its own document the same document, byte for byte', () => {
    const bodies = table.chain((one) => fc.oneof(bodyOf(one), wildBody).map((body) => ({ one, body })));
    holds(
      fc.property(bodies, fc.boolean(), ({ one, body }, create) => {
        const sent =
          typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...required, ...body } : body;
        const first = canonicalResource(one, sent, { create });
        fc.pre(first.ok);
        const again = canonicalResource(one, first.resource, { create });
        expect(JSON.stringify(again)).toBe(JSON.stringify(first));
      }),
      1500,
    );
  });

  test('answers any JSON with a document or with problems that name their places', () => {
    holds(
      fc.property(table, wildBody, (one, body) => {
        const result = canonicalResource(one, body, { create: true });
        if (result.ok) expect(JSON.parse(JSON.stringify(result.resource))).toEqual(result.resource);
        else {
          expect(result.problems.length).toBeGreaterThan(0);
          for (const { path, message } of result.problems)
            expect([typeof path, message.length > 0]).toEqual(['string', true]);
        }
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
      1500,
    );
  });

  test('stores nothing that says nothing: no null, no empty text, list or object (RFC 7643 §2.5)', () => {
    const unassigned = fc.constantFrom<unknown>(null, '', [], {}, [null], [''], [{}], { value: '' }, [{ value: null }]);
    const body = fc.dictionary(wildKey, fc.oneof(unassigned, fc.jsonValue({ maxDepth: 3 })), { maxKeys: 8 });
    holds(
      fc.property(table, body, (one, sent) => {
        const result = canonicalResource(one, { ...sent, ...required });
        fc.pre(result.ok);
        expect(emptyPlaces(result.resource)).toEqual([]);
      }),
      1000,
    );
  });

  test('never stores what the server gives or must not keep', () => {
    holds(
      fc.property(bodyOf(userTable), fc.jsonValue(), (body, value) => {
        const server = { id: 'mine', meta: { version: 'W/"9"' }, groups: [{ value: 'g' }], password: 'secret' };
        const result = canonicalResource(userTable, { ...body, ...server, userName: 'ada', members: value });
        fc.pre(result.ok);
        for (const key of ['id', 'meta', 'groups', 'password', 'members', 'schemas'])
          expect(result.resource).not.toHaveProperty(key);
      }),
    );
  });
});
