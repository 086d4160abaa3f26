import { expect, it } from 'vitest';
import { RequestLimit } from '../../src/oauth/request-limit.ts';

let now = Date.UTC(2026, 10, 22);

function taken(limit: RequestLimit, address: string, clientId: string): number {
  const seconds = limit.wait(address, clientId);
  limit.take(address, clientId);
  return seconds;
}

it('lets it happen twenty times at once and then every five seconds, by address and client', () => {
  const limit = new RequestLimit(() => new Date(now));
  const take = () => taken(limit, '192.0.2.1', 'a');
  expect(Array.from({ length: 22 }, take)).toEqual([...Array(20).fill(0), 5, 5]);
  expect([limit.wait('192.0.2.2', 'a'), limit.wait('192.0.2.1', 'b')]).toEqual([0, 0]);
  now += 4_000;
  expect(take()).toBe(1);
  now += 1_000;
  expect([take(), take()]).toEqual([0, 5]);
  now += 3_600_000;
  expect(Array.from({ length: 21 }, take).lastIndexOf(0)).toBe(19);
});

it('remembers ten thousand of them at most', () => {
  const limit = new RequestLimit(() => new Date(now));
  for (let count = 0; count < 20; count += 1) limit.take('192.0.2.1', 'first');
  expect(limit.wait('192.0.2.1', 'first')).toBeGreaterThan(0);
  for (let count = 0; count < 10_000; count += 1) limit.take('192.0.2.1', `other ${count}`);
  expect(limit.wait('192.0.2.1', 'first')).toBe(0);
});
