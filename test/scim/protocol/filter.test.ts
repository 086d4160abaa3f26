import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Filter, parseFilter, printFilter } from '../../../src/scim/protocol/filter.ts';
import { ScimError } from '../../../src/scim/protocol/scim-error.ts';
import { refusal } from './refusal.ts';

const eq = (attribute: string, value: string | number | boolean | null): Filter => ({
  kind: 'compare',
  attribute,
  operator: 'eq',
  value,
});
const pr = (attribute: string): Filter => ({ kind: 'compare', attribute, operator: 'pr' });
const not = (filter: Filter): Filter => ({ kind: 'not', filter });
const and = (...filters: Filter[]): Filter => ({ kind: 'and', filters });
const or = (...filters: Filter[]): Filter => ({ kind: 'or', filters });
const path = (attribute: string, filter: Filter): Filter => ({ kind: 'valuePath', attribute, filter });

describe('parseFilter', () => {
  test.each<[string, string, Filter]>([
    ['the match of Entra and Okta', 'userName eq "a@b.c"', eq('userName', 'a@b.c')],
    ['names and operators in any case', 'USERNAME Eq "x"', eq('USERNAME', 'x')],
    [
      'row 43: spaces and plus signs in a value',
      'displayName eq "EDU + All  personal"',
      eq('displayName', 'EDU + All  personal'),
    ],
    ['an apostrophe', `userName eq "o'brien"`, eq('userName', "o'brien")],
    ['brackets and operators in a value', 'title eq "a] and (b eq \\"c\\")"', eq('title', 'a] and (b eq "c")')],
    ['JSON escapes', '"'.replace('"', 'title eq "\\u0041\\\\\\n\\/"'), eq('title', 'A\\\n/')],
    [
      'a URN',
      'urn:ietf:params:scim:x:2.0:User:manager.value eq "1"',
      eq('urn:ietf:params:scim:x:2.0:User:manager.value', '1'),
    ],
    [
      'booleans and null in any case',
      'active eq True or a eq false or b eq NULL',
      or(eq('active', true), eq('a', false), eq('b', null)),
    ],
    ['numbers', 'a eq -1.5e3', eq('a', -1500)],
    ['presence', 'title pr', pr('title')],
    ['the check before a manager changes', 'id eq "X" and manager eq "Y"', and(eq('id', 'X'), eq('manager', 'Y'))],
    ['and before or', 'a pr or b pr and c pr', or(pr('a'), and(pr('b'), pr('c')))],
    ['not before and', 'not (a pr) and b pr', and(not(pr('a')), pr('b'))],
    ['parentheses', '(a pr or b pr) and c pr', and(or(pr('a'), pr('b')), pr('c'))],
    ['chains of one kind as one', 'a pr and (b pr and c pr)', and(pr('a'), pr('b'), pr('c'))],
    [
      'a value path',
      'emails[type eq "work" and value co "@x"]',
      path('emails', and(eq('type', 'work'), { kind: 'compare', attribute: 'value', operator: 'co', value: '@x' })),
    ],
    [
      'the match of Entra by work e-mail',
      'emails[type eq "work"].value eq "a@b.c"',
      path('emails', and(eq('type', 'work'), eq('value', 'a@b.c'))),
    ],
    [
      'the presence of a filtered sub-attribute',
      'emails[type eq "work"].value pr',
      path('emails', and(eq('type', 'work'), pr('value'))),
    ],
    [
      'or inside a filtered match',
      'emails[type eq "a" or type eq "b"].value eq "c"',
      path('emails', and(or(eq('type', 'a'), eq('type', 'b')), eq('value', 'c'))),
    ],
    ['no white space where none is needed', 'not(a eq"x")and(b pr)', and(not(eq('a', 'x')), pr('b'))],
    ['white space around everything', '  a   eq   "x"  ', eq('a', 'x')],
    ['an attribute named like a keyword', 'not eq "x" or or pr', or(eq('not', 'x'), pr('or'))],
  ])('reads %s', (_what, text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const)('reads the operator %s', (operator) => {
    expect(parseFilter(`a ${operator.toUpperCase()} "x"`)).toEqual({
      kind: 'compare',
      attribute: 'a',
      operator,
      value: 'x',
    });
  });

  test.each([
    ['nothing', ''],
    ['white space', '   '],
    ['an unknown operator', 'userName foo "x"'],
    ['a missing operator', 'userName'],
    ['a missing value', 'userName eq'],
    ['security 23: an unquoted value', 'externalId eq jyoung'],
    ['an unquoted GUID', 'id eq 54D382A4-2050-4C03-94D1-E769F1D15682'],
    ['single quotes', "userName eq 'x'"],
    ['an open string', 'userName eq "x'],
    ['an open parenthesis', '(userName pr'],
    ['a closing parenthesis too many', 'userName pr)'],
    ['an open bracket', 'emails[type eq "work"'],
    ['an empty bracket', 'emails[]'],
    ['the old form of Microsoft, without sub-attribute', 'emails[type eq "work"] eq "x"'],
    ['a value path in a value path', 'a[b[c pr]]'],
    ['a hanging and', 'a pr and'],
    ['two comparisons without and', 'a pr b pr'],
    ['not without parentheses', 'not a pr'],
    ['a wrong escape', 'a eq "\\x"'],
    ['a control character in a value', 'a eq "\u0001"'],
    ['an escaped NUL', 'a eq "\\u0000"'],
    ['an escaped lone surrogate', 'a eq "\\ud800"'],
    ['SQL', `a eq "x"; DROP TABLE users`],
    ['more than 20 levels', `${'('.repeat(20)}a pr${')'.repeat(20)}`],
    ['thousands of levels', `${'not ('.repeat(1500)}a pr${')'.repeat(600)}`],
    ['more than 100 comparisons', Array(101).fill('a pr').join(' or ')],
    ['more than 8,192 characters', `a eq "${'x'.repeat(8192)}"`],
  ])('security 23: refuses %s', (_what, text) => {
    expect(refusal(() => parseFilter(text))).toBe('400 invalidFilter');
  });

  test('takes 20 levels, 100 comparisons and a value of 8,000 characters', () => {
    expect(parseFilter(`${'('.repeat(19)}a pr${')'.repeat(19)}`)).toEqual(pr('a'));
    expect(parseFilter(Array(100).fill('a pr').join(' or '))).toMatchObject({ kind: 'or' });
    expect(parseFilter(`a eq "${'x'.repeat(8000)}"`)).toMatchObject({ kind: 'compare' });
  });

  test('names the position and the remedy', () => {
    expect(() => parseFilter('externalId eq jyoung')).toThrow(
      'a text value must stand in double quotes (at character 15)',
    );
    expect(() => parseFilter('userName foo "x"')).toThrow(/expected an operator.*at character 10/);
  });

  test('reads hostile texts in linear time', () => {
    const started = performance.now();
    for (const text of [
      `a eq "${'\\\\'.repeat(4000)}`,
      'a'.repeat(8192),
      `a ${' '.repeat(8000)}`,
      '('.repeat(8192),
      `a eq ${'1'.repeat(8000)}x`,
    ])
      refusal(() => parseFilter(text));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('throws nothing but ScimErrors', () => {
    const pieces = fc.constantFrom(
      'a',
      ' eq ',
      '"x"',
      '(',
      ')',
      '[',
      ']',
      '.',
      'not',
      ' and ',
      ' or ',
      '\\',
      '"',
      '1',
      'null',
      '$ref',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            parseFilter(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ScimError);
          }
        },
      ),
    );
  });
});

describe('printFilter', () => {
  const attribute = fc.stringMatching(/^[a-z][A-Za-z0-9_-]{0,5}(\.[a-z]{1,4})?$/);
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const operator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
  const comparison = fc.oneof(
    fc.record({ kind: fc.constant('compare'), attribute, operator, value }),
    fc.record({ kind: fc.constant('compare'), attribute, operator: fc.constant('pr') }),
  ) as fc.Arbitrary<Filter>;
  const chain = (kind: 'and' | 'or', part: fc.Arbitrary<Filter>) =>
    fc
      .array(
        part.filter((filter) => filter.kind !== kind),
        { minLength: 2, maxLength: 3 },
      )
      .map((filters): Filter => ({ kind, filters }));
  const inside = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      comparison,
      tie('filter').map(not),
      chain('and', tie('filter')),
      chain('or', tie('filter')),
    ),
  })).filter;
  const filter = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      comparison,
      fc.tuple(attribute, inside).map(([name, part]) => path(name, part)),
      tie('filter').map(not),
      chain('and', tie('filter')),
      chain('or', tie('filter')),
    ),
  })).filter;

  test('prints what parses to the same filter', () => {
    fc.assert(
      fc.property(filter, (original) => {
        const parsed = parseFilter(printFilter(original));
        // -0 is 0 in JSON.
        expect(parsed).toEqual(JSON.parse(JSON.stringify(original)));
      }),
    );
  });
});
