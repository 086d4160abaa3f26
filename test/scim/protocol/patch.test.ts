import { describe, expect, test } from 'vitest';
import type { JsonObject, ResourceJson } from '../../../src/attributes/json.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { applyPatch } from '../../../src/scim/protocol/patch.ts';
import { readPatchRequest } from '../../../src/scim/protocol/patch-request.ts';
import { refusal } from './refusal.ts';

/** The user after a PATCH, without its userName. */
function patched(before: ResourceJson, ...Operations: object[]): ResourceJson {
  const { userName: _userName, ...rest } = applyPatch(
    { userName: 'ada', ...before },
    readPatchRequest({ Operations }),
    userTable,
  );
  return rest;
}

function refused(before: ResourceJson, ...operations: object[]): string {
  return refusal(() => patched(before, ...operations));
}

const work = { type: 'work', value: 'w@x', primary: true };
const home = { type: 'home', value: 'h@x' };
const enterprise = (attributes: JsonObject) => ({ [ENTERPRISE_USER_SCHEMA]: attributes });

type Row = [rule: string, before: ResourceJson, operation: object, after: ResourceJson];

describe('applyPatch, by op and kind of attribute', () => {
  test.each<Row>([
    ['add sets a simple attribute', {}, { op: 'add', path: 'title', value: 'x' }, { title: 'x' }],
    ['add replaces a simple attribute', { title: 'a' }, { op: 'add', path: 'title', value: 'x' }, { title: 'x' }],
    [
      'replace sets a simple attribute that was not there',
      {},
      { op: 'replace', path: 'title', value: 'x' },
      { title: 'x' },
    ],
    ['remove takes a simple attribute away', { title: 'a' }, { op: 'remove', path: 'title' }, {}],
    ['remove of what is not there does nothing', { title: 'a' }, { op: 'remove', path: 'nickName' }, { title: 'a' }],
    ['replace by null takes away', { title: 'a' }, { op: 'replace', path: 'title', value: null }, {}],
    ['replace by an empty string takes away', { title: 'a' }, { op: 'replace', path: 'title', value: '' }, {}],
    [
      'remove with the old value clears and never stores',
      { title: 'a' },
      { op: 'Remove', path: 'title', value: 'a' },
      {},
    ],
    ['add sets a sub-attribute', {}, { op: 'add', path: 'name.givenName', value: 'A' }, { name: { givenName: 'A' } }],
    [
      'row 13: replace of a sub-attribute keeps its siblings',
      { name: { givenName: 'A', familyName: 'L' } },
      { op: 'replace', path: 'name.familyName', value: 'X' },
      { name: { givenName: 'A', familyName: 'X' } },
    ],
    [
      'row 13: replace of a complex attribute merges',
      { name: { givenName: 'A', middleName: 'M' } },
      { op: 'replace', path: 'name', value: { givenName: 'B' } },
      { name: { givenName: 'B', middleName: 'M' } },
    ],
    [
      'null in a complex value takes its sub-attribute away',
      { name: { givenName: 'A', middleName: 'M' } },
      { op: 'replace', path: 'name', value: { MIDDLENAME: null } },
      { name: { givenName: 'A' } },
    ],
    [
      'remove of the last sub-attribute takes the attribute away',
      { name: { givenName: 'A' } },
      { op: 'remove', path: 'name.givenName' },
      {},
    ],
    ['remove takes a complex attribute away', { name: { givenName: 'A' } }, { op: 'remove', path: 'name' }, {}],
    [
      'add appends to a list',
      { emails: [work] },
      { op: 'add', path: 'emails', value: [home] },
      { emails: [work, home] },
    ],
    [
      'add of a single object appends it',
      { emails: [work] },
      { op: 'add', path: 'emails', value: home },
      { emails: [work, home] },
    ],
    [
      'add of what is there makes no double',
      { emails: [work, home] },
      { op: 'add', path: 'emails', value: [{ value: 'H@X' }] },
      { emails: [work, { ...home, value: 'H@X' }] },
    ],
    [
      'add of the same value with another type appends',
      { emails: [home] },
      { op: 'add', path: 'emails', value: [{ value: 'h@x', type: 'other' }] },
      { emails: [home, { value: 'h@x', type: 'other' }] },
    ],
    [
      'add of a primary value makes the others not primary',
      { emails: [work] },
      { op: 'add', path: 'emails', value: [{ ...home, primary: true }] },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'add of an address that is there makes no double',
      { addresses: [{ type: 'work', locality: 'Bonn' }] },
      { op: 'add', path: 'addresses', value: [{ type: 'work', locality: 'bonn' }] },
      { addresses: [{ type: 'work', locality: 'bonn' }] },
    ],
    [
      'add of null to a list does nothing',
      { emails: [work] },
      { op: 'add', path: 'emails', value: null },
      { emails: [work] },
    ],
    [
      'replace of a list replaces it all',
      { emails: [work, home] },
      { op: 'replace', path: 'emails', value: [{ value: 'n@x' }] },
      { emails: [{ value: 'n@x' }] },
    ],
    [
      'replace of a list by an empty one clears it',
      { emails: [work] },
      { op: 'replace', path: 'emails', value: [] },
      {},
    ],
    ['replace of a list by null clears it', { emails: [work] }, { op: 'replace', path: 'emails', value: null }, {}],
    ['remove of a list without value clears it', { emails: [work, home] }, { op: 'remove', path: 'emails' }, {}],
    [
      'security 16: remove of a list with values removes only those',
      { emails: [work, home] },
      { op: 'Remove', path: 'emails', value: [{ value: 'W@x' }] },
      { emails: [home] },
    ],
    [
      'security 28: remove of a list with a strange value removes nothing',
      { emails: [work, home] },
      { op: 'Remove', path: 'emails', value: [{ value: 'z' }, {}] },
      { emails: [work, home] },
    ],
    [
      'security 28: remove of a list with an empty list removes nothing',
      { emails: [work] },
      { op: 'Remove', path: 'emails', value: [] },
      { emails: [work] },
    ],
    [
      'remove of a listed value minds its type',
      { emails: [home, { value: 'h@x', type: 'other' }] },
      { op: 'remove', path: 'emails', value: [{ value: 'h@x', type: 'other' }] },
      { emails: [home] },
    ],
    [
      'remove of a listed address compares what is said of it',
      {
        addresses: [
          { type: 'work', locality: 'Bonn' },
          { type: 'home', locality: 'Ulm' },
        ],
      },
      { op: 'remove', path: 'addresses', value: [{ locality: 'bonn' }] },
      { addresses: [{ type: 'home', locality: 'Ulm' }] },
    ],
    [
      'remove by a plain string removes that value',
      { emails: [work, home] },
      { op: 'remove', path: 'emails', value: 'h@x' },
      { emails: [work] },
    ],
    [
      'remove by filter removes what matches',
      { emails: [work, home] },
      { op: 'remove', path: 'emails[type eq "home"]' },
      { emails: [work] },
    ],
    [
      'remove by a filter without match does nothing',
      { emails: [work] },
      { op: 'remove', path: 'emails[type eq "home"]' },
      { emails: [work] },
    ],
    [
      'remove of a filtered value leaves no empty label',
      { emails: [work, home] },
      { op: 'Remove', path: 'emails[type eq "work"].value', value: 'w@x' },
      { emails: [home] },
    ],
    [
      'remove of a filtered sub-attribute keeps the rest',
      { addresses: [{ type: 'work', locality: 'B', country: 'DE' }] },
      { op: 'remove', path: 'addresses[type eq "work"].locality' },
      { addresses: [{ type: 'work', country: 'DE' }] },
    ],
    [
      'remove of a sub-attribute without filter takes it from all',
      {
        emails: [
          { value: 'a', display: 'A' },
          { value: 'b', display: 'B' },
        ],
      },
      { op: 'remove', path: 'emails.display' },
      { emails: [{ value: 'a' }, { value: 'b' }] },
    ],
    [
      'row 9: replace by filter touches only what matches',
      { emails: [work, home] },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'n@x' },
      { emails: [{ ...work, value: 'n@x' }, home] },
    ],
    [
      'replace of a filtered value merges an object',
      { emails: [work] },
      { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@x', display: 'N' } },
      { emails: [{ ...work, value: 'n@x', display: 'N' }] },
    ],
    [
      'replace of a filtered value takes a plain string',
      { emails: [work] },
      { op: 'replace', path: 'emails[type eq "work"]', value: 'n@x' },
      { emails: [{ ...work, value: 'n@x' }] },
    ],
    [
      'replace of a filtered value by null removes it',
      { emails: [work, home] },
      { op: 'replace', path: 'emails[type eq "work"]', value: null },
      { emails: [home] },
    ],
    [
      'add of null to a filtered value does nothing',
      { emails: [work] },
      { op: 'add', path: 'emails[type eq "work"]', value: null },
      { emails: [work] },
    ],
    [
      'a filter may match several',
      { emails: [work, home] },
      { op: 'replace', path: 'emails[value ew "@x"].display', value: 'D' },
      {
        emails: [
          { ...work, display: 'D' },
          { ...home, display: 'D' },
        ],
      },
    ],
    [
      'primary of one value takes it from the others',
      { emails: [work, home] },
      { op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'a sub-attribute without filter goes to all values',
      { emails: [work, home] },
      { op: 'replace', path: 'emails.type', value: 'other' },
      {
        emails: [
          { ...work, type: 'other' },
          { ...home, type: 'other' },
        ],
      },
    ],
    [
      'a sub-attribute without filter makes a first value',
      {},
      { op: 'add', path: 'emails.value', value: 'n@x' },
      { emails: [{ value: 'n@x' }] },
    ],
    [
      'add sets an attribute of an extension',
      {},
      { op: 'Add', path: `${ENTERPRISE_USER_SCHEMA}:department`, value: 'IT' },
      enterprise({ department: 'IT' }),
    ],
    [
      'an attribute of an extension needs no URN',
      enterprise({ department: 'A', division: 'D' }),
      { op: 'replace', path: 'department', value: 'IT' },
      enterprise({ division: 'D', department: 'IT' }),
    ],
    [
      'remove of the last attribute of an extension takes the extension away',
      enterprise({ department: 'IT' }),
      { op: 'remove', path: `${ENTERPRISE_USER_SCHEMA}:department` },
      {},
    ],
    [
      'remove takes a whole extension away',
      enterprise({ department: 'IT' }),
      { op: 'remove', path: ENTERPRISE_USER_SCHEMA },
      {},
    ],
    [
      'a whole extension is merged',
      enterprise({ department: 'IT' }),
      { op: 'replace', path: ENTERPRISE_USER_SCHEMA, value: { costCenter: '7' } },
      enterprise({ department: 'IT', costCenter: '7' }),
    ],
    [
      'names and URNs are read in any case',
      {},
      { op: 'ADD', path: `${USER_SCHEMA.toUpperCase()}:NICKNAME`, value: 'x' },
      { nickName: 'x' },
    ],
    ['strings stay as they were sent', {}, { op: 'add', path: 'title', value: ' E\u0301 ' }, { title: ' E\u0301 ' }],
  ])('%s', (_rule, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after);
  });
});

describe('applyPatch, as Entra, Okta and others send it', () => {
  test.each<Row>([
    [
      'row 8: makes a missing value of the type that the filter names',
      {},
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'a@x' },
      { emails: [{ type: 'work', value: 'a@x' }] },
    ],
    [
      'row 8: makes it for replace too',
      {},
      { op: 'Replace', path: 'addresses[type eq "work"].formatted', value: '18/2111' },
      { addresses: [{ type: 'work', formatted: '18/2111' }] },
    ],
    [
      'row 11: takes add with a filter and an object',
      {},
      { op: 'add', path: 'addresses[type eq "work"]', value: { locality: 'Bonn' } },
      { addresses: [{ type: 'work', locality: 'Bonn' }] },
    ],
    [
      'makes what the value says again',
      {},
      { op: 'replace', path: 'emails[value eq "a@x"]', value: { value: 'a@x' } },
      { emails: [{ value: 'a@x' }] },
    ],
    [
      'makes nothing of an empty value',
      { emails: [work] },
      { op: 'Replace', path: 'emails[type eq "home"].value', value: '' },
      { emails: [work] },
    ],
    [
      'reads sub-attributes in any case',
      {},
      { op: 'Replace', path: 'emails[type eq "other"].Value', value: 'smtp:a' },
      { emails: [{ type: 'other', value: 'smtp:a' }] },
    ],
    [
      'replaces the primary role by the string "True"',
      { roles: [{ value: 'Admin', primary: true }] },
      { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'User' },
      { roles: [{ value: 'User', primary: true }] },
    ],
    [
      'row 47: decodes a role that is a JSON text',
      {},
      { op: 'Add', path: 'roles', value: [{ value: '{"id":"06b0","value":"25","displayName":"Role1234"}' }] },
      { roles: [{ value: '25', display: 'Role1234' }] },
    ],
    [
      'row 47: adds no role twice',
      { roles: [{ value: 'Admin', type: 'T', primary: false }] },
      {
        op: 'Add',
        path: 'roles',
        value: [
          { value: '{"id":"1","value":"Admin","displayName":"Admin"}' },
          { value: '{"id":"2","value":"User","displayName":"User"}' },
        ],
      },
      {
        roles: [
          { value: 'Admin', type: 'T', primary: false, display: 'Admin' },
          { value: 'User', display: 'User' },
        ],
      },
    ],
    [
      'replaces all roles by the asserted ones',
      { roles: [{ value: 'Admin' }, { value: 'User' }] },
      { op: 'replace', path: 'roles', value: [{ value: 'User', display: 'User', primary: false }] },
      { roles: [{ value: 'User', display: 'User', primary: false }] },
    ],
    [
      'row 35: unwraps a scalar of an old job',
      {},
      { op: 'Add', path: `${ENTERPRISE_USER_SCHEMA}:department`, value: [{ $ref: null, value: 'Engineering' }] },
      enterprise({ department: 'Engineering' }),
    ],
    [
      'row 12: expands dotted keys',
      { name: { middleName: 'M' } },
      { op: 'add', value: { displayName: 'A L', 'name.givenName': 'A', 'name.familyName': 'L' } },
      { name: { middleName: 'M', givenName: 'A', familyName: 'L' }, displayName: 'A L' },
    ],
    [
      'row 13: keeps what a pathless value does not name',
      { name: { givenName: 'A' }, title: 'T' },
      { op: 'replace', value: { 'name.familyName': 'L' } },
      { name: { givenName: 'A', familyName: 'L' }, title: 'T' },
    ],
    [
      'row 13: merges a nested name of a pathless value',
      { name: { givenName: 'A' } },
      { op: 'replace', value: { name: { familyName: 'L' } } },
      { name: { givenName: 'A', familyName: 'L' } },
    ],
    [
      'row 14: reads several URN keys',
      {},
      {
        op: 'replace',
        value: { [`${ENTERPRISE_USER_SCHEMA}:organization`]: 'o', [`${ENTERPRISE_USER_SCHEMA}:department`]: 'd' },
      },
      enterprise({ organization: 'o', department: 'd' }),
    ],
    [
      'reads a nested extension object',
      enterprise({ department: 'd' }),
      { op: 'replace', value: { [ENTERPRISE_USER_SCHEMA]: { costCenter: '4130', 'manager.value': 'm' } } },
      enterprise({ department: 'd', costCenter: '4130', manager: { value: 'm' } }),
    ],
    [
      'reads a value path as key',
      {},
      { op: 'replace', value: { 'emails[type eq "work"].value': 'a@x' } },
      { emails: [{ type: 'work', value: 'a@x' }] },
    ],
    [
      'appends lists of a pathless add',
      { emails: [work] },
      { op: 'add', value: { emails: [home] } },
      { emails: [work, home] },
    ],
    [
      'replaces lists of a pathless replace',
      { emails: [work] },
      { op: 'replace', value: { emails: [home] } },
      { emails: [home] },
    ],
    [
      'row 49: ignores what the server owns inside a value',
      { title: 'T' },
      { op: 'replace', value: { id: 'x', schemas: [], meta: {}, groups: [{ value: 'g' }], password: 'p', title: 'U' } },
      { title: 'U' },
    ],
    ['security 14: ignores a password by path', {}, { op: 'replace', path: 'password', value: 'secret' }, {}],
    ['ignores schemas by path', {}, { op: 'add', path: 'schemas', value: [ENTERPRISE_USER_SCHEMA] }, {}],
    [
      'row 41: keeps an extension that nobody declared',
      {},
      { op: 'Replace', path: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:shoeSize', value: '42' },
      { 'urn:ietf:params:scim:schemas:extension:acme:2.0:User': { shoeSize: '42' } },
    ],
    ['ignores an unknown core attribute', {}, { op: 'replace', path: 'favouriteColour', value: 'red' }, {}],
    [
      'ignores unknown keys of a value',
      {},
      { op: 'replace', value: { favouriteColour: 'red', title: 'T', 'name.x': 1, [`${USER_SCHEMA}:x`]: { a: 1 } } },
      { title: 'T' },
    ],
    ['takes a pathless null as nothing', { title: 'T' }, { op: 'replace', value: null }, { title: 'T' }],
    ['reads the core URN as no path', {}, { op: 'add', path: USER_SCHEMA, value: { title: 'T' } }, { title: 'T' }],
  ])('%s', (_rule, before, operation, after) => {
    expect(patched(before, operation)).toEqual(after);
  });

  test.each([
    ['Replace', '"False"', false],
    ['Replace', '"false"', false],
    ['replace', 'false', false],
    ['Add', '"True"', true],
    ['Replace', '[{"value":"True"}]', true],
    ['Replace', '[{"$ref":null,"value":"False"}]', false],
  ])('row 7: %s active to %s makes it %s, by path and without', (op, text, active) => {
    const value: unknown = JSON.parse(text);
    expect(patched({ active: !active }, { op, path: 'active', value })).toEqual({ active });
    expect(patched({ active: !active }, { op, value: { active: value } })).toEqual({ active });
  });

  test('row 41: deactivates beside an unknown attribute', () => {
    expect(
      patched(
        { active: true },
        { op: 'Replace', path: `${USER_SCHEMA}:z`, value: '42' },
        { op: 'Replace', path: 'shoeSize', value: 1 },
        { op: 'Replace', path: 'active', value: 'False' },
      ),
    ).toEqual({ active: false });
  });

  test('row 10: builds one address of several operations', () => {
    const built = patched(
      {},
      { op: 'add', path: 'addresses[type eq "other"].formatted', value: 'F' },
      { op: 'add', path: 'addresses[type eq "work"].country', value: 'DE' },
      { op: 'add', path: 'addresses[type eq "other"].locality', value: 'L' },
      { op: 'add', path: 'addresses[type eq "other"].region', value: 'R' },
    );
    expect(built).toEqual({
      addresses: [
        { type: 'other', formatted: 'F', locality: 'L', region: 'R' },
        { type: 'work', country: 'DE' },
      ],
    });
  });

  test('row 10: merges into an address of an earlier request', () => {
    const first = patched({}, { op: 'add', path: 'addresses[type eq "work"].locality', value: 'L' });
    expect(patched(first, { op: 'add', path: 'addresses[type eq "work"].country', value: 'C' })).toEqual({
      addresses: [{ type: 'work', locality: 'L', country: 'C' }],
    });
  });

  test.each([
    ['type first', ['type', 'value', 'display']],
    ['type last', ['display', 'value', 'type']],
  ])('builds one role by its primary flag, %s', (_order, names) => {
    const operations = names.map((name) => ({ op: 'add', path: `roles[primary eq "True"].${name}`, value: name }));
    expect(patched({}, ...operations)).toEqual({
      roles: [{ primary: true, type: 'type', value: 'value', display: 'display' }],
    });
  });

  test('row 15: takes a manager in every form', () => {
    const forms: [string, unknown][] = [
      [`${ENTERPRISE_USER_SCHEMA}:manager`, 'm2'],
      [`${ENTERPRISE_USER_SCHEMA}.manager`, 'm2'],
      ['manager', [{ $ref: 'http://example.com/Users/m2', value: 'm2' }]],
      ['manager', { value: 'm2', displayName: 'Boss' }],
      ['manager.value', 'm2'],
      ['manager[value eq "m1"].value', 'm2'],
      ['manager[value eq "other"]', 'm2'],
    ];
    for (const op of ['add', 'Replace'])
      for (const [path, value] of forms)
        expect([path, patched(enterprise({ manager: { value: 'm1' } }), { op, path, value })]).toEqual([
          path,
          enterprise({ manager: { value: 'm2' } }),
        ]);
  });

  test.each<[string, object]>([
    ['by path', { op: 'remove', path: `${ENTERPRISE_USER_SCHEMA}:manager` }],
    ['row 18: by a filter without URN', { op: 'remove', path: 'manager[value eq "m1"]' }],
    ['by its value', { op: 'remove', path: 'manager.value' }],
    ['with the old value', { op: 'Remove', path: 'manager', value: [{ value: 'm1' }] }],
    ['by an empty string', { op: 'replace', path: 'manager', value: '' }],
    ['by an empty value', { op: 'replace', path: 'manager', value: { value: '' } }],
    ['by null', { op: 'replace', path: 'manager', value: null }],
    ['by an empty list', { op: 'replace', path: 'manager', value: [] }],
    ['by null in a value', { op: 'replace', value: { [ENTERPRISE_USER_SCHEMA]: { manager: null } } }],
  ])('removes a manager %s', (_how, operation) => {
    expect(patched(enterprise({ manager: { value: 'm1' }, department: 'IT' }), operation)).toEqual(
      enterprise({ department: 'IT' }),
    );
  });

  test('keeps a manager that the filter does not mean', () => {
    expect(patched(enterprise({ manager: { value: 'm1' } }), { op: 'remove', path: 'manager[value eq "m2"]' })).toEqual(
      enterprise({ manager: { value: 'm1' } }),
    );
  });

  test('ignores the read-only parts of a manager', () => {
    expect(
      patched(enterprise({ manager: { value: 'm1' } }), { op: 'replace', path: 'manager.displayName', value: 'Boss' }),
    ).toEqual(enterprise({ manager: { value: 'm1' } }));
  });

  test('applies operations in order', () => {
    expect(
      patched(
        {},
        { op: 'add', path: 'title', value: 'a' },
        { op: 'remove', path: 'title' },
        { op: 'add', path: 'title', value: 'b' },
      ),
    ).toEqual({ title: 'b' });
  });

  test('takes the id that the resource has as no change', () => {
    expect(patched({ id: 'u1' }, { op: 'replace', path: 'id', value: 'u1' })).toEqual({ id: 'u1' });
  });

  test('lets no key reach the prototype', () => {
    const value: unknown = JSON.parse(
      '{"__proto__":{"title":"x"},"name":{"__proto__":{"givenName":"y"}},"constructor":{"a":1}}',
    );
    expect(patched({}, { op: 'add', value: value as object })).toEqual({});
    expect({}).not.toHaveProperty('title');
  });
});

test('keeps the flag of the primary role when its new value was a second role already', () => {
  const before = {
    roles: [
      { value: 'A', primary: true },
      { value: 'B', primary: false },
    ],
  };
  const operation = { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'B' };
  expect(patched(before, operation)).toEqual({ roles: [{ value: 'B', primary: true }] });
});

test('keeps the text that was written for the primary role beside one that differs by case', () => {
  const before = { roles: [{ value: 'A', primary: true }, { value: 'b' }] };
  const operation = { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'B' };
  expect(patched(before, operation)).toEqual({ roles: [{ value: 'B', primary: true }, { value: 'b' }] });
});

describe('applyPatch refuses', () => {
  test.each<[string, object, string]>([
    ['row 7: a boolean that is none', { op: 'Replace', path: 'active', value: 'maybe' }, '400 invalidValue'],
    ['a boolean that is a number', { op: 'replace', value: { active: 0 } }, '400 invalidValue'],
    ['an object for a text', { op: 'replace', path: 'title', value: { a: 1 } }, '400 invalidValue'],
    ['a text for a name', { op: 'replace', path: 'name', value: 'Ada' }, '400 invalidValue'],
    ['two managers', { op: 'replace', path: 'manager', value: ['a', 'b'] }, '400 invalidValue'],
    ['NUL', { op: 'replace', path: 'title', value: '\u0000' }, '400 invalidValue'],
    ['a lone surrogate in a value', { op: 'replace', value: { 'name.givenName': '\udc00' } }, '400 invalidValue'],
    ['a text that is too long', { op: 'replace', path: 'userName', value: 'x'.repeat(513) }, '400 invalidValue'],
    ['the remove of userName', { op: 'remove', path: 'userName' }, '400 mutability'],
    ['an empty userName', { op: 'replace', path: 'userName', value: '' }, '400 invalidValue'],
    ['a userName of null', { op: 'replace', value: { userName: null } }, '400 invalidValue'],
    ['security 1: a new id', { op: 'replace', path: 'id', value: '1' }, '400 mutability'],
    ['a new meta', { op: 'replace', path: 'meta.created', value: 'x' }, '400 mutability'],
    ['groups written on the user', { op: 'add', path: 'groups', value: [{ value: 'g' }] }, '400 mutability'],
    ['the remove of groups', { op: 'remove', path: 'groups[value eq "g"]' }, '400 mutability'],
    ['a value without path that is no object', { op: 'replace', value: 'x' }, '400 invalidValue'],
    ['a path outside the grammar', { op: 'replace', path: 'emails[type', value: 'x' }, '400 invalidPath'],
    ['a filter on a simple attribute', { op: 'replace', path: 'title[value eq "x"]', value: 'x' }, '400 invalidPath'],
    [
      'a filter by an unknown sub-attribute',
      { op: 'replace', path: 'emails[colour eq "x"].value', value: 'x' },
      '400 invalidFilter',
    ],
    [
      'a filter that says too little to make a value',
      { op: 'replace', path: 'emails[type ne "work"].value', value: 'x' },
      '400 noTarget',
    ],
    ['more than 1,000 values', { op: 'add', path: 'emails', value: Array(1001).fill('x') }, '400 invalidValue'],
    ['the remove of the core schema', { op: 'remove', path: USER_SCHEMA }, '400 noTarget'],
  ])('%s', (_what, operation, expected) => {
    expect(refused({ title: 'T' }, operation)).toBe(expected);
  });

  test('a list that grows beyond 1,000 values', () => {
    const values = (from: number) => Array.from({ length: 600 }, (_, position) => `${from + position}@x`);
    expect(
      refused({}, { op: 'add', path: 'emails', value: values(0) }, { op: 'add', path: 'emails', value: values(600) }),
    ).toBe('400 invalidValue');
  });

  test('a request that would compare millions of values', () => {
    const emails = Array.from({ length: 1000 }, (_, position) => ({ value: `${position}@x` }));
    const terms = Array(99).fill('value co "q"').join(' or ');
    const operation = { op: 'remove', path: `emails[${terms}]` };
    expect(refused({ emails }, ...Array(100).fill(operation))).toBe('413');
    expect(patched({ emails }, ...Array(5).fill(operation))).toEqual({ emails });
  });

  test.each([
    ['filters', { op: 'remove', path: `emails[${Array(100).fill('value co "x"').join(' or ')}]` }],
    ['values', { op: 'add', path: 'emails', value: 'x' }],
  ])('a request that would compare long texts with %s', (_what, operation) => {
    const emails = Array.from({ length: 60 }, (_, n) => ({ value: `${'é'.repeat(4000)}${n}` }));
    const start = performance.now();
    expect(refused({ emails }, ...Array(78).fill(operation))).toBe('413');
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
