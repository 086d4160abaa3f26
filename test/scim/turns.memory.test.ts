import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/scim/turns.ts';

describe('Turns', () => {
  it('runs work on one key one after the other, in the order in which it came', async () => {
    const turns = new Turns();
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} ends`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => turns.run('key', work(name))));
    expect(steps).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('lets different keys run at once', async () => {
    const turns = new Turns();
    let release: () => void = () => undefined;
    const first = turns.run('one', () => new Promise<void>((resolve) => (release = resolve)));
    await turns.run('other', async () => release());
    await first;
  });

  it('goes on after work that failed, which fails for its own caller only', async () => {
    const turns = new Turns();
    const failing = turns.run('key', () => Promise.reject(new Error('mine')));
    const next = turns.run('key', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('mine');
    await expect(next).resolves.toBe('done');
  });
});
