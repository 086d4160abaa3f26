import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attribute } from '../../../src/attributes/attribute.ts';
import { canonicalResource } from '../../../src/attributes/canonical-resource.ts';
import { enterpriseUserSchema } from '../../../src/attributes/enterprise-user.ts';
import type { Json, JsonObject, ResourceJson } from '../../../src/attributes/json.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { isStored } from '../../../src/attributes/stored-attribute.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { compileGroupPatch } from '../../../src/scim/protocol/group-patch.ts';
import { applyPatch } from '../../../src/scim/protocol/patch.ts';
import { type PatchOperation, readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { ScimError } from '../../../src/scim/protocol/scim-error.ts';
import { holds } from '../../harness/properties.ts';
import { shortText, storedAttributes, storedUser, writtenValueOf } from './arbitraries.ts';

/** An attribute that an operation may name: where it stands in the document, and how a path names it. */
type Place = { readonly attribute: Attribute; readonly path: string; readonly extension?: string };

const places: Place[] = [
  ...storedAttributes(userTable).map((attribute) => ({ attribute, path: attribute.name })),
  ...enterpriseUserSchema.attributes.filter(isStored).map((attribute) => ({
    attribute,
    path: `${ENTERPRISE_USER_SCHEMA}:${attribute.name}`,
    extension: ENTERPRISE_USER_SCHEMA,
  })),
];
const optional = places.filter(({ attribute }) => !attribute.required && attribute.name !== 'active');

function valueAt(resource: ResourceJson, { attribute, extension }: Place): Json | undefined {
  const container = extension === undefined ? resource : (resource[extension] as JsonObject | undefined);
  return container?.[attribute.name];
}

/** A path to the attribute, to a part of it, or to some of its values. */
function pathTo({ attribute, path }: Place): fc.Arbitrary<string> {
  if (attribute.type !== 'complex') return fc.constant(path);
  const names = (attribute.subAttributes ?? []).flatMap(({ name, mutability }) =>
    mutability === 'readOnly' ? [] : [name],
  );
  const part = fc.constantFrom(...names);
  const whole = [fc.constant(path), part.map((name) => `${path}.${name}`)];
  if (!attribute.multiValued) return fc.oneof(...whole);
  const condition = fc.oneof(
    fc.constantFrom('type eq "work"', 'type eq "home"', 'primary eq true', 'type pr', 'not (type eq "work")'),
    fc
      .tuple(part, shortText)
      .map(([name, text]) => (name === 'primary' ? 'primary eq "True"' : `${name} eq ${JSON.stringify(text)}`)),
  );
  return fc.oneof(
    ...whole,
    condition.map((written) => `${path}[${written}]`),
    fc.tuple(condition, part).map(([written, name]) => `${path}[${written}].${name}`),
  );
}

function operationOn(place: Place): fc.Arbitrary<PatchOperation> {
  const op = fc.constantFrom('add' as const, 'remove' as const, 'replace' as const);
  const value = fc.oneof(
    { weight: 3, arbitrary: writtenValueOf(place.attribute) },
    { weight: 1, arbitrary: shortText },
  );
  return fc
    .record({ op, path: pathTo(place), value })
    .map(({ op, path, value }): PatchOperation => (op === 'remove' ? { op, path } : { op, path, value }));
}

const operation = fc.constantFrom(...places).chain(operationOn);
/** Operations on attributes that differ from one another. */
const independent = fc
  .uniqueArray(fc.constantFrom(...places), { minLength: 2, maxLength: 5 })
  .chain((some) => fc.tuple(...some.map(operationOn)).map((operations) => ({ some, operations })));

function outcome<Value>(call: () => Value): Value | ScimError {
  try {
    return call();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

const patched = (before: ResourceJson, ...operations: PatchOperation[]) =>
  outcome(() => applyPatch(before, operations, userTable));

/** The resource with its keys in one order, as JSON has none. */
function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => [key, sorted(value)]),
  );
}
const text = (json: unknown) => JSON.stringify(sorted(json));

describe('a PATCH', () => {
  test('does the same when it is sent twice: add, replace and remove (RFC 7644 §3.5.2.1 to §3.5.2.3)', () => {
    holds(
      fc.property(storedUser, operation, (before, change) => {
        const once = patched(before, change);
        fc.pre(!(once instanceof ScimError));
        const twice = patched(once, change);
        // What a filter found may be another value now, and a filter that is no equality makes none.
        if (twice instanceof ScimError) expect(twice.scimType).toBe('noTarget');
        else expect(text(twice)).toBe(text(once));
      }),
      500,
    );
  });

  test('leaves every attribute that it does not name byte for byte', () => {
    holds(
      fc.property(storedUser, independent, (before, { some, operations }) => {
        const after = patched(before, ...operations);
        fc.pre(!(after instanceof ScimError));
        for (const place of places.filter((one) => !some.includes(one))) {
          expect(JSON.stringify(valueAt(after, place)), place.path).toBe(JSON.stringify(valueAt(before, place)));
        }
      }),
      500,
    );
  });

  test('does the same in any order when its operations touch different attributes', () => {
    holds(
      fc.property(storedUser, independent, fc.infiniteStream(fc.nat()), (before, { operations }, keys) => {
        const shuffled = operations
          .map((one) => ({ one, key: keys.next().value ?? 0 }))
          .sort((first, second) => first.key - second.key)
          .map(({ one }) => one);
        const first = patched(before, ...operations);
        const second = patched(before, ...shuffled);
        if (first instanceof ScimError) expect(second).toBeInstanceOf(ScimError);
        else expect(text(second)).toBe(text(first));
      }),
      500,
    );
  });

  test('leaves a document that the store takes as it stands, whatever was sent', () => {
    holds(
      fc.property(storedUser, fc.array(operation, { minLength: 1, maxLength: 6 }), (before, operations) => {
        const copy = JSON.stringify({ before, operations });
        const after = patched(before, ...operations);
        expect(JSON.stringify({ before, operations })).toBe(copy);
        fc.pre(!(after instanceof ScimError));
        expect(canonicalResource(userTable, after)).toEqual({ ok: true, resource: after });
      }),
      700,
    );
  });

  test('without a path does what one operation for each key does', () => {
    const attributes = places.filter(({ extension }) => extension === undefined);
    const some = fc
      .uniqueArray(fc.constantFrom(...attributes), { minLength: 1, maxLength: 4 })
      .chain((chosen) =>
        fc.tuple(...chosen.map((place) => writtenValueOf(place.attribute).map((value) => ({ place, value })))),
      );
    holds(
      fc.property(storedUser, some, fc.constantFrom('add' as const, 'replace' as const), (before, entries, op) => {
        const value = Object.fromEntries(entries.map(({ place, value }) => [place.path, value]));
        const together = patched(before, { op, value });
        const apart = patched(before, ...entries.map(({ place, value }) => ({ op, path: place.path, value })));
        if (together instanceof ScimError) expect(apart).toBeInstanceOf(ScimError);
        else expect(text(together)).toBe(text(apart));
      }),
      500,
    );
  });

  test('adds to a single value as it replaces it', () => {
    const single = optional.filter(({ attribute }) => !attribute.multiValued);
    const change = fc
      .constantFrom(...single)
      .chain((place) =>
        fc.tuple(pathTo(place), writtenValueOf(place.attribute)).map(([path, value]) => ({ path, value })),
      );
    holds(
      fc.property(storedUser, change, (before, { path, value }) => {
        const added = patched(before, { op: 'add', path, value });
        const replaced = patched(before, { op: 'replace', path, value });
        if (added instanceof ScimError) expect(replaced).toBeInstanceOf(ScimError);
        else expect(text(added)).toBe(text(replaced));
      }),
      500,
    );
  });

  test('removes an attribute wholly, and what is not there without complaint', () => {
    holds(
      fc.property(storedUser, fc.constantFrom(...optional), (before, place) => {
        const after = patched(before, { op: 'remove', path: place.path });
        if (after instanceof ScimError) throw after;
        expect(valueAt(after, place)).toBeUndefined();
        // RFC 7643 §2.5: an extension without attributes is unassigned too.
        if (place.extension !== undefined) expect(after[place.extension]).not.toEqual({});
      }),
      500,
    );
  });
});

describe("Entra's two dialects", () => {
  /** What an admin changed, as Entra sends it by default and with the flag aadOptscim062020. */
  type Change = { readonly byDefault: object; readonly pathless?: Record<string, Json>; readonly byFlag?: object };
  const flat = fc
    .constantFrom('displayName', 'title', 'name.givenName', 'name.familyName', `${ENTERPRISE_USER_SCHEMA}:department`)
    .chain((path) =>
      shortText.map((value): Change => ({ byDefault: { op: 'Replace', path, value }, pathless: { [path]: value } })),
    );
  const active = fc.boolean().map(
    (isActive): Change => ({
      byDefault: { op: 'Replace', path: 'active', value: isActive ? 'True' : 'False' },
      byFlag: { op: 'replace', path: 'active', value: isActive },
    }),
  );
  const filtered = fc
    .tuple(fc.constantFrom('emails[type eq "work"].value', 'phoneNumbers[type eq "mobile"].value'), shortText)
    .map(
      ([path, value]): Change => ({
        byDefault: { op: 'Replace', path, value },
        byFlag: { op: 'replace', path, value },
      }),
    );
  const manager = shortText.map(
    (value): Change => ({
      byDefault: { op: 'Add', path: 'manager', value: [{ $ref: `http://x/Users/${value}`, value }] },
      byFlag: { op: 'add', path: `${ENTERPRISE_USER_SCHEMA}:manager`, value },
    }),
  );
  const changes = fc.uniqueArray(fc.oneof(flat, active, filtered, manager), {
    minLength: 1,
    maxLength: 6,
    selector: ({ byDefault }) => (byDefault as { path: string }).path,
  });

  test('make the same user of the same changes', () => {
    holds(
      fc.property(storedUser, changes, (before, made) => {
        const pathless = Object.assign({}, ...made.map((change) => change.pathless ?? {}));
        const byFlag = [
          ...made.flatMap((change) => change.byFlag ?? []),
          ...(Object.keys(pathless).length === 0 ? [] : [{ op: 'replace', value: pathless }]),
        ];
        const read = (operations: unknown[]) =>
          patched(before, ...readPatchRequest({ Operations: operations as Json }));
        expect(text(read(byFlag))).toBe(text(read(made.map((change) => change.byDefault))));
      }),
      500,
    );
  });

  test('make the same deltas of the same members', () => {
    const ids = fc.uniqueArray(fc.constantFrom('u1', 'u2', 'u3', 'u4'), { minLength: 1, maxLength: 4 });
    const steps = fc.array(fc.record({ isAdd: fc.boolean(), ids }), { minLength: 1, maxLength: 5 });
    holds(
      fc.property(steps, (taken) => {
        const byDefault = taken.map(({ isAdd, ids }) => ({
          op: isAdd ? 'Add' : 'Remove',
          path: 'members',
          value: ids.map((value) => ({ $ref: null, value })),
        }));
        const byFlag = taken.flatMap(({ isAdd, ids }) =>
          isAdd
            ? [{ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }]
            : ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
        );
        const deltas = (Operations: Json) => compileGroupPatch(readPatchRequest({ Operations }));
        expect(deltas(byFlag as Json)).toEqual(deltas(byDefault as Json));
      }),
    );
  });
});
