import { expect, it } from 'vitest';
import { RequestLimit } from '../../src/oauth/request-limit.ts';

let now = Date.UTC(2026, 10, 22);

it('lets a client ask twenty times at once and then every five seconds, by address and client', () => {
  const limit = new RequestLimit(() => new Date(now));
  const waits = Array.from({ length: 22 }, () => limit.take('192.0.2.1', 'a'));
  expect(waits).toEqual([...Array(20).fill(0), 5, 5]);
  expect([limit.take('192.0.2.2', 'a'), limit.take('192.0.2.1', 'b')]).toEqual([0, 0]);
  now += 4_000;
  expect(limit.take('192.0.2.1', 'a')).toBe(1);
  now += 1_000;
  expect([limit.take('192.0.2.1', 'a'), limit.take('192.0.2.1', 'a')]).toEqual([0, 5]);
  now += 3_600_000;
  expect(Array.from({ length: 21 }, () => limit.take('192.0.2.1', 'a')).lastIndexOf(0)).toBe(19);
});

it('remembers ten thousand of them at most', () => {
  const limit = new RequestLimit(() => new Date(now));
  for (let count = 0; count < 21; count += 1) limit.take('192.0.2.1', 'first');
  expect(limit.take('192.0.2.1', 'first')).toBeGreaterThan(0);
  for (let count = 0; count < 10_000; count += 1) limit.take('192.0.2.1', `other ${count}`);
  expect(limit.take('192.0.2.1', 'first')).toBe(0);
});
