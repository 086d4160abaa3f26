import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { createUsers } from '../../../src/domain/directories/directory-user-writes.store.ts';
import { anActor } from '../../harness/builders.ts';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';
import { anotherDirectory, worldOf } from './directory-world.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

const person = (name: string, more: object = {}) => ({
  userName: `${name}@acme.example`,
  displayName: name,
  externalId: `ext-${name}`,
  emails: [{ type: 'work', value: `${name}@acme.example` }],
  ...more,
});

/** An organization whose only directory observes. */
async function observing(settings: { groupMatching?: 'automatically' | 'ask' | 'never' } = {}) {
  const at = await anotherDirectory(test, await test.aDirectory(settings), { status: 'observing' });
  return { at, world: worldOf(test, at) };
}

async function active() {
  const at = await test.aDirectory();
  return { at, world: worldOf(test, at), statuses: test.domain.directoryStatuses };
}

describe('a directory that observes', () => {
  it('takes everything and projects nothing', async () => {
    const { at, world } = await observing();
    const ada = await world.push(person('ada'));
    const marketing = await world.pushGroup('Marketing', [ada]);
    await world.write(ada, person('ada', { active: false }));
    await world.write(ada, person('ada', { displayName: 'Ada King' }));
    await world.members(marketing, 'remove', [ada]);
    expect(await world.users()).toEqual([]);
    expect(await world.groups()).toEqual([]);
    expect(await world.links()).toEqual([]);
    const found = await test.domain.directoryUsers.find(at.directory, { directoryId: at.directoryId, id: ada });
    expect(found?.resource).toMatchObject({ displayName: 'Ada King' });
    await world.drop(ada);
    expect(await world.users()).toEqual([]);
  });

  it('S11: shows before the first sign-in who comes, which groups join and what they bring, and changes nothing', async () => {
    const { at, world } = await observing();
    const { operator } = at;
    const grace = await test.domain.users.create(operator, { userName: 'grace@acme.example' });
    const marketing = await test.domain.groups.create(operator, { name: 'Marketing' });
    await world.grant({ groupId: marketing.id }, ['screens:publish']);
    const admins = await test.domain.groups.create(operator, { name: 'Administrators' });
    await test.domain.grants.grant(operator, { permissionSetId: await world.builtIn('admin'), groupId: admins.id });
    const ada = await world.push(person('ada'));
    const bob = await world.push(person('bob', { active: false }));
    const again = await world.push(person('grace'));
    await world.pushGroup(' marketing ', [ada]);
    await world.pushGroup('Administrators', [bob]);
    await world.pushGroup('Sales', []);
    const preview = await test.domain.directoryStatuses.preview(operator, at.directoryId);
    expect(preview).toMatchObject({
      newPeopleCount: 2,
      newInactivePeopleCount: 1,
      matchingPeopleCount: 1,
      heldPeopleCount: 0,
      heldMembersCount: 0,
      newGroupsCount: 1,
      joiningGroupsCount: 1,
      waitingGroupsCount: 1,
      conflictingGroupsCount: 0,
      permissions: ['screens:publish'],
    });
    expect(preview.groups).toMatchObject([
      { displayName: ' marketing ', outcome: 'joins', reason: null, groupId: marketing.id },
      { displayName: 'Administrators', outcome: 'waits', reason: 'group_is_protected', groupId: admins.id },
      { displayName: 'Sales', outcome: 'creates', reason: null, groupId: null },
    ]);
    const matching = await test.domain.directoryStatuses.listMatchingPeople(operator, preview, {});
    expect(matching.items).toEqual([{ id: again, userName: 'grace@acme.example', userId: grace.id }]);
    expect(await world.links()).toEqual([]);
    expect(await world.users()).toHaveLength(1);
  });

  it('lets its groups come one after the other: the second of a name finds the first one linked', async () => {
    const { at, world } = await observing();
    await test.domain.directories.update(at.operator, { id: at.directoryId, matchesGroupsBy: 'externalId' });
    await test.domain.groups.create(at.operator, { name: 'Marketing' });
    for (const name of ['Marketing', 'marketing', 'Sales', 'sales']) await world.pushGroup(name);
    const { groups } = await test.domain.directoryStatuses.preview(at.operator, at.directoryId);
    expect(groups.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'joins',
      'group_is_linked',
      'creates',
      'group_is_linked',
    ]);
    await world.activate();
    const states = (await world.links()).map((link) => link.reason ?? link.state);
    expect(states).toEqual(['active', 'group_is_linked', 'active', 'group_is_linked']);
  });

  it.each([
    ['ask', 'waits', 'organization_asks'],
    ['never', 'conflicts', 'name_is_taken'],
  ] as const)('follows the policy %s', async (groupMatching, outcome, reason) => {
    const { at, world } = await observing({ groupMatching });
    await test.domain.groups.create(at.operator, { name: 'Marketing' });
    await world.pushGroup('Marketing');
    const { groups } = await test.domain.directoryStatuses.preview(at.operator, at.directoryId);
    expect(groups).toMatchObject([{ outcome, reason }]);
    await world.activate();
    expect(await world.links()).toMatchObject([{ reason }]);
  });
});

describe('activating a directory', () => {
  it('does what the preview showed, people first', async () => {
    const { at, world } = await observing();
    const marketing = await test.domain.groups.create(at.operator, { name: 'Marketing' });
    await world.grant({ groupId: marketing.id }, ['screens:publish']);
    await test.domain.users.create(at.operator, { userName: 'grace@acme.example' });
    const ada = await world.push(person('ada'));
    const grace = await world.push(person('grace'));
    const bob = await world.push(person('bob', { active: false }));
    await world.pushGroup('Marketing', [ada, grace, bob]);
    await world.pushGroup('Sales', [ada]);
    const directory = await world.activate();
    expect(directory).toMatchObject({ status: 'active', isSettled: true });
    expect((await world.linksOf(ada))[0]).toMatchObject({ state: 'active' });
    expect((await world.linksOf(grace))[0]).toMatchObject({ state: 'pending', reason: 'user_exists' });
    expect(await world.membersOf(marketing.id)).toEqual(['ada@acme.example']);
    expect(await world.user('bob@acme.example')).toMatchObject({ active: false });
    const user = await world.user('ada@acme.example');
    expect(await world.mayDo(user.id)).toContain('screens:publish');
    expect((await world.groups()).map((group) => group.name).sort()).toEqual(['Marketing', 'Sales']);
    // From now on it follows at once.
    await world.push(person('eve'));
    expect(await world.user('eve@acme.example')).toMatchObject({ active: true });
  });

  it('absorbs manual members who come through the group', async () => {
    const { at, world } = await active();
    const ada = await world.push(person('ada'));
    const user = await world.user('ada@acme.example');
    const other = await anotherDirectory(test, at, { status: 'observing' });
    const okta = worldOf(test, other);
    const group = await test.domain.groups.create(at.operator, { name: 'Marketing' });
    await test.domain.groups.addMembers(at.operator, group.id, [user.id]);
    await test.domain.directoryStatuses.pause(at.operator, at.directoryId);
    await world.pushGroup('Marketing', [ada]);
    await okta.activate();
    await world.activate();
    const { items } = await test.domain.groups.listMembers(at.operator, group.id, {});
    expect(items).toMatchObject([{ userName: 'ada@acme.example', source: 'directory' }]);
  });

  it('refuses the digest of a preview that the ground moved under', async () => {
    const { at, world } = await observing();
    await test.domain.groups.create(at.operator, { name: 'Sales' });
    await world.pushGroup('Sales');
    const { digest } = await test.domain.directoryStatuses.preview(at.operator, at.directoryId);
    const moves = [
      () => world.push(person('ada')),
      () => world.pushGroup('Marketing'),
      () => test.domain.organizations.update(at.operator, { groupMatching: 'ask' }),
    ];
    for (const move of moves) {
      await move();
      const late = test.domain.directoryStatuses.activate(at.operator, { id: at.directoryId, digest });
      await expect(late).rejects.toMatchObject({ code: 'previewOutdated' });
    }
    expect(await world.links()).toEqual([]);
  });

  it('security 20: needs all that the joined groups give', async () => {
    const { at, world } = await observing();
    const group = await test.domain.groups.create(at.operator, { name: 'Marketing' });
    await world.grant({ groupId: group.id }, ['screens:publish']);
    await world.pushGroup('Marketing', [await world.push(person('ada'))]);
    const { digest } = await test.domain.directoryStatuses.preview(at.operator, at.directoryId);
    const helper = anActor(at.organizationId, ['rollcall:directories']);
    const input = { id: at.directoryId, digest };
    await expect(test.domain.directoryStatuses.activate(helper, input)).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
      details: { permissions: ['screens:publish'] },
    });
    const publisher = anActor(at.organizationId, ['rollcall:directories', 'screens:publish']);
    await expect(test.domain.directoryStatuses.activate(publisher, input)).resolves.toMatchObject({ status: 'active' });
  });

  /** What activation has left behind, or a write that passed it by. */
  async function leftBehind({ organizationId }: TestDirectory) {
    const rows = await test.database.run(
      organizationId,
      statement<{ people: number; unlinked: number; stale: number; unlinkedGroups: number; heldMembers: number }>(
        `select count(*) as people, count(*) filter (where l.id is null) as unlinked,
                count(*) filter (where u.display_name is distinct from d.resource->>'displayName') as stale,
                (select count(*) from directory_groups g where g.organization_id = $1 and not exists (
                   select 1 from group_links k where k.organization_id = $1 and k.directory_group_id = g.id))
                  as "unlinkedGroups",
                (select count(*) from directory_group_members m where m.organization_id = $1 and m.is_held)
                  as "heldMembers"
           from directory_users d
           left join user_links l on l.organization_id = $1 and l.directory_user_id = d.id and l.state = 'active'
           left join users u on u.organization_id = $1 and u.id = l.user_id
          where d.organization_id = $1`,
      ),
    );
    return rows[0];
  }

  it('goes in portions and loses nothing that SCIM writes meanwhile', async () => {
    const { at, world } = await observing();
    const first = await Promise.all(Array.from({ length: 1_200 }, (_, n) => world.push(person(`first${n}`))));
    const sales = await world.pushGroup('Sales', first.slice(0, 10));
    const activation = world.activate();
    const status = async () => (await test.domain.directories.get(at.operator, at.directoryId))?.status;
    while ((await status()) !== 'active');
    const during = Array.from({ length: 100 }, async (_, n) => {
      const added = await world.push(person(`during${n}`));
      const at = 1_199 - n * 10;
      await world.write(first[at] ?? '', person(`first${at}`, { displayName: `Renamed ${n}` }));
      await world.members(sales, 'add', [added]);
      if (n % 20 === 0) await world.pushGroup(`Group ${n}`, [added]);
    });
    const isSettled = async () => (await test.domain.directories.get(at.operator, at.directoryId))?.isSettled;
    expect(await isSettled()).toBe(false);
    // Another process goes on with what looks broken off.
    await Promise.all([activation, test.domain.maintenance.run(), ...during]);
    expect(await leftBehind(at)).toEqual({ people: 1_300, unlinked: 0, stale: 0, unlinkedGroups: 0, heldMembers: 0 });
    expect(await isSettled()).toBe(true);
  });

  it('is passed by no write that went by the old status', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { at, world } = await observing();
      const ada = await world.push(person('ada'));
      const sales = await world.pushGroup('Sales');
      if (round % 2 === 1) {
        await world.activate();
        await test.domain.directoryStatuses.pause(at.operator, at.directoryId);
      }
      const activate = async (): Promise<unknown> => world.activate().catch(activate);
      const writes = Array.from({ length: 12 }, async (_, n) => {
        if (n % 4 === 0) await world.pushGroup(`Group ${n}`, [ada]);
        else if (n % 4 === 1) await world.members(sales, 'add', [ada]);
        else await world.push(person(`p${n}`));
      });
      await Promise.all([...writes, activate()]);
      expect(await leftBehind(at)).toMatchObject({ unlinked: 0, stale: 0, unlinkedGroups: 0, heldMembers: 0 });
    }
  });

  it('is gone on with where it broke off', async () => {
    const { at, world } = await observing();
    const ada = await world.push(person('ada'));
    await world.pushGroup('Sales', [ada]);
    // As a crash right after the flip leaves it.
    const flipped = statement<never>(
      `update directories set status = 'active', is_settled = false where organization_id = $1 and id = $2`,
    );
    await test.database.run(at.organizationId, flipped, at.directoryId);
    await test.domain.maintenance.run();
    expect((await world.linksOf(ada))[0]).toMatchObject({ state: 'active' });
    expect((await world.groups()).map((group) => group.name)).toEqual(['Sales']);
    expect(await test.domain.directories.get(at.operator, at.directoryId)).toMatchObject({ isSettled: true });
  });
});

describe('a paused directory', () => {
  it('lets leavers out at once and newcomers wait', async () => {
    const { at, world, statuses } = await active();
    const ada = await world.push(person('ada'));
    const bob = await world.push(person('bob'));
    const sales = await world.pushGroup('Sales', [ada, bob]);
    const [group] = await world.groups();
    await statuses.pause(at.operator, at.directoryId);
    await world.write(ada, person('ada', { active: false }));
    await world.members(sales, 'remove', [bob]);
    const eve = await world.push(person('eve'));
    await world.members(sales, 'add', [eve]);
    expect(await world.user('ada@acme.example')).toMatchObject({ active: false });
    expect(await world.membersOf(group?.id ?? '')).toEqual([]);
    expect(await world.linksOf(eve)).toEqual([]);
    await world.activate();
    expect(await world.membersOf(group?.id ?? '')).toEqual(['eve@acme.example']);
  });

  it('holds people who come back and members who are added until it goes on', async () => {
    const { at, world, statuses } = await active();
    const ada = await world.push(person('ada'));
    const bob = await world.push(person('bob'));
    const sales = await world.pushGroup('Sales', [ada]);
    const [group] = await world.groups();
    await world.write(ada, person('ada', { active: false }));
    await statuses.pause(at.operator, at.directoryId);
    expect(await world.write(ada, person('ada', { active: true }))).toMatchObject({ resource: { active: true } });
    await world.members(sales, 'add', [bob]);
    expect(await world.user('ada@acme.example')).toMatchObject({ active: false });
    expect(await world.membersOf(group?.id ?? '')).toEqual([]);
    expect(await statuses.preview(at.operator, at.directoryId)).toMatchObject({
      heldPeopleCount: 1,
      heldMembersCount: 1,
      newPeopleCount: 0,
    });
    await world.activate();
    expect(await world.user('ada@acme.example')).toMatchObject({ active: true });
    expect(await world.membersOf(group?.id ?? '')).toEqual(['ada@acme.example', 'bob@acme.example']);
  });

  it('forgets that somebody was held when they go again', async () => {
    const { at, world, statuses } = await active();
    const ada = await world.push(person('ada'));
    await world.write(ada, person('ada', { active: false }));
    await statuses.pause(at.operator, at.directoryId);
    await world.write(ada, person('ada', { active: true }));
    await world.write(ada, person('ada', { active: false }));
    await world.activate();
    expect(await world.user('ada@acme.example')).toMatchObject({ active: false });
    await world.write(ada, person('ada', { active: true }));
    expect(await world.user('ada@acme.example')).toMatchObject({ active: true });
  });

  it('has somebody who is held be away, with a user of their own too', async () => {
    const { at, world, statuses } = await active();
    await test.domain.users.create(at.operator, { userName: 'manual', email: 'ada@acme.example' });
    const ada = await world.push(person('ada', { active: false }));
    await statuses.pause(at.operator, at.directoryId);
    await world.write(ada, person('ada', { active: true }));
    await test.domain.linkDecisions.separate(at.operator, (await world.linksOf(ada))[0]?.id ?? '');
    const [row] = await test.database.run(
      at.organizationId,
      statement<{ inactiveSince: Date | null }>(
        `select inactive_since as "inactiveSince" from users where organization_id = $1 and user_name = 'ada@acme.example'`,
      ),
    );
    expect(row?.inactiveSince).toBeInstanceOf(Date);
  });

  it('keeps profiles as they are, and carries them over when it goes on', async () => {
    const { at, world, statuses } = await active();
    const ada = await world.push(person('ada'));
    await statuses.pause(at.operator, at.directoryId);
    await world.write(ada, person('ada', { userName: 'countess@acme.example', displayName: 'Ada King' }));
    expect(await world.user('ada@acme.example')).toMatchObject({ displayName: 'ada' });
    await world.activate();
    expect(await world.user('countess@acme.example')).toMatchObject({ displayName: 'Ada King' });
  });

  it('keeps the names of groups, and carries them over to those it made', async () => {
    const { at, world, statuses } = await active();
    const sales = await world.pushGroup('Sales');
    const existing = await test.domain.groups.create(at.operator, { name: 'Marketing' });
    const marketing = await world.pushGroup('Marketing');
    await statuses.pause(at.operator, at.directoryId);
    for (const [id, displayName] of [
      [sales, 'Field Sales'],
      [marketing, 'Field Marketing'],
    ] as const) {
      const change = { directoryId: at.directoryId, id, displayName };
      await test.domain.directoryGroups.change(at.directory, aCall, change);
    }
    const names = async () => (await world.groups()).map((group) => group.name).sort();
    expect(await names()).toEqual(['Marketing', 'Sales']);
    await world.activate();
    expect(await names()).toEqual(['Field Sales', 'Marketing']);
    expect((await world.linksOf(marketing))[0]).toMatchObject({ state: 'active', targetId: existing.id });
  });

  it('leaves a name alone that only the product changed meanwhile', async () => {
    const { at, world, statuses } = await active();
    const sales = await world.pushGroup('Sales');
    const [link] = await world.linksOf(sales);
    await test.domain.groups.update(at.operator, link?.targetId ?? '', { name: 'Sales of the product' });
    await statuses.pause(at.operator, at.directoryId);
    await test.domain.directoryGroups.change(at.directory, aCall, {
      directoryId: at.directoryId,
      id: sales,
      externalId: 'another',
    });
    await world.activate();
    expect(await world.groups()).toMatchObject([{ name: 'Sales of the product' }]);
    expect(await world.linksOf(sales)).toMatchObject([{ state: 'active', reason: null, version: link?.version }]);
  });

  it('S11: shows what becomes of names that are carried over and free on the way', async () => {
    const { at, world, statuses } = await active();
    await test.domain.organizations.update(at.operator, { groupMatching: 'never' });
    const sales = await world.pushGroup('Sales');
    const other = worldOf(test, await anotherDirectory(test, at));
    const waiting = await other.pushGroup('Sales');
    await statuses.pause(at.operator, at.directoryId);
    const change = { directoryId: at.directoryId, id: sales, displayName: 'Field Sales' };
    await test.domain.directoryGroups.change(at.directory, aCall, change);
    expect(await world.linksOf(sales)).toMatchObject([{ state: 'active', reason: 'renamed_while_paused' }]);
    // Of the same name as what waits: that one was first.
    const late = await world.pushGroup('Sales');
    const free = await world.pushGroup('Marketing');
    const preview = await statuses.preview(at.operator, at.directoryId);
    expect(preview).toMatchObject({ newGroupsCount: 1, conflictingGroupsCount: 1 });
    await world.activate();
    expect((await world.groups()).map((group) => group.name).sort()).toEqual(['Field Sales', 'Marketing', 'Sales']);
    expect(await world.linksOf(waiting)).toMatchObject([{ state: 'active', targetName: 'Sales' }]);
    expect(await world.linksOf(late)).toMatchObject([{ state: 'conflict', targetName: 'Sales' }]);
    expect(await world.linksOf(free)).toMatchObject([{ state: 'active' }]);
    expect(await world.linksOf(sales)).toMatchObject([{ state: 'active', reason: null }]);
  });

  it('tries again who was in conflict and got another name meanwhile', async () => {
    const { at, world, statuses } = await active();
    await test.domain.users.create(at.operator, { userName: 'ada@acme.example' });
    const ada = await world.push(person('ada', { emails: [] }));
    await test.domain.linkDecisions.separate(at.operator, (await world.linksOf(ada))[0]?.id ?? '');
    await statuses.pause(at.operator, at.directoryId);
    await world.write(ada, person('ada', { userName: 'ada.king@acme.example', emails: [] }));
    expect(await world.linksOf(ada)).toMatchObject([{ state: 'conflict' }]);
    await world.activate();
    expect(await world.linksOf(ada)).toMatchObject([{ state: 'active', targetName: 'ada.king@acme.example' }]);
  });

  it('security 33: a new person of a reused userName is linked when it goes on, as somebody new', async () => {
    const { at, world, statuses } = await active();
    const ada = await world.push(person('ada'));
    const before = await world.user('ada@acme.example');
    await world.write(ada, person('ada', { active: false }));
    await statuses.pause(at.operator, at.directoryId);
    await world.write(ada, person('ada', { externalId: 'ext-other', active: true }));
    expect((await world.linksOf(ada)).map((link) => link.state)).toEqual(['superseded']);
    await world.activate();
    const fresh = (await world.users()).find((user) => user.id !== before.id);
    expect(fresh).toMatchObject({ userName: 'ada@acme.example', active: true });
    expect(await test.domain.users.get(at.operator, before.id)).toMatchObject({ active: false });
  });
});

describe('retiring a directory', () => {
  const confirmName = 'Entra';

  it('lets its people go and takes the groups that only it filled', async () => {
    const { at, world, statuses } = await active();
    const ada = await world.push(person('ada'));
    const sales = await world.pushGroup('Sales', [ada]);
    const granted = await world.pushGroup('Marketing', [ada]);
    const groups = await world.groups();
    const marketing = groups.find((group) => group.name === 'Marketing')?.id ?? '';
    await world.grant({ groupId: marketing }, ['screens:publish']);
    const input = { id: at.directoryId, people: 'letGo' as const, confirmName };
    expect(await statuses.retire(at.operator, input)).toMatchObject({ status: 'retired' });
    expect(await world.user('ada@acme.example')).toMatchObject({ active: false, isManual: false });
    expect((await world.groups()).map((group) => group.name)).toEqual(['Marketing']);
    expect(await world.membersOf(marketing)).toEqual([]);
    for (const id of [ada, sales, granted]) {
      expect(await world.linksOf(id)).toMatchObject([{ state: 'superseded', reason: 'directory_retired' }]);
    }
    const write = world.write(ada, person('ada', { displayName: 'Late' }));
    await expect(write).rejects.toMatchObject({ code: 'credentialInvalid' });
    await expect(world.push(person('eve'))).rejects.toMatchObject({ code: 'credentialInvalid' });
    await expect(world.drop(ada)).rejects.toMatchObject({ code: 'credentialInvalid' });
  });

  it('keeps those whom it has as active as manual users and members', async () => {
    const { at, world, statuses } = await active();
    const ada = await world.push(person('ada'));
    const bob = await world.push(person('bob', { active: false }));
    await world.pushGroup('Sales', [ada, bob]);
    const [group] = await world.groups();
    await statuses.retire(at.operator, { id: at.directoryId, people: 'keep', confirmName });
    expect(await world.user('ada@acme.example')).toMatchObject({ active: true, isManual: true });
    expect(await world.user('bob@acme.example')).toMatchObject({ active: false, isManual: false });
    const { items } = await test.domain.groups.listMembers(at.operator, group?.id ?? '', {});
    expect(items).toMatchObject([{ userName: 'ada@acme.example', source: 'manual' }]);
  });

  it('leaves those in whom another directory has, under its profile', async () => {
    const { at, world, statuses } = await active();
    const okta = await anotherDirectory(test, at);
    const other = worldOf(test, okta);
    await world.push(person('ada'));
    const same = await other.push(person('ada', { displayName: 'Ada of Okta' }));
    await world.approve((await world.linksOf(same))[0]?.id ?? '');
    await statuses.retire(at.operator, { id: at.directoryId, people: 'letGo', confirmName });
    expect(await world.user('ada@acme.example')).toMatchObject({ active: true, displayName: 'Ada of Okta' });
  });

  it('ends its tokens at once', async () => {
    const { at, statuses } = await active();
    const { token } = await test.domain.scimTokens.create(at.operator, { directoryId: at.directoryId });
    expect(await test.domain.scimTokens.authenticate(token)).toMatchObject({ directoryId: at.directoryId });
    await statuses.retire(at.operator, { id: at.directoryId, people: 'letGo', confirmName });
    expect(await test.domain.scimTokens.authenticate(token)).toBeUndefined();
    const again = test.domain.scimTokens.create(at.operator, { directoryId: at.directoryId });
    await expect(again).rejects.toMatchObject({ code: 'directoryStatusConflict' });
  });

  it('asks for the name', async () => {
    const { at, statuses } = await active();
    const input = { id: at.directoryId, people: 'letGo' as const, confirmName: 'entra' };
    await expect(statuses.retire(at.operator, input)).rejects.toMatchObject({
      code: 'confirmationRequired',
      details: { path: 'confirmName' },
    });
  });

  it('security 18: is refused where it would leave no owner, and for who may not touch owners', async () => {
    const { at, world, statuses } = await active();
    await world.push(person('ada'));
    const ada = await world.user('ada@acme.example');
    await test.domain.grants.grant(at.operator, { permissionSetId: await world.builtIn('owner'), userId: ada.id });
    const retire = (actor = at.operator, people: 'keep' | 'letGo' = 'letGo') =>
      statuses.retire(actor, { id: at.directoryId, people, confirmName });
    await expect(retire()).rejects.toMatchObject({ code: 'lastOwner' });
    const admin = anActor(at.organizationId, ['rollcall:directories']);
    await expect(retire(admin)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await world.user('ada@acme.example')).toMatchObject({ active: true });
    await expect(retire(at.operator, 'keep')).resolves.toMatchObject({ status: 'retired' });
    expect(await world.user('ada@acme.example')).toMatchObject({ active: true, isManual: true });
  });

  it('security 20: keeps nobody in more than the actor holds', async () => {
    const { at, world, statuses } = await active();
    await world.pushGroup('Sales', [await world.push(person('ada'))]);
    const [group] = await world.groups();
    await world.grant({ groupId: group?.id ?? '' }, ['screens:publish']);
    const helper = anActor(at.organizationId, ['rollcall:directories']);
    const keep = statuses.retire(helper, { id: at.directoryId, people: 'keep', confirmName });
    await expect(keep).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    await expect(statuses.retire(helper, { id: at.directoryId, people: 'letGo', confirmName })).resolves.toMatchObject({
      status: 'retired',
    });
  });
});

describe('the ways of a directory', () => {
  it('are those of the table, and each is told', async () => {
    const { at, world, statuses } = await active();
    const id = at.directoryId;
    const conflict = { code: 'directoryStatusConflict' };
    await expect(statuses.preview(at.operator, id)).rejects.toMatchObject(conflict);
    await expect(statuses.activate(at.operator, { id, digest: '' })).rejects.toMatchObject(conflict);
    await statuses.pause(at.operator, id);
    await expect(statuses.pause(at.operator, id)).rejects.toMatchObject(conflict);
    await world.activate();
    await statuses.retire(at.operator, { id, people: 'letGo', confirmName: 'Entra' });
    await expect(statuses.pause(at.operator, id)).rejects.toMatchObject(conflict);
    await expect(statuses.preview(at.operator, id)).rejects.toMatchObject(conflict);
    const again = statuses.retire(at.operator, { id, people: 'letGo', confirmName: 'Entra' });
    await expect(again).rejects.toMatchObject(conflict);
    const told = await test.database.run(
      at.organizationId,
      statement<{ data: { from: string; to: string } }>(
        `select data from domain_events where organization_id = $1 and type = 'directoryStatusChanged' order by id`,
      ),
    );
    expect(told.map(({ data }) => `${data.from} ${data.to}`)).toEqual([
      'active paused',
      'paused active',
      'active retired',
    ]);
  });

  it('need rollcall:directories, and another organization knows nothing of it', async () => {
    const { at, statuses } = await active();
    const stranger = (await test.aDirectory()).operator;
    const nobody = anActor(at.organizationId);
    const id = at.directoryId;
    const attempts = [
      (actor = nobody) => statuses.preview(actor, id),
      (actor = nobody) => statuses.activate(actor, { id, digest: '' }),
      (actor = nobody) => statuses.pause(actor, id),
      (actor = nobody) => statuses.retire(actor, { id, people: 'letGo', confirmName: 'Entra' }),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' });
      await expect(attempt(stranger)).rejects.toMatchObject({ code: 'notFound' });
    }
  });

  it('are not passed by a write that went by the old one', async () => {
    const { at, world, statuses } = await active();
    const ids = await Promise.all(Array.from({ length: 40 }, (_, n) => world.push(person(`p${n}`, { active: false }))));
    const writes = ids.map((id, n) => world.write(id, person(`p${n}`, { active: true })));
    const [paused] = await Promise.all([statuses.pause(at.operator, at.directoryId), ...writes]);
    expect(paused).toMatchObject({ status: 'paused' });
    const held = statement<{ isHeld: boolean; inactiveSince: Date | null }>(
      `select d.is_held as "isHeld", u.inactive_since as "inactiveSince" from directory_users d
         join user_links l on l.organization_id = $1 and l.directory_user_id = d.id
         join users u on u.organization_id = $1 and u.id = l.user_id where d.organization_id = $1 and d.active`,
    );
    const rows = await test.database.run(at.organizationId, held);
    expect(rows).toHaveLength(40);
    expect(rows.every(({ isHeld, inactiveSince }) => isHeld === (inactiveSince !== null))).toBe(true);
  });

  it('wait for the writes that go by the old one', async () => {
    const { at, statuses } = await active();
    const ids = Object.fromEntries(
      ['id', 'userId', 'linkId', 'eventId', 'provisioningEventId'].map((name) => [name, uuid()]),
    );
    const named = { userName: 'ada', userNameKey: 'ada', profileUserName: 'ada', profileUserNameKey: 'ada' };
    const facts = { active: true, resource: {}, keys: [], actor: {}, at: new Date(), ...aCall };
    const item = JSON.stringify([{ directoryId: at.directoryId, ...ids, ...named, ...facts }]);
    let pausing: Promise<unknown> = Promise.resolve();
    await test.database.transaction(at.organizationId, async (transaction) => {
      await transaction.rows(createUsers, item);
      pausing = statuses.pause(at.operator, at.directoryId);
      const first = await Promise.race([pausing.then(() => 'paused'), delay(300).then(() => 'it waits')]);
      expect(first).toBe('it waits');
    });
    await expect(pausing).resolves.toMatchObject({ status: 'paused' });
  });

  it('reject a stale call of the admin too: the directory is an unknown one to a bad id', async () => {
    const { at } = await active();
    const push = test.domain.directoryUsers.create(at.operator, aCall, { directoryId: 'nonsense', resource: {} });
    await expect(push).rejects.toMatchObject({ code: 'notFound' });
  });
});
