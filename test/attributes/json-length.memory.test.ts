import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalResource } from '../../src/attributes/canonical-resource.ts';
import type { Json } from '../../src/attributes/json.ts';
import { isJsonLongerThan } from '../../src/attributes/json-length.ts';
import { userTable } from '../../src/attributes/resource-tables.ts';

describe('isJsonLongerThan', () => {
  test('says of every value what its text says', () => {
    const json = fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, fc.integer({ min: -2, max: 2 }), (value, off) => {
        const { length } = JSON.stringify(value);
        expect(isJsonLongerThan(value, length + off)).toBe(off < 0);
      }),
    );
  });

  test.each([
    ['escaped', '\u0000'.repeat(10), 62],
    ['of half a pair', '\ud800'.repeat(10), 62],
    ['as sent', 'ä'.repeat(10), 12],
  ])('counts a text %s', (_, text, length) => {
    expect([isJsonLongerThan(text, length - 1), isJsonLongerThan(text, length)]).toEqual([true, false]);
  });

  test('a text that is there so often that no string could hold it', () => {
    const text = 'x'.repeat(65_000);
    const lists = Array.from({ length: 23 }, () => Array<string>(900).fill(text));
    expect(isJsonLongerThan(lists, 262_144)).toBe(true);
    const read = canonicalResource(userTable, { userName: 'amp', 'urn:x:amp:2.0:User': { lists } });
    expect(read).toMatchObject({ ok: false, problems: [{ kind: 'invalidValue', path: '' }] });
  });
});

test('a resource may be as long as its bound, not longer', () => {
  const lengthOf = (count: number) =>
    canonicalResource(userTable, { userName: 'ada', 'urn:x:a:2.0:User': { a: Array(4).fill('x'.repeat(count)) } }).ok;
  const around = JSON.stringify({ userName: 'ada', 'urn:x:a:2.0:User': { a: Array(4).fill('') } }).length;
  const most = Math.floor((262_144 - around) / 4);
  expect([lengthOf(most), lengthOf(most + 1)]).toEqual([true, false]);
});
