import { describe, expect, it } from 'vitest';
import { coalesce } from '../../src/database/coalesce.ts';

/** Runs batches when told to, and remembers what they held. */
function aRecorder(options: { itemsMax?: number; keyOf?: (item: string) => string } = {}) {
  const batches: { organizationId: string; items: string[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const ask = coalesce<string, string>({
    ...options,
    run: (organizationId, items) =>
      new Promise((resolve, reject) => {
        batches.push({
          organizationId,
          items,
          finish: () => resolve(items.map((item) => `${item}!`)),
          fail: reject,
        });
      }),
  });
  return { ask, batches };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
async function turns(count: number) {
  for (let n = 0; n < count; n += 1) await turn();
}

describe('coalesce', () => {
  it('gathers what is asked in one turn into one batch and answers each with its own result', async () => {
    const { ask, batches } = aRecorder();
    const answers = Promise.all(['a', 'b', 'c'].map((item) => ask('one', item)));
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
    batches[0]?.finish();
    expect(await answers).toEqual(['a!', 'b!', 'c!']);
  });

  it('never mixes organizations', async () => {
    const { ask, batches } = aRecorder();
    const answers = [ask('one', 'a'), ask('two', 'b')];
    await turn();
    expect(batches.map(({ organizationId, items }) => [organizationId, items])).toEqual([
      ['one', ['a']],
      ['two', ['b']],
    ]);
    for (const batch of batches) batch.finish();
    await Promise.all(answers);
  });

  it('keeps batches below their size and two in flight, and loses nobody', async () => {
    const { ask, batches } = aRecorder({ itemsMax: 2 });
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => ask('one', item)));
    await turns(3);
    expect(batches.map(({ items }) => items)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    batches[0]?.finish();
    await turns(3);
    expect(batches.map(({ items }) => items)[2]).toEqual(['e']);
    batches[1]?.finish();
    batches[2]?.finish();
    expect(await answers).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
  });

  it('puts two items of one key into batches of their own, in their order', async () => {
    const { ask, batches } = aRecorder({ keyOf: (item) => item.charAt(0) });
    const answers = Promise.all(['a1', 'b1', 'a2'].map((item) => ask('one', item)));
    await turns(3);
    expect(batches.map(({ items }) => items)).toEqual([['a1', 'b1'], ['a2']]);
    for (const batch of batches) batch.finish();
    await answers;
  });

  it('runs a batch that failed again one by one, so that one bad item fails alone', async () => {
    const ask = coalesce<string, string>({
      run: async (_, items) => {
        if (items.includes('bad')) throw new Error(items.length === 1 ? 'bad itself' : 'somebody was bad');
        return items;
      },
    });
    const settled = await Promise.allSettled(['a', 'bad', 'b'].map((item) => ask('one', item)));
    expect(settled).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: new Error('bad itself') },
      { status: 'fulfilled', value: 'b' },
    ]);
  });

  it('fails all of a batch whose outcome is unknown instead of running it twice', async () => {
    let runs = 0;
    const ask = coalesce<string, string>({
      run: async () => {
        runs += 1;
        throw new Error('the connection is gone');
      },
      runsAgainAlone: () => false,
    });
    const settled = await Promise.allSettled(['a', 'b'].map((item) => ask('one', item)));
    expect(settled.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    expect(runs).toBe(1);
  });

  it('answers an error when a batch forgets an item', async () => {
    const ask = coalesce<string, string>({ run: async () => [] });
    await expect(ask('one', 'a')).rejects.toThrow('answers each of its items');
  });
});
