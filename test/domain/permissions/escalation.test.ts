// Ways that an attack found to more rights than the actor holds, or to an organization without an owner.
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { aCall, openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { LinkWorld } from '../links/link-world.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

async function aWorld(): Promise<LinkWorld> {
  return new LinkWorld(test, await test.aDirectory());
}

function aKey(world: LinkWorld, ...permissions: string[]): Actor {
  const { organizationId } = world.at;
  return { kind: 'apiKey', organizationId, id: uuid(), name: 'key', permissions: new Set(permissions) };
}

async function ownerSet(world: LinkWorld): Promise<string> {
  const sets = (await world.domain.permissionSets.list(world.at.operator, {})).items;
  return sets.find((set) => set.builtIn === 'owner')?.id ?? '';
}

describe('security 6, 20, 38: a SCIM token', () => {
  it('of a directory that fills a group is made only by who holds what the group grants', async () => {
    const world = await aWorld();
    const { directoryId, operator } = world.at;
    const key = aKey(world, 'rollcall:directories');
    expect(await world.domain.scimTokens.create(key, { directoryId })).toBeDefined();
    const group = (await world.linkOf(await world.pushGroup('Finance')))?.targetId ?? '';
    await world.grant({ groupId: group }, 'billing:manage');
    await expect(world.domain.scimTokens.create(key, { directoryId })).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
    });
    const { scimToken } = await world.domain.scimTokens.create(operator, { directoryId });
    const rotation = world.domain.scimTokens.rotate(key, { id: scimToken.id, overlapHours: 1 });
    await expect(rotation).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    const may = aKey(world, 'rollcall:directories', 'billing:manage');
    expect(await world.domain.scimTokens.rotate(may, { id: scimToken.id, overlapHours: 1 })).toBeDefined();
  });
});

describe('security 18: the last owner', () => {
  it('is not adopted into an inactive record', async () => {
    const world = await aWorld();
    const user = await world.user('ada');
    await world.domain.grants.grant(world.at.operator, { permissionSetId: await ownerSet(world), userId: user });
    const link = await world.linkOf(await world.push({ userName: 'ada', active: false }));
    await expect(world.approve(link)).rejects.toMatchObject({ code: 'lastOwner' });
    expect(await world.domain.users.get(world.at.operator, user)).toMatchObject({ active: true, isManual: true });
  });

  it('who was kept by hand is not absorbed by a membership of an inactive record, but by one that counts', async () => {
    const world = await aWorld();
    const { operator, directory, directoryId } = world.at;
    const record = await world.push({ userName: 'ada', active: false });
    const userId = (await world.linkOf(record))?.targetId ?? '';
    await world.domain.users.keep(operator, userId);
    const group = await world.group('Bosses', [userId]);
    await world.domain.grants.grant(operator, { permissionSetId: await ownerSet(world), groupId: group });
    const pushed = await world.pushGroup('Bosses');
    await world.approve(await world.linkOf(pushed));
    await world.changeGroup(pushed, { members: [{ kind: 'add', userIds: [record] }] });
    expect(await world.members(group)).toEqual({ ada: 'manual' });
    const resource = { userName: 'ada', active: true };
    await world.domain.directoryUsers.replace(directory, aCall, { directoryId, id: record, resource });
    expect(await world.members(group)).toEqual({ ada: 'directory' });
  });

  it('is renamed, and given another e-mail address, only by who may touch owners', async () => {
    const world = await aWorld();
    const user = await world.user('ada');
    await world.domain.grants.grant(world.at.operator, { permissionSetId: await ownerSet(world), userId: user });
    const key = aKey(world, 'rollcall:users');
    for (const input of [{ userName: 'eve' }, { email: 'eve@acme.example' }]) {
      await expect(world.domain.users.update(key, user, input)).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await world.domain.users.update(key, user, { displayName: 'Ada' })).toMatchObject({ displayName: 'Ada' });
  });
});

it('security 20: nobody lifts a block from somebody who holds more', async () => {
  const world = await aWorld();
  const user = await world.user('ada');
  await world.grant({ userId: user }, 'billing:manage');
  const key = aKey(world, 'rollcall:users');
  await world.domain.users.block(key, user);
  await expect(world.domain.users.unblock(key, user)).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
  const may = aKey(world, 'rollcall:users', 'billing:manage');
  expect(await world.domain.users.unblock(may, user)).toMatchObject({ active: true });
});

it('a made-up place in the list of refused calls is no place', async () => {
  const { at, domain } = await aWorld();
  const after = '+275760-01-01T00:00:00.000Z tokenMissing x';
  await expect(domain.refusedCalls.list(at.operator, at.directoryId, { after })).rejects.toMatchObject({
    code: 'invalidValue',
  });
});
