import { describe, expect, test } from 'vitest';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { presentResource } from '../../../src/scim/protocol/resource-json.ts';

const kept = {
  id: 'u1',
  createdAt: new Date('2026-01-02T03:04:05Z'),
  lastModified: '2026-01-02T03:04:06Z',
  version: 3,
  location: 'https://example.com/scim/v2/d/Users/u1',
};

describe('presentResource', () => {
  test('shows a user with schemas first and meta last', () => {
    const shown = presentResource({
      ...kept,
      table: userTable,
      resource: { userName: 'ada', externalId: 'e', active: true },
      readOnly: { groups: [] },
    });
    expect(Object.keys(shown)).toEqual(['schemas', 'id', 'externalId', 'userName', 'active', 'groups', 'meta']);
    expect(shown).toEqual({
      schemas: [USER_SCHEMA],
      id: 'u1',
      externalId: 'e',
      userName: 'ada',
      active: true,
      groups: [],
      meta: {
        resourceType: 'User',
        created: '2026-01-02T03:04:05.000Z',
        lastModified: '2026-01-02T03:04:06.000Z',
        location: 'https://example.com/scim/v2/d/Users/u1',
        version: 'W/"3"',
      },
    });
  });

  test('row 17: names the extension that has values and shows the manager as an object with its address', () => {
    const resource = { userName: 'ada', [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm/1' }, department: 'IT' } };
    const shown = presentResource({ ...kept, table: userTable, resource, baseUrl: 'https://example.com/scim/v2/d' });
    expect(shown.schemas).toEqual([USER_SCHEMA, ENTERPRISE_USER_SCHEMA]);
    expect(shown[ENTERPRISE_USER_SCHEMA]).toEqual({
      manager: { value: 'm/1', $ref: 'https://example.com/scim/v2/d/Users/m%2F1' },
      department: 'IT',
    });
    expect(resource[ENTERPRISE_USER_SCHEMA].manager).toEqual({ value: 'm/1' });
  });

  test('names extensions that nobody declared', () => {
    const resource = { userName: 'ada', 'urn:acme:hr': { badge: 7 }, [ENTERPRISE_USER_SCHEMA]: { department: 'IT' } };
    const shown = presentResource({ ...kept, table: userTable, resource });
    expect(shown.schemas).toEqual([USER_SCHEMA, 'urn:acme:hr', ENTERPRISE_USER_SCHEMA]);
    expect(shown['urn:acme:hr']).toEqual({ badge: 7 });
  });

  test('shows the manager without an address when there is no base URL', () => {
    const resource = { userName: 'ada', [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm' } } };
    expect(presentResource({ ...kept, table: userTable, resource })[ENTERPRISE_USER_SCHEMA]).toEqual({
      manager: { value: 'm' },
    });
  });

  test('leaves members out unless they are given', () => {
    const group = { ...kept, table: groupTable, resource: { displayName: 'Sales' } };
    expect(presentResource(group)).not.toHaveProperty('members');
    expect(presentResource({ ...group, readOnly: { members: [{ value: 'u1' }] } })).toMatchObject({
      schemas: [GROUP_SCHEMA],
      members: [{ value: 'u1' }],
    });
  });
});
