import { describe, expect, test } from 'vitest';
import { attribute } from '../../src/attributes/attribute.ts';
import { valueAt } from '../../src/attributes/canonical-extension.ts';
import { canonicalResource } from '../../src/attributes/canonical-resource.ts';
import { groupTable, userTable } from '../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';

/** The document made of a user body; `userName` is there unless the body has its own. */
function stored(body: object) {
  const result = canonicalResource(userTable, { userName: 'ada', ...body });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  const { userName: _userName, ...rest } = result.resource;
  return rest;
}

function problems(body: unknown) {
  const result = canonicalResource(userTable, body);
  return result.ok ? [] : result.problems.map(({ kind, path }) => [kind, path]);
}

describe('canonicalResource', () => {
  test.each([
    [
      'gives names their declared casing',
      { DISPLAYNAME: 'Ada', Name: { GIVENNAME: 'A' } },
      { displayName: 'Ada', name: { givenName: 'A' } },
    ],
    ['keeps the first of names that differ only by case', { title: 'a', TITLE: 'b' }, { title: 'a' }],
    [
      'leaves null, empty lists, empty strings and empty objects unassigned',
      { title: null, roles: [], nickName: '', name: {}, emails: [null, {}] },
      {},
    ],
    [
      'ignores unknown keys and sub-attributes of the core',
      { department: null, shoeSize: 4, name: { givenName: 'A', x: 1 }, [USER_SCHEMA]: { a: 1 }, [GROUP_SCHEMA]: {} },
      { name: { givenName: 'A' } },
    ],
    [
      'drops what the server owns',
      { schemas: [USER_SCHEMA], id: 'x', meta: { resourceType: 'User' }, groups: [{ value: 'g' }] },
      {},
    ],
    ['security 14: drops the password', { password: 'secret' }, {}],
    ['security 1: drops an id that the client chose', { id: '1' }, {}],
    [
      'keeps text exactly as sent',
      { title: ' E\u0301\u200b ', displayName: 'ADA' },
      { title: ' E\u0301\u200b ', displayName: 'ADA' },
    ],
    [
      'makes "True" and "false" booleans',
      { active: 'True', emails: [{ value: 'a', primary: 'false' }] },
      { active: true, emails: [{ value: 'a', primary: false }] },
    ],
    [
      'makes a list of a single object (OneLogin)',
      { emails: { value: 'a', type: 'work' } },
      { emails: [{ value: 'a', type: 'work' }] },
    ],
    ['makes objects of plain strings', { emails: ['a', 'b'] }, { emails: [{ value: 'a' }, { value: 'b' }] }],
    [
      'unwraps a scalar that an old Entra job wrapped',
      { title: [{ $ref: null, value: 'Engineer' }] },
      { title: 'Engineer' },
    ],
    [
      'leaves one primary value, the first',
      { emails: [{ value: 'a' }, { value: 'b', primary: true }, { value: 'c', primary: true }] },
      { emails: [{ value: 'a' }, { value: 'b', primary: true }, { value: 'c', primary: false }] },
    ],
    [
      'drops values that are nothing but labels',
      { emails: [{ type: 'work', primary: true, value: '' }], addresses: [{ type: 'home' }] },
      {},
    ],
    [
      'takes displayName of a role as display',
      { roles: [{ value: 'Admin', displayName: 'Administrator' }] },
      { roles: [{ value: 'Admin', display: 'Administrator' }] },
    ],
    [
      'prefers display of a role to displayName',
      { roles: [{ value: 'A', displayName: 'x', display: 'y' }] },
      { roles: [{ value: 'A', display: 'y' }] },
    ],
    [
      'keeps two e-mail addresses of one value and different type',
      {
        emails: [
          { value: 'a', type: 'work' },
          { value: 'a', type: 'home' },
        ],
      },
      {
        emails: [
          { value: 'a', type: 'work' },
          { value: 'a', type: 'home' },
        ],
      },
    ],
  ])('%s', (_rule, body, document) => {
    expect(stored(body)).toEqual(document);
  });

  test.each([
    [
      'keeps an extension that nobody declared as it is',
      { 'urn:acme:2.0:User': { badge: ' 7 ', level: 3, vip: false, tags: ['a', { b: [1] }], car: { plate: 'X' } } },
      { 'urn:acme:2.0:User': { badge: ' 7 ', level: 3, vip: false, tags: ['a', { b: [1] }], car: { plate: 'X' } } },
    ],
    [
      'keeps unknown attributes of a known extension',
      { [ENTERPRISE_USER_SCHEMA]: { department: 'IT', badge: { no: 7 } } },
      { [ENTERPRISE_USER_SCHEMA]: { department: 'IT', badge: { no: 7 } } },
    ],
    [
      'leaves what says nothing out of what nobody declared',
      {
        'urn:acme:hr': { a: null, b: '', c: [], d: {}, e: [null, '', [{}]], f: { g: [] }, h: 0 },
        'urn:acme:x': { a: {} },
      },
      { 'urn:acme:hr': { h: 0 } },
    ],
    [
      'takes an extension in two cases as one, and the first of names that differ by case',
      { 'urn:acme:hr': { Badge: 1, BADGE: 2 }, 'URN:Acme:HR': { badge: 3, level: 4 } },
      { 'urn:acme:hr': { Badge: 1, level: 4 } },
    ],
    [
      'takes a qualified name for an attribute of its extension',
      {
        'urn:acme:2.0:User:badge': 7,
        [`${ENTERPRISE_USER_SCHEMA}:department`]: 'IT',
        [`${ENTERPRISE_USER_SCHEMA}:x`]: {},
      },
      { 'urn:acme:2.0:User': { badge: 7 }, [ENTERPRISE_USER_SCHEMA]: { department: 'IT' } },
    ],
    [
      'leaves out names that no path could say, and URNs of the protocol',
      {
        'urn:acme:hr': { 'a.b': 1, '1a': 1, '': 1, 'a b': 1, ok: 1 },
        'urn:ietf:params:scim:api:messages:2.0:PatchOp': { a: 1 },
        'urn:scim:schemas:core:1.0': { a: 1 },
        'urn:acme': { a: 1 },
        'urn:acme:': { a: 1 },
        [`urn:acme:${'x'.repeat(200)}`]: { a: 1 },
      },
      { 'urn:acme:hr': { ok: 1 } },
    ],
  ])('%s', (_rule, body, document) => {
    expect(stored(body)).toEqual(document);
    expect(stored(stored(body))).toEqual(document);
  });

  test('is not polluted by __proto__', () => {
    const body = JSON.parse(
      '{"urn:acme:hr":{"__proto__":{"x":1},"a":{"__proto__":{"x":1},"b":1}},"__proto__":{"x":1}}',
    ) as object;
    const kept = stored(body) as { 'urn:acme:hr': { a: object } };
    expect(kept).toEqual({ 'urn:acme:hr': { a: { b: 1 } } });
    for (const object of [kept, kept['urn:acme:hr'], kept['urn:acme:hr'].a, {}])
      expect(Object.getPrototypeOf(object)).not.toHaveProperty('x');
  });

  test.each([
    ['eight levels', { a: [[[[[[[[1]]]]]]]] }, true],
    ['nine levels', { a: [[[[[[[[[1]]]]]]]]] }, false],
    ['NUL', { a: { b: 'x\u0000' } }, false],
    ['half a surrogate pair', { a: '\ud800' }, false],
    ['half a surrogate pair in a name', { a: { '\ud800': 1 } }, false],
    ['1,001 values', { a: Array(1001).fill(1) }, false],
    ['a text of 65,537 characters', { a: 'x'.repeat(65_537) }, false],
    [
      'more than 262,144 characters in all',
      Object.fromEntries([...'abcde'].map((key) => [key, 'x'.repeat(60_000)])),
      false,
    ],
  ])('of an extension that nobody declared, %s: %#', (_what, extension, isTaken) => {
    expect(canonicalResource(userTable, { userName: 'a', 'urn:acme:hr': extension }).ok).toBe(isTaken);
  });

  test('decodes roles that are JSON texts and keeps each once', () => {
    const text = (value: string) => JSON.stringify({ id: '06b07648', value, displayName: `${value}s` });
    expect(
      stored({ roles: [{ value: text('Admin') }, { value: text('User') }, { value: 'Admin', type: 'x' }] }),
    ).toEqual({
      roles: [
        { value: 'Admin', display: 'Admins', type: 'x' },
        { value: 'User', display: 'Users' },
      ],
    });
  });

  test('keeps roles that differ by case', () => {
    expect(stored({ roles: [{ value: 'B' }, { value: 'b' }] })).toEqual({ roles: [{ value: 'B' }, { value: 'b' }] });
  });

  test.each(['{not json', '{"id":1}', '{"value":7}'])('keeps a role that only looks like JSON: %s', (value) => {
    expect(stored({ roles: [{ value }] })).toEqual({ roles: [{ value }] });
  });

  test.each([
    ['a string', 'm1'],
    ['an object', { value: 'm1' }],
    ['an object with $ref null', { $ref: null, value: 'm1', displayName: 'Boss' }],
    ['a list of one', [{ $ref: 'https://example.com/Users/m1', value: 'm1' }]],
  ])('makes { value } of a manager that is %s', (_what, manager) => {
    expect(stored({ [ENTERPRISE_USER_SCHEMA]: { manager } })).toEqual({
      [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm1' } },
    });
  });

  test.each([[''], [null], [{ value: '' }], [{ value: null, displayName: 'x' }], [[]]])(
    'takes a manager of %j as unassigned',
    (manager) => {
      expect(stored({ [ENTERPRISE_USER_SCHEMA]: { manager } })).toEqual({});
    },
  );

  test('reads an extension in any case and keeps it under its declared URN', () => {
    expect(stored({ [ENTERPRISE_USER_SCHEMA.toLowerCase()]: { DEPARTMENT: 'IT', userName: 'eve' } })).toEqual({
      [ENTERPRISE_USER_SCHEMA]: { department: 'IT', userName: 'eve' },
    });
  });

  test.each([
    ['no userName', {}, [['invalidValue', 'userName']]],
    ['an empty userName', { userName: '' }, [['invalidValue', 'userName']]],
    ['a userName that is no string', { userName: 7 }, [['invalidValue', 'userName']]],
    ['a userName of 9,000 characters', { userName: 'x'.repeat(9000) }, [['invalidValue', 'userName']]],
    ['NUL', { userName: 'a', title: '\u0000' }, [['invalidValue', 'title']]],
    ['a lone surrogate', { userName: 'a', name: { givenName: '\ud800' } }, [['invalidValue', 'name.givenName']]],
    ['a boolean that is none', { userName: 'a', active: 'maybe' }, [['invalidValue', 'active']]],
    ['a number for a boolean', { userName: 'a', active: 1 }, [['invalidValue', 'active']]],
    ['an object for a string', { userName: 'a', title: { a: 1 } }, [['invalidValue', 'title']]],
    ['several values for a single one', { userName: 'a', title: ['x', 'y'] }, [['invalidValue', 'title']]],
    ['a string for a name', { userName: 'a', name: 'Ada' }, [['invalidValue', 'name']]],
    [
      'a number for an e-mail address',
      { userName: 'a', emails: [{ value: 'x' }, { value: 5 }] },
      [['invalidValue', 'emails[1].value']],
    ],
    ['a list in a list', { userName: 'a', emails: [[['x']]] }, [['invalidValue', 'emails[0]']]],
    [
      'a string for an extension',
      { userName: 'a', [ENTERPRISE_USER_SCHEMA]: 'x' },
      [['invalidValue', ENTERPRISE_USER_SCHEMA]],
    ],
    ['more than 1,000 values', { userName: 'a', emails: Array(1001).fill('x') }, [['invalidValue', 'emails']]],
    [
      'a resource of more than 262,144 characters',
      { userName: 'a', ims: Array(100).fill({ value: 'x'.repeat(4000) }) },
      [['invalidValue', '']],
    ],
    [
      'schemas without the resource schema',
      { schemas: ['urn:example:unknown'], userName: 'a' },
      [['invalidSyntax', 'schemas']],
    ],
    ['a list as body', [], [['invalidSyntax', '']]],
    ['null as body', null, [['invalidSyntax', '']]],
    ['a string as body', 'x', [['invalidSyntax', '']]],
  ])('refuses %s', (_what, body, expected) => {
    expect(problems(body)).toEqual(expected);
  });

  test('names every problem, up to twenty', () => {
    expect(problems({ active: 'x', title: 1 })).toEqual([
      ['invalidValue', 'active'],
      ['invalidValue', 'title'],
      ['invalidValue', 'userName'],
    ]);
    expect(problems({ userName: 'a', emails: Array(50).fill(7) })).toHaveLength(20);
  });

  test.each([
    ['none', undefined],
    [
      'an extra one of Microsoft',
      [USER_SCHEMA, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User'],
    ],
    ['the one of OneLogin', ['urn:scim:schemas:core:2.0']],
    ['another case', [USER_SCHEMA.toUpperCase()]],
    ['an empty list', []],
  ])('takes a body whose schemas are %s', (_what, schemas) => {
    expect(stored(schemas === undefined ? {} : { schemas })).toEqual({});
  });

  test('makes a new user active when the body does not say, and only on create', () => {
    const create = (body: object) => canonicalResource(userTable, { userName: 'a', ...body }, { create: true });
    expect(create({})).toEqual({ ok: true, resource: { userName: 'a', active: true } });
    expect(create({ active: null })).toMatchObject({ resource: { active: true } });
    expect(create({ active: 'False' })).toMatchObject({ resource: { active: false } });
    expect(canonicalResource(userTable, { userName: 'a' })).toEqual({ ok: true, resource: { userName: 'a' } });
  });

  test('lets no key reach the prototype', () => {
    const body: unknown = JSON.parse(
      '{"userName":"a","__proto__":{"title":"x"},"constructor":{"prototype":{"y":1}},"name":{"__proto__":{"givenName":"z"}},"roles":[{"value":"{\\"__proto__\\":{\\"value\\":\\"q\\"}}"}]}',
    );
    const result = canonicalResource(userTable, body);
    expect(result).toEqual({
      ok: true,
      resource: { userName: 'a', roles: [{ value: '{"__proto__":{"value":"q"}}' }] },
    });
    expect(Object.getPrototypeOf({}) as object).not.toHaveProperty('title');
  });

  test('gives the same document when it reads its own', () => {
    const document = stored({
      externalId: 'e1',
      name: { givenName: 'A' },
      emails: [{ value: 'a', type: 'work', primary: true }],
      addresses: [{ type: 'work', locality: 'Berlin' }],
      [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm' }, department: 'IT' },
    });
    expect(stored(document)).toEqual(document);
  });

  test('keeps name and externalId of a group and leaves its members to their own rows', () => {
    expect(
      canonicalResource(groupTable, {
        schemas: [GROUP_SCHEMA],
        displayName: 'Sales',
        externalId: 'g',
        members: [{ value: 'u' }],
      }),
    ).toEqual({ ok: true, resource: { displayName: 'Sales', externalId: 'g' } });
  });

  test('refuses a group without a name', () => {
    expect(canonicalResource(groupTable, { displayName: '' })).toMatchObject({
      ok: false,
      problems: [{ path: 'displayName' }],
    });
  });
});

describe('a declared attribute that has the name of what every object inherits', () => {
  const urn = 'urn:proto:2.0:User';
  const attributes = [attribute('constructor', '', { required: true }), attribute('ok', '')];
  const extensions = [{ id: urn, name: 'P', description: '', attributes, isDeclared: true as const }];
  const read = (extension: object) =>
    canonicalResource({ ...userTable, extensions }, { userName: 'ada', [urn]: extension });

  test('is required', () => {
    expect(read({ ok: 'x' })).toMatchObject({ ok: false, problems: [{ path: `${urn}:constructor` }] });
    expect(read({ ok: 'x', constructor: 'c' })).toMatchObject({ ok: true });
  });

  test('has no value where there is none', () => {
    expect(valueAt({ [urn]: { ok: 'x' } }, urn, 'toString')).toBeUndefined();
    expect(valueAt({ [urn]: { toString: 'x' } }, urn, 'TOSTRING')).toBe('x');
  });
});
