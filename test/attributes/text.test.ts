import { describe, expect, test } from 'vitest';
import { keyProblem, textProblem } from '../../src/attributes/text.ts';

describe('textProblem', () => {
  test.each([
    ['NUL', 'a\u0000b', /NUL/],
    ['a lone high surrogate', 'a\ud800', /surrogate/],
    ['a lone low surrogate', '\udc00b', /surrogate/],
    ['a text that is too long', 'x'.repeat(11), /longer than 10/],
    ['a long text of astral letters', '😀'.repeat(11), /longer than 10/],
    ['a text far too long', 'x'.repeat(100_000), /longer than 10/],
  ])('refuses %s', (_what, text, message) => {
    expect(textProblem(text, 10)).toMatch(message);
  });

  test.each([
    ['an empty text', ''],
    ['exactly as many letters as allowed', 'x'.repeat(10)],
    ['as many code points as allowed, though twice the UTF-16 units', '😀'.repeat(10)],
    ['control characters other than NUL', '\u0001\t\n'],
  ])('takes %s', (_what, text) => {
    expect(textProblem(text, 10)).toBeUndefined();
  });
});

describe('keyProblem', () => {
  test('takes 512 letters of any ordinary script', () => {
    for (const letter of ['a', 'ß', 'Я', '語']) expect(keyProblem(letter.repeat(512))).toBeUndefined();
  });

  test('refuses a text whose folded form would not fit into an index', () => {
    expect(keyProblem('ΐ'.repeat(334))).toMatch(/2000 bytes/);
    expect(keyProblem('ΐ'.repeat(333))).toBeUndefined();
  });
});
