import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalResource } from '../../../src/attributes/canonical-resource.ts';
import type { Json, ResourceJson } from '../../../src/attributes/json.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { compileGroupPatch } from '../../../src/scim/protocol/group-patch.ts';
import { applyPatch } from '../../../src/scim/protocol/patch.ts';
import { type PatchOperation, readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { ScimError } from '../../../src/scim/protocol/scim-error.ts';

const label = fc.constantFrom('work', 'home', 'other');
const text = fc.constantFrom('a', 'B', 'b', 'ß', '');
const item = fc.record(
  { type: label, value: text, primary: fc.constantFrom<Json>(true, false, 'True') },
  { requiredKeys: [] },
);
const address = fc.record({ type: label, locality: text, country: text }, { requiredKeys: [] });

const resource = fc
  .record(
    {
      title: text,
      active: fc.boolean(),
      name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
      emails: fc.array(item, { maxLength: 4 }),
      roles: fc.array(item, { maxLength: 3 }),
      addresses: fc.array(address, { maxLength: 3 }),
      [ENTERPRISE_USER_SCHEMA]: fc.record({ department: text, manager: text }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  .map((body): ResourceJson => {
    const result = canonicalResource(userTable, { userName: 'ada', ...body });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return result.resource;
  });

const path = fc.constantFrom(
  'title',
  'active',
  'userName',
  'name',
  'name.givenName',
  'emails',
  'emails.value',
  'emails.primary',
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[type eq "work"].type',
  'emails[value eq "a"].value',
  'emails[type eq "home" and primary eq true].primary',
  'emails[not (type eq "work")].value',
  'roles',
  'roles[primary eq "True"].value',
  'roles[value sw "b"]',
  'addresses',
  'addresses[locality eq "a"].locality',
  'addresses[type eq "work"].country',
  'manager',
  'manager[value eq "a"]',
  'manager.value',
  `${ENTERPRISE_USER_SCHEMA}:department`,
  ENTERPRISE_USER_SCHEMA,
  'shoeSize',
  'id',
  'emails[',
);
const value: fc.Arbitrary<Json> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  item,
  address,
  fc.array(fc.oneof(item, address), { maxLength: 3 }),
  fc.record(
    { title: text, emails: fc.array(item, { maxLength: 2 }), 'name.givenName': text, manager: text },
    { requiredKeys: [] },
  ),
) as fc.Arbitrary<Json>;
const op = fc.constantFrom('add' as const, 'remove' as const, 'replace' as const);
const operation = fc.record({ op, path, value }, { requiredKeys: ['op', 'path', 'value'] });

/** The outcome of a call, or the ScimError that refused it; anything else fails the test. */
function outcome<Value>(call: () => Value): Value | ScimError {
  try {
    return call();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

describe('applyPatch', () => {
  test('never changes its input', () => {
    fc.assert(
      fc.property(resource, fc.array(operation, { maxLength: 5 }), (before, operations) => {
        const copy = structuredClone({ before, operations });
        outcome(() => applyPatch(before, operations, userTable));
        expect({ before, operations }).toEqual(copy);
      }),
      { numRuns: 500 },
    );
  });

  test('replaces the same way a second time', () => {
    fc.assert(
      fc.property(resource, path, value, (before, at, to) => {
        const operations: PatchOperation[] = [{ op: 'replace', path: at, value: to }];
        const once = outcome(() => applyPatch(before, operations, userTable));
        fc.pre(!(once instanceof ScimError));
        const twice = outcome(() => applyPatch(once, operations, userTable));
        // A filter that names no value to make has nothing left to find once its value is replaced.
        if (twice instanceof ScimError) expect(twice.scimType).toBe('noTarget');
        else expect(twice).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('leaves at most one primary value and no value without content', () => {
    fc.assert(
      fc.property(resource, fc.array(operation, { maxLength: 5 }), (before, operations) => {
        const after = outcome(() => applyPatch(before, operations, userTable));
        fc.pre(!(after instanceof ScimError));
        const emails = (after.emails ?? []) as { primary?: boolean; value?: string }[];
        expect(emails.filter(({ primary }) => primary === true).length).toBeLessThanOrEqual(1);
        expect(after.emails).not.toEqual([]);
        expect(emails.every((email) => Object.keys(email).some((name) => name !== 'type' && name !== 'primary'))).toBe(
          true,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('leaves a document that the store takes as it is', () => {
    fc.assert(
      fc.property(resource, fc.array(operation, { maxLength: 5 }), (before, operations) => {
        const after = outcome(() => applyPatch(before, operations, userTable));
        fc.pre(!(after instanceof ScimError));
        expect(canonicalResource(userTable, after)).toEqual({ ok: true, resource: after });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a PATCH of arbitrary JSON', () => {
  const wildPath = fc.oneof(path, fc.string(), fc.constantFrom('members', 'members[value eq "a"]', 'displayName'));
  const wildOperation = fc.record(
    { op: fc.oneof(op, fc.constantFrom('Add', 'REMOVE')), path: wildPath, value: fc.oneof(value, fc.jsonValue()) },
    { requiredKeys: ['op'] },
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({
      Operations: fc.array(
        fc.oneof({ weight: 5, arbitrary: wildOperation }, { weight: 1, arbitrary: fc.jsonValue() }),
        { maxLength: 4 },
      ),
    }),
  );

  test('is refused by nothing but ScimErrors', () => {
    fc.assert(
      fc.property(resource, body, (before, patch) => {
        outcome(() => applyPatch(before, readPatchRequest(patch), userTable));
        outcome(() => compileGroupPatch(readPatchRequest(patch)));
      }),
      { numRuns: 2000 },
    );
  });

  test('is refused by nothing but ScimErrors when it is nested 10,000 levels deep', () => {
    const nested = (open: string, close: string): unknown => JSON.parse(open.repeat(10_000) + close.repeat(10_000));
    const core = userTable.schema.id;
    for (const deep of [nested('[', ']'), JSON.parse(`${`{"${core}":`.repeat(5000)}1${'}'.repeat(5000)}`)])
      for (const at of [undefined, 'title', 'emails', 'manager', 'id', 'emails[type eq "work"]'])
        outcome(() =>
          applyPatch(
            { userName: 'a' },
            readPatchRequest({ Operations: [{ op: 'add', path: at, value: deep }] }),
            userTable,
          ),
        );
    expect(canonicalResource(userTable, { userName: nested('[', ']') })).toMatchObject({ ok: false });
  });
});
