import { describe, expect, test } from 'vitest';
import { PATCH_OP, SEARCH_REQUEST } from '../../../src/attributes/urns.ts';
import { readSearchRequest } from '../../../src/scim/protocol/search-request.ts';
import { refusal } from './refusal.ts';

describe('readSearchRequest', () => {
  test('reads every member as a GET would give it', () => {
    const body = {
      schemas: [SEARCH_REQUEST],
      attributes: ['userName', 'name.givenName'],
      excludedAttributes: 'emails',
      filter: 'title pr',
      sortBy: 'title',
      SORTORDER: 'descending',
      startIndex: 11,
      count: '10',
      cursor: '',
    };
    expect(readSearchRequest(body)).toEqual({
      attributes: 'userName,name.givenName',
      excludedAttributes: 'emails',
      filter: 'title pr',
      sortBy: 'title',
      sortOrder: 'descending',
      startIndex: '11',
      count: '10',
      cursor: '',
    });
  });

  test.each([{}, { schemas: [] }, { schemas: SEARCH_REQUEST.toUpperCase() }, { filter: null, unknown: 7 }])(
    'asks for everything by %j',
    (body) => {
      expect(readSearchRequest(body)).toEqual({});
    },
  );

  test.each([
    [{ schemas: [PATCH_OP] }, '400 invalidSyntax'],
    [{ schemas: 7 }, '400 invalidSyntax'],
    [{ filter: {} }, '400 invalidValue'],
    [{ attributes: [1] }, '400 invalidValue'],
    [{ count: true }, '400 invalidValue'],
    [{ filter: ['a'] }, '400 invalidValue'],
  ])('refuses %j with %s', (body, answer) => {
    expect(refusal(() => readSearchRequest(body))).toBe(answer);
  });
});
