import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allScopes } from '../../../src/domain/actors/scope.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGrant,
  aGroup,
  anActor,
  anOrganization,
  aUser,
  type Domain,
  domainOf,
  eventsOf,
} from '../../harness/builders.ts';
import { openTestDatabase } from '../../harness/database.ts';

let domain: Domain;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDatabase();
  domain = domainOf(opened.database);
  close = opened.close;
});
afterAll(() => close());

describe('creating a user', () => {
  it('makes a manual, active user, tells it by an event, and keeps the name as typed', async () => {
    const made = await anOrganization(domain);
    const input = { userName: 'Ada@Acme.example', displayName: 'Ada Lovelace', email: 'ada@acme.example' };
    const user = await domain.users.create(made.operator, input);
    expect(user).toMatchObject({
      ...input,
      isManual: true,
      active: true,
      blockedAt: null,
      removedAt: null,
      version: 1,
    });
    expect(await domain.users.get(made.operator, user.id)).toEqual(user);
    expect(await eventsOf(domain, made, user.id)).toEqual([
      expect.objectContaining({ type: 'userCreated', data: input }),
    ]);
  });

  it('S7: gives no permissions', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([]);
  });

  it.each(['ADA@acme.example', 'ada@acme.example'])(
    'rejects a userName that differs only by case (%s)',
    async (name) => {
      const made = await anOrganization(domain);
      await aUser(domain, made, { userName: 'Ada@acme.example' });
      await expect(aUser(domain, made, { userName: name })).rejects.toMatchObject({
        code: 'userNameTaken',
        details: { path: 'userName' },
      });
    },
  );

  it('security 30: makes one user of eight identical requests', async () => {
    const made = await anOrganization(domain);
    const asked = Array.from({ length: 8 }, () => aUser(domain, made, { userName: 'eight@acme.example' }));
    const results = await Promise.allSettled(asked);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'userNameTaken' });
    }
    expect((await domain.users.list(made.operator, {})).items).toHaveLength(1);
  });

  it('security 11: lets two organizations have users of the same name and e-mail, who are strangers', async () => {
    const one = await anOrganization(domain);
    const other = await anOrganization(domain);
    const profile = { userName: 'ada@acme.example', email: 'ada@acme.example' };
    const here = await aUser(domain, one, profile);
    const there = await aUser(domain, other, { ...profile, displayName: 'Another Ada' });
    expect(there.id).not.toBe(here.id);
    expect(await domain.users.get(one.operator, here.id)).toEqual(here);
  });

  it.each([
    ['a blank userName', { userName: ' ' }, 'userName'],
    ['a userName with NUL', { userName: 'a\u0000' }, 'userName'],
    ['a userName with half a surrogate pair', { userName: 'a\ud800' }, 'userName'],
    ['a userName of 9,000 characters', { userName: 'x'.repeat(9000) }, 'userName'],
    ['a userName whose key no index could hold', { userName: 'ΐ'.repeat(500) }, 'userName'],
    ['a displayName with NUL', { displayName: '\u0000' }, 'displayName'],
    ['an e-mail of 9,000 characters', { email: 'x'.repeat(9000) }, 'email'],
  ])('refuses %s', async (_, input, path) => {
    const made = await anOrganization(domain);
    await expect(aUser(domain, made, input)).rejects.toMatchObject({ code: 'invalidValue', details: { path } });
    expect((await domain.users.list(made.operator, {})).items).toEqual([]);
  });

  it('needs rollcall:users', async () => {
    const made = await anOrganization(domain);
    const actor = anActor(made.organization.id, ['rollcall:groups']);
    await expect(domain.users.create(actor, { userName: 'x' })).rejects.toMatchObject({
      code: 'forbidden',
      details: { permission: 'rollcall:users' },
    });
  });
});

describe('updating a user', () => {
  it('leaves what is absent, clears what is null, and tells only what changed', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made, { displayName: 'Ada', email: 'ada@acme.example' });
    const updated = await domain.users.update(made.operator, user.id, { displayName: null });
    expect(updated).toEqual({ ...user, displayName: null, version: 2 });
    expect((await eventsOf(domain, made, user.id)).at(-1)).toMatchObject({
      type: 'userUpdated',
      data: { displayName: null },
    });
  });

  it('changes neither version nor events when nothing differs', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made, { displayName: 'Ada' });
    expect(await domain.users.update(made.operator, user.id, { displayName: 'Ada' })).toEqual(user);
    expect(await eventsOf(domain, made, user.id)).toHaveLength(1);
  });

  it('refuses an older version, and lets one of two updates of one version through', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const writes = ['One', 'Two'].map((displayName) =>
      domain.users.update(made.operator, user.id, { displayName, ifVersion: 1 }),
    );
    const results = await Promise.allSettled(writes);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'versionConflict', details: { version: 2 } });
  });

  it('moves the unique name: the new one is checked, the old one is free', async () => {
    const made = await anOrganization(domain);
    const ada = await aUser(domain, made, { userName: 'ada' });
    const bob = await aUser(domain, made, { userName: 'bob' });
    const taken = domain.users.update(made.operator, bob.id, { userName: 'ADA' });
    await expect(taken).rejects.toMatchObject({ code: 'userNameTaken' });
    await domain.users.update(made.operator, ada.id, { userName: 'Ada2' });
    expect((await domain.users.update(made.operator, bob.id, { userName: 'ADA' })).userName).toBe('ADA');
    const cleared = domain.users.update(made.operator, bob.id, { userName: null });
    await expect(cleared).rejects.toMatchObject({ code: 'invalidValue' });
  });
});

describe('an active user', () => {
  it('is not blocked: blocking wins over the directory, unblocking gives back what was', async () => {
    const made = await anOrganization(domain);
    const { user } = await aDirectoryUser(domain, made);
    expect(user).toMatchObject({ isManual: false, active: true });
    const blocked = await domain.users.block(made.operator, user.id);
    expect(blocked).toMatchObject({ active: false, blockedAt: domain.clock() });
    expect((await domain.users.block(made.operator, user.id)).version).toBe(blocked.version);
    expect(await domain.users.unblock(made.operator, user.id)).toMatchObject({ active: true, blockedAt: null });
    expect((await eventsOf(domain, made, user.id)).map((event) => event.type)).toEqual([
      'userBlocked',
      'userUnblocked',
    ]);
  });

  it.each([
    ['an inactive directory record', { active: false }, false],
    ['a link that waits for approval', { linkState: 'pending' as const }, false],
    ['a link that was rejected', { linkState: 'rejected' as const }, false],
    ['an active link to an active record', {}, true],
  ])('that a directory made follows it: %s', async (_, facts, active) => {
    const made = await anOrganization(domain);
    const { user } = await aDirectoryUser(domain, made, facts);
    expect(user.active).toBe(active);
  });

  it('may be manual, whatever a directory says', async () => {
    const made = await anOrganization(domain);
    const manual = await aUser(domain, made);
    const { user } = await aDirectoryUser(domain, made, { user: manual, active: false });
    expect(user.active).toBe(true);
  });
});

describe('removing a user', () => {
  it('S16: drops memberships and grants, ends the link in the product, and leaves the directory as it is', async () => {
    const made = await anOrganization(domain);
    const { user, directoryUserId } = await aDirectoryUser(domain, made);
    const group = await aGroup(domain, made, { members: [user] });
    await aGrant(domain, made, { userId: user.id }, ['screens:view']);
    const removed = await domain.users.remove(made.operator, user.id);
    expect(removed).toMatchObject({ active: false, removedAt: domain.clock(), userName: user.userName });
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toEqual([]);
    expect((await domain.grants.list(made.operator, {}, { userId: user.id })).items).toEqual([]);
    const rows = await domain.database.run(
      made.organization.id,
      {
        text: `select l.state, l.version, d.active, d.version as "recordVersion"
               from user_links l join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
              where l.organization_id = $1 and l.directory_user_id = $2`,
      },
      directoryUserId,
    );
    expect(rows).toEqual([{ state: 'removed_in_product', version: 2, active: true, recordVersion: 1 }]);
    const events = await eventsOf(domain, made);
    expect(events.slice(-2)).toMatchObject([
      {
        type: 'linkStateChanged',
        data: { from: 'active', to: 'removed_in_product', userId: user.id, directoryUserId },
      },
      { type: 'userRemoved', subjectId: user.id, data: { userName: user.userName } },
    ]);
  });

  it('frees the userName, so that another person may have it without anything of the former', async () => {
    const made = await anOrganization(domain);
    const former = await aUser(domain, made, { userName: 'ada' });
    await aGroup(domain, made, { members: [former] });
    await domain.users.remove(made.operator, former.id);
    const next = await aUser(domain, made, { userName: 'Ada' });
    expect(next.id).not.toBe(former.id);
    expect(await domain.groups.listGroupsOf(made.operator, next.id)).toEqual([]);
  });

  it('is final: the user is not listed or changed any more, but still readable by id', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    await domain.users.remove(made.operator, user.id);
    expect((await domain.users.list(made.operator, {})).items).toEqual([]);
    expect((await domain.users.get(made.operator, user.id)).removedAt).not.toBeNull();
    const attempts = [
      () => domain.users.update(made.operator, user.id, { displayName: 'x' }),
      () => domain.users.block(made.operator, user.id),
      () => domain.users.remove(made.operator, user.id),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'notFound' });
    const group = await aGroup(domain, made);
    const added = domain.groups.addMembers(made.operator, group.id, [user.id]);
    await expect(added).rejects.toMatchObject({ code: 'invalidValue' });
    await expect(aGrant(domain, made, { userId: user.id }, [])).rejects.toMatchObject({ code: 'notFound' });
  });

  it('never leaves a grant or membership that arrived at the same moment', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made);
    for (let round = 0; round < 5; round += 1) {
      const user = await aUser(domain, made);
      await Promise.allSettled([
        domain.users.remove(made.operator, user.id),
        domain.groups.addMembers(made.operator, group.id, [user.id]),
        aGrant(domain, made, { userId: user.id }, []),
      ]);
      const [left] = await domain.database.run(
        made.organization.id,
        {
          text: `select (select count(*) from group_members where organization_id = $1 and user_id = $2) as members,
                      (select count(*) from grants where organization_id = $1 and user_id = $2) as grants`,
        },
        user.id,
      );
      expect(left).toEqual({ members: 0, grants: 0 });
    }
  });
});

describe('listing users', () => {
  it('pages in the order of their making', async () => {
    const made = await anOrganization(domain);
    const users = [];
    for (const userName of ['c', 'a', 'b']) users.push(await aUser(domain, made, { userName }));
    const first = await domain.users.list(made.operator, { first: 2 });
    expect(first.items.map((user) => user.userName)).toEqual(['c', 'a']);
    expect(first.hasNextPage).toBe(true);
    const second = await domain.users.list(made.operator, { first: 2, after: first.items.at(-1)?.id ?? null });
    expect(second).toEqual({ items: [users[2]], hasNextPage: false });
  });

  it('searches by the beginning of the userName or e-mail, in any case, taking % and _ as they are', async () => {
    const made = await anOrganization(domain);
    await aUser(domain, made, { userName: 'Ada', email: 'lovelace@acme.example' });
    await aUser(domain, made, { userName: 'Straße' });
    await aUser(domain, made, { userName: 'a_b' });
    const names = async (search: string) =>
      (await domain.users.list(made.operator, {}, { search })).items.map((user) => user.userName);
    expect(await names('AD')).toEqual(['Ada']);
    expect(await names('LOVE')).toEqual(['Ada']);
    expect(await names('STRASS')).toEqual(['Straße']);
    expect(await names('a_')).toEqual(['a_b']);
    expect(await names('%')).toEqual([]);
    expect(await names('da')).toEqual([]);
  });

  it('filters by effective activity', async () => {
    const made = await anOrganization(domain);
    const active = await aUser(domain, made);
    const blocked = await aUser(domain, made);
    await domain.users.block(made.operator, blocked.id);
    const { user: left } = await aDirectoryUser(domain, made, { active: false });
    const ids = async (isActive: boolean) =>
      (await domain.users.list(made.operator, {}, { active: isActive })).items.map((user) => user.id);
    expect(await ids(true)).toEqual([active.id]);
    expect((await ids(false)).sort()).toEqual([blocked.id, left.id].sort());
  });

  it('S7: finds who has no access yet, on every path that access can come', async () => {
    const made = await anOrganization(domain);
    const newcomer = await aUser(domain, made);
    const direct = await aUser(domain, made);
    await aGrant(domain, made, { userId: direct.id }, ['screens:view']);
    const manual = await aUser(domain, made);
    const { user: linked, directoryUserId } = await aDirectoryUser(domain, made);
    const granted = await aGroup(domain, made, { members: [manual] });
    await aDirectoryGroup(domain, made, { group: granted, memberIds: [directoryUserId] });
    await aGrant(domain, made, { groupId: granted.id }, ['screens:view']);
    const idle = await aUser(domain, made);
    const empty = await aGroup(domain, made, { members: [idle] });
    await aGrant(domain, made, { groupId: empty.id }, []);
    const gone = await aUser(domain, made);
    await domain.users.block(made.operator, gone.id);
    const ids = async (withoutAccess: boolean) =>
      (await domain.users.list(made.operator, {}, { withoutAccess })).items.map((user) => user.id).sort();
    expect(await ids(true)).toEqual([newcomer.id, idle.id].sort());
    expect(await ids(false)).toEqual([direct.id, manual.id, linked.id].sort());
  });
});

describe('reading users', () => {
  it('answers many in the order they were asked for, with holes for unknown ones', async () => {
    const made = await anOrganization(domain);
    const one = await aUser(domain, made);
    const two = await aUser(domain, made);
    const ids = [two.id, 'not-an-id', one.id, '0199c0de-7a11-7000-8000-00000000dead', two.id];
    expect(await domain.users.getMany(made.operator, ids)).toEqual([two, undefined, one, undefined, two]);
  });

  it('is not for a directory, which sees its own layer only', async () => {
    const { organization } = await anOrganization(domain);
    const directory = {
      kind: 'directory',
      organizationId: organization.id,
      directoryId: 'd',
      tokenId: 't',
      scopes: allScopes,
    } as const;
    await expect(domain.users.list(directory, {})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(domain.users.get(directory, 'x')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(domain.users.create(directory, { userName: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
