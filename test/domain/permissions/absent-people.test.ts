// What a guard asks about people holds also while their directory has them as inactive: they come back with all of it.
import { v7 as uuid } from 'uuid';
import { beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { openSignInWorld, type SignInPlace, type SignInWorld } from '../sign-in/sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

/** Somebody whom a group of the directory makes an owner, and who is inactive there. */
async function anAbsentOwner(acme: SignInPlace, { isBound = true } = {}): Promise<string> {
  const { recordId, userId, person } = await acme.aPerson('boss');
  if (isBound) await acme.enter(person);
  const group = await acme.pushGroup('Owners', [recordId]);
  const sets = (await acme.domain.permissionSets.list(acme.operator, {})).items;
  await acme.domain.grants.grant(acme.operator, {
    permissionSetId: sets.find((set) => set.builtIn === 'owner')?.id ?? '',
    groupId: (await acme.linkOf(group))?.targetId ?? '',
    confirmsDirectoryMembership: true,
  });
  await acme.replace(recordId, { userName: 'boss@acme.example', externalId: 'oid-boss', active: false });
  return userId;
}

function anAdmin(acme: SignInPlace, ...permissions: string[]): Actor {
  const ids = { userId: uuid(), accountId: uuid(), sessionId: uuid() };
  const organizationId = acme.id;
  const provedAt = world.clock();
  return { kind: 'user', organizationId, ...ids, name: 'Eve', permissions: new Set(permissions), provedAt };
}

it('nobody entrusts a connection to another who holds less than its people will when they are back', async () => {
  const acme = await world.anOrganization();
  await anAbsentOwner(acme);
  const { connections } = acme.domain;
  const { id } = acme.connection;
  // An enabled one asks besides for what is given to anybody.
  await connections.disable(acme.operator, id);
  const admin = anAdmin(acme, 'rollcall:connections');
  await expect(connections.update(admin, id, { clientId: 'evil' })).rejects.toMatchObject({
    code: 'permissionsExceedOwn',
  });
  expect(await connections.update(acme.operator, id, { clientId: 'another' })).toMatchObject({ clientId: 'another' });
});

it.for(['letGo', 'keep'] as const)('only an owner retires a directory that has an absent owner: %s', async (people) => {
  const acme = await world.anOrganization();
  await anAbsentOwner(acme);
  const { directoryStatuses, directories } = acme.domain;
  const { directoryId: id } = acme.at;
  const confirmName = (await directories.get(acme.operator, id))?.name ?? '';
  const admin = anAdmin(acme, 'rollcall:directories');
  await expect(directoryStatuses.retire(admin, { id, people, confirmName })).rejects.toMatchObject({
    code: people === 'keep' ? 'permissionsExceedOwn' : 'forbidden',
  });
  expect(await directories.get(acme.operator, id)).toMatchObject({ status: 'active' });
  expect(await directoryStatuses.retire(acme.operator, { id, people, confirmName })).toMatchObject({
    status: 'retired',
  });
});

it('who holds something sensitive by an inactive record alone waits for an admin, in the overview of sign-in too', async () => {
  const acme = await world.anOrganization();
  await acme.proveDomain();
  const userId = await anAbsentOwner(acme, { isBound: false });
  // The user is active by hand, the record is not: only the address says who they are.
  await acme.domain.users.keep(acme.operator, userId);
  const { items } = await acme.domain.signInHealth.listPeople(acme.operator, {});
  expect(items.find(({ id }) => id === userId)).toMatchObject({ standing: 'waitsForApproval' });
});
