import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { LinkWorld } from './link-world.ts';

const DAY = 86_400_000;
let test: TestDomain;
let now = Date.UTC(2026, 0, 5);
beforeAll(async () => {
  test = await openTestDomain(() => new Date(now));
});
afterAll(() => test.close());

async function aWorld(settings: { groupMatching?: 'automatically' | 'ask' | 'never' } = {}): Promise<LinkWorld> {
  return new LinkWorld(test, await test.aDirectory(settings));
}

describe('a manual member who comes through the linked directory group', () => {
  it('is absorbed by a push that joins the group, so that removal in Entra removes (security 35)', async () => {
    const world = await aWorld();
    const [ada, bob] = await world.people('ada', 'bob');
    const group = await world.group('Finance', [ada?.userId ?? '', bob?.userId ?? '']);
    const pushed = await world.pushGroup('Finance', [ada?.id ?? '']);
    expect(await world.members(group)).toEqual({ ada: 'directory', bob: 'manual' });
    await world.changeGroup(pushed, { members: [{ kind: 'remove', userIds: [ada?.id ?? ''] }] });
    expect(await world.members(group)).toEqual({ bob: 'manual' });
  });

  it.each([
    ['one addition', [{ kind: 'add' as const }]],
    ['an addition among others', [{ kind: 'remove' as const }, { kind: 'add' as const }]],
    ['a replacement', [{ kind: 'replace' as const }]],
  ])('is absorbed by %s', async (_, kinds) => {
    const world = await aWorld();
    const [ada] = await world.people('ada');
    const group = await world.group('Finance', [ada?.userId ?? '']);
    const pushed = await world.pushGroup('Finance');
    expect(await world.members(group)).toEqual({ ada: 'manual' });
    await world.changeGroup(pushed, { members: kinds.map(({ kind }) => ({ kind, userIds: [ada?.id ?? ''] })) });
    expect(await world.members(group)).toEqual({ ada: 'directory' });
    expect(await world.events('groupMembersAbsorbed')).toEqual([{ userIds: [ada?.userId], count: 1 }]);
  });

  it('is left alone while the link waits', async () => {
    const world = await aWorld({ groupMatching: 'ask' });
    const [ada] = await world.people('ada');
    const group = await world.group('Finance', [ada?.userId ?? '']);
    const pushed = await world.pushGroup('Finance', [ada?.id ?? '']);
    expect(await world.members(group)).toEqual({ ada: 'manual' });
    await world.approve(await world.linkOf(pushed));
    expect(await world.members(group)).toEqual({ ada: 'directory' });
  });
});

describe('a directory group that is deleted and pushed again', () => {
  it('S22: finds its link again within 30 days, with the permissions of the group', async () => {
    const world = await aWorld();
    const [ada] = await world.people('ada');
    const group = await world.group('Marketing');
    await world.grant({ groupId: group }, 'screens:publish');
    await world.deleteGroup(await world.pushGroup('Marketing', [ada?.id ?? '']));
    expect(await world.may(ada?.userId ?? '', 'screens:publish')).toBe(false);
    now += 29 * DAY;
    const again = await world.pushGroup('Marketing', [ada?.id ?? '']);
    expect(await world.linkOf(again)).toMatchObject({ state: 'active', targetId: group, earlier: { state: 'active' } });
    expect(await world.may(ada?.userId ?? '', 'screens:publish')).toBe(true);
  });

  it('finds it under another name too, and even where the organization matches no names', async () => {
    const world = await aWorld({ groupMatching: 'ask' });
    const group = await world.group('Marketing');
    const pushed = await world.pushGroup('Marketing', [], 'ext');
    await world.approve(await world.linkOf(pushed));
    await world.deleteGroup(pushed);
    await world.domain.organizations.update(world.at.operator, { groupMatching: 'never' });
    const again = await world.pushGroup('Marketing EMEA', [], 'ext');
    expect(await world.linkOf(again)).toMatchObject({ state: 'active', targetId: group });
    expect(await world.groupNames()).toEqual(['Marketing']);
  });

  it.each([
    ['its grants changed', (world: LinkWorld, group: string) => world.grant({ groupId: group }, 'screens:view')],
    ['it became protected', (world: LinkWorld, group: string) => world.grant({ groupId: group }, 'billing:manage')],
    ['another group fills it now', (world: LinkWorld) => world.pushGroup('Marketing', [], 'another')],
    ['it was deleted', (world: LinkWorld, group: string) => world.domain.groups.delete(world.at.operator, group)],
  ])('waits when %s, and shows the earlier decision', async (_, happens) => {
    const world = await aWorld();
    const group = await world.group('Marketing');
    await world.grant({ groupId: group }, 'screens:publish');
    await world.deleteGroup(await world.pushGroup('Marketing'));
    await happens(world, group);
    const link = await world.linkOf(await world.pushGroup('Marketing EMEA', [], 'ext-Marketing'));
    expect(link).toMatchObject({ state: 'pending', reason: 'earlier_decision', earlier: { state: 'active' } });
  });

  it('waits when it had been declined, and says by whom', async () => {
    const world = await aWorld({ groupMatching: 'ask' });
    const group = await world.group('Marketing');
    const pushed = await world.pushGroup('Marketing');
    await world.domain.linkDecisions.reject(world.anAdmin(), (await world.linkOf(pushed))?.id ?? '');
    await world.deleteGroup(pushed);
    expect(await world.linkOf(await world.pushGroup('Marketing'))).toMatchObject({
      state: 'pending',
      reason: 'earlier_decision',
      targetId: group,
      earlier: { state: 'rejected', decidedBy: { name: 'admin' } },
    });
  });

  it.each([
    ['after 30 days', 'ext', 31 * DAY],
    ['without an externalId', '', 0],
  ])('is a new group %s', async (_, externalId, pause) => {
    const world = await aWorld({ groupMatching: 'ask' });
    await world.group('Marketing');
    const pushed = await world.pushGroup('Marketing', [], externalId);
    await world.approve(await world.linkOf(pushed));
    await world.deleteGroup(pushed);
    now += pause;
    const link = await world.linkOf(await world.pushGroup('Marketing', [], externalId));
    expect(link).toMatchObject({ state: 'pending', reason: 'organization_asks', earlier: null });
  });

  it('is a new group when its product group went with it', async () => {
    const world = await aWorld();
    await world.deleteGroup(await world.pushGroup('Marketing'));
    expect(await world.groupNames()).toEqual([]);
    const link = await world.linkOf(await world.pushGroup('Marketing'));
    expect(link).toMatchObject({ state: 'active', earlier: null });
    expect(await world.groupNames()).toEqual(['Marketing']);
  });
});

describe('a group that the product deletes', () => {
  it('S16: leaves the directory group alone, and only an admin brings it back', async () => {
    const world = await aWorld();
    const [ada] = await world.people('ada');
    const pushed = await world.pushGroup('Marketing');
    const group = (await world.linkOf(pushed))?.targetId ?? '';
    await world.domain.groups.delete(world.at.operator, group);
    await world.changeGroup(pushed, { members: [{ kind: 'add', userIds: [ada?.id ?? ''] }] });
    await world.changeGroup(pushed, { displayName: 'Marketing EMEA' });
    const link = await world.linkOf(pushed);
    expect(link).toMatchObject({ state: 'removed_in_product', targetId: null, decidedBy: { kind: 'operator' } });
    expect(await world.groupNames()).toEqual([]);
    const back = await world.approve(link);
    expect(back).toMatchObject({ state: 'active', targetName: 'Marketing EMEA' });
    expect(await world.members(back.targetId ?? '')).toEqual({ ada: 'directory' });
  });

  it.each(['ask', 'never'] as const)('lets what waits for it have a group of its own (%s)', async (groupMatching) => {
    const world = await aWorld({ groupMatching });
    const group = await world.group('Marketing');
    await world.grant({ groupId: group }, 'screens:publish');
    const pushed = await world.pushGroup('Marketing');
    await world.domain.groups.delete(world.at.operator, group);
    const link = await world.linkOf(pushed);
    expect(link).toMatchObject({ state: 'active', targetName: 'Marketing' });
    expect(link?.targetId).not.toBe(group);
  });
});

it('security 20: deleting or renaming a group joins nothing that waited to another group', async () => {
  const world = await aWorld({ groupMatching: 'ask' });
  const sales = await world.group('Sales');
  const field = await world.group('Field');
  await world.grant({ groupId: field }, 'screens:publish');
  const pushed = await world.pushGroup('Sales');
  await world.deleteGroup(pushed);
  await world.domain.organizations.update(world.at.operator, { groupMatching: 'automatically' });
  // It waits for the group that it was, under the name of another one.
  const again = await world.pushGroup('Field', [], 'ext-Sales');
  expect(await world.linkOf(again)).toMatchObject({ state: 'pending', targetId: sales });
  await world.domain.groups.delete(world.at.operator, sales);
  expect(await world.linkOf(again)).toMatchObject({ state: 'pending', reason: 'organization_asks', targetId: field });
});

describe('a link in conflict', () => {
  it('is tried again when the group that has its name is renamed', async () => {
    const world = await aWorld({ groupMatching: 'never' });
    const group = await world.group('Marketing');
    const pushed = await world.pushGroup('Marketing');
    expect(await world.linkOf(pushed)).toMatchObject({ state: 'conflict', reason: 'name_is_taken', targetId: group });
    await world.domain.groups.update(world.at.operator, group, { name: 'MARKETING' });
    expect(await world.linkOf(pushed)).toMatchObject({ state: 'conflict' });
    await world.domain.groups.update(world.at.operator, group, { name: 'Old Marketing' });
    expect(await world.linkOf(pushed)).toMatchObject({ state: 'active', targetName: 'Marketing' });
  });

  it('is tried again when the organization matches names after all', async () => {
    const world = await aWorld({ groupMatching: 'never' });
    const group = await world.group('Marketing');
    const waiting = await world.group('Finance');
    await world.grant({ groupId: waiting }, 'billing:manage');
    const [first, second] = [await world.pushGroup('Marketing'), await world.pushGroup('Finance')];
    await world.domain.organizations.update(world.at.operator, { groupMatching: 'automatically' });
    expect(await world.linkOf(first)).toMatchObject({ state: 'active', targetId: group });
    expect(await world.linkOf(second)).toMatchObject({ state: 'pending', reason: 'group_is_protected' });
  });

  it('stays apart, whatever the organization matches, where an admin kept it apart', async () => {
    const world = await aWorld({ groupMatching: 'ask' });
    const group = await world.group('Marketing');
    const pushed = await world.pushGroup('Marketing');
    await world.domain.linkDecisions.separate(world.at.operator, (await world.linkOf(pushed))?.id ?? '');
    await world.domain.organizations.update(world.at.operator, { groupMatching: 'automatically' });
    const link = await world.linkOf(pushed);
    expect(link).toMatchObject({ state: 'conflict', targetId: group });
    expect(await world.domain.linkDecisions.retry(world.at.operator, link?.id ?? '')).toMatchObject({
      state: 'conflict',
    });
  });

  it('stays in conflict on a retry while the name is taken, and is told nothing', async () => {
    const world = await aWorld({ groupMatching: 'never' });
    await world.group('Marketing');
    const link = await world.linkOf(await world.pushGroup('Marketing'));
    const tried = await world.domain.linkDecisions.retry(world.at.operator, link?.id ?? '');
    expect(tried).toMatchObject({ state: 'conflict', version: link?.version });
  });

  it('follows its own rename to another taken name, and leaves the conflict by one that is free', async () => {
    const world = await aWorld({ groupMatching: 'never' });
    await world.group('Marketing');
    const other = await world.group('Sales');
    const pushed = await world.pushGroup('Marketing');
    await world.changeGroup(pushed, { displayName: 'Sales' });
    expect(await world.linkOf(pushed)).toMatchObject({ state: 'conflict', targetId: other });
    await world.changeGroup(pushed, { displayName: 'Field' });
    expect(await world.linkOf(pushed)).toMatchObject({ state: 'active', targetName: 'Field' });
  });
});
