import { describe, expect, test } from 'vitest';
import { findAttribute, findSchema } from '../../src/attributes/find-attribute.ts';
import { groupTable, userTable } from '../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';

describe('findAttribute', () => {
  test.each([
    ['userName', 'userName'],
    ['USERNAME', 'userName'],
    [`${USER_SCHEMA}:userName`, 'userName'],
    [`${USER_SCHEMA.toUpperCase()}:username`, 'userName'],
    ['name.givenname', 'name.givenName'],
    ['emails.Value', 'emails.value'],
    [`${USER_SCHEMA}:emails.value`, 'emails.value'],
    ['externalid', 'externalId'],
    ['meta.lastModified', 'meta.lastModified'],
    ['groups.$ref', 'groups.$ref'],
    ['manager', `${ENTERPRISE_USER_SCHEMA}:manager`],
    ['department', `${ENTERPRISE_USER_SCHEMA}:department`],
    [`${ENTERPRISE_USER_SCHEMA}:manager.value`, `${ENTERPRISE_USER_SCHEMA}:manager.value`],
    [`${ENTERPRISE_USER_SCHEMA}.manager`, `${ENTERPRISE_USER_SCHEMA}:manager`],
    [`${ENTERPRISE_USER_SCHEMA.toLowerCase()}:EMPLOYEENUMBER`, `${ENTERPRISE_USER_SCHEMA}:employeeNumber`],
  ])('resolves %s', (path, canonicalPath) => {
    expect(findAttribute(userTable, path)?.canonicalPath).toBe(canonicalPath);
  });

  test.each([
    'favouriteColour',
    'name.nickName',
    'userName.value',
    `${USER_SCHEMA}:shoeSize`,
    `${GROUP_SCHEMA}:displayName`,
    'urn:scim:schemas:core:1.0:shoeSize',
    'urn:ietf:params:scim:api:messages:2.0:PatchOp',
    `${ENTERPRISE_USER_SCHEMA}:manager.shoeSize`,
    `${ENTERPRISE_USER_SCHEMA}:__proto__`,
    'urn:example:2.0:User:a.b.c',
    'urn:example:2.0:User:1st',
    `urn:example:${'x'.repeat(200)}:name`,
    ENTERPRISE_USER_SCHEMA,
    GROUP_SCHEMA,
    '__proto__',
    'constructor',
    '',
  ])('does not know %j on a user', (path) => {
    expect(findAttribute(userTable, path)).toBeUndefined();
  });

  test.each([
    ['urn:example:2.0:User:shoeSize', 'urn:example:2.0:User', 'shoeSize', undefined],
    ['URN:Example:2.0:User:shoe.size', 'URN:Example:2.0:User', 'shoe', 'size'],
    [`${ENTERPRISE_USER_SCHEMA}:userName`, ENTERPRISE_USER_SCHEMA, 'userName', undefined],
    [`${ENTERPRISE_USER_SCHEMA.toLowerCase()}.shoe.size`, ENTERPRISE_USER_SCHEMA, 'shoe', 'size'],
    ['urn:acme:hr:badge_no', 'urn:acme:hr', 'badge_no', undefined],
  ])('finds the open attribute %s', (path, urn, name, subName) => {
    expect(findAttribute(userTable, path)).toMatchObject({
      isOpen: true,
      schema: { id: urn },
      attribute: { name },
      ...(subName === undefined ? {} : { subAttribute: { name: subName } }),
      canonicalPath: subName === undefined ? `${urn}:${name}` : `${urn}:${name}.${subName}`,
    });
  });

  test('keeps the tables of users and groups apart', () => {
    expect(findAttribute(groupTable, 'members.value')?.canonicalPath).toBe('members.value');
    expect(findAttribute(groupTable, 'userName')).toBeUndefined();
    expect(findAttribute(groupTable, 'manager')).toBeUndefined();
    expect(findAttribute(userTable, 'members')).toBeUndefined();
  });

  test('says which schema and sub-attribute it found', () => {
    const found = findAttribute(userTable, 'manager.value');
    expect(found?.schema.id).toBe(ENTERPRISE_USER_SCHEMA);
    expect(found?.attribute.name).toBe('manager');
    expect(found?.subAttribute?.name).toBe('value');
  });
});

describe('findSchema', () => {
  test('finds the core schema and extensions in any case', () => {
    expect(findSchema(userTable, USER_SCHEMA.toUpperCase())).toBe(userTable.schema);
    expect(findSchema(userTable, ENTERPRISE_USER_SCHEMA.toLowerCase())?.name).toBe('EnterpriseUser');
    expect(findSchema(groupTable, ENTERPRISE_USER_SCHEMA)).toBeUndefined();
  });
});
