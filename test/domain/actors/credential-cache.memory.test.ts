import { describe, expect, it } from 'vitest';
import { CredentialCache, type StoredCredential } from '../../../src/domain/actors/credential-cache.ts';
import { aClock } from '../../harness/builders.ts';

/** A cache over a store in memory, which counts how often it is asked. */
function aCache(stored: Partial<StoredCredential> | undefined = {}, entriesMax = 1000) {
  const clock = aClock();
  const state = { stored: stored as Partial<StoredCredential> | undefined, loads: 0, touches: [] as Date[] };
  const cache = new CredentialCache<StoredCredential>({
    clock,
    entriesMax,
    load: async (organizationId) => {
      state.loads += 1;
      return state.stored && { organizationId, id: 'id', expiresAt: null, lastUsedAt: null, ...state.stored };
    },
    touch: async (_found, at) => {
      state.touches.push(at);
    },
  });
  return { cache, clock, state, find: (hmac = 'hmac') => cache.find('organization', hmac) };
}

describe('a credential cache', () => {
  it('asks once a second, however many callers there are', async () => {
    const { find, clock, state } = aCache();
    await Promise.all([find(), find(), find()]);
    clock.advance(999);
    await find();
    expect(state.loads).toBe(1);
    clock.advance(1);
    await find();
    expect(state.loads).toBe(2);
  });

  it('security 17: forgets a revoked credential at once', async () => {
    const { cache, find, state } = aCache();
    expect(await find()).toBeDefined();
    state.stored = undefined;
    cache.forget('hmac');
    expect(await find()).toBeUndefined();
  });

  it('forgets all credentials of an organization at once, and of no other', async () => {
    const { cache, find, state } = aCache();
    await find('one');
    await find('two');
    await cache.find('another organization', 'three');
    expect(state.loads).toBe(3);
    cache.forgetOrganization('organization');
    await cache.find('another organization', 'three');
    expect(state.loads).toBe(3);
    await find('one');
    await find('two');
    expect(state.loads).toBe(5);
  });

  it('does not remember an answer that was under way when the credential was revoked', async () => {
    const { cache, find, state } = aCache();
    const underWay = find();
    state.stored = undefined;
    cache.forget('hmac');
    await underWay;
    expect(await find()).toBeUndefined();
  });

  it('does not remember unknown credentials', async () => {
    const { find, state } = aCache();
    state.stored = undefined;
    expect(await find()).toBeUndefined();
    state.stored = {};
    expect(await find()).toBeDefined();
  });

  it('refuses a remembered credential from the moment it expires', async () => {
    const { find, clock } = aCache({ expiresAt: new Date(Date.UTC(2026, 0, 5, 9, 0, 0, 500)) });
    expect(await find()).toBeDefined();
    clock.advance(500);
    expect(await find()).toBeUndefined();
  });

  it('does not remember a failure to read', async () => {
    let isBroken = true;
    const clock = aClock();
    const cache = new CredentialCache<StoredCredential>({
      clock,
      load: async (organizationId) => {
        if (isBroken) throw new Error('the database is away');
        return { organizationId, id: 'id', expiresAt: null, lastUsedAt: null };
      },
      touch: async () => undefined,
    });
    await expect(cache.find('organization', 'hmac')).rejects.toThrow('the database is away');
    isBroken = false;
    expect(await cache.find('organization', 'hmac')).toBeDefined();
  });

  it('keeps no more entries than it may, and drops the oldest', async () => {
    const { find, state } = aCache({}, 2);
    for (const hmac of ['a', 'b', 'c']) await find(hmac);
    await find('c');
    await find('b');
    expect(state.loads).toBe(3);
    await find('a');
    expect(state.loads).toBe(4);
  });

  it('writes the time of use at most once a minute, and none for an expired credential', async () => {
    const { find, cache, clock, state } = aCache();
    await find();
    await cache.settled();
    expect(state.touches).toHaveLength(1);
    state.stored = { lastUsedAt: clock() };
    clock.advance(59_999);
    await find();
    expect(state.touches).toHaveLength(1);
    clock.advance(1000);
    await find();
    expect(state.touches).toHaveLength(2);
    state.stored = { lastUsedAt: null, expiresAt: clock() };
    clock.advance(1000);
    await find();
    expect(state.touches).toHaveLength(2);
  });

  it('answers although the time of use cannot be written, and tells of it', async () => {
    const failures: unknown[] = [];
    const cache = new CredentialCache<StoredCredential>({
      clock: aClock(),
      load: async (organizationId) => ({ organizationId, id: 'id', expiresAt: null, lastUsedAt: null }),
      touch: () => Promise.reject(new Error('read-only')),
      onTouchFailed: (error) => failures.push(error),
    });
    expect(await cache.find('organization', 'hmac')).toBeDefined();
    await cache.settled();
    expect(failures).toEqual([new Error('read-only')]);
  });
});
