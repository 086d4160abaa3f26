import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';
import { addPermissions, lockSet } from '../../../src/domain/permissions/permission-sets.store.ts';
import {
  aDirectoryGroup,
  aGrant,
  aGroup,
  anActor,
  anOrganization,
  aPermissionSet,
  builtInSet,
  type Domain,
  domainOf,
  eventsOf,
  setDefault,
  testPermissions,
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

describe('creating a permission set', () => {
  it('holds its permissions once each, in alphabetical order', async () => {
    const made = await anOrganization(domain);
    const set = await domain.permissionSets.create(made.operator, {
      name: 'Editors',
      permissions: ['screens:view', 'screens:edit', 'screens:view'],
    });
    expect(set).toMatchObject({
      name: 'Editors',
      builtIn: null,
      permissions: ['screens:edit', 'screens:view'],
      version: 1,
    });
    expect(await domain.permissionSets.get(made.operator, set.id)).toEqual(set);
    expect(await eventsOf(domain, made, set.id)).toMatchObject([{ type: 'permissionSetCreated' }]);
  });

  it.each(['EDITORS', ' owner '])('rejects the name %j, which is taken', async (name) => {
    const made = await anOrganization(domain);
    await aPermissionSet(domain, made, [], 'Editors');
    await expect(aPermissionSet(domain, made, [], name)).rejects.toMatchObject({ code: 'permissionSetNameTaken' });
  });

  it('refuses permissions that nobody declared, naming them', async () => {
    const made = await anOrganization(domain);
    const asked = aPermissionSet(domain, made, ['screens:view', 'screens:fly', 'rollcall:everything']);
    await expect(asked).rejects.toMatchObject({
      code: 'unknownPermission',
      details: { permissions: ['screens:fly', 'rollcall:everything'] },
    });
  });

  it('security 20: takes only permissions that the actor holds', async () => {
    const made = await anOrganization(domain);
    const actor = anActor(made.organization.id, ['rollcall:permission-sets', 'screens:view']);
    const asked = domain.permissionSets.create(actor, {
      name: 'Mine',
      permissions: ['screens:view', 'rollcall:grants'],
    });
    await expect(asked).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
      details: { permissions: ['rollcall:grants'] },
    });
    const set = await domain.permissionSets.create(actor, { name: 'Mine', permissions: ['screens:view'] });
    expect(set.permissions).toEqual(['screens:view']);
  });
});

describe('updating a permission set', () => {
  it('replaces all permissions, or adds and removes some', async () => {
    const made = await anOrganization(domain);
    const { id } = await aPermissionSet(domain, made, ['screens:view', 'screens:edit']);
    const update = (input: object) => domain.permissionSets.update(made.operator, id, input);
    expect((await update({ permissions: ['screens:publish'] })).permissions).toEqual(['screens:publish']);
    const changed = await update({ addPermissions: ['screens:view'], removePermissions: ['screens:publish'] });
    expect(changed).toMatchObject({ permissions: ['screens:view'], version: 3 });
    expect((await update({ name: 'Viewers', description: 'Look only' })).permissions).toEqual(['screens:view']);
    expect(await update({ description: null })).toMatchObject({ name: 'Viewers', description: null });
    expect((await update({ permissions: ['screens:view'] })).version).toBe(5);
    await expect(update({ permissions: [], addPermissions: [] })).rejects.toMatchObject({ code: 'invalidValue' });
    await expect(update({ name: 'x', ifVersion: 4 })).rejects.toMatchObject({ code: 'versionConflict' });
  });

  it('security 20: lets nobody add what they do not hold, but lets them keep and take out what stands', async () => {
    const made = await anOrganization(domain);
    const { id } = await aPermissionSet(domain, made, ['billing:pay', 'screens:view']);
    const actor = anActor(made.organization.id, ['rollcall:permission-sets', 'screens:view']);
    for (const input of [
      { permissions: ['billing:pay', 'screens:view', 'screens:edit'] },
      { addPermissions: ['screens:edit'] },
    ]) {
      const asked = domain.permissionSets.update(actor, id, input);
      await expect(asked).rejects.toMatchObject({
        code: 'permissionsExceedOwn',
        details: { permissions: ['screens:edit'] },
      });
    }
    const kept = await domain.permissionSets.update(actor, id, { permissions: ['billing:pay'] });
    expect(kept.permissions).toEqual(['billing:pay']);
    const emptied = await domain.permissionSets.update(actor, id, { removePermissions: ['billing:pay'] });
    expect(emptied.permissions).toEqual([]);
    const again = domain.permissionSets.update(actor, id, { permissions: ['billing:pay'] });
    await expect(again).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
  });

  it('forgets permissions that the product declares no more', async () => {
    const made = await anOrganization(domain);
    const { id } = await aPermissionSet(domain, made, ['screens:view', 'screens:edit']);
    const later = domainOf(domain.database, new PermissionCatalogue(testPermissions.slice(0, 1)));
    expect((await later.permissionSets.get(made.operator, id)).permissions).toEqual(['screens:view']);
    await later.permissionSets.update(made.operator, id, { permissions: [] });
    expect((await domain.permissionSets.get(made.operator, id)).permissions).toEqual([]);
  });
});

describe('a permission set that a directory-filled group has', () => {
  it('gains something sensitive only with a confirmation', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made, { name: 'Finance' });
    await aDirectoryGroup(domain, made, { group });
    const grant = await aGrant(domain, made, { groupId: group.id }, ['screens:view']);
    const update = (input: object) => domain.permissionSets.update(made.operator, grant.permissionSetId, input);
    await update({ addPermissions: ['screens:edit'] });
    for (const input of [{ addPermissions: ['billing:pay'] }, { permissions: ['screens:view', 'rollcall:users'] }]) {
      await expect(update(input)).rejects.toMatchObject({
        code: 'confirmationRequired',
        message: expect.stringContaining('it fills "Finance"'),
      });
    }
    await update({ addPermissions: ['billing:pay'], confirmsDirectoryMembership: true });
    const changed = await update({ description: 'What Finance may do' });
    expect(changed.permissions).toEqual(['billing:pay', 'screens:edit', 'screens:view']);
  });

  it('needs none once the group is filled by hand', async () => {
    const made = await anOrganization(domain);
    const grant = await aGrant(domain, made, { groupId: (await aGroup(domain, made)).id }, ['screens:view']);
    await domain.permissionSets.update(made.operator, grant.permissionSetId, { addPermissions: ['billing:pay'] });
  });
});

describe('the default permission set', () => {
  it('is never a sensitive one, nor more than who chooses it holds', async () => {
    const made = await anOrganization(domain);
    const [owner, admin] = [await builtInSet(domain, made, 'owner'), await builtInSet(domain, made, 'admin')];
    const sensitive = await aPermissionSet(domain, made, ['screens:view', 'billing:pay']);
    for (const { id } of [owner, admin, sensitive]) {
      await expect(setDefault(domain, made, id)).rejects.toMatchObject({
        code: 'sensitiveDefault',
        details: { path: 'defaultPermissionSetId' },
      });
    }
    const plain = await aPermissionSet(domain, made, ['screens:edit']);
    const operator = anActor(made.organization.id, ['rollcall:organization']);
    const asked = setDefault(domain, { ...made, operator }, plain.id);
    await expect(asked).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    await setDefault(domain, made, plain.id);
  });

  it('cannot become sensitive, nor be deleted', async () => {
    const made = await anOrganization(domain);
    const set = await aPermissionSet(domain, made, ['screens:view']);
    await setDefault(domain, made, set.id);
    const update = (input: object) => domain.permissionSets.update(made.operator, set.id, input);
    const confirmed = { addPermissions: ['billing:pay'], confirmsDirectoryMembership: true };
    await expect(update(confirmed)).rejects.toMatchObject({ code: 'sensitiveDefault' });
    await update({ addPermissions: ['screens:edit'] });
    const deletion = () => domain.permissionSets.delete(made.operator, set.id);
    await expect(deletion()).rejects.toMatchObject({ code: 'permissionSetInUse' });
    await setDefault(domain, made, null);
    await deletion();
  });

  it('is never sensitive, although it is chosen and changed at the same moment', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const made = await anOrganization(domain);
      const set = await aPermissionSet(domain, made, ['screens:view']);
      await Promise.allSettled([
        setDefault(domain, made, set.id),
        domain.permissionSets.update(made.operator, set.id, { addPermissions: ['billing:pay'] }),
      ]);
      const { defaultPermissionSetId } = await domain.organizations.get(made.operator);
      const { permissions } = await domain.permissionSets.get(made.operator, set.id);
      expect(defaultPermissionSetId === set.id && permissions.includes('billing:pay')).toBe(false);
    }
  });
});

describe('security 20: giving a set that gains a permission at the same moment', () => {
  it('waits for the change, and counts what came in', async () => {
    const made = await anOrganization(domain);
    const set = await aPermissionSet(domain, made, ['screens:view']);
    const group = await aGroup(domain, made);
    const giver = anActor(made.organization.id, ['rollcall:grants', 'screens:view']);
    const { given } = await domain.database.transaction(made.organization.id, async (transaction) => {
      await transaction.rows(lockSet, set.id);
      await transaction.rows(addPermissions, set.id, ['billing:pay']);
      const grant = domain.grants.grant(giver, { permissionSetId: set.id, groupId: group.id });
      const settled = Promise.allSettled([grant]);
      expect(await Promise.race([settled, delay(200, 'waits')])).toBe('waits');
      return { given: settled };
    });
    expect(await given).toMatchObject([{ status: 'rejected', reason: { code: 'permissionsExceedOwn' } }]);
  });
});

describe('a built-in permission set', () => {
  it.each(['owner', 'admin', 'reader'] as const)('%s cannot be changed or deleted', async (name) => {
    const made = await anOrganization(domain);
    const set = await builtInSet(domain, made, name);
    const attempts = [
      () => domain.permissionSets.update(made.operator, set.id, { permissions: [] }),
      () => domain.permissionSets.update(made.operator, set.id, { name: 'Mine' }),
      () => domain.permissionSets.delete(made.operator, set.id),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'permissionSetBuiltIn' });
    expect(await domain.permissionSets.get(made.operator, set.id)).toEqual(set);
  });
});

describe('deleting a permission set', () => {
  it('is refused while it is granted, and works once it is not', async () => {
    const made = await anOrganization(domain);
    const group = await aGroup(domain, made);
    const grant = await aGrant(domain, made, { groupId: group.id }, ['screens:view']);
    const deletion = () => domain.permissionSets.delete(made.operator, grant.permissionSetId);
    await expect(deletion()).rejects.toMatchObject({ code: 'permissionSetInUse' });
    await domain.grants.revoke(made.operator, grant.id);
    await deletion();
    await expect(deletion()).rejects.toMatchObject({ code: 'notFound' });
    expect((await eventsOf(domain, made, grant.permissionSetId)).at(-1)?.type).toBe('permissionSetDeleted');
  });

  it('is refused while an API key acts by it, and works once the key is revoked', async () => {
    const made = await anOrganization(domain);
    const set = await aPermissionSet(domain, made, ['screens:view']);
    const { apiKey } = await domain.apiKeys.create(made.operator, { name: 'Player', permissionSetId: set.id });
    const deletion = () => domain.permissionSets.delete(made.operator, set.id);
    await expect(deletion()).rejects.toMatchObject({ code: 'permissionSetInUse' });
    await domain.apiKeys.revoke(made.operator, apiKey.id);
    await deletion();
    expect((await domain.apiKeys.list(made.operator, {})).items).toEqual([]);
  });
});
