import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aGrant,
  aGroup,
  anActor,
  anOrganization,
  aPermissionSet,
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
  });
});
