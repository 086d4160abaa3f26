import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/attributes/json.ts';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { bodyDeparture } from '../../../src/scim/protocol/strict-body.ts';

const user = (more: JsonObject = {}): JsonObject => ({ schemas: [USER_SCHEMA], userName: 'ada', ...more });
const enterprise = (more: JsonObject): JsonObject =>
  user({ schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA], [ENTERPRISE_USER_SCHEMA]: more });
const typeOf = (body: JsonObject) => bodyDeparture(body, userTable)?.scimType;

describe('bodyDeparture', () => {
  test.each<[string, JsonObject]>([
    ['the least there can be', user()],
    ['names and URNs in any case', { SCHEMAS: [USER_SCHEMA.toUpperCase()], USERNAME: 'ada', Active: false }],
    [
      'what is read-only and to be ignored',
      user({ id: 'x', meta: { resourceType: 'User' }, groups: [{ value: 'g' }] }),
    ],
    ['unassigned attributes', user({ title: null, emails: [], phoneNumbers: null, name: null })],
    ['a password', user({ password: 'p' })],
    [
      'one primary value',
      user({
        emails: [
          { value: 'a@b.c', primary: true },
          { value: 'd@e.f', primary: false },
        ],
      }),
    ],
    ['a label that is not canonical', user({ emails: [{ value: 'a@b.c', type: 'holiday' }] })],
    ['a certificate in base64', user({ x509Certificates: [{ value: 'MIIB' }] })],
    ['an extension that "schemas" names', enterprise({ department: 'IT', manager: { value: 'm' } })],
    [
      'an extension that nobody declared, when "schemas" names it',
      user({ schemas: [USER_SCHEMA, 'urn:acme:user'], 'urn:acme:user': { badge: '7' } }),
    ],
  ])('takes %s', (_, body) => {
    expect(bodyDeparture(body, userTable)).toBeUndefined();
  });

  test.each<[string, JsonObject, string]>([
    ['no schemas', { userName: 'ada' }, 'invalidSyntax'],
    ['schemas as a text', user({ schemas: USER_SCHEMA }), 'invalidSyntax'],
    ['an empty list of schemas', user({ schemas: [] }), 'invalidSyntax'],
    ['the schemas of SCIM 1', user({ schemas: ['urn:scim:schemas:core:2.0'] }), 'invalidSyntax'],
    ['an extension in schemas alone', user({ schemas: [ENTERPRISE_USER_SCHEMA] }), 'invalidSyntax'],
    [
      'an extension that schemas does not name',
      user({ [ENTERPRISE_USER_SCHEMA]: { department: 'IT' } }),
      'invalidSyntax',
    ],
    ['an undeclared extension that schemas does not name', user({ 'urn:acme:user': { a: 1 } }), 'invalidSyntax'],
    ['an extension that is no object', user({ schemas: [USER_SCHEMA, 'urn:a:b'], 'urn:a:b': 'x' }), 'invalidSyntax'],
    ['an unknown attribute', user({ shoeSize: 40 }), 'invalidSyntax'],
    ['an unknown attribute of an extension', enterprise({ shoeSize: 40 }), 'invalidSyntax'],
    ['an unknown sub-attribute', user({ name: { givenName: 'Ada', initials: 'A' } }), 'invalidSyntax'],
    ['displayName in a role', user({ roles: [{ value: 'r', displayName: 'R' }] }), 'invalidSyntax'],
    ['an attribute of an extension without its URN', user({ department: 'IT' }), 'invalidSyntax'],
    ['a dotted name', user({ 'name.givenName': 'Ada' }), 'invalidSyntax'],
    ['one name in two cases', user({ title: 'a', Title: 'b' }), 'invalidSyntax'],
    ['the text of a boolean', user({ active: 'True' }), 'invalidValue'],
    ['the text of a boolean in a list', user({ emails: [{ value: 'a@b.c', primary: 'true' }] }), 'invalidValue'],
    ['a number for a text', user({ title: 7 }), 'invalidValue'],
    ['a list for a single value', user({ title: ['a'] }), 'invalidValue'],
    ['an object that holds a single value', user({ title: { value: 'a' } }), 'invalidValue'],
    ['an object for a list', user({ emails: { value: 'a@b.c' } }), 'invalidValue'],
    ['texts in a list of objects', user({ emails: ['a@b.c'] }), 'invalidValue'],
    ['a text for a manager', enterprise({ manager: 'm' }), 'invalidValue'],
    [
      'two primary values',
      user({
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      }),
      'invalidValue',
    ],
    ['a certificate that is no base64', user({ x509Certificates: [{ value: 'not base64!' }] }), 'invalidValue'],
  ])('refuses %s', (_, body, scimType) => {
    expect(typeOf(body)).toBe(scimType);
  });

  test('judges the members of a group', () => {
    const departure = (members: JsonObject['members']) =>
      bodyDeparture({ schemas: [GROUP_SCHEMA], displayName: 'Screens', members: members ?? null }, groupTable)
        ?.scimType;
    expect(departure([{ value: 'u1', type: 'User', display: 'Ada' }])).toBeUndefined();
    expect(departure(['u1'])).toBe('invalidValue');
    expect(departure({ value: 'u1' })).toBe('invalidValue');
  });
});
