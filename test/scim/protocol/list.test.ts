import { describe, expect, test } from 'vitest';
import { LIST_RESPONSE } from '../../../src/attributes/urns.ts';
import { listResponse, readPaging } from '../../../src/scim/protocol/list.ts';
import { refusal } from './refusal.ts';

describe('readPaging', () => {
  test.each([
    [{}, { startIndex: 1, count: 100 }],
    [
      { startIndex: '', count: '' },
      { startIndex: 1, count: 100 },
    ],
    [
      { startIndex: '0', count: '0' },
      { startIndex: 1, count: 0 },
    ],
    [
      { startIndex: '-5', count: '-1' },
      { startIndex: 1, count: 0 },
    ],
    [
      { startIndex: '11', count: '5' },
      { startIndex: 11, count: 5 },
    ],
    [
      { startIndex: '+2', count: '1001' },
      { startIndex: 2, count: 1000 },
    ],
    [
      { startIndex: '9'.repeat(400), count: '9'.repeat(400) },
      { startIndex: 2_147_483_647, count: 1000 },
    ],
  ])('row 37: reads %j', (query, paging) => {
    expect(readPaging(query)).toEqual(paging);
  });

  test.each([{ startIndex: 'one' }, { count: '1.5' }, { count: '1e3' }, { startIndex: '0x10' }, { count: 'NaN' }])(
    'refuses %j',
    (query) => {
      expect(refusal(() => readPaging(query))).toBe('400 invalidValue');
    },
  );
});

describe('listResponse', () => {
  test('counts the resources of the page and keeps the total apart', () => {
    expect(listResponse({ resources: [{ id: 'a' }, { id: 'b' }], totalResults: 12, startIndex: 11 })).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 12,
      startIndex: 11,
      itemsPerPage: 2,
      Resources: [{ id: 'a' }, { id: 'b' }],
    });
  });

  test('is a list when nothing was found', () => {
    expect(listResponse({ resources: [], totalResults: 0, startIndex: 1 })).toMatchObject({
      totalResults: 0,
      itemsPerPage: 0,
      Resources: [],
    });
  });
});
