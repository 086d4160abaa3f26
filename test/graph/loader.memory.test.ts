import { describe, expect, it } from 'vitest';
import { Loader } from '../../src/graph/loader.ts';

/** A loader that answers each key in upper case and keeps what it was asked. */
function aLoader() {
  const batches: string[][] = [];
  const loader = new Loader(async (keys) => {
    batches.push(keys);
    return keys.map((key) => key.toUpperCase());
  });
  return { batches, loader };
}

describe('a loader', () => {
  it('reads the keys of one turn at once, each once, and answers them in place', async () => {
    const { batches, loader } = aLoader();
    expect(await Promise.all(['a', 'b', 'a'].map((key) => loader.load(key)))).toEqual(['A', 'B', 'A']);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('waits for siblings that first wait for promises of their own', async () => {
    const { batches, loader } = aLoader();
    const late = Promise.resolve().then(() => Promise.resolve().then(() => loader.load('b')));
    expect(await Promise.all([loader.load('a'), late])).toEqual(['A', 'B']);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('reads a key again in a later turn, so that nobody sees an older state', async () => {
    const { batches, loader } = aLoader();
    await loader.load('a');
    await loader.load('a');
    expect(batches).toEqual([['a'], ['a']]);
  });

  it('fails every key of a read that failed, and recovers', async () => {
    let fails = true;
    const loader = new Loader(async (keys) => {
      if (fails) throw new Error('lost');
      return keys;
    });
    const answers = await Promise.allSettled([loader.load('a'), loader.load('b')]);
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await loader.load('a')).toBe('a');
  });

  it('refuses a read that answers another number of keys than it was asked', async () => {
    await expect(new Loader(async () => []).load('a')).rejects.toThrow(/each of its keys/);
  });
});
