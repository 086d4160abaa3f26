import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGrant,
  aGroup,
  anActor,
  anOrganization,
  aPermissionSet,
  aSpace,
  aUser,
  builtInSet,
  type Domain,
  domainOf,
  eventsOf,
} from '../../harness/builders.ts';
import { openTestDatabase } from '../../harness/database.ts';

// As the approval of a link does it.
const lockGroup = statement<never>('select 1 from groups where organization_id = $1 and id = $2 for no key update');
const activateLink = statement<never>(
  `update group_links set state = 'active' where organization_id = $1 and group_id = $2`,
);

let domain: Domain;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDatabase();
  domain = domainOf(opened.database);
  close = opened.close;
});
afterAll(() => close());

describe('granting', () => {
  it('S11: gives a permission set to a group or a user before anybody signs in', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made, { members: [user] });
    const toGroup = await aGrant(domain, made, { groupId: group.id }, ['screens:view']);
    const toUser = await aGrant(domain, made, { userId: user.id }, ['screens:edit']);
    expect(toGroup).toMatchObject({ groupId: group.id, userId: null, grantedBy: { kind: 'operator' } });
    expect(toUser).toMatchObject({ groupId: null, userId: user.id });
    const { id, permissionSetId } = toGroup;
    expect(await eventsOf(domain, made, id)).toMatchObject([
      { type: 'grantCreated', data: { permissionSetId, groupId: group.id, userId: null } },
    ]);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual(['screens:edit', 'screens:view']);
  });

  it('answers the same grant again with the one that stands, also when asked eight times at once', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const set = await aPermissionSet(domain, made, ['screens:view']);
    const grant = () => domain.grants.grant(made.operator, { permissionSetId: set.id, userId: user.id });
    const grants = await Promise.all(Array.from({ length: 8 }, grant));
    expect(new Set(grants.map((each) => each.id)).size).toBe(1);
    expect(await grant()).toEqual(grants[0]);
    expect(await eventsOf(domain, made, grants[0]?.id)).toHaveLength(1);
  });

  it('security 20: lets nobody grant more than they hold', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made);
    const set = await aPermissionSet(domain, made, ['screens:view', 'billing:pay']);
    const own = await aPermissionSet(domain, made, ['screens:view']);
    const actor = anActor(made.organization.id, ['rollcall:grants', 'screens:view']);
    const owner = await builtInSet(domain, made, 'owner');
    for (const { id } of [set, owner]) {
      const asked = domain.grants.grant(actor, { permissionSetId: id, groupId: group.id });
      await expect(asked).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    }
    expect((await domain.grants.list(made.operator, {})).items).toEqual([]);
    const given = await domain.grants.grant(actor, { permissionSetId: own.id, groupId: group.id });
    expect(given.grantedBy).toMatchObject({ kind: 'apiKey', name: 'a key' });
  });

  it('security 38: lets an admin grant admin, not owner', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const admin = anActor(made.organization.id, [...domain.catalogue.heldBy('admin')]);
    const [adminSet, ownerSet] = [await builtInSet(domain, made, 'admin'), await builtInSet(domain, made, 'owner')];
    await domain.grants.grant(admin, { permissionSetId: adminSet.id, userId: user.id });
    const asked = domain.grants.grant(admin, { permissionSetId: ownerSet.id, userId: user.id });
    await expect(asked).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
      details: { permissions: ['rollcall:organization'] },
    });
  });

  it('names exactly one of group and user', async () => {
    const made = await anOrganization(domain);
    const set = await aPermissionSet(domain, made, []);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made);
    for (const subject of [{}, { groupId: group.id, userId: user.id }, { groupId: null }]) {
      const asked = domain.grants.grant(made.operator, { permissionSetId: set.id, ...subject });
      await expect(asked).rejects.toMatchObject({ code: 'invalidValue' });
    }
  });

  it('needs rollcall:grants, for granting and for revoking', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made);
    const grant = await aGrant(domain, made, { groupId: group.id }, []);
    const actor = anActor(made.organization.id, ['rollcall:groups']);
    await expect(domain.grants.grant(actor, grant)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(domain.grants.revoke(actor, grant.id)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('granting on a space', () => {
  it('is a grant of its own beside the one on the whole organization, each given once', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made);
    const set = await aPermissionSet(domain, made, ['screens:view']);
    const [berlin, paris] = [await aSpace(domain, made), await aSpace(domain, made)];
    for (const subject of [{ userId: user.id }, { groupId: group.id }]) {
      const give = (spaceId?: string) =>
        domain.grants.grant(made.operator, { permissionSetId: set.id, ...subject, spaceId });
      const given = [await give(), await give(berlin.id), await give(paris.id)];
      expect(given.map((grant) => grant.spaceId)).toEqual([null, berlin.id, paris.id]);
      expect(new Set(given.map((grant) => grant.id)).size).toBe(3);
      expect([await give(), await give(berlin.id), await give(paris.id)]).toEqual(given);
      expect(await eventsOf(domain, made, given[1]?.id)).toMatchObject([{ data: { spaceId: berlin.id } }]);
    }
    const many = await Promise.all(
      Array.from({ length: 8 }, () =>
        domain.grants.grant(made.operator, { permissionSetId: set.id, userId: user.id, spaceId: berlin.id }),
      ),
    );
    expect(new Set(many.map((grant) => grant.id)).size).toBe(1);
  });

  it('needs a space of the organization', async () => {
    const [made, other] = [await anOrganization(domain), await anOrganization(domain)];
    const user = await aUser(domain, made);
    const set = await aPermissionSet(domain, made, []);
    const { id: foreign } = await aSpace(domain, other);
    for (const spaceId of [foreign, 'no-id']) {
      const asked = domain.grants.grant(made.operator, { permissionSetId: set.id, userId: user.id, spaceId });
      await expect(asked).rejects.toMatchObject({ code: 'notFound', details: { noun: 'space', id: spaceId } });
    }
  });

  it('security 20: lets nobody grant more than they hold there either', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const space = await aSpace(domain, made);
    const set = await aPermissionSet(domain, made, ['screens:edit']);
    const actor = anActor(made.organization.id, ['rollcall:grants']);
    const asked = domain.grants.grant(actor, { permissionSetId: set.id, userId: user.id, spaceId: space.id });
    await expect(asked).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
  });
});

describe('granting something sensitive to a group that a directory fills', () => {
  it.each(['active', 'pending', 'rejected'] as const)('where the link is %s', async (linkState) => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made, { name: 'Finance' });
    await aDirectoryGroup(domain, made, { group, displayName: 'All of Finance', linkState });
    const plain = await aPermissionSet(domain, made, ['screens:view']);
    const sensitive = await aPermissionSet(domain, made, ['billing:pay'], 'Payers');
    const owner = await builtInSet(domain, made, 'owner');
    const space = await aSpace(domain, made);
    const give = (id: string, more: object = {}) =>
      domain.grants.grant(made.operator, { permissionSetId: id, groupId: group.id, ...more });
    await give(plain.id);
    if (linkState !== 'active') {
      await give(sensitive.id);
      return;
    }
    for (const [id, more] of [[sensitive.id], [owner.id], [sensitive.id, { spaceId: space.id }]] as const) {
      await expect(give(id, more)).rejects.toMatchObject({
        code: 'confirmationRequired',
        message: expect.stringContaining('"Finance" by the group "All of Finance" of "Entra"'),
        details: { path: 'confirmsDirectoryMembership' },
      });
    }
    await give(sensitive.id, { confirmsDirectoryMembership: true });
    expect((await domain.groups.get(made.operator, group.id)).isProtected).toBe(true);
  });

  it.each(['granting', 'changing the set'])(
    'waits for a link that becomes active at the same moment: %s',
    async (how) => {
      const made = await anOrganization(domain);
      const group = await aGroup(domain, made);
      await aDirectoryGroup(domain, made, { group, linkState: 'pending' });
      const given = await aGrant(domain, made, { groupId: group.id }, ['screens:view']);
      const sensitive = await aPermissionSet(domain, made, ['billing:pay']);
      const act = () =>
        how === 'granting'
          ? domain.grants.grant(made.operator, { permissionSetId: sensitive.id, groupId: group.id })
          : domain.permissionSets.update(made.operator, given.permissionSetId, { addPermissions: ['billing:pay'] });
      const { done } = await domain.database.transaction(made.organization.id, async (transaction) => {
        await transaction.rows(lockGroup, group.id);
        await transaction.rows(activateLink, group.id);
        const settled = Promise.allSettled([act()]);
        expect(await Promise.race([settled, delay(200, 'waits')])).toBe('waits');
        return { done: settled };
      });
      expect(await done).toMatchObject([{ status: 'rejected', reason: { code: 'confirmationRequired' } }]);
    },
  );

  it('needs no confirmation for a user', async () => {
    const made = await anOrganization(domain);
    const { user } = await aDirectoryUser(domain, made);
    await aGrant(domain, made, { userId: user.id }, ['billing:pay']);
  });
});

describe('revoking', () => {
  it('ends the access at once, and is told by an event', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const grant = await aGrant(domain, made, { userId: user.id }, ['screens:view']);
    expect(await domain.grants.revoke(made.operator, grant.id)).toEqual(grant);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([]);
    expect((await eventsOf(domain, made, grant.id)).map((event) => event.type)).toEqual([
      'grantCreated',
      'grantRevoked',
    ]);
    await expect(domain.grants.revoke(made.operator, grant.id)).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('listing grants', () => {
  it('is of one group, user or permission set, or of all', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const group = await aGroup(domain, made);
    const one = await aGrant(domain, made, { groupId: group.id }, []);
    const two = await aGrant(domain, made, { userId: user.id }, []);
    const list = async (filter: object) => (await domain.grants.list(made.operator, {}, filter)).items;
    expect(await list({})).toEqual([one, two]);
    expect(await list({ groupId: group.id })).toEqual([one]);
    expect(await list({ userId: user.id })).toEqual([two]);
    expect(await list({ permissionSetId: two.permissionSetId })).toEqual([two]);
    expect(await list({ groupId: group.id, permissionSetId: two.permissionSetId })).toEqual([]);
    expect(await list({ groupId: 'no-id' })).toEqual([]);
    const space = await aSpace(domain, made);
    const { permissionSetId } = one;
    const three = await domain.grants.grant(made.operator, { permissionSetId, groupId: group.id, spaceId: space.id });
    expect(await list({ spaceId: space.id })).toEqual([three]);
    expect(await list({ isOrganizationWide: true })).toEqual([one, two]);
    const newest = { orderBy: { field: 'createdAt', direction: 'desc' } } as const;
    expect((await domain.grants.list(made.operator, newest)).items).toEqual([three, two, one]);
    expect(await domain.grants.getMany(made.operator, [three.id, 'no-id', one.id])).toEqual([three, undefined, one]);
  });
});
