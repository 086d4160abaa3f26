import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aGrant,
  aGroup,
  anActor,
  anOrganization,
  aUser,
  builtInSet,
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

describe('creating a group', () => {
  it('makes it without members, permissions or protection, and tells it by an event', async () => {
    const made = await anOrganization(domain);
    const group = await domain.groups.create(made.operator, { name: 'Field Sales', description: 'On the road' });
    expect(group).toMatchObject({
      name: 'Field Sales',
      description: 'On the road',
      createdByDirectoryId: null,
      isLinked: false,
      isProtected: false,
      version: 1,
    });
    expect((await domain.groups.listMembers(made.operator, group.id, {})).items).toEqual([]);
    expect(await eventsOf(domain, made, group.id)).toMatchObject([
      { type: 'groupCreated', data: { name: 'Field Sales' } },
    ]);
  });

  it.each([' field   sales ', 'FIELD SALES', 'Field\u200b Sales', 'Ｆｉｅｌｄ Sales'])(
    'rejects a name of the same key (%j)',
    async (name) => {
      const made = await anOrganization(domain);
      await aGroup(domain, made, { name: 'Field Sales' });
      await expect(aGroup(domain, made, { name })).rejects.toMatchObject({
        code: 'groupNameTaken',
        details: { path: 'name' },
      });
    },
  );

  it('security 30: makes one group of eight identical requests', async () => {
    const made = await anOrganization(domain);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => aGroup(domain, made, { name: 'Eight' })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'groupNameTaken' });
    }
  });

  it.each([
    ['a blank name', { name: '   ' }, 'name'],
    ['an invisible name', { name: '\u200b\u200d' }, 'name'],
    ['a name with NUL', { name: 'a\u0000' }, 'name'],
    ['a name of 9,000 characters', { name: 'x'.repeat(9000) }, 'name'],
    ['a description of 9,000 characters', { description: 'x'.repeat(9000) }, 'description'],
  ])('refuses %s', async (_, input, path) => {
    const made = await anOrganization(domain);
    await expect(aGroup(domain, made, input)).rejects.toMatchObject({ code: 'invalidValue', details: { path } });
  });
});

describe('updating a group', () => {
  it('leaves what is absent, clears what is null, and refuses an older version', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made, { name: 'Marketing', description: 'Old' });
    const renamed = await domain.groups.update(made.operator, group.id, { name: 'Brand', ifVersion: 1 });
    expect(renamed).toEqual({ ...group, name: 'Brand', version: 2 });
    const outdated = domain.groups.update(made.operator, group.id, { name: 'Other', ifVersion: 1 });
    await expect(outdated).rejects.toMatchObject({ code: 'versionConflict' });
    expect((await domain.groups.update(made.operator, group.id, { description: null })).description).toBeNull();
    expect((await domain.groups.update(made.operator, group.id, { description: null })).version).toBe(3);
    const cleared = domain.groups.update(made.operator, group.id, { name: null });
    await expect(cleared).rejects.toMatchObject({ code: 'invalidValue' });
  });

  it('refuses the name of another group, and lets a group change the spelling of its own', async () => {
    const made = await anOrganization(domain);
    await aGroup(domain, made, { name: 'Finance' });
    const group = await aGroup(domain, made, { name: 'Sales' });
    const taken = domain.groups.update(made.operator, group.id, { name: 'FINANCE' });
    await expect(taken).rejects.toMatchObject({ code: 'groupNameTaken' });
    expect((await domain.groups.update(made.operator, group.id, { name: 'SALES' })).name).toBe('SALES');
  });
});

describe('deleting a group', () => {
  it('takes its members and grants with it, and its name is free', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made, { name: 'Old', members: [user] });
    await aGrant(domain, made, { groupId: group.id }, ['screens:view']);
    await domain.groups.delete(made.operator, group.id);
    await expect(domain.groups.get(made.operator, group.id)).rejects.toMatchObject({ code: 'notFound' });
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([]);
    expect((await eventsOf(domain, made, group.id)).at(-1)).toMatchObject({
      type: 'groupDeleted',
      data: { name: 'Old' },
    });
    expect((await aGroup(domain, made, { name: 'old' })).id).not.toBe(group.id);
    await expect(domain.groups.delete(made.operator, group.id)).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('listing groups', () => {
  it('pages in the order of their making and searches by the beginning of the name', async () => {
    const made = await anOrganization(domain);
    for (const name of ['Marketing', 'Finance', 'Market  Research']) await aGroup(domain, made, { name });
    const names = async (page: { first?: number; after?: string }, search?: string) =>
      (await domain.groups.list(made.operator, page, { search })).items.map((group) => group.name);
    expect(await names({ first: 2 })).toEqual(['Marketing', 'Finance']);
    expect(await names({}, 'MARKET')).toEqual(['Marketing', 'Market  Research']);
    expect(await names({}, 'market r')).toEqual(['Market  Research']);
  });

  it('answers many by their ids, in the order asked for', async () => {
    const made = await anOrganization(domain);
    const one = await aGroup(domain, made);
    const two = await aGroup(domain, made);
    expect(await domain.groups.getMany(made.operator, [two.id, 'nothing', one.id])).toEqual([two, undefined, one]);
  });
});

describe('security 4: a protected group', () => {
  it.each(['owner', 'admin'] as const)('is one that holds the built-in set %s', async (name) => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made);
    const set = await builtInSet(domain, made, name);
    await domain.grants.grant(made.operator, { permissionSetId: set.id, groupId: group.id });
    expect((await domain.groups.get(made.operator, group.id)).isProtected).toBe(true);
  });

  it.each([
    ['a sensitive permission of the product', ['screens:view', 'billing:pay'], true],
    ['a rollcall permission', ['rollcall:audit'], true],
    ['plain permissions only', ['screens:view', 'screens:publish'], false],
    ['no permissions', [], false],
  ])('is told by its grants: %s', async (_, permissions, isProtected) => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made);
    const grant = await aGrant(domain, made, { groupId: group.id }, permissions);
    expect((await domain.groups.get(made.operator, group.id)).isProtected).toBe(isProtected);
    await domain.grants.revoke(made.operator, grant.id);
    expect((await domain.groups.get(made.operator, group.id)).isProtected).toBe(false);
  });

  it('is not one for the reader set, nor for grants to its members themselves', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made, { members: [user] });
    const reader = await builtInSet(domain, made, 'reader');
    await domain.grants.grant(made.operator, { permissionSetId: reader.id, groupId: group.id });
    await aGrant(domain, made, { userId: user.id }, ['billing:pay']);
    expect((await domain.groups.get(made.operator, group.id)).isProtected).toBe(false);
  });

  it('security 17: is found by what it grants, not by what it is called', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made, { name: 'Administrators' });
    expect(group.isProtected).toBe(false);
  });
});

it('changing groups needs rollcall:groups', async () => {
  const { organization } = await anOrganization(domain);
  const actor = anActor(organization.id, ['rollcall:users']);
  const id = '0199c0de-7a11-7000-8000-00000000dead';
  const attempts = [
    () => domain.groups.create(actor, { name: 'x' }),
    () => domain.groups.update(actor, id, { name: 'x' }),
    () => domain.groups.delete(actor, id),
    () => domain.groups.addMembers(actor, id, []),
    () => domain.groups.removeMembers(actor, id, []),
  ];
  for (const attempt of attempts) {
    await expect(attempt()).rejects.toMatchObject({
      code: 'forbidden',
      details: { permission: 'rollcall:groups' },
    });
  }
});
