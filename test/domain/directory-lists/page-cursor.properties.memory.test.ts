import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CURSOR_LIFETIME_SECONDS,
  listDigest,
  type PageCursor,
  readCursor,
  writeCursor,
} from '../../../src/domain/directory-lists/page-cursor.ts';
import { DomainError } from '../../../src/domain/domain-error.ts';
import { holds } from '../../harness/properties.ts';

const now = new Date('2026-01-05T09:00:00Z');
const digest = listDigest('directory', 'filter');
const cursor: fc.Arbitrary<PageCursor> = fc.record({
  position: fc.record({
    key: fc.option(fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed())),
    id: fc.uuid({ version: 7 }),
  }),
  isBackwards: fc.boolean(),
  totalCount: fc.option(fc.nat()),
});

function refusal(call: () => unknown): string {
  try {
    call();
    return 'none';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

test('a cursor is read back as it was written, by its own list and in its time, and else refused', () => {
  holds(
    fc.property(cursor, fc.nat({ max: 3 * CURSOR_LIFETIME_SECONDS }), (written, seconds) => {
      const text = writeCursor(written, digest, now);
      expect(text).toMatch(/^[A-Za-z0-9._~-]+$/);
      const later = new Date(now.getTime() + seconds * 1_000);
      if (seconds <= CURSOR_LIFETIME_SECONDS) expect(readCursor(text, digest, later)).toEqual(written);
      else expect(refusal(() => readCursor(text, digest, later))).toBe('cursorExpired');
      expect(refusal(() => readCursor(text, listDigest('another'), now))).toBe('cursorInvalid');
    }),
    500,
  );
});

test('any text and any JSON in the form of a cursor is refused as cursorInvalid or read whole', () => {
  const forged = fc.jsonValue().map((json) => Buffer.from(JSON.stringify(json)).toString('base64url'));
  const facts = fc
    .tuple(
      fc.constantFrom<unknown>(1, 2, '1'),
      fc.constantFrom(digest, 'x'),
      fc.double(),
      ...Array(4).fill(fc.jsonValue()),
    )
    .map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'));
  holds(
    fc.property(fc.oneof(fc.string(), forged, facts), (text) => {
      expect(['none', 'cursorInvalid', 'cursorExpired']).toContain(refusal(() => readCursor(text, digest, now)));
    }),
    1000,
  );
});
