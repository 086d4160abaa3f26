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

it('skips nobody for a walk that was left: who saw more gives way, and so does who does not come', () => {
  const anchors = new PageAnchors();
  anchors.set('list', 101, anchor('d'), now);
  anchors.set('list', 101, anchor('b'), now);
  expect(anchors.find('list', 101, now)?.position.id).toBe('b');
  anchors.set('sorted', 101, { position: { key: 'x', id: 'a' }, totalCount: null }, now);
  anchors.set('sorted', 101, { position: { key: 'c', id: 'b' }, totalCount: null }, now);
  expect(anchors.find('sorted', 101, now)?.position.id).toBe('b');
  anchors.set('list', 201, anchor('a'), now);
  anchors.set('list', 201, anchor('c'), later(2));
  expect(anchors.find('list', 201, later(2))?.position.id).toBe('c');
});

it('forgets the oldest beyond ten thousand', () => {
  const anchors = new PageAnchors();
  for (let number = 1; number <= 10_001; number += 1) anchors.set('list', number, anchor(String(number)), now);
  expect([anchors.find('list', 1, now), anchors.find('list', 2, now)?.position.id]).toEqual([undefined, '2']);
});
