import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { aClock, anActor } from '../../harness/builders.ts';
import { openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { anotherDirectory, worldOf } from './directory-world.ts';

const DAY = 86_400_000;
const clock = aClock();
let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain(clock);
});
afterAll(() => test.close());

const ada = {
  userName: 'ada@acme.example',
  displayName: 'Ada',
  externalId: 'ext-ada',
  emails: [{ type: 'work', value: 'ada@acme.example' }],
};

/** Ada in a group by hand, with a grant of her own, and in two groups of the directory. */
async function adaWithEverything(permissionsOfDirectoryGroup: string[] = ['screens:publish']) {
  const at = await test.aDirectory();
  const world = worldOf(test, at);
  const id = await world.push(ada);
  const user = await world.user(ada.userName);
  const writers = await test.domain.groups.create(at.operator, { name: 'Writers' });
  await test.domain.groups.addMembers(at.operator, writers.id, [user.id]);
  await world.grant({ groupId: writers.id }, ['screens:view']);
  await world.grant({ userId: user.id }, ['screens:view']);
  await world.pushGroup('Sales', [id]);
  const sales = (await world.groups()).find((group) => group.name === 'Sales');
  await world.grantLinked(sales?.id ?? '', permissionsOfDirectoryGroup);
  const leave = () => world.write(id, { ...ada, active: false });
  const comeBack = () => world.write(id, { ...ada, active: true });
  const link = async () => (await world.linksOf(id)).at(-1);
  const groupsOf = async () =>
    (await test.domain.groups.listGroupsOf(at.operator, user.id)).map((group) => group.name).sort();
  const grants = async () => (await test.domain.grants.list(at.operator, {}, { userId: user.id })).items.length;
  return { at, world, id, user, writers, leave, comeBack, link, groupsOf, grants };
}

async function inactiveSince(organizationId: string, userId: string): Promise<Date | null> {
  const [row] = await test.database.run(
    organizationId,
    statement<{ since: Date | null }>(
      'select inactive_since as since from users where organization_id = $1 and id = $2',
    ),
    userId,
  );
  return row?.since ?? null;
}

async function eventsOf(organizationId: string, type: string) {
  return test.database.run(
    organizationId,
    statement<{ subjectId: string; data: Record<string, unknown> }>(
      `select subject_id as "subjectId", data from domain_events where organization_id = $1 and type = $2 order by id`,
    ),
    type,
  );
}

describe('coming back', () => {
  it('S22: within the limit is coming back as it was, memberships and grants included', async () => {
    const { at, user, leave, comeBack, groupsOf, grants } = await adaWithEverything(['billing:manage']);
    await leave();
    expect(await inactiveSince(at.organizationId, user.id)).toEqual(clock());
    clock.advance(30 * DAY);
    await comeBack();
    expect(await inactiveSince(at.organizationId, user.id)).toBeNull();
    expect(await groupsOf()).toEqual(['Sales', 'Writers']);
    expect(await grants()).toBe(1);
  });

  it('of an owner keeps the record of who owns, and waits for somebody who may make owners', async () => {
    const { at, user, leave, comeBack, link, grants } = await adaWithEverything();
    const sets = (await test.domain.permissionSets.list(at.operator, {})).items;
    const owner = sets.find((set) => set.builtIn === 'owner')?.id ?? '';
    await test.domain.grants.grant(at.operator, { permissionSetId: owner, userId: user.id });
    await leave();
    clock.advance(30 * DAY + 1);
    await test.domain.maintenance.run();
    expect(await grants()).toBe(1);
    await comeBack();
    expect(await grants()).toBe(1);
    expect(await link()).toMatchObject({ state: 'pending', reason: 'long_absence' });
    const id = (await link())?.id ?? '';
    const { digest } = await test.domain.links.preview(at.operator, id);
    const admin = anActor(at.organizationId, ['rollcall:links', 'screens:view', 'screens:publish']);
    await expect(test.domain.linkDecisions.approve(admin, { id, digest })).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
    });
    expect(await test.domain.linkDecisions.approve(at.operator, { id, digest })).toMatchObject({ state: 'active' });
  });

  it('after more than the limit is without what was given by hand; groups of the directory stay', async () => {
    const { at, user, leave, comeBack, groupsOf, grants, link, writers } = await adaWithEverything();
    await leave();
    clock.advance(30 * DAY + 1);
    await comeBack();
    expect(await link()).toMatchObject({ state: 'active' });
    expect(await groupsOf()).toEqual(['Sales']);
    expect(await grants()).toBe(0);
    expect(await inactiveSince(at.organizationId, user.id)).toBeNull();
    expect(await eventsOf(at.organizationId, 'userAccessLapsed')).toMatchObject([
      { subjectId: user.id, data: { groupIds: [writers.id] } },
    ]);
  });

  it('waits where the groups still give something sensitive, until somebody who holds it approves', async () => {
    const { at, world, user, leave, comeBack, link, groupsOf } = await adaWithEverything(['billing:manage']);
    await leave();
    clock.advance(31 * DAY);
    await comeBack();
    expect(await link()).toMatchObject({ state: 'pending', reason: 'long_absence' });
    expect(await world.user(ada.userName)).toMatchObject({ active: false });
    expect(await inactiveSince(at.organizationId, user.id)).not.toBeNull();
    const linkId = (await link())?.id ?? '';
    const { digest } = await test.domain.links.preview(at.operator, linkId);
    const helper = anActor(at.organizationId, ['rollcall:links']);
    const approve = test.domain.linkDecisions.approve(helper, { id: linkId, digest });
    await expect(approve).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    await world.approve(linkId);
    expect(await world.user(ada.userName)).toMatchObject({ active: true });
    expect(await groupsOf()).toEqual(['Sales']);
  });

  it('waits where a membership that was added while the directory was paused gives something sensitive', async () => {
    const { at, world, id, leave, comeBack, link } = await adaWithEverything();
    const admins = await world.pushGroup('Payers');
    const group = (await world.groups()).find(({ name }) => name === 'Payers');
    await world.grantLinked(group?.id ?? '', ['billing:manage']);
    await leave();
    clock.advance(31 * DAY);
    await test.domain.directoryStatuses.pause(at.operator, at.directoryId);
    await world.members(admins, 'add', [id]);
    await comeBack();
    expect(await link()).toMatchObject({ state: 'active' });
    expect(await world.user(ada.userName)).toMatchObject({ active: false });
    await world.activate();
    expect(await link()).toMatchObject({ state: 'pending', reason: 'long_absence' });
  });

  it('goes by the number of days that the organization sets', async () => {
    const { at, leave, comeBack, groupsOf } = await adaWithEverything();
    await test.domain.organizations.update(at.operator, { inactivityDays: 90 });
    await leave();
    clock.advance(80 * DAY);
    await comeBack();
    expect(await groupsOf()).toEqual(['Sales', 'Writers']);
  });

  it('counts from the last of several directories, not from the first', async () => {
    const { at, world, user, leave, comeBack, groupsOf } = await adaWithEverything();
    const okta = worldOf(test, await anotherDirectory(test, at));
    const second = await okta.push(ada);
    await world.approve((await okta.linksOf(second))[0]?.id ?? '');
    await leave();
    clock.advance(40 * DAY);
    expect(await inactiveSince(at.organizationId, user.id)).toBeNull();
    await okta.write(second, { ...ada, active: false });
    clock.advance(20 * DAY);
    await comeBack();
    expect(await groupsOf()).toEqual(['Sales', 'Writers']);
  });

  it('of a new person on the record asks nothing of the old one', async () => {
    const { world, id, leave, groupsOf } = await adaWithEverything(['billing:manage']);
    await leave();
    clock.advance(31 * DAY);
    await world.write(id, { ...ada, externalId: 'ext-other', active: true });
    expect(await groupsOf()).toEqual([]);
    expect((await world.links()).filter((link) => link.kind === 'user').map((link) => link.state)).toEqual([
      'superseded',
      'active',
    ]);
  });
});

describe('maintenance', () => {
  it('takes what was given by hand without waiting for the return', async () => {
    const { at, user, leave, comeBack, grants, groupsOf } = await adaWithEverything();
    await leave();
    clock.advance(29 * DAY);
    await test.domain.maintenance.run();
    expect(await grants()).toBe(1);
    clock.advance(2 * DAY);
    await test.domain.maintenance.run();
    await test.domain.maintenance.run();
    expect(await grants()).toBe(0);
    expect(await eventsOf(at.organizationId, 'userAccessLapsed')).toMatchObject([{ subjectId: user.id }]);
    await comeBack();
    expect(await groupsOf()).toEqual(['Sales']);
  });

  it('leaves manual users and people who are in alone', async () => {
    const { at, world, grants } = await adaWithEverything();
    const manual = await test.domain.users.create(at.operator, { userName: 'by-hand' });
    await world.grant({ userId: manual.id }, ['screens:view']);
    clock.advance(400 * DAY);
    await test.domain.maintenance.run();
    expect(await grants()).toBe(1);
    expect((await test.domain.grants.list(at.operator, {}, { userId: manual.id })).items).toHaveLength(1);
  });

  it('that fails in one organization is told, and goes on with the next', async () => {
    const broken = await test.aDirectory();
    const { leave, grants } = await adaWithEverything();
    await leave();
    clock.advance(31 * DAY);
    // A document that no rule lets in, in a directory whose activation broke off.
    await test.database.transaction(broken.organizationId, async (transaction) => {
      const group = statement<never>(
        `insert into directory_groups (organization_id, id, directory_id, display_name_key, resource, version, created_at, updated_at)
         values ($1, $2, $2, 'x', '{}', 1, now(), now())`,
      );
      await transaction.rows(group, broken.directoryId);
      await transaction.rows(statement<never>('update directories set is_settled = false where organization_id = $1'));
    });
    const failures: (string | null)[] = [];
    await test.domain.maintenance.run({ onFailure: (_, organizationId) => failures.push(organizationId) });
    expect(failures).toEqual([broken.organizationId]);
    expect(await grants()).toBe(0);
    const mend = statement<never>('delete from directory_groups where organization_id = $1');
    await test.database.run(broken.organizationId, mend);
    await test.domain.maintenance.run();
  });

  it('passes over an organization that another process sees to', async () => {
    const { at, leave, grants } = await adaWithEverything();
    await leave();
    clock.advance(31 * DAY);
    const lock = statement<never>(`select pg_advisory_xact_lock(hashtextextended('maintenance ' || $1::text, 0))`);
    await test.database.transaction(at.organizationId, async (transaction) => {
      await transaction.rows(lock);
      await test.domain.maintenance.run();
    });
    expect(await grants()).toBe(1);
    await test.domain.maintenance.run();
    expect(await grants()).toBe(0);
  });
});

describe('keeping a user', () => {
  it('makes them manual and active again, with what they had', async () => {
    const { at, user, leave, groupsOf, grants } = await adaWithEverything();
    await leave();
    clock.advance(DAY);
    const kept = await test.domain.users.keep(at.operator, user.id);
    expect(kept).toMatchObject({ isManual: true, active: true });
    expect(await groupsOf()).toEqual(['Writers']);
    expect(await grants()).toBe(1);
    expect(await eventsOf(at.organizationId, 'userKept')).toMatchObject([{ subjectId: user.id }]);
    expect(await test.domain.users.keep(at.operator, user.id)).toEqual(kept);
  });

  it('after a long absence brings back nothing that fell away', async () => {
    const { at, user, leave, groupsOf, grants } = await adaWithEverything();
    await leave();
    clock.advance(31 * DAY);
    await test.domain.users.keep(at.operator, user.id);
    expect(await groupsOf()).toEqual([]);
    expect(await grants()).toBe(0);
  });

  it('stays out of a deleted record, too: who is kept is in whatever the directory does', async () => {
    const { at, world, id, user } = await adaWithEverything();
    await world.drop(id);
    expect(await world.user(ada.userName)).toMatchObject({ active: false });
    await test.domain.users.keep(at.operator, user.id);
    expect(await world.user(ada.userName)).toMatchObject({ active: true, isManual: true });
  });

  it('security 20: needs all that they would hold again', async () => {
    const { at, world, user, leave } = await adaWithEverything();
    await world.grant({ userId: user.id }, ['billing:manage']);
    await leave();
    const helper = anActor(at.organizationId, ['rollcall:users', 'screens:view']);
    await expect(test.domain.users.keep(helper, user.id)).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    expect(await world.user(ada.userName)).toMatchObject({ active: false, isManual: false });
  });

  it('is not for somebody who is in, nor for who was removed', async () => {
    const { at, user } = await adaWithEverything();
    await expect(test.domain.users.keep(at.operator, user.id)).rejects.toMatchObject({ code: 'invalidValue' });
    await test.domain.users.remove(at.operator, user.id);
    await expect(test.domain.users.keep(at.operator, user.id)).rejects.toMatchObject({ code: 'notFound' });
  });

  it('is refused while somebody else has the name', async () => {
    const { at, world, id, user, leave } = await adaWithEverything();
    await leave();
    await world.write(id, { ...ada, externalId: 'ext-other', active: true });
    await expect(test.domain.users.keep(at.operator, user.id)).rejects.toMatchObject({ code: 'userNameTaken' });
    await test.domain.users.update(at.operator, user.id, { userName: 'ada.former' });
    expect(await test.domain.users.keep(at.operator, user.id)).toMatchObject({ active: true, userName: 'ada.former' });
  });
});
