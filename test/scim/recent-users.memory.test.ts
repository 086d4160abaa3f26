import { describe, expect, it } from 'vitest';
import { RecentUsers, type UserKey } from '../../src/scim/recent-users.ts';

const key = (id: string, authorization = 'Bearer one'): UserKey => ({ directoryId: 'd1', id, authorization });

describe('what is remembered of users', () => {
  it('is the last that was kept, until it is forgotten', () => {
    const users = new RecentUsers();
    users.keep(key('a'), { version: 1, resource: { title: 'one' } });
    users.keep(key('a'), { version: 2, resource: { title: 'two' } });
    expect(users.get(key('a'))).toMatchObject({ version: 2, resource: { title: 'two' } });
    users.forget(key('a'));
    expect(users.get(key('a'))).toBeUndefined();
  });

  it('is bounded in number, the oldest go first', () => {
    const users = new RecentUsers();
    for (let number = 0; number <= 10_000; number += 1) users.keep(key(`${number}`), { version: 1, resource: {} });
    expect([users.get(key('0')), users.get(key('1')), users.get(key('10000'))]).toMatchObject([undefined, {}, {}]);
  });

  it('is bounded in length, whatever one document holds', () => {
    const users = new RecentUsers();
    const resource = { title: 'x'.repeat(6_000_000) };
    for (const id of ['a', 'b', 'c']) users.keep(key(id), { version: 1, resource });
    expect(['a', 'b', 'c'].map((id) => users.get(key(id)) !== undefined)).toEqual([false, true, true]);
  });

  it('is nothing to another bearer, who cannot end it either', () => {
    const users = new RecentUsers();
    users.keep(key('a'), { version: 1, resource: {} });
    const stranger = key('a', 'Bearer two');
    users.forget(stranger);
    expect([users.get(stranger), users.get(key('a'))]).toMatchObject([undefined, { version: 1 }]);
  });
});
