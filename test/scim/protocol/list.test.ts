import { describe, expect, test } from 'vitest';
import { LIST_RESPONSE } from '../../../src/attributes/urns.ts';
import { listEnvelope, readPaging } from '../../../src/scim/protocol/list.ts';
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

describe('readPaging by cursor', () => {
  test.each([
    [{ cursor: '' }, { cursor: '', count: 100 }],
    [
      { cursor: ' abc ', count: '5', startIndex: 'nonsense' },
      { cursor: 'abc', count: 5 },
    ],
    [
      { cursor: 'abc', count: '5000' },
      { cursor: 'abc', count: 1000 },
    ],
  ])('reads %j', (query, paging) => {
    expect(readPaging(query)).toEqual(paging);
  });

  test.each(['0', '-1', 'ten', '1.5'])('refuses the count %s', (count) => {
    expect(refusal(() => readPaging({ cursor: '', count }))).toBe('400 invalidCount');
  });
});

describe('listEnvelope', () => {
  test('has cursors instead of an index where pages go by cursor', () => {
    const page = { totalResults: 12, itemsPerPage: 2, nextCursor: 'n', previousCursor: null };
    expect(listEnvelope(page)).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 12,
      itemsPerPage: 2,
      nextCursor: 'n',
    });
  });

  test('counts the resources of the page and keeps the total apart', () => {
    expect(listEnvelope({ totalResults: 12, startIndex: 11, itemsPerPage: 2 })).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 12,
      startIndex: 11,
      itemsPerPage: 2,
    });
  });
});
