import { describe, expect, test } from 'vitest';
import { attribute, list, type ResourceTable } from '../../../src/attributes/attribute.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { project, readProjection, wantsAttribute } from '../../../src/scim/protocol/projection.ts';

const ada = {
  schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
  id: 'u1',
  userName: 'ada',
  name: { givenName: 'Ada', familyName: 'L' },
  emails: [
    { value: 'a@x', type: 'work' },
    { value: 'b@x', type: 'home' },
  ],
  [ENTERPRISE_USER_SCHEMA]: { department: 'IT', manager: { value: 'm', $ref: 'x' } },
  meta: { resourceType: 'User', version: 'W/"1"' },
};
const always = { schemas: ada.schemas, id: 'u1' };
const shown = (query: { attributes?: string; excludedAttributes?: string }) =>
  project(ada, readProjection(query), userTable);

describe('project', () => {
  test.each([
    ['userName', { userName: 'ada' }],
    ['USERNAME , meta.version', { userName: 'ada', meta: { version: 'W/"1"' } }],
    ['id', {}],
    ['name.givenname', { name: { givenName: 'Ada' } }],
    ['emails.value', { emails: [{ value: 'a@x' }, { value: 'b@x' }] }],
    ['emails.display', {}],
    ['emails', { emails: ada.emails }],
    [`${USER_SCHEMA}:userName`, { userName: 'ada' }],
    [ENTERPRISE_USER_SCHEMA, { [ENTERPRISE_USER_SCHEMA]: ada[ENTERPRISE_USER_SCHEMA] }],
    [`${ENTERPRISE_USER_SCHEMA}:department`, { [ENTERPRISE_USER_SCHEMA]: { department: 'IT' } }],
    ['manager.value', { [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm' } } }],
    ['favouriteColour', {}],
    ['password', {}],
  ])('shows only what attributes=%s names', (attributes, rest) => {
    expect(shown({ attributes })).toEqual({ ...always, ...rest });
  });

  test.each([
    ['id,schemas', []],
    ['emails', ['emails']],
    ['Emails,NAME', ['emails', 'name']],
    [ENTERPRISE_USER_SCHEMA, [ENTERPRISE_USER_SCHEMA]],
    ['department,manager', [ENTERPRISE_USER_SCHEMA]],
    ['favouriteColour', []],
  ])('leaves out what excludedAttributes=%s names', (excludedAttributes, missing) => {
    expect(Object.keys(shown({ excludedAttributes }))).toEqual(
      Object.keys(ada).filter((key) => !missing.includes(key)),
    );
  });

  test('leaves out sub-attributes', () => {
    expect(shown({ excludedAttributes: 'emails.type,name.familyName,manager.$ref' })).toMatchObject({
      emails: [{ value: 'a@x' }, { value: 'b@x' }],
      name: { givenName: 'Ada' },
      [ENTERPRISE_USER_SCHEMA]: { department: 'IT', manager: { value: 'm' } },
    });
    expect(shown({ excludedAttributes: 'emails.type' }).emails).toEqual([{ value: 'a@x' }, { value: 'b@x' }]);
  });

  test('shows all without a wish, and with an empty one', () => {
    expect(shown({})).toEqual(ada);
    expect(shown({ attributes: '', excludedAttributes: ' , ' })).toEqual(ada);
  });

  test('lets attributes win over excludedAttributes', () => {
    expect(shown({ attributes: 'userName', excludedAttributes: 'userName' })).toEqual({ ...always, userName: 'ada' });
  });

  test('security 14: never shows a password', () => {
    const withPassword = { ...ada, password: 'secret' };
    for (const query of [{}, { attributes: 'password' }, { excludedAttributes: 'emails' }])
      expect(project(withPassword, readProjection(query), userTable)).not.toHaveProperty('password');
  });

  test('shows what is returned on request only by name', () => {
    const table: ResourceTable = {
      ...userTable,
      schema: {
        ...userTable.schema,
        attributes: [attribute('secret', 'x', { returned: 'request' }), list('many', 'x', [attribute('value', 'x')])],
      },
    };
    const resource = { secret: 's', many: [{ value: 'v' }] };
    expect(project(resource, readProjection({}), table)).toEqual({ many: [{ value: 'v' }] });
    expect(project(resource, readProjection({ excludedAttributes: 'x' }), table)).toEqual({ many: [{ value: 'v' }] });
    expect(project(resource, readProjection({ attributes: 'secret' }), table)).toEqual({ secret: 's' });
  });
});

describe('wantsAttribute', () => {
  test.each([
    [{}, true],
    [{ excludedAttributes: 'members' }, false],
    [{ excludedAttributes: 'MEMBERS,displayName' }, false],
    [{ excludedAttributes: `${GROUP_SCHEMA}:members` }, false],
    [{ excludedAttributes: 'members.display' }, true],
    [{ attributes: 'displayName' }, false],
    [{ attributes: 'members.value' }, true],
    [{ attributes: 'id,Members' }, true],
    [{ attributes: 'membersOnly' }, false],
  ])('row 36: says of %j whether members must be read', (query, wanted) => {
    expect(wantsAttribute(readProjection(query), 'members')).toBe(wanted);
  });
});

describe('project, of extensions that nobody declared', () => {
  const URN = 'urn:acme:2.0:User';
  const extension = { Badge: 7, car: { Plate: 'X', doors: 4 }, tags: [{ value: 'a', type: 'x' }, { value: 'b' }] };
  const resource = {
    ...always,
    userName: 'ada',
    [URN]: extension,
    [ENTERPRISE_USER_SCHEMA]: { department: 'IT', room: 3 },
  };
  const seen = (
    query: { attributes?: string; excludedAttributes?: string },
    rules: [string, 'always' | 'request'][] = [],
  ) => project(resource, readProjection(query), userTable, new Map(rules));

  test.each([
    [`${URN}:badge`, { [URN]: { Badge: 7 } }],
    [`${URN.toUpperCase()}:CAR.plate`, { [URN]: { car: { Plate: 'X' } } }],
    [`${URN}:tags.value`, { [URN]: { tags: [{ value: 'a' }, { value: 'b' }] } }],
    [URN, { [URN]: extension }],
    [URN.toLowerCase(), { [URN]: extension }],
    [`${URN}:none, urn:other:2.0:User`, {}],
    [`${ENTERPRISE_USER_SCHEMA}:ROOM`, { [ENTERPRISE_USER_SCHEMA]: { room: 3 } }],
    [ENTERPRISE_USER_SCHEMA, { [ENTERPRISE_USER_SCHEMA]: { department: 'IT', room: 3 } }],
  ])('shows only %s', (attributes, expected) => {
    expect(seen({ attributes })).toEqual({ ...always, ...expected });
  });

  test.each([
    [`${URN}:BADGE,${URN}:tags`, { [URN]: { car: extension.car } }],
    [
      `${URN}:car.PLATE,${URN}:tags.type,${URN}:badge`,
      { [URN]: { car: { doors: 4 }, tags: [{ value: 'a' }, { value: 'b' }] } },
    ],
    [URN, {}],
    [`${URN}:badge,${URN}:car,${URN}:tags`, {}],
  ])('leaves %s out', (excludedAttributes, expected) => {
    const { [URN]: _open, ...rest } = resource;
    expect(seen({ excludedAttributes })).toEqual({ ...rest, ...expected });
  });

  test.each([
    ['all', {}, { car: extension.car, tags: extension.tags }],
    ['others by name', { attributes: 'userName' }, { car: extension.car }],
    ['it by name', { attributes: `${URN}:badge` }, { Badge: 7, car: extension.car }],
    ['the extension by name', { attributes: URN }, { car: extension.car, tags: extension.tags }],
    ['all but the extension', { excludedAttributes: URN }, { car: extension.car }],
    ['all but others', { excludedAttributes: `${URN}:tags` }, { car: extension.car }],
  ])('keeps to what the organization declared where a client asks for %s', (_what, query, expected) => {
    const rules: [string, 'always' | 'request'][] = [
      [`${URN.toLowerCase()}:badge`, 'request'],
      [`${URN.toLowerCase()}:car`, 'always'],
    ];
    expect(seen(query, rules)[URN]).toEqual(expected);
  });
});
