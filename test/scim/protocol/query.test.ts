import { describe, expect, test } from 'vitest';
import { readQuery } from '../../../src/scim/protocol/query.ts';
import { refusal } from './refusal.ts';

describe('readQuery', () => {
  test.each([
    ['form encoding', '?filter=userName+eq+%22a%40b.c%22', { filter: 'userName eq "a@b.c"' }],
    ['percent encoding', 'filter=userName%20eq%20%22a%22', { filter: 'userName eq "a"' }],
    ['row 43: an encoded plus', 'filter=userName+eq+%22first%2Btag%22', { filter: 'userName eq "first+tag"' }],
    ['an equals sign in a value', 'filter=a+eq+%22x=y%22', { filter: 'a eq "x=y"' }],
    [
      'excludedAttributes before filter',
      'excludedAttributes=members&filter=id+pr',
      { excludedAttributes: 'members', filter: 'id pr' },
    ],
    [
      'names in any case',
      'startindex=0&COUNT=5&sortby=userName&SortOrder=descending&Attributes=id',
      { startIndex: '0', count: '5', sortBy: 'userName', sortOrder: 'descending', attributes: 'id' },
    ],
    ['the flag of Entra', 'aadOptscim062020&filter=id+pr', { filter: 'id pr' }],
    ['row 44: a trailing &', 'filter=id+pr&', { filter: 'id pr' }],
    ['row 44: a bare ?', '?', {}],
    ['nothing', '', {}],
    ['unknown parameters', '__proto__=x&foo=bar&count=1', { count: '1' }],
    ['a name without value', 'count', { count: '' }],
    ['the last of doubles', 'count=1&count=2', { count: '2' }],
    ['letters outside ASCII', 'filter=displayName+eq+%22M%C3%BCller%22', { filter: 'displayName eq "Müller"' }],
  ])('reads %s', (_what, search, query) => {
    expect(readQuery(search)).toEqual(query);
  });

  test.each(['filter=%', 'filter=%zz', 'filter=%FF', '%=x', 'count=%C3'])('refuses the encoding of %s', (search) => {
    expect(refusal(() => readQuery(search))).toBe('400 invalidSyntax');
  });
});
