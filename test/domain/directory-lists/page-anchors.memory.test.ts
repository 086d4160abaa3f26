import { expect, it } from 'vitest';
import { PageAnchors } from '../../../src/domain/directory-lists/page-anchors.ts';

const now = new Date('2026-01-01T00:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const anchor = (id: string) => ({ position: { key: null, id }, totalCount: null });

it('answers where a page ended, for ten minutes', () => {
  const anchors = new PageAnchors();
  anchors.set('list', 101, anchor('a'), now);
  expect(anchors.find('list', 101, later(9))?.position.id).toBe('a');
  expect(anchors.find('list', 101, later(10))).toBeUndefined();
  expect(anchors.find('list', 201, now)).toBeUndefined();
  expect(anchors.find('other', 101, now)).toBeUndefined();
});

it('keeps the place of who has not come yet, and gives the place of who has come to the next walk', () => {
  const anchors = new PageAnchors();
  anchors.set('list', 101, anchor('a'), now);
  anchors.set('list', 101, anchor('b'), now);
  expect(anchors.find('list', 101, now)?.position.id).toBe('a');
  anchors.set('list', 101, anchor('b'), now);
  expect(anchors.find('list', 101, now)?.position.id).toBe('b');
});

it('forgets the oldest beyond ten thousand', () => {
  const anchors = new PageAnchors();
  for (let number = 1; number <= 10_001; number += 1) anchors.set('list', number, anchor(String(number)), now);
  expect([anchors.find('list', 1, now), anchors.find('list', 2, now)?.position.id]).toEqual([undefined, '2']);
});
