import { describe, expect, test } from 'vitest';
import type { Attribute } from '../../src/attributes/attribute.ts';
import { commonAttributes } from '../../src/attributes/common-attributes.ts';
import { findAttribute } from '../../src/attributes/find-attribute.ts';
import { groupTable, userTable } from '../../src/attributes/resource-tables.ts';

const schemas = [userTable.schema, ...userTable.extensions, groupTable.schema];
const rows = schemas.flatMap((schema) =>
  schema.attributes.flatMap((attribute) => [attribute, ...(attribute.subAttributes ?? [])]),
);

function searched(table: typeof userTable, kind: Attribute['search']): string[] {
  const paths = [table.schema, ...table.extensions].flatMap((schema) =>
    [...commonAttributes, ...schema.attributes].flatMap((attribute) => [
      attribute.name,
      ...(attribute.subAttributes ?? []).map((subAttribute) => `${attribute.name}.${subAttribute.name}`),
    ]),
  );
  return [...new Set(paths)].filter((path) => {
    const found = findAttribute(table, path);
    return (found?.subAttribute ?? found?.attribute)?.search === kind;
  });
}

describe('the attribute tables', () => {
  test('hold every attribute of RFC 7643 §4.1', () => {
    expect(userTable.schema.attributes.map(({ name }) => name)).toEqual([
      'userName',
      'name',
      'displayName',
      'nickName',
      'profileUrl',
      'title',
      'userType',
      'preferredLanguage',
      'locale',
      'timezone',
      'active',
      'password',
      'emails',
      'phoneNumbers',
      'ims',
      'photos',
      'addresses',
      'groups',
      'entitlements',
      'roles',
      'x509Certificates',
    ]);
  });

  test('hold every attribute of RFC 7643 §4.2 and §4.3', () => {
    expect(groupTable.schema.attributes.map(({ name }) => name)).toEqual(['displayName', 'members']);
    expect(userTable.extensions[0]?.attributes.map(({ name }) => name)).toEqual([
      'employeeNumber',
      'costCenter',
      'organization',
      'division',
      'department',
      'manager',
    ]);
  });

  test('describe each attribute and name none twice in any case', () => {
    expect(rows.filter(({ description }) => description === '')).toEqual([]);
    for (const { attributes } of schemas) {
      const names = attributes.map(({ name }) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('give sub-attributes to complex attributes and to no others', () => {
    expect(rows.filter(({ type, subAttributes }) => (type === 'complex') !== (subAttributes !== undefined))).toEqual(
      [],
    );
  });

  test('mark what the store keeps searchable', () => {
    expect(searched(userTable, 'column')).toEqual([
      'id',
      'externalId',
      'userName',
      'displayName',
      'active',
      'manager.value',
    ]);
    expect(searched(userTable, 'key')).toEqual(['emails.value', 'phoneNumbers.value', 'employeeNumber']);
    expect(searched(groupTable, 'column')).toEqual(['id', 'externalId', 'displayName']);
  });

  test('security 14: never return a password, and say that it is ignored', () => {
    const password = findAttribute(userTable, 'password')?.attribute;
    expect(password).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(password?.description).toMatch(/ignored/);
  });
});
