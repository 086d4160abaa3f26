import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { LinkState } from '../../../src/domain/links/link.entity.ts';
import { aCall, openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { LinkWorld } from './link-world.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

async function aWorld(groupMatching: 'automatically' | 'ask' | 'never' = 'ask'): Promise<LinkWorld> {
  return new LinkWorld(test, await test.aDirectory({ groupMatching }));
}

const ways = {
  approve: (world: LinkWorld, id: string) => world.domain.linkDecisions.approve(world.at.operator, { id, digest: '' }),
  reject: (world: LinkWorld, id: string) => world.domain.linkDecisions.reject(world.at.operator, id),
  separate: (world: LinkWorld, id: string) => world.domain.linkDecisions.separate(world.at.operator, id),
  retry: (world: LinkWorld, id: string) => world.domain.linkDecisions.retry(world.at.operator, id),
  unlink: (world: LinkWorld, id: string) =>
    world.domain.linkDecisions.unlink(world.at.operator, { id, people: 'keep' }),
};

/** A group's link brought into a state by what brings it there. */
async function aGroupLink(world: LinkWorld, state: LinkState): Promise<string> {
  const group = await world.group('Marketing');
  if (state === 'conflict') await world.domain.organizations.update(world.at.operator, { groupMatching: 'never' });
  const { id = '' } = (await world.linkOf(await world.pushGroup('Marketing'))) ?? {};
  if (state === 'rejected') await ways.reject(world, id);
  if (state === 'active' || state === 'removed_in_product') await world.approve((await world.links())[0]);
  if (state === 'removed_in_product') await world.domain.groups.delete(world.at.operator, group);
  expect(await world.domain.links.get(world.at.operator, id)).toMatchObject({ state });
  return id;
}

async function aUserLink(world: LinkWorld, state: LinkState): Promise<string> {
  const user = await world.user('ada');
  const { id = '' } = (await world.linkOf(await world.push({ userName: 'ada' }))) ?? {};
  if (state === 'rejected') await ways.reject(world, id);
  if (state === 'conflict') await ways.separate(world, id);
  if (state === 'active' || state === 'removed_in_product') await world.approve((await world.links())[0]);
  if (state === 'removed_in_product') await world.domain.users.remove(world.at.operator, user);
  expect(await world.domain.links.get(world.at.operator, id)).toMatchObject({ state });
  return id;
}

describe('each decision is possible from its states only', () => {
  const possible: Record<keyof typeof ways, LinkState[]> = {
    approve: ['pending', 'rejected', 'removed_in_product'],
    reject: ['pending', 'conflict'],
    separate: ['pending', 'rejected'],
    retry: ['conflict'],
    unlink: ['active'],
  };
  const states: LinkState[] = ['active', 'pending', 'rejected', 'conflict', 'removed_in_product'];
  const cases = Object.keys(possible).flatMap((way) =>
    states.flatMap((state) => [[way, state, 'group'] as const, [way, state, 'user'] as const]),
  );
  it.each(cases)('%s from %s, for a %s', async (name, state, kind) => {
    const way = name as keyof typeof ways;
    const world = await aWorld();
    const id = await (kind === 'group' ? aGroupLink : aUserLink)(world, state);
    const code = await ways[way](world, id).then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    // The digest is wrong on purpose: that is looked at after the state.
    const allowed = way === 'approve' ? 'previewOutdated' : 'done';
    const refused = way === 'unlink' ? 'linkNotActive' : 'linkNotPending';
    expect(code).toBe(possible[way].includes(state) ? allowed : refused);
  });
});

describe('a preview', () => {
  it('S11, security 35: counts and names who gains what, who is absorbed, and who stays by hand', async () => {
    const world = await aWorld();
    const [ada, bob, cem, inactive] = await world.people('ada', 'bob', 'cem', 'dora');
    const { directory, directoryId } = world.at;
    const input = { directoryId, id: inactive?.id ?? '', resource: { userName: 'dora', active: false } };
    await world.domain.directoryUsers.replace(directory, aCall, input);
    const eve = await world.user('eve');
    const group = await world.group('Marketing', [bob?.userId ?? '', eve]);
    await world.grant({ groupId: group }, 'screens:publish', 'screens:view');
    await world.grant({ userId: ada?.userId ?? '' }, 'screens:view');
    const people = [ada, bob, cem, inactive].map((person) => person?.id ?? '');
    const link = await world.linkOf(await world.pushGroup('Marketing', people));
    const before = await world.members(group);
    const preview = await world.domain.links.preview(world.at.operator, link?.id ?? '');
    expect(preview).toMatchObject({
      targetId: group,
      peopleCount: 2,
      absorbedCount: 1,
      manualCount: 1,
      permissions: ['screens:publish', 'screens:view'],
    });
    const gainers = await world.domain.links.listGainers(world.at.operator, preview, {});
    expect(gainers.items.map(({ userName, gainedPermissions }) => [userName, gainedPermissions])).toEqual([
      ['ada', ['screens:publish']],
      ['cem', ['screens:publish', 'screens:view']],
    ]);
    const page = await world.domain.links.listGainers(world.at.operator, preview, { first: 1 });
    expect(page).toMatchObject({ items: [{ userName: 'ada' }], hasNextPage: true });
    for (const [which, name] of [
      ['absorbed', 'bob'],
      ['staying', 'eve'],
    ] as const) {
      const { items } = await world.domain.links.listManualMembers(world.at.operator, preview, which, {});
      expect(items.map((user) => user.userName)).toEqual([name]);
    }
    expect(await world.members(group)).toEqual(before);
    await world.approve(link);
    expect(await world.members(group)).toEqual({ ada: 'directory', bob: 'directory', cem: 'directory', eve: 'manual' });
  });

  const moves: [string, (world: LinkWorld, group: string, pushed: string) => Promise<unknown>][] = [
    ['a grant came', (world, group) => world.grant({ groupId: group }, 'billing:manage')],
    [
      'a member came',
      async (world, _, pushed) => {
        const [bob] = await world.people('bob');
        await world.changeGroup(pushed, { members: [{ kind: 'add', userIds: [bob?.id ?? ''] }] });
      },
    ],
    [
      'a manual member came',
      async (world, group) => world.domain.groups.addMembers(world.at.operator, group, [await world.user('eve')]),
    ],
    ['the group went', (world, group) => world.domain.groups.delete(world.at.operator, group)],
  ];
  it.each(moves)('holds the decision to what it showed: %s', async (_, move) => {
    const world = await aWorld();
    const [ada] = await world.people('ada');
    const group = await world.group('Marketing');
    const pushed = await world.pushGroup('Marketing', [ada?.id ?? '']);
    const link = await world.linkOf(pushed);
    await ways.reject(world, link?.id ?? '');
    const { digest } = await world.domain.links.preview(world.at.operator, link?.id ?? '');
    await move(world, group, pushed);
    const approval = world.domain.linkDecisions.approve(world.at.operator, { id: link?.id ?? '', digest });
    await expect(approval).rejects.toMatchObject({ code: 'previewOutdated' });
    expect(await world.linkOf(pushed)).toMatchObject({ state: 'rejected' });
  });
});

describe('nobody lets in more than they hold', () => {
  it('security 20: an admin who may link does not approve a group of more permissions than their own', async () => {
    const world = await aWorld();
    const group = await world.group('Finance');
    await world.grant({ groupId: group }, 'billing:manage');
    const link = await world.linkOf(await world.pushGroup('Finance'));
    await expect(world.approve(link, world.anAdmin())).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    expect(await world.approve(link, world.anAdmin('billing:manage'))).toMatchObject({ state: 'active' });
  });

  it('security 20: nor a person into a user of more', async () => {
    const world = await aWorld();
    const user = await world.user('ada');
    await world.grant({ userId: user }, 'billing:manage');
    const link = await world.linkOf(await world.push({ userName: 'ada' }));
    await expect(world.approve(link, world.anAdmin())).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    expect(await world.approve(link, world.anAdmin('billing:manage'))).toMatchObject({ state: 'active' });
  });

  it('security 20: nor a person with a separate user into the groups of the directory', async () => {
    const world = await aWorld('automatically');
    await world.domain.users.create(world.at.operator, { userName: 'ada', email: 'ada@acme.example' });
    const record = await world.push({ userName: 'ada2', emails: [{ type: 'work', value: 'ada@acme.example' }] });
    const pushed = await world.pushGroup('Finance', [record]);
    const group = (await world.linkOf(pushed))?.targetId ?? '';
    await world.grant({ groupId: group }, 'billing:manage');
    const link = await world.linkOf(record);
    // Without a user of that e-mail it would not have waited.
    if (link?.state !== 'pending') throw new Error('The record was to match by e-mail.');
    const separation = world.domain.linkDecisions.separate(world.anAdmin(), link.id);
    await expect(separation).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
  });

  it('security 20: nor keeps people by hand in more', async () => {
    const world = await aWorld('automatically');
    const [ada] = await world.people('ada');
    const pushed = await world.pushGroup('Finance', [ada?.id ?? '']);
    const link = await world.linkOf(pushed);
    await world.grant({ groupId: link?.targetId ?? '' }, 'billing:manage');
    const unlink = (people: 'keep' | 'letGo') =>
      world.domain.linkDecisions.unlink(world.anAdmin(), { id: link?.id ?? '', people });
    await expect(unlink('keep')).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    expect(await unlink('letGo')).toMatchObject({ state: 'rejected', reason: 'unlinked' });
  });

  it('needs rollcall:links, and another organization finds nothing', async () => {
    const world = await aWorld();
    const id = await aGroupLink(world, 'pending');
    const reader: Actor = { ...(world.anAdmin() as Extract<Actor, { kind: 'apiKey' }>), permissions: new Set() };
    const stranger = (await aWorld()).at.operator;
    for (const decide of ['reject', 'separate', 'retry'] as const) {
      await expect(world.domain.linkDecisions[decide](reader, id)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(world.domain.linkDecisions[decide](stranger, id)).rejects.toMatchObject({ code: 'notFound' });
    }
    await expect(ways.reject(world, 'no-id')).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('unlinking a group', () => {
  it('keeps the people that count as manual members, or lets them go', async () => {
    const world = await aWorld('automatically');
    const [ada, bob] = await world.people('ada', 'bob');
    const { directory, directoryId } = world.at;
    const pushed = await world.pushGroup('Marketing', [ada?.id ?? '', bob?.id ?? '']);
    await world.domain.directoryUsers.replace(directory, aCall, {
      directoryId,
      id: bob?.id ?? '',
      resource: { userName: 'bob', active: false },
    });
    const link = await world.linkOf(pushed);
    const group = link?.targetId ?? '';
    await ways.unlink(world, link?.id ?? '');
    expect(await world.members(group)).toEqual({ ada: 'manual' });
    await world.changeGroup(pushed, { members: [{ kind: 'remove', userIds: [ada?.id ?? ''] }] });
    expect(await world.members(group)).toEqual({ ada: 'manual' });
    await world.domain.directoryUsers.replace(directory, aCall, {
      directoryId,
      id: bob?.id ?? '',
      resource: { userName: 'bob', active: true },
    });
    await world.approve(await world.linkOf(pushed));
    expect(await world.members(group)).toEqual({ ada: 'manual', bob: 'directory' });
    await world.domain.linkDecisions.unlink(world.at.operator, { id: link?.id ?? '', people: 'letGo' });
    expect(await world.members(group)).toEqual({ ada: 'manual' });
  });

  it('refuses to take the last owner, and lets only an owner touch owners', async () => {
    const world = await aWorld('automatically');
    const [ada] = await world.people('ada');
    const link = await world.linkOf(await world.pushGroup('Bosses', [ada?.id ?? '']));
    const sets = (await world.domain.permissionSets.list(world.at.operator, {})).items;
    const owner = sets.find((set) => set.builtIn === 'owner')?.id ?? '';
    const grant = { permissionSetId: owner, groupId: link?.targetId ?? '', confirmsDirectoryMembership: true };
    await world.domain.grants.grant(world.at.operator, grant);
    const letGo = { id: link?.id ?? '', people: 'letGo' as const };
    await expect(world.domain.linkDecisions.unlink(world.anAdmin(), letGo)).rejects.toMatchObject({
      code: 'forbidden',
    });
    const unlink = world.domain.linkDecisions.unlink(world.at.operator, letGo);
    await expect(unlink).rejects.toMatchObject({ code: 'lastOwner' });
    expect(await world.domain.linkDecisions.unlink(world.at.operator, { ...letGo, people: 'keep' })).toMatchObject({
      state: 'rejected',
    });
  });
});

describe('a person who matches a user', () => {
  it('security 13: adoption ends the manual user and leaves the profile until the record changes', async () => {
    const world = await aWorld();
    const user = await world.user('ada');
    const record = await world.push({ userName: 'ADA', displayName: 'Ada from Entra' });
    expect(await world.domain.users.get(world.at.operator, user)).toMatchObject({ userName: 'ada', displayName: null });
    await world.approve(await world.linkOf(record));
    const adopted = await world.domain.users.get(world.at.operator, user);
    expect(adopted).toMatchObject({ userName: 'ada', displayName: null, isManual: false, active: true });
    const { directory, directoryId } = world.at;
    const resource = { userName: 'ADA', displayName: 'Ada Lovelace' };
    await world.domain.directoryUsers.replace(directory, aCall, { directoryId, id: record, resource });
    const carried = await world.domain.users.get(world.at.operator, user);
    expect(carried).toMatchObject({ userName: 'ADA', displayName: 'Ada Lovelace' });
    await world.domain.directoryUsers.replace(directory, aCall, {
      directoryId,
      id: record,
      resource: { ...resource, active: false },
    });
    expect(await world.domain.users.get(world.at.operator, user)).toMatchObject({ active: false });
  });

  it('who is somebody else gets a user of their own as soon as the name is free', async () => {
    const world = await aWorld();
    const user = await world.user('ada');
    const record = await world.push({ userName: 'ada' });
    const id = (await world.linkOf(record))?.id ?? '';
    expect(await ways.separate(world, id)).toMatchObject({
      state: 'conflict',
      reason: 'name_is_taken',
      targetId: user,
    });
    expect(await ways.retry(world, id)).toMatchObject({ state: 'conflict' });
    await world.domain.users.update(world.at.operator, user, { userName: 'ada.old' });
    const link = await world.linkOf(record);
    expect(link).toMatchObject({ state: 'active', targetName: 'ada', decidedBy: { kind: 'operator' } });
    expect(link?.targetId).not.toBe(user);
  });

  it('who matches by e-mail alone can be separated at once', async () => {
    const world = await aWorld();
    await world.domain.users.create(world.at.operator, { userName: 'ada.old', email: 'ada@acme.example' });
    const record = await world.push({ userName: 'ada', emails: [{ type: 'work', value: 'ada@acme.example' }] });
    const link = await world.linkOf(record);
    expect(link).toMatchObject({ state: 'pending', reason: 'user_exists' });
    expect(await ways.separate(world, link?.id ?? '')).toMatchObject({ state: 'active', targetName: 'ada' });
  });
});

describe('a user who was removed in the product', () => {
  it('S16: comes back only by an admin, without what was given by hand', async () => {
    const world = await aWorld();
    const [ada] = await world.people('ada');
    const group = await world.group('Marketing', [ada?.userId ?? '']);
    await world.grant({ userId: ada?.userId ?? '' }, 'screens:view');
    await world.domain.users.remove(world.at.operator, ada?.userId ?? '');
    const back = await world.approve(await world.linkOf(ada?.id ?? ''));
    expect(back).toMatchObject({ state: 'active', targetId: ada?.userId });
    const user = await world.domain.users.get(world.at.operator, ada?.userId ?? '');
    expect(user).toMatchObject({ active: true, removedAt: null, isManual: false });
    expect(await world.may(user.id, 'screens:view')).toBe(false);
    expect(await world.members(group)).toEqual({});
  });

  it('does not come back into a name that somebody else has by now', async () => {
    const world = await aWorld();
    const [ada] = await world.people('ada');
    await world.domain.users.remove(world.at.operator, ada?.userId ?? '');
    await world.user('ada');
    const approval = world.approve(await world.linkOf(ada?.id ?? ''));
    await expect(approval).rejects.toMatchObject({ code: 'userNameTaken' });
    expect(await world.linkOf(ada?.id ?? '')).toMatchObject({ state: 'removed_in_product' });
  });

  it('declines what waited for them', async () => {
    const world = await aWorld();
    const user = await world.user('ada');
    const record = await world.push({ userName: 'ada' });
    await world.domain.users.remove(world.at.operator, user);
    expect(await world.linkOf(record)).toMatchObject({ state: 'rejected' });
  });
});

describe('unlinking a person', () => {
  it('keeps the user by hand, or deactivates them', async () => {
    const world = await aWorld('automatically');
    const [ada, bob] = await world.people('ada', 'bob');
    await world.pushGroup('Marketing', [ada?.id ?? '', bob?.id ?? '']);
    for (const [person, people] of [
      [ada, 'keep'],
      [bob, 'letGo'],
    ] as const) {
      const id = (await world.linkOf(person?.id ?? ''))?.id ?? '';
      await world.domain.linkDecisions.unlink(world.at.operator, { id, people });
    }
    const users = await world.domain.users.getMany(world.at.operator, [ada?.userId ?? '', bob?.userId ?? '']);
    expect(users).toMatchObject([
      { active: true, isManual: true },
      { active: false, isManual: false },
    ]);
    const group = (
      await world.linkOf((await world.links()).find((link) => link.kind === 'group')?.directoryRecordId ?? '')
    )?.targetId;
    expect(await world.members(group ?? uuid())).toEqual({});
    await world.approve(await world.linkOf(bob?.id ?? ''));
    expect(await world.members(group ?? uuid())).toEqual({ bob: 'directory' });
  });
});
