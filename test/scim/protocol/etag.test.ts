import { expect, test } from 'vitest';
import { etag, readIfMatch } from '../../../src/scim/protocol/etag.ts';

test('the ETag of a version is weak and is read back', () => {
  expect(etag(42)).toBe('W/"42"');
  expect(readIfMatch(etag(42))).toEqual({ kind: 'versions', versions: [42] });
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['*', { kind: 'any' }],
  ['"7"', { kind: 'versions', versions: [7] }],
  ['w/"7"', { kind: 'versions', versions: [7] }],
  ['W/"1", "2" ,W/"3"', { kind: 'versions', versions: [1, 2, 3] }],
  ['W/"1", nonsense', { kind: 'versions', versions: [1] }],
])('reads If-Match %j', (header, condition) => {
  expect(readIfMatch(header)).toEqual(condition);
});

test.each(['7', '"x"', 'W/7', '"-1"', '"1.5"', `"${'9'.repeat(30)}"`, '"7'])(
  'lets the malformed If-Match %j match nothing',
  (header) => {
    expect(readIfMatch(header)).toEqual({ kind: 'versions', versions: [] });
  },
);
