import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isTimeout } from '../../src/database/database.ts';
import { Slots } from '../../src/database/slots.ts';

describe('slots', () => {
  it('let one key have a part, so that another begins at once', async () => {
    const slots = new Slots({ total: 4, ofOne: 2, waitMilliseconds: 1_000 });
    const begun: string[] = [];
    const work = (key: string) =>
      slots.run(key, async () => {
        begun.push(key);
        await delay(50);
      });
    const all = [work('a'), work('a'), work('a'), work('a'), work('b')];
    await delay(0);
    expect(begun).toEqual(['a', 'a', 'b']);
    await Promise.all(all);
    expect(begun).toEqual(['a', 'a', 'b', 'a', 'a']);
  });

  it('refuse who waits for too long as PostgreSQL refuses what runs for too long, and go on', async () => {
    const slots = new Slots({ total: 1, ofOne: 1, waitMilliseconds: 20 });
    const first = slots.run('a', () => delay(100));
    const error = await slots.run('a', async () => undefined).catch((reason: unknown) => reason);
    expect(isTimeout(error)).toBe(true);
    await first;
    await expect(slots.run('a', async () => 'done')).resolves.toBe('done');
  });

  it('are given back by work that fails', async () => {
    const slots = new Slots({ total: 1, ofOne: 1, waitMilliseconds: 20 });
    await expect(slots.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(slots.run('a', async () => 'done')).resolves.toBe('done');
  });
});
