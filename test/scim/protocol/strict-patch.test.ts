import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/attributes/json.ts';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, PATCH_OP, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { patchDeparture, targetDeparture } from '../../../src/scim/protocol/strict-patch.ts';

const patch = (...operations: Json[]): JsonObject => ({ schemas: [PATCH_OP], Operations: operations });
const replace = (path: string, value: Json) => patch({ op: 'replace', path, value });

describe('patchDeparture', () => {
  test.each<[string, JsonObject]>([
    ['a path', replace('title', 'Engineer')],
    ['a path in another case', replace('TITLE', 'Engineer')],
    ['a sub-attribute', replace('name.givenName', 'Ada')],
    ['a filter', replace('emails[type eq "work"].value', 'a@b.c')],
    ['one value by its filter', replace('emails[type eq "work"]', { value: 'a@b.c' })],
    ['a core attribute with its URN', replace(`${USER_SCHEMA}:title`, 'Engineer')],
    ['an attribute of an extension', replace(`${ENTERPRISE_USER_SCHEMA}:department`, 'IT')],
    ['a manager as an object', replace(`${ENTERPRISE_USER_SCHEMA}:manager`, { value: 'm' })],
    ['a whole extension', replace(ENTERPRISE_USER_SCHEMA, { department: 'IT' })],
    ['an attribute of an extension that nobody declared', replace('urn:acme:user:badge', 7)],
    ['an added list', patch({ op: 'add', path: 'emails', value: [{ value: 'a@b.c' }] })],
    ['a value without a path', patch({ op: 'replace', value: { active: false, name: { givenName: 'Ada' } } })],
    ['a removal', patch({ op: 'remove', path: 'emails[value eq "a@b.c"]' })],
    ['null', replace('title', null)],
    ['keys in another case', { SCHEMAS: [PATCH_OP], operations: [{ OP: 'remove', PATH: 'title' }] }],
  ])('takes %s', (_, body) => {
    expect(patchDeparture(body, userTable)).toBeUndefined();
  });

  test.each<[string, JsonObject, string]>([
    ['no schemas', { Operations: [{ op: 'remove', path: 'title' }] }, 'invalidSyntax'],
    ['schemas as a text', { schemas: PATCH_OP, Operations: [{ op: 'remove', path: 'title' }] }, 'invalidSyntax'],
    ['"Replace" (Entra)', patch({ op: 'Replace', path: 'title', value: 'x' }), 'invalidSyntax'],
    [
      'the operations that are carried out, where there are two lists',
      { ...patch({ op: 'remove', path: 'title' }), operations: [{ op: 'Remove', path: 'title' }] },
      'invalidSyntax',
    ],
    ['an empty path', patch({ op: 'replace', path: '', value: { title: 'x' } }), 'invalidPath'],
    ['a path of null', patch({ op: 'replace', path: null, value: { title: 'x' } }), 'invalidPath'],
    ['an unknown path', replace('shoeSize', 40), 'invalidPath'],
    ['an unknown attribute of a known extension', replace(`${ENTERPRISE_USER_SCHEMA}:shoeSize`, 40), 'invalidPath'],
    ['an unknown sub-attribute', replace('emails[type eq "work"].shoeSize', 40), 'invalidPath'],
    ['a bare attribute of an extension (Entra)', replace('department', 'IT'), 'invalidPath'],
    ['a dot behind the URN', replace(`${ENTERPRISE_USER_SCHEMA}.department`, 'IT'), 'invalidPath'],
    [
      'a filter on a single value (Entra)',
      patch({ op: 'remove', path: `${ENTERPRISE_USER_SCHEMA}:manager[value eq "m"]` }),
      'invalidPath',
    ],
    ['the text of a boolean (Entra)', replace('active', 'False'), 'invalidValue'],
    ['a manager as a text', replace(`${ENTERPRISE_USER_SCHEMA}:manager`, 'm'), 'invalidValue'],
    ['an object for a list', replace('emails', { value: 'a@b.c' }), 'invalidValue'],
    ['a list for one value', replace('emails[type eq "work"]', [{ value: 'a@b.c' }]), 'invalidValue'],
    ['a read-only path', replace('id', 'x'), 'mutability'],
    ['a read-only sub-attribute', replace('meta.version', 'x'), 'mutability'],
    ['a read-only key (Okta)', patch({ op: 'replace', value: { id: 'x', active: true } }), 'mutability'],
    ['a dotted key (Entra)', patch({ op: 'replace', value: { 'name.givenName': 'Ada' } }), 'invalidSyntax'],
    [
      'a URN and an attribute as a key (Entra)',
      patch({ op: 'add', value: { [`${ENTERPRISE_USER_SCHEMA}:department`]: 'IT' } }),
      'invalidSyntax',
    ],
    ['an unknown key', patch({ op: 'replace', value: { shoeSize: 40 } }), 'invalidSyntax'],
    ['no object without a path', patch({ op: 'add', value: 'x' }), 'invalidValue'],
    ['an unknown member', patch({ op: 'add', path: 'title', value: 'x', foo: 1 }), 'invalidSyntax'],
    ['a member twice', patch({ op: 'add', path: 'title', Path: 'nickName', value: 'x' }), 'invalidSyntax'],
  ])('refuses %s', (_, body, scimType) => {
    expect(patchDeparture(body, userTable)?.scimType).toBe(scimType);
  });

  test('security 28: a removal with a list is refused, never read as the removal of all', () => {
    const body = patch({ op: 'remove', path: 'members', value: [{ value: 'u1' }] });
    expect(patchDeparture(body, groupTable)).toMatchObject({ status: 400, scimType: 'invalidValue' });
    expect(patchDeparture(patch({ op: 'remove', path: 'members[value eq "u1"]' }), groupTable)).toBeUndefined();
  });
});

describe('targetDeparture', () => {
  const departure = (resource: JsonObject, ...operations: Json[]) =>
    targetDeparture(resource, readPatchRequest(patch(...operations)), userTable)?.scimType;
  const work = { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@b.c' };

  test('is noTarget where the filter of an add or a replace meets nothing', () => {
    expect(departure({ emails: [{ type: 'home', value: 'h@b.c' }] }, work)).toBe('noTarget');
    expect(departure({}, { ...work, op: 'add' })).toBe('noTarget');
    expect(targetDeparture({}, readPatchRequest(patch(work)), userTable)?.message).toBe(
      'No value matches the filter in the path emails[type eq "work"].value',
    );
    expect(departure({ emails: [{ type: 'Work', value: 'w@b.c' }] }, work)).toBeUndefined();
  });

  test('sees what the operations before it made, and lets a removal of nothing be', () => {
    const made = { op: 'add', path: 'emails', value: [{ type: 'work', value: 'w@b.c' }] };
    expect(departure({}, made, work)).toBeUndefined();
    expect(departure({}, { op: 'remove', path: 'emails[type eq "work"]' })).toBeUndefined();
  });

  test('is bounded over all operations', () => {
    const emails = Array.from({ length: 1000 }, (_, n) => ({ value: `${n}@b.c` }));
    const operations = Array(600).fill({ op: 'remove', path: 'emails[value eq "x"]' });
    expect(() => departure({ emails }, ...operations)).toThrow('compares too many');
  });

  test('looks into extensions', () => {
    expect(departure({ [ENTERPRISE_USER_SCHEMA]: { department: 'IT' } }, work)).toBe('noTarget');
  });
});
