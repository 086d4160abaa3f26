import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldKey, GROUP_NAME_KEY_VERSION, groupNameKey } from '../../src/attributes/fold.ts';

describe('foldKey', () => {
  test.each([
    ['ADA@Example.com', 'ada@example.com'],
    ['Straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['İstanbul', 'i\u0307stanbul'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδος', 'οδοσ'],
    ['ﬁn', 'fin'],
  ])('folds %s to %s', (text, key) => {
    expect(foldKey(text)).toBe(key);
  });

  test.each([' ada ', 'a\u200bb', 'e\u0301', '\u00e9', 'a\u00a0b'])('neither trims nor normalises %j', (text) => {
    expect(foldKey(text)).toBe(text);
  });

  test('gives a key that folds to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldKey(foldKey(text))).toBe(foldKey(text));
      }),
    );
  });

  test('gives every letter the key of its upper and of its lower case', () => {
    const odd: string[] = [];
    for (let point = 0x80; point < 0x1f000; point += 1) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const letter = String.fromCodePoint(point);
      const key = foldKey(letter);
      if (foldKey(letter.toUpperCase()) !== key || foldKey(letter.toLowerCase()) !== key) odd.push(letter);
    }
    expect(odd).toEqual([]);
  });
});

describe('groupNameKey', () => {
  test.each([
    ['white space at the ends and in rows', '  Field \t\n Sales\u00a0', 'field sales'],
    ['compatibility forms', 'Ｍａｒｋｅｔｉｎｇ', 'marketing'],
    ['zero-width characters', 'Mar\u200bket\u2060ing\ufeff', 'marketing'],
    ['bidi controls', '\u202eMarketing\u202c\u2066', 'marketing'],
    ['a combining mark behind a zero-width character', 'Cafe\u200b\u0301', 'caf\u00e9'],
    ['the case of ß', 'GROSSE STRASSE', groupNameKey('Große Straße')],
    ['the case of İ', 'İzmir', 'i\u0307zmir'],
    ['a final Σ', 'ΟΔΟΣ', groupNameKey('οδος')],
  ])('makes no difference of %s', (_what, name, key) => {
    expect(groupNameKey(name)).toBe(key);
  });

  test('keeps names apart that read differently', () => {
    expect(new Set(['Sales', 'Sale s', 'Sales.', 'Säles', '5ales'].map(groupNameKey)).size).toBe(5);
  });

  test('is empty for a name of nothing but invisible characters', () => {
    expect(groupNameKey('\u200b \u202e\u00ad')).toBe('');
  });

  test('gives a key that has itself as key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(groupNameKey(groupNameKey(name))).toBe(groupNameKey(name));
      }),
    );
  });

  test('has version 1', () => {
    expect(GROUP_NAME_KEY_VERSION).toBe(1);
  });
});
