import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const unknownId = '0199c0de-7a11-7000-8000-00000000dead';

let domain: Domain;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDatabase();
  domain = domainOf(opened.database);
  close = opened.close;
});
afterAll(() => close());

describe('adding manual members', () => {
  it('adds each once, and tells only who came in', async () => {
    const made = await anOrganization(domain);
    const [ada, bob] = [await aUser(domain, made), await aUser(domain, made)];
    const group = await aGroup(domain, made, { members: [ada] });
    const after = await domain.groups.addMembers(made.operator, group.id, [ada.id, bob.id, bob.id]);
    expect(after.version).toBe(group.version);
    const { items } = await domain.groups.listMembers(made.operator, group.id, {});
    const byHand = { source: 'manual', addedBy: { kind: 'operator' }, addedAt: expect.any(Date) as Date };
    expect(items).toEqual([
      { ...ada, ...byHand },
      { ...bob, ...byHand },
    ]);
    const added = (await eventsOf(domain, made, group.id)).filter((event) => event.type === 'groupMembersAdded');
    expect(added.map((event) => event.data)).toEqual([{ userIds: [ada.id] }, { userIds: [bob.id] }]);
    await domain.groups.addMembers(made.operator, group.id, [ada.id]);
    expect(await eventsOf(domain, made, group.id)).toHaveLength(3);
  });

  it('security 29: loses none of 32 that are added at once', async () => {
    const made = await anOrganization(domain);
    const users = await Promise.all(Array.from({ length: 32 }, () => aUser(domain, made)));
    const group = await aGroup(domain, made);
    await Promise.all(users.map((user) => domain.groups.addMembers(made.operator, group.id, [user.id])));
    const { items } = await domain.groups.listMembers(made.operator, group.id, {});
    expect(items.map((user) => user.id).sort()).toEqual(users.map((user) => user.id).sort());
  });

  it('names the users it does not know, and adds nobody then', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made);
    const adding = domain.groups.addMembers(made.operator, group.id, [user.id, unknownId, 'no-id']);
    await expect(adding).rejects.toMatchObject({
      code: 'invalidValue',
      details: { path: 'userIds', userIds: [unknownId, 'no-id'] },
    });
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toEqual([]);
  });

  it('takes 1,000 at once and refuses more', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made);
    const ids = Array.from({ length: 1001 }, () => unknownId);
    for (const change of [domain.groups.addMembers, domain.groups.removeMembers]) {
      const refused = change.call(domain.groups, made.operator, group.id, ids);
      await expect(refused).rejects.toMatchObject({ code: 'tooMany', details: { max: 1000 } });
    }
    const thousand = domain.groups.addMembers(made.operator, group.id, ids.slice(1));
    await expect(thousand).rejects.toMatchObject({ code: 'invalidValue' });
  });

  it('S12: is refused on a group that a directory group fills, while manual members can still be removed', async () => {
    const made = await anOrganization(domain);
    const [ada, bob] = [await aUser(domain, made), await aUser(domain, made)];
    const group = await aGroup(domain, made, { members: [ada] });
    await aDirectoryGroup(domain, made, { group });
    const adding = domain.groups.addMembers(made.operator, group.id, [bob.id]);
    await expect(adding).rejects.toMatchObject({ code: 'groupIsLinked' });
    await domain.groups.removeMembers(made.operator, group.id, [ada.id]);
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toEqual([]);
  });

  it('is not refused while the link only waits for approval', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made);
    await aDirectoryGroup(domain, made, { group, linkState: 'pending' });
    await domain.groups.addMembers(made.operator, group.id, [user.id]);
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toHaveLength(1);
  });

  it('security 5, 20: needs every permission that the group grants, so that nobody lets themselves in', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made);
    await aGrant(domain, made, { groupId: group.id }, ['billing:pay', 'screens:view']);
    const helper = anActor(made.organization.id, ['rollcall:groups', 'screens:view']);
    const adding = domain.groups.addMembers(helper, group.id, [user.id]);
    await expect(adding).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
      details: { permissions: ['billing:pay'] },
    });
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toEqual([]);
    const treasurer = anActor(made.organization.id, ['rollcall:groups', 'screens:view', 'billing:pay']);
    await domain.groups.addMembers(treasurer, group.id, [user.id]);
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toHaveLength(1);
  });
});

describe('removing manual members', () => {
  it('security 16, 28: removes only those listed, and passes over who is none', async () => {
    const made = await anOrganization(domain);
    const [ada, bob, eve] = [await aUser(domain, made), await aUser(domain, made), await aUser(domain, made)];
    const group = await aGroup(domain, made, { members: [ada, bob] });
    await domain.groups.removeMembers(made.operator, group.id, [bob.id, eve.id, unknownId, 'no-id']);
    await domain.groups.removeMembers(made.operator, group.id, []);
    const { items } = await domain.groups.listMembers(made.operator, group.id, {});
    expect(items.map((user) => user.id)).toEqual([ada.id]);
    const removed = (await eventsOf(domain, made, group.id)).filter((event) => event.type === 'groupMembersRemoved');
    expect(removed.map((event) => event.data)).toEqual([{ userIds: [bob.id] }]);
  });
});

describe('effective members', () => {
  it('S12: are the manual ones and those of the linked directory group, each with its source', async () => {
    const made = await anOrganization(domain);
    const manual = await aUser(domain, made);
    const { user: pushed, directoryUserId } = await aDirectoryUser(domain, made);
    const both = await aDirectoryUser(domain, made);
    const group = await aGroup(domain, made, { members: [manual, both.user] });
    await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId, both.directoryUserId] });
    const { items } = await domain.groups.listMembers(made.operator, group.id, {});
    expect(items.map((member) => [member.id, member.source])).toEqual([
      [manual.id, 'manual'],
      [pushed.id, 'directory'],
      [both.user.id, 'both'],
    ]);
  });

  it('leave out who is blocked, inactive in the directory, or linked by a link that is not active', async () => {
    const made = await anOrganization(domain);
    const blocked = await aUser(domain, made);
    const inactive = await aDirectoryUser(domain, made, { active: false });
    const waiting = await aDirectoryUser(domain, made, { linkState: 'pending' });
    const stillHere = await aUser(domain, made);
    // Manual, so active in the product, but in this group only through a record that the directory has switched off.
    const switchedOff = await aDirectoryUser(domain, made, { user: stillHere, active: false });
    const group = await aGroup(domain, made, { members: [blocked, inactive.user] });
    await aDirectoryGroup(domain, made, {
      group,
      memberIds: [inactive, waiting, switchedOff].map((each) => each.directoryUserId),
    });
    await domain.users.block(made.operator, blocked.id);
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toEqual([]);
    expect(await domain.groups.listGroupsOf(made.operator, stillHere.id)).toEqual([]);
  });

  it.each(['pending', 'rejected', 'conflict', 'removed_in_product', 'superseded', 'out_of_scope'] as const)(
    'do not come through a group link that is %s',
    async (linkState) => {
      const made = await anOrganization(domain);
      const { user, directoryUserId } = await aDirectoryUser(domain, made);
      const group = await aGroup(domain, made);
      await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId], linkState });
      expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toEqual([]);
      expect(await domain.groups.listGroupsOf(made.operator, user.id)).toEqual([]);
    },
  );

  it('are paged in the order of the users', async () => {
    const made = await anOrganization(domain);
    const members = [await aUser(domain, made), await aUser(domain, made), await aUser(domain, made)];
    const group = await aGroup(domain, made, { members });
    const first = await domain.groups.listMembers(made.operator, group.id, { first: 2 });
    const second = await domain.groups.listMembers(made.operator, group.id, { after: members[1]?.id ?? null });
    expect([...first.items, ...second.items].map((user) => user.id)).toEqual(members.map((user) => user.id));
    expect([first.hasNextPage, second.hasNextPage]).toEqual([true, false]);
  });
});

describe('the groups of a user', () => {
  it('are those of both layers, also for many users at once', async () => {
    const made = await anOrganization(domain);
    const { user, directoryUserId } = await aDirectoryUser(domain, made);
    const other = await aUser(domain, made);
    const one = await aGroup(domain, made, { members: [user, other] });
    const two = await aGroup(domain, made);
    await aDirectoryGroup(domain, made, { group: two, memberIds: [directoryUserId] });
    const [ofUser, ofNobody, ofOther] = await domain.groups.listGroupsOfMany(made.operator, [
      user.id,
      unknownId,
      other.id,
    ]);
    expect(ofUser?.map((group) => [group.id, group.source, group.isLinked])).toEqual([
      [one.id, 'manual', false],
      [two.id, 'directory', true],
    ]);
    expect(ofNobody).toEqual([]);
    expect(ofOther?.map((group) => group.id)).toEqual([one.id]);
  });
});
