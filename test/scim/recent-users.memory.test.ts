import { describe, expect, it } from 'vitest';
import { RecentUsers } from '../../src/scim/recent-users.ts';

describe('what is remembered of users', () => {
  it('is the last that was kept, until it is forgotten', () => {
    const users = new RecentUsers();
    users.keep('a', { version: 1, resource: { title: 'one' } });
    users.keep('a', { version: 2, resource: { title: 'two' } });
    expect(users.get('a')).toMatchObject({ version: 2, resource: { title: 'two' } });
    users.forget('a');
    expect(users.get('a')).toBeUndefined();
  });

  it('is bounded in number, the oldest go first', () => {
    const users = new RecentUsers();
    for (let number = 0; number <= 10_000; number += 1) users.keep(`${number}`, { version: 1, resource: {} });
    expect([users.get('0'), users.get('1'), users.get('10000')]).toMatchObject([undefined, {}, {}]);
  });

  it('is bounded in length, whatever one document holds', () => {
    const users = new RecentUsers();
    const resource = { title: 'x'.repeat(6_000_000) };
    for (const key of ['a', 'b', 'c']) users.keep(key, { version: 1, resource });
    expect(['a', 'b', 'c'].map((key) => users.get(key) !== undefined)).toEqual([false, true, true]);
  });
});
