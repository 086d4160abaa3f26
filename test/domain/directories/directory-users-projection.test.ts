import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrganizationTransaction } from '../../../src/database/database.ts';
import { statement } from '../../../src/database/statement.ts';
import { settleUsers } from '../../../src/domain/links/settle-users.ts';
import { openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';
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

async function entra() {
  const at = await test.aDirectory();
  return { at, world: worldOf(test, at), ...at };
}

/** One person whom two directories have, linked to one user; Entra comes before Okta. */
async function adaOfTwo(precedenceOfOkta = 2) {
  const at = await test.aDirectory();
  const okta = await anotherDirectory(test, at, { precedence: precedenceOfOkta });
  const world = worldOf(test, at);
  const other = worldOf(test, okta);
  const first = await world.push(person('ada', { displayName: 'Ada of Entra' }));
  const second = await other.push(person('ada', { displayName: 'Ada of Okta' }));
  await world.approve((await world.linksOf(second))[0]?.id ?? '');
  const user = async () => {
    const [found] = await world.users();
    if (!found) throw new Error('There is no user.');
    return found;
  };
  return { at, okta, world, other, first, second, user };
}

async function eventsOf({ organizationId }: TestDirectory, subjectId?: string) {
  const rows = await test.database.run(
    organizationId,
    statement<{ type: string; subjectId: string; data: Record<string, unknown> }>(
      'select type, subject_id as "subjectId", data from domain_events where organization_id = $1 order by id',
    ),
  );
  return rows.filter((row) => subjectId === undefined || row.subjectId === subjectId);
}

async function outcomesOf({ organizationId }: TestDirectory): Promise<string[]> {
  const rows = await test.database.run(
    organizationId,
    statement<{ outcome: string }>('select outcome from provisioning_events where organization_id = $1 order by id'),
  );
  return rows.map((row) => row.outcome);
}

/** Users whose time of inactivity does not agree with their records. */
async function disagreeing({ organizationId }: TestDirectory) {
  return test.database.run(
    organizationId,
    statement<{ id: string }>(
      `select u.id from users u
        where u.organization_id = $1 and u.removed_at is null
          and (u.inactive_since is null) <> (u.is_manual or exists (
            select 1 from user_links l
              join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
             where l.organization_id = $1 and l.user_id = u.id and l.state = 'active' and d.active and not d.is_held))`,
    ),
  );
}

describe('a provisioned person', () => {
  it('S6, S8: comes with the group and its members, and changes arrive at once', async () => {
    const { world } = await entra();
    const ada = await world.push(person('ada'));
    const bob = await world.push(person('bob'));
    const sales = await world.pushGroup('Sales', [ada]);
    const [group] = await world.groups();
    expect(group).toMatchObject({ name: 'Sales', isLinked: true });
    expect(await world.membersOf(group?.id ?? '')).toEqual(['ada@acme.example']);
    await world.members(sales, 'add', [bob]);
    await world.write(ada, person('ada', { displayName: 'Ada King' }));
    expect(await world.membersOf(group?.id ?? '')).toEqual(['ada@acme.example', 'bob@acme.example']);
    expect(await world.user('ada@acme.example')).toMatchObject({ displayName: 'Ada King' });
  });

  it('S7: without a group may do nothing, and is listed as without access', async () => {
    const { world, operator } = await entra();
    await world.push(person('ada'));
    const user = await world.user('ada@acme.example');
    expect(await world.mayDo(user.id)).toEqual([]);
    const { items } = await test.domain.users.list(operator, {}, { withoutAccess: true });
    expect(items.map((item) => item.id)).toEqual([user.id]);
  });

  it('S15: may do nothing from the moment in which they are unassigned', async () => {
    const { at, world } = await entra();
    const ada = await world.push(person('ada'));
    await world.pushGroup('Sales', [ada]);
    const [group] = await world.groups();
    await world.grantLinked(group?.id ?? '', ['screens:publish']);
    const user = await world.user('ada@acme.example');
    expect(await world.mayDo(user.id)).toContain('screens:publish');
    await world.write(ada, person('ada', { active: false }));
    expect(await world.mayDo(user.id)).toEqual([]);
    expect(await eventsOf(at, user.id)).toMatchObject([{ type: 'userCreated' }, { type: 'userDeactivated' }]);
  });

  it('S22: disabled one by one with their group, and restored, has manual memberships and grants as before', async () => {
    const { world, operator } = await entra();
    const names = ['ada', 'bob'];
    const ids = await Promise.all(names.map((name) => world.push(person(name))));
    const sales = await world.pushGroup('Sales', ids, 'ext-sales');
    const ada = await world.user('ada@acme.example');
    const writers = await test.domain.groups.create(operator, { name: 'Writers' });
    await test.domain.groups.addMembers(operator, writers.id, [ada.id]);
    await world.grant({ userId: ada.id }, ['screens:publish']);
    for (const [position, name] of names.entries()) {
      await world.write(ids[position] ?? '', person(name, { active: false }));
    }
    await world.dropGroup(sales);
    expect(await world.mayDo(ada.id)).toEqual([]);
    for (const [position, name] of names.entries()) {
      await world.write(ids[position] ?? '', person(name, { active: true }));
    }
    expect(await world.mayDo(ada.id)).toContain('screens:publish');
    expect(await world.membersOf(writers.id)).toEqual(['ada@acme.example']);
  });

  it('keeps the profile while the record is inactive, and takes the new one when it comes back', async () => {
    const { world } = await entra();
    const ada = await world.push(person('ada'));
    await world.write(ada, person('ada', { active: false }));
    await world.write(
      ada,
      person('ada', { active: false, userName: 'countess@acme.example', displayName: 'Countess' }),
    );
    expect(await world.user('ada@acme.example')).toMatchObject({ displayName: 'ada' });
    await world.write(ada, person('ada', { active: true, userName: 'countess@acme.example', displayName: 'Countess' }));
    expect(await world.users()).toMatchObject([{ userName: 'countess@acme.example', displayName: 'Countess' }]);
  });

  it('S16: is not brought back by the next change after an admin removed them', async () => {
    const { world, operator } = await entra();
    const ada = await world.push(person('ada'));
    const user = await world.user('ada@acme.example');
    await test.domain.users.remove(operator, user.id);
    const written = await world.write(ada, person('ada', { displayName: 'Ada King' }));
    expect(written.resource).toMatchObject({ displayName: 'Ada King', active: true });
    await world.write(ada, person('ada', { active: false }));
    await world.write(ada, person('ada', { active: true }));
    expect(await world.users()).toEqual([]);
    expect(await test.domain.users.get(operator, user.id)).toMatchObject({ active: false, displayName: 'ada' });
    expect(await world.linksOf(ada)).toMatchObject([{ state: 'removed_in_product' }]);
  });

  it('is in the link and its event by the request that made it', async () => {
    const { at, world } = await entra();
    const ada = await world.push(person('ada'));
    const rows = await test.database.run(
      at.organizationId,
      statement<{ outcome: string; resourceId: string }>(
        `select e.outcome, e.resource_id as "resourceId" from user_links l
           join provisioning_events e on e.organization_id = $1 and e.id = l.provisioning_event_id
          where l.organization_id = $1`,
      ),
    );
    expect(rows).toEqual([{ outcome: 'userCreated', resourceId: ada }]);
  });
});

describe('a record that matches somebody', () => {
  it('security 13: adopts without rewriting; the profile follows only when the record changes', async () => {
    const { world, operator } = await entra();
    const manual = await test.domain.users.create(operator, {
      userName: 'Ada@acme.example',
      displayName: 'By hand',
      email: 'private@home.example',
    });
    const ada = await world.push(person('ada'));
    const [link] = await world.linksOf(ada);
    expect(link).toMatchObject({ state: 'pending', reason: 'user_exists', targetId: manual.id });
    await world.write(ada, person('ada', { title: 'Countess' }));
    const byHand = {
      id: manual.id,
      displayName: 'By hand',
      email: 'private@home.example',
      userName: 'Ada@acme.example',
    };
    expect(await world.users()).toMatchObject([{ ...byHand, isManual: true }]);
    await world.approve(link?.id ?? '');
    expect(await world.users()).toMatchObject([{ ...byHand, isManual: false, active: true }]);
    await world.write(ada, person('ada', { title: 'Countess of Lovelace' }));
    expect(await world.users()).toMatchObject([{ id: manual.id, displayName: 'ada', email: 'ada@acme.example' }]);
  });

  it('adopted while it is inactive, leaves the user out', async () => {
    const { at, world, operator } = await entra();
    const manual = await test.domain.users.create(operator, { userName: 'ada@acme.example' });
    const ada = await world.push(person('ada', { active: false }));
    await world.approve((await world.linksOf(ada))[0]?.id ?? '');
    expect(await test.domain.users.get(operator, manual.id)).toMatchObject({ active: false, isManual: false });
    expect(await disagreeing(at)).toEqual([]);
  });

  it('is declined when an admin removes the user it waits for', async () => {
    const { world, operator } = await entra();
    const manual = await test.domain.users.create(operator, { userName: 'ada@acme.example' });
    const ada = await world.push(person('ada'));
    await test.domain.users.remove(operator, manual.id);
    expect(await world.linksOf(ada)).toMatchObject([{ state: 'rejected' }]);
    expect(await world.users()).toEqual([]);
  });

  it('gets a user of its own as soon as the name is free, whichever way it becomes so', async () => {
    const ways = [
      (operator: TestDirectory['operator'], id: string) => test.domain.users.remove(operator, id),
      (operator: TestDirectory['operator'], id: string) =>
        test.domain.users.update(operator, id, { userName: 'other@acme.example' }),
    ];
    for (const makeFree of ways) {
      const { world, operator } = await entra();
      const manual = await test.domain.users.create(operator, { userName: 'ada@acme.example' });
      const ada = await world.push(person('ada'));
      await test.domain.linkDecisions.separate(operator, (await world.linksOf(ada))[0]?.id ?? '');
      expect(await world.linksOf(ada)).toMatchObject([{ state: 'conflict', reason: 'name_is_taken' }]);
      await makeFree(operator, manual.id);
      const [link] = await world.linksOf(ada);
      expect(link).toMatchObject({ state: 'active', reason: null });
      expect(link?.targetId).not.toBe(manual.id);
      expect(await world.user('ada@acme.example')).toMatchObject({ id: link?.targetId, active: true });
    }
  });

  it('in conflict is tried again with another userName', async () => {
    const { world, operator } = await entra();
    await test.domain.users.create(operator, { userName: 'ada@acme.example' });
    const ben = await test.domain.users.create(operator, { userName: 'ben@acme.example' });
    const ada = await world.push(person('ada'));
    await test.domain.linkDecisions.separate(operator, (await world.linksOf(ada))[0]?.id ?? '');
    await world.write(ada, person('ada', { userName: 'ben@acme.example' }));
    expect(await world.linksOf(ada)).toMatchObject([{ state: 'conflict', targetId: ben.id }]);
    await world.write(ada, person('ada', { userName: 'ada.lovelace@acme.example' }));
    expect(await world.linksOf(ada)).toMatchObject([{ state: 'active', targetName: 'ada.lovelace@acme.example' }]);
  });
});

describe('a userName that another user has', () => {
  it('is taken when it becomes free, by a chain of people too', async () => {
    const { world, operator } = await entra();
    const ada = await world.push(person('ada'));
    const bob = await world.push(person('bob'));
    const manual = await test.domain.users.create(operator, { userName: 'new@acme.example' });
    await world.write(ada, person('ada', { userName: 'new@acme.example' }));
    await world.write(bob, person('bob', { userName: 'ada@acme.example' }));
    expect(await world.linksOf(ada)).toMatchObject([{ state: 'active', reason: 'name_is_taken' }]);
    expect(await world.linksOf(bob)).toMatchObject([{ state: 'active', reason: 'name_is_taken' }]);
    await test.domain.users.update(operator, manual.id, { userName: 'elsewhere' });
    expect(await world.linksOf(ada)).toMatchObject([{ reason: null, targetName: 'new@acme.example' }]);
    expect(await world.linksOf(bob)).toMatchObject([{ reason: null, targetName: 'ada@acme.example' }]);
  });

  it('is given up by a record that is renamed, to who waits for it', async () => {
    const { at, world } = await entra();
    const okta = worldOf(test, await anotherDirectory(test, at));
    const ada = await world.push(person('ada'));
    const other = await okta.push(person('ada', { emails: [] }));
    await test.domain.linkDecisions.separate(at.operator, (await okta.linksOf(other))[0]?.id ?? '');
    expect(await okta.linksOf(other)).toMatchObject([{ state: 'conflict' }]);
    await world.write(ada, person('ada', { userName: 'ada.king@acme.example' }));
    expect(await okta.linksOf(other)).toMatchObject([{ state: 'active', targetName: 'ada@acme.example' }]);
  });

  it('is no reason to carry over the profile of another record, which an approval left alone', async () => {
    const { at, world, operator } = await entra();
    const okta = await anotherDirectory(test, at, { precedence: 2 });
    const other = worldOf(test, okta);
    const taken = await test.domain.users.create(operator, { userName: 'ada@acme.example' });
    const later = await other.push(person('countess'));
    await other.write(later, person('countess', { userName: 'ada@acme.example' }));
    expect(await world.linksOf(later)).toMatchObject([{ state: 'active', reason: 'name_is_taken' }]);
    const first = await world.push(person('countess', { displayName: 'Of Entra' }));
    await world.approve((await world.linksOf(first))[0]?.id ?? '');
    await test.domain.users.remove(operator, taken.id);
    expect(await world.user('countess@acme.example')).toMatchObject({ displayName: 'countess' });
  });

  it('is not given by a record that goes at the same moment', async () => {
    const { at, world, operator } = await entra();
    const okta = await anotherDirectory(test, at, { precedence: 2 });
    const ada = await world.push(person('countess'));
    const again = await worldOf(test, okta).push(person('eve', { emails: person('countess').emails }));
    await world.approve((await world.linksOf(again))[0]?.id ?? '');
    const manual = await test.domain.users.create(operator, { userName: 'ada@acme.example' });
    await world.write(ada, person('countess', { userName: 'ada@acme.example' }));
    const [link] = await world.linksOf(ada);
    expect(link).toMatchObject({ state: 'active', reason: 'name_is_taken' });
    let renaming: Promise<unknown> = Promise.resolve();
    await test.database.transaction(at.organizationId, async (transaction) => {
      await transaction.rows(
        statement<never>('delete from directory_users where organization_id = $1 and id = $2'),
        ada,
      );
      const { catalogue } = test.domain;
      await settleUsers(transaction, at.directory, { userIds: [link?.targetId ?? ''], at: new Date(), catalogue });
      renaming = test.domain.users.update(operator, manual.id, { userName: 'elsewhere' });
      await delay(200);
    });
    await renaming;
    expect(await world.user('eve@acme.example')).toMatchObject({ id: link?.targetId, displayName: 'eve' });
  });

  it('keeps the spelling of a change of case only', async () => {
    const { world } = await entra();
    const ada = await world.push(person('ada'));
    await world.write(ada, person('ada', { userName: 'Ada@Acme.Example' }));
    expect(await world.users()).toMatchObject([{ userName: 'Ada@Acme.Example' }]);
  });
});

describe('a person of several directories', () => {
  it('has the profile of the one that comes first, and of the next when that one lets them go', async () => {
    const { world, other, first, second, user } = await adaOfTwo();
    await other.write(second, person('ada', { displayName: 'Ada, changed in Okta' }));
    expect(await user()).toMatchObject({ displayName: 'Ada of Entra' });
    await world.write(first, person('ada', { displayName: 'Ada of Entra', active: false }));
    expect(await user()).toMatchObject({ displayName: 'Ada, changed in Okta', active: true });
    await world.write(first, person('ada', { displayName: 'Ada, back in Entra', active: true }));
    expect(await user()).toMatchObject({ displayName: 'Ada, back in Entra' });
    await world.drop(first);
    expect(await user()).toMatchObject({ displayName: 'Ada, changed in Okta', active: true });
  });

  it('has it of the older one where they come equally', async () => {
    const { world, other, first, second, user } = await adaOfTwo(1);
    await other.write(second, person('ada', { displayName: 'Changed in Okta' }));
    await world.write(first, person('ada', { displayName: 'Changed in Entra' }));
    await other.write(second, person('ada', { displayName: 'Changed again in Okta' }));
    expect(await user()).toMatchObject({ displayName: 'Changed in Entra' });
  });

  it('has another profile when an admin changes which comes first', async () => {
    const { at, okta, user } = await adaOfTwo();
    await test.domain.directories.update(at.operator, { id: at.directoryId, precedence: 3 });
    expect(await user()).toMatchObject({ displayName: 'Ada of Okta' });
    await test.domain.directories.update(at.operator, { id: okta.directoryId, precedence: 4 });
    expect(await user()).toMatchObject({ displayName: 'Ada of Entra' });
    expect(await test.domain.directories.get(at.operator, okta.directoryId)).toMatchObject({ isSettled: true });
    const wrong = test.domain.directories.update(at.operator, { id: okta.directoryId, precedence: 0 });
    await expect(wrong).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'precedence' } });
  });

  it('is in until the last one lets them go, and is told of once', async () => {
    const { at, world, other, first, second, user } = await adaOfTwo();
    const { id } = await user();
    await world.write(first, person('ada', { active: false }));
    expect(await user()).toMatchObject({ active: true });
    await other.write(second, person('ada', { active: false }));
    expect(await user()).toMatchObject({ active: false });
    await other.write(second, person('ada', { active: true }));
    expect(await user()).toMatchObject({ active: true });
    const told = (await eventsOf(at, id)).map((event) => event.type).filter((type) => /activated$/.test(type));
    expect(told).toEqual(['userDeactivated', 'userReactivated']);
  });

  it('keeps a profile that the first directory holds back while it is paused', async () => {
    const { at, world, other, first, second, user } = await adaOfTwo();
    await test.domain.directoryStatuses.pause(at.operator, at.directoryId);
    await world.write(first, person('ada', { displayName: 'Waits' }));
    await other.write(second, person('ada', { displayName: 'Changed in Okta' }));
    expect(await user()).toMatchObject({ displayName: 'Ada of Entra' });
    await world.activate();
    expect(await user()).toMatchObject({ displayName: 'Waits' });
  });

  it('has the profile of the second when an admin puts the first behind it while that is paused', async () => {
    const { at, user } = await adaOfTwo();
    await test.domain.directoryStatuses.pause(at.operator, at.directoryId);
    await test.domain.directories.update(at.operator, { id: at.directoryId, precedence: 3 });
    expect(await user()).toMatchObject({ displayName: 'Ada of Okta' });
    expect(await test.domain.directories.get(at.operator, at.directoryId)).toMatchObject({ isSettled: true });
  });

  it('is as their records say after both changed at once, again and again', async () => {
    const { at, world, other, first, second } = await adaOfTwo();
    for (let round = 0; round < 12; round += 1) {
      const active = round % 3 === 0;
      const writes = [
        world.write(first, person('ada', { displayName: `Entra ${round}`, active })),
        other.write(second, person('ada', { displayName: `Okta ${round}`, active: round % 2 === 0 })),
      ];
      if (round % 4 === 0) writes.push(world.write(first, person('ada', { displayName: `Entra ${round}b`, active })));
      await Promise.all(writes);
      expect(await disagreeing(at)).toEqual([]);
    }
  });

  it('is as their records say when somebody else changed the link or the user while a write waited', async () => {
    const setState = statement<never>('update user_links set state = $3 where organization_id = $1 and id = $2');
    const touchUser = statement<never>('update users set version = version + 1 where organization_id = $1 and id = $2');
    const touchRecord = statement<never>(
      'select 1 from directory_users where organization_id = $1 and id = $2 for update',
    );
    const { at, world, first, second, user, other } = await adaOfTwo();
    const { id: userId } = await user();
    const linkId = (await world.linksOf(second))[0]?.id ?? '';
    const waitingFor = async (
      change: (transaction: OrganizationTransaction) => Promise<unknown>,
      write: () => unknown,
    ) => {
      let writing: unknown;
      await test.database.transaction(at.organizationId, async (transaction) => {
        await change(transaction);
        writing = write();
        await delay(200);
      });
      await writing;
    };
    // The second link comes back while the first record, by then the only one, is being deactivated.
    await test.database.run(at.organizationId, setState, linkId, 'pending');
    await waitingFor(
      async (transaction) => {
        await transaction.rows(setState, linkId, 'active');
        await transaction.rows(touchUser, userId);
      },
      () => world.write(first, person('ada', { active: false })),
    );
    expect(await user()).toMatchObject({ active: true });
    expect(await disagreeing(at)).toEqual([]);
    // The only link comes back while its record is being deactivated.
    await test.database.run(at.organizationId, setState, linkId, 'pending');
    await waitingFor(
      async (transaction) => {
        await transaction.rows(touchRecord, second);
        await transaction.rows(setState, linkId, 'active');
      },
      () => other.write(second, person('ada', { active: false })),
    );
    expect(await user()).toMatchObject({ active: false });
    expect(await disagreeing(at)).toEqual([]);
  });

  it('is as their records say when an approval meets a change', async () => {
    for (let round = 0; round < 8; round += 1) {
      const at = await test.aDirectory();
      const world = worldOf(test, at);
      const okta = worldOf(test, await anotherDirectory(test, at, { precedence: 2 }));
      const first = await world.push(person('ada'));
      const second = await okta.push(person('ada'));
      const linkId = (await world.linksOf(second))[0]?.id ?? '';
      await Promise.all([
        world.approve(linkId).catch(() => world.approve(linkId)),
        world.write(first, person('ada', { active: false })),
      ]);
      expect(await world.users()).toMatchObject([{ active: true }]);
      expect(await disagreeing(at)).toEqual([]);
    }
  });
});

describe('a reused userName', () => {
  it('security 33: is somebody new who inherits nothing, and the outcome says so', async () => {
    const { at, world, operator } = await entra();
    const ada = await world.push(person('ada'));
    const old = await world.user('ada@acme.example');
    await world.grant({ userId: old.id }, ['billing:manage']);
    const writers = await test.domain.groups.create(operator, { name: 'Writers' });
    await test.domain.groups.addMembers(operator, writers.id, [old.id]);
    await world.write(ada, person('ada', { active: false }));
    await world.write(ada, person('ada', { externalId: 'ext-other', active: true }));
    expect(await outcomesOf(at)).toEqual(['userCreated', 'userDeactivated', 'userReplaced']);
    const links = await world.linksOf(ada);
    expect(links.map((link) => link.state)).toEqual(['superseded', 'active']);
    const fresh = (await world.users()).find((user) => user.id === links[1]?.targetId);
    expect(fresh).toMatchObject({ userName: 'ada@acme.example', active: true });
    expect(await world.mayDo(fresh?.id ?? '')).toEqual([]);
    expect(await world.membersOf(writers.id)).toEqual([]);
    const told = (await eventsOf(at)).map(({ type }) => type);
    expect(told.slice(-3).sort()).toEqual(['directoryUserUpdated', 'linkStateChanged', 'userCreated']);
    expect(await disagreeing(at)).toEqual([]);
  });

  it('security 33: leaves the name to who is still in by another directory, and waits', async () => {
    const { at, world, other, first, user } = await adaOfTwo();
    const { id } = await user();
    await world.write(first, person('ada', { active: false }));
    await world.write(first, person('ada', { externalId: 'ext-other', active: true }));
    expect((await world.linksOf(first)).at(-1)).toMatchObject({
      state: 'pending',
      reason: 'user_exists',
      targetId: id,
    });
    expect(await user()).toMatchObject({ id, active: true, displayName: 'Ada of Okta' });
    expect(await other.links()).toHaveLength(3);
    expect(await disagreeing(at)).toEqual([]);
  });

  it('takes nothing from somebody whom the record only waited for', async () => {
    const { at, world, operator } = await entra();
    const gus = await world.push(person('gus'));
    const user = await world.user('gus@acme.example');
    await world.write(gus, person('gus', { active: false }));
    await test.domain.users.update(operator, user.id, { userName: 'eve@acme.example' });
    const eve = await world.push(person('eve'));
    await world.write(eve, person('eve', { active: false }));
    await world.write(eve, person('eve', { externalId: 'ext-other', active: true }));
    expect((await world.linksOf(eve)).map(({ state, targetId }) => [state, targetId])).toEqual([
      ['superseded', user.id],
      ['pending', user.id],
    ]);
    expect(await world.user('eve@acme.example')).toMatchObject({ id: user.id });
    expect(await disagreeing(at)).toEqual([]);
  });

  it('is the same person again when they come back after they were first sent inactive', async () => {
    const { world } = await entra();
    const { externalId: _, ...nameless } = person('ada');
    const ada = await world.push(person('ada'));
    await world.write(ada, nameless);
    await world.write(ada, person('ada', { externalId: 'ext-other', active: false }));
    await world.write(ada, person('ada', { externalId: 'ext-other', active: true }));
    expect((await world.linksOf(ada)).map((link) => link.state)).toEqual(['superseded', 'active']);
  });
});

describe('an owner whom the identity provider takes out', () => {
  async function anOwner(count: number) {
    const made = await entra();
    const { world, operator } = made;
    const owner = await world.builtIn('owner');
    const ids = await Promise.all(['ada', 'bob'].slice(0, count).map((name) => world.push(person(name))));
    for (const { id } of await world.users()) {
      await test.domain.grants.grant(operator, { permissionSetId: owner, userId: id });
    }
    const alarms = async () => (await eventsOf(made.at)).filter(({ type }) => type === 'ownersUnreachable');
    return { ...made, ids, alarms };
  }

  it('security 18: goes at once, even the last one; the grant stays and an alarm is raised', async () => {
    const { at, world, operator, ids, alarms } = await anOwner(2);
    await world.write(ids[0] ?? '', person('ada', { active: false }));
    expect(await alarms()).toEqual([]);
    await world.write(ids[1] ?? '', person('bob', { active: false }));
    expect(await alarms()).toMatchObject([{ subjectId: at.organizationId }]);
    const bob = await world.user('bob@acme.example');
    expect(bob).toMatchObject({ active: false });
    expect((await test.domain.grants.list(operator, {}, { userId: bob.id })).items).toHaveLength(1);
    await world.write(ids[1] ?? '', person('bob', { active: true }));
    expect(await world.mayDo(bob.id)).toContain('rollcall:organization');
    expect(await alarms()).toHaveLength(1);
  });

  it('security 18: by DELETE, or by another person on the record, likewise', async () => {
    const deleted = await anOwner(1);
    await deleted.world.drop(deleted.ids[0] ?? '');
    expect(await deleted.alarms()).toHaveLength(1);
    const { externalId: _, ...nameless } = person('ada');
    const replaced = await entra();
    const id = await replaced.world.push(person('ada'));
    const user = await replaced.world.user('ada@acme.example');
    const owner = await replaced.world.builtIn('owner');
    await test.domain.grants.grant(replaced.operator, { permissionSetId: owner, userId: user.id });
    await replaced.world.write(id, nameless);
    await replaced.world.write(id, person('ada', { externalId: 'ext-other' }));
    expect(await test.domain.users.get(replaced.operator, user.id)).toMatchObject({ active: false });
    const alarms = (await eventsOf(replaced.at)).filter(({ type }) => type === 'ownersUnreachable');
    expect(alarms).toHaveLength(1);
  });

  it('raises none while another directory still has them', async () => {
    const { at, world, first, user } = await adaOfTwo();
    const { id } = await user();
    await test.domain.grants.grant(at.operator, { permissionSetId: await world.builtIn('owner'), userId: id });
    await world.write(first, person('ada', { active: false }));
    expect((await eventsOf(at)).filter(({ type }) => type === 'ownersUnreachable')).toEqual([]);
  });
});
