import { describe, expect, test } from 'vitest';
import { groupTable, userTable } from '../../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../../src/attributes/urns.ts';
import { readSort } from '../../../src/scim/protocol/sort.ts';
import { refusal } from './refusal.ts';

describe('readSort', () => {
  test.each([
    [{}, null],
    [{ sortBy: ' ', sortOrder: 'up' }, null],
    [{ sortBy: 'USERNAME' }, { attribute: 'userName', order: 'ASC' }],
    [
      { sortBy: 'userName', sortOrder: '' },
      { attribute: 'userName', order: 'ASC' },
    ],
    [
      { sortBy: 'name.givenname', sortOrder: 'Descending' },
      { attribute: 'name.givenName', order: 'DESC' },
    ],
    [
      { sortBy: 'emails', sortOrder: 'ascending' },
      { attribute: 'emails.value', order: 'ASC' },
    ],
    [{ sortBy: 'manager' }, { attribute: `${ENTERPRISE_USER_SCHEMA}:manager.value`, order: 'ASC' }],
  ])('reads %j', (query, sort) => {
    expect(readSort(query, [userTable])).toEqual(sort);
  });

  test('takes what any of the searched types has', () => {
    expect(readSort({ sortBy: 'members' }, [userTable, groupTable])?.attribute).toBe('members.value');
  });

  test.each([{ sortBy: 'members' }, { sortBy: 'name' }, { sortBy: 'password' }, { sortBy: 'id', sortOrder: 'up' }])(
    'refuses %j',
    (query) => {
      expect(refusal(() => readSort(query, [userTable]))).toBe('400 invalidValue');
    },
  );
});
