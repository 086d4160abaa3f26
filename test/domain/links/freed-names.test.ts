// Who frees a name gives by it no more than they may: a person in conflict would get all that their groups bring.
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { allScopes } from '../../../src/domain/actors/scope.ts';
import { aCall, openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { LinkWorld } from './link-world.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
  return () => test.close();
});

const aWorld = async () => new LinkWorld(test, await test.aDirectory());

/** A record that was separated from the user who has its name, and whose group grants the permissions since. */
async function aWaiting(world: LinkWorld, ...permissions: string[]): Promise<{ record: string; holder: string }> {
  const holder = await world.user('ada');
  const record = await world.push({ userName: 'ada' });
  const link = await world.linkOf(record);
  await world.domain.linkDecisions.separate(world.at.operator, link?.id ?? '');
  const group = await world.pushGroup('Sales', [record]);
  if (permissions.length > 0) {
    await world.grant({ groupId: (await world.linkOf(group))?.targetId ?? '' }, ...permissions);
  }
  return { record, holder };
}

/** Somebody who may take a name from a user and pause a directory, and holds the permissions besides. */
function anAdmin(world: LinkWorld, kind: 'apiKey' | 'user', ...permissions: string[]): Actor {
  const { organizationId } = world.at;
  const held = new Set(['rollcall:users', 'rollcall:directories', 'rollcall:links', ...permissions]);
  const who = { organizationId, name: 'admin', permissions: held };
  const ids = { userId: uuid(), accountId: uuid(), sessionId: uuid() };
  return kind === 'apiKey' ? { kind, id: uuid(), ...who } : { kind, ...ids, ...who, provedAt: new Date() };
}

const ways = {
  updateUser: (world: LinkWorld, actor: Actor, id: string) =>
    world.domain.users.update(actor, id, { userName: 'ada.old' }),
  removeUser: (world: LinkWorld, actor: Actor, id: string) => world.domain.users.remove(actor, id),
  activateDirectory: async (world: LinkWorld, actor: Actor, id: string) => {
    const { directoryId } = world.at;
    const { directoryStatuses, users } = world.domain;
    await directoryStatuses.pause(actor, directoryId);
    await users.update(actor, id, { userName: 'ada.old' });
    const { digest } = await directoryStatuses.preview(actor, directoryId);
    await directoryStatuses.activate(actor, { id: directoryId, digest });
  },
};

describe.for(Object.entries(ways))('a name that becomes free by %s', ([, free]) => {
  it('makes the user who waits for it, where they get no more than the actor holds', async () => {
    const world = await aWorld();
    const { record, holder } = await aWaiting(world, 'screens:publish');
    await free(world, anAdmin(world, 'apiKey', 'screens:publish'), holder);
    expect(await world.linkOf(record)).toMatchObject({ state: 'active', targetName: 'ada' });
  });

  it.for(['apiKey', 'user'] as const)('leaves them in conflict where they would get more: %s', async (kind) => {
    const world = await aWorld();
    const { record, holder } = await aWaiting(world, 'screens:publish');
    await free(world, anAdmin(world, kind), holder);
    expect(await world.domain.users.get(world.at.operator, holder)).not.toMatchObject({
      userName: 'ada',
      active: true,
    });
    expect(await world.linkOf(record)).toMatchObject({ state: 'conflict' });
  });

  it.for(['apiKey', 'user'] as const)('leaves them to retryLink where that is sensitive: %s', async (kind) => {
    const world = await aWorld();
    const { record, holder } = await aWaiting(world, 'billing:manage');
    const admin = anAdmin(world, kind, 'billing:manage');
    await free(world, admin, holder);
    const link = await world.linkOf(record);
    expect(link).toMatchObject({ state: 'conflict' });
    const { linkDecisions } = world.domain;
    await expect(linkDecisions.retry(anAdmin(world, kind), link?.id ?? '')).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
    });
    expect(await linkDecisions.retry(admin, link?.id ?? '')).toMatchObject({ state: 'active', targetName: 'ada' });
  });

  it('makes them by the operator, who is refused nothing', async () => {
    const world = await aWorld();
    const { record, holder } = await aWaiting(world, 'billing:manage');
    await free(world, world.at.operator, holder);
    expect(await world.linkOf(record)).toMatchObject({ state: 'active', targetName: 'ada' });
  });
});

describe('a name that becomes free', () => {
  it('goes to who comes next, where the first is left in conflict', async () => {
    const world = await aWorld();
    const { operator, organizationId } = world.at;
    const { record, holder } = await aWaiting(world, 'billing:manage');
    const { id: directoryId } = await world.domain.directories.create(operator, { name: 'Okta' });
    const ids = { organizationId, directoryId, tokenId: uuid() };
    const next = await world.push({ userName: 'ada' }, { kind: 'directory', ...ids, scopes: allScopes });
    await world.domain.linkDecisions.separate(operator, (await world.linkOf(next))?.id ?? '');
    await ways.updateUser(world, anAdmin(world, 'apiKey'), holder);
    expect(await world.linkOf(record)).toMatchObject({ state: 'conflict' });
    expect(await world.linkOf(next)).toMatchObject({ state: 'active', targetName: 'ada' });
  });

  it('by the identity provider makes the user whatever their groups bring: it decides who is in them', async () => {
    const world = await aWorld();
    const { directory, directoryId } = world.at;
    const first = await world.push({ userName: 'ada' });
    const { id: otherId } = await world.domain.directories.create(world.at.operator, { name: 'Okta' });
    const other = { ...directory, directoryId: otherId, tokenId: uuid() } as Actor;
    const record = await world.push({ userName: 'ada' }, other);
    await world.domain.linkDecisions.separate(world.at.operator, (await world.linkOf(record))?.id ?? '');
    const resource = { displayName: 'Finance', externalId: 'finance' };
    const group = await world.domain.directoryGroups.create(other, aCall, {
      directoryId: otherId,
      resource,
      memberIds: [record],
    });
    await world.grant({ groupId: (await world.linkOf(group.id))?.targetId ?? '' }, 'billing:manage');
    const renamed = { directoryId, id: first, resource: { userName: 'ada.old' } };
    await world.domain.directoryUsers.replace(directory, aCall, renamed);
    const link = await world.linkOf(record);
    expect(link).toMatchObject({ state: 'active', targetName: 'ada' });
    expect(await world.may(link?.targetId ?? '', 'billing:manage')).toBe(true);
  });

  it('gives nothing sensitive by the maintenance either, which goes on with what somebody began', async () => {
    const world = await aWorld();
    const { directoryId, organizationId } = world.at;
    const { record, holder } = await aWaiting(world, 'billing:manage');
    const admin = anAdmin(world, 'apiKey');
    await world.domain.directoryStatuses.pause(admin, directoryId);
    await ways.updateUser(world, admin, holder);
    // As a crash right after the activation leaves it.
    const flipped = statement<never>(
      `update directories set status = 'active', is_settled = false where organization_id = $1 and id = $2`,
    );
    await test.database.run(organizationId, flipped, directoryId);
    await world.domain.maintenance.run();
    expect(await world.domain.directories.get(world.at.operator, directoryId)).toMatchObject({ isSettled: true });
    expect(await world.linkOf(record)).toMatchObject({ state: 'conflict' });
  });
});
