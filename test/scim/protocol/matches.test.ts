import { describe, expect, test } from 'vitest';
import { findAttribute } from '../../../src/attributes/find-attribute.ts';
import type { Json, JsonObject } from '../../../src/attributes/json.ts';
import { userTable } from '../../../src/attributes/resource-tables.ts';
import { parseFilter } from '../../../src/scim/protocol/filter.ts';
import { matches } from '../../../src/scim/protocol/matches.ts';
import { resolveOpenValueFilter, resolveValueFilter } from '../../../src/scim/protocol/resolve-filter.ts';

function fits(filter: string, item: JsonObject, name = 'emails'): boolean {
  const attribute = findAttribute(userTable, name)?.attribute;
  if (attribute === undefined) throw new Error(`There is no attribute ${name}`);
  return matches(resolveValueFilter(parseFilter(filter), attribute), item, attribute);
}

const work = { type: 'work', value: 'Ada@example.com', primary: true };

describe('matches', () => {
  test.each([
    'type eq "WORK"',
    'value eq "ada@EXAMPLE.com"',
    'value ne "x"',
    'value co "@Example"',
    'value sw "ada"',
    'value ew ".COM"',
    'value gt "aba"',
    'value ge "ada@example.com"',
    'value lt "b"',
    'value le "ada@example.com"',
    'primary eq true',
    'primary eq "True"',
    'type pr',
    'type eq "work" and primary eq true',
    'type eq "home" or primary eq true',
    'not (type eq "home")',
    'display ne "x"',
    'display eq null',
  ])('finds a work address by %s', (filter) => {
    expect(fits(filter, work)).toBe(true);
  });

  test.each([
    'type eq "home"',
    'type ne "work"',
    'primary eq false',
    'display pr',
    'display eq "x"',
    'display gt "a"',
    'value gt "b"',
    'value lt "aba"',
    'type eq "work" and primary eq false',
    'not (type eq "work")',
  ])('finds no work address by %s', (filter) => {
    expect(fits(filter, work)).toBe(false);
  });

  test('minds the case of a caseExact sub-attribute', () => {
    expect(fits('value eq "https://x/A"', { value: 'https://x/A' }, 'photos')).toBe(true);
    expect(fits('value eq "https://x/a"', { value: 'https://x/A' }, 'photos')).toBe(false);
  });

  test.each<[string, Json, boolean]>([
    ['value eq "EARLY"', 'early', true],
    ['VALUE co "arl"', 'early', true],
    ['value eq "late"', 'early', false],
    ['value pr', 'early', true],
    ['type pr', 'early', false],
    ['type ne "x"', 'early', true],
    ['value gt 9', 10, true],
    ['value eq true', true, true],
    // Only a text has parts, as in the database.
    ['value co "1"', 10, false],
    ['value sw "a"', ['a'], false],
    ['constructor pr', {}, false],
  ])('takes a value that is no object for its own value: %s of %j', (filter, item, isFitting) => {
    expect(matches(resolveOpenValueFilter(parseFilter(filter)), item)).toBe(isFitting);
  });
});
