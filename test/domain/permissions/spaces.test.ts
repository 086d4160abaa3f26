import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aGroup,
  anActor,
  anOrganization,
  aPermissionSet,
  aSpace,
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

describe('a space', () => {
  it('is made, changed and deleted, each with its event', async () => {
    const made = await anOrganization(domain);
    const space = await domain.spaces.create(made.operator, { name: 'Berlin', externalId: 'team-7' });
    expect(space).toMatchObject({ name: 'Berlin', externalId: 'team-7', version: 1 });
    const renamed = await domain.spaces.update(made.operator, space.id, { name: 'Berlin-Mitte' });
    expect(renamed).toMatchObject({ name: 'Berlin-Mitte', externalId: 'team-7', version: 2 });
    const cleared = await domain.spaces.update(made.operator, space.id, { externalId: null, ifVersion: 2 });
    expect(cleared).toMatchObject({ name: 'Berlin-Mitte', externalId: null, version: 3 });
    expect(await domain.spaces.update(made.operator, space.id, { name: 'Berlin-Mitte' })).toEqual(cleared);
    expect(await domain.spaces.get(made.operator, space.id)).toEqual(cleared);
    await expect(domain.spaces.update(made.operator, space.id, { name: 'x', ifVersion: 2 })).rejects.toMatchObject({
      code: 'versionConflict',
    });
    await domain.spaces.delete(made.operator, space.id);
    await expect(domain.spaces.get(made.operator, space.id)).rejects.toMatchObject({ code: 'notFound' });
    expect((await eventsOf(domain, made, space.id)).map((event) => event.type)).toEqual([
      'spaceCreated',
      'spaceUpdated',
      'spaceUpdated',
      'spaceDeleted',
    ]);
  });

  it('has a name and an external id of its own', async () => {
    const made = await anOrganization(domain);
    await domain.spaces.create(made.operator, { name: 'Berlin', externalId: 'team-7' });
    const second = await domain.spaces.create(made.operator, { name: 'Paris' });
    await aSpace(domain, made, 'Rome');
    const create = (input: { name: string; externalId?: string }) => domain.spaces.create(made.operator, input);
    await expect(create({ name: ' BERLIN ' })).rejects.toMatchObject({ code: 'spaceNameTaken' });
    await expect(create({ name: 'Oslo', externalId: 'team-7' })).rejects.toMatchObject({
      code: 'spaceExternalIdTaken',
    });
    await expect(create({ name: '\u200b' })).rejects.toMatchObject({ code: 'invalidValue' });
    const rename = domain.spaces.update(made.operator, second.id, { name: 'berlin' });
    await expect(rename).rejects.toMatchObject({ code: 'spaceNameTaken' });
    const other = await anOrganization(domain);
    await domain.spaces.create(other.operator, { name: 'Berlin', externalId: 'team-7' });
  });

  it('is not deleted while there are grants on it', async () => {
    const made = await anOrganization(domain);
    const space = await aSpace(domain, made);
    const group = await aGroup(domain, made);
    const set = await aPermissionSet(domain, made, ['screens:view']);
    const input = { permissionSetId: set.id, groupId: group.id, spaceId: space.id };
    const grant = await domain.grants.grant(made.operator, input);
    await expect(domain.spaces.delete(made.operator, space.id)).rejects.toMatchObject({ code: 'spaceInUse' });
    await domain.grants.revoke(made.operator, grant.id);
    await domain.spaces.delete(made.operator, space.id);
  });

  it('needs rollcall:grants to be written', async () => {
    const made = await anOrganization(domain);
    const { id } = await aSpace(domain, made);
    const actor = anActor(made.organization.id, ['rollcall:groups']);
    for (const attempt of [
      () => domain.spaces.create(actor, { name: 'Mine' }),
      () => domain.spaces.update(actor, id, { name: 'Mine' }),
      () => domain.spaces.delete(actor, id),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect((await domain.spaces.get(actor, id)).id).toBe(id);
  });

  it('security 20: is not turned to another thing by somebody who holds less than is granted on it', async () => {
    const made = await anOrganization(domain);
    const space = await aSpace(domain, made);
    const group = await aGroup(domain, made);
    const set = await aPermissionSet(domain, made, ['screens:publish']);
    await domain.grants.grant(made.operator, { permissionSetId: set.id, groupId: group.id, spaceId: space.id });
    const actor = anActor(made.organization.id, ['rollcall:grants']);
    await domain.spaces.update(actor, space.id, { name: 'Another name' });
    const turned = domain.spaces.update(actor, space.id, { externalId: 'the-board-room' });
    await expect(turned).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
  });
});

describe('listing spaces', () => {
  it('is by making or by name, narrowed by the beginning of the name or the external id', async () => {
    const made = await anOrganization(domain);
    const [berlin, athens, bern] = [
      await domain.spaces.create(made.operator, { name: 'Berlin', externalId: 'team-7' }),
      await aSpace(domain, made, 'Athens'),
      await aSpace(domain, made, 'Bern'),
    ];
    const list = async (page: object, filter: object = {}) =>
      (await domain.spaces.list(made.operator, page, filter)).items;
    expect(await list({})).toEqual([berlin, athens, bern]);
    expect(await list({ orderBy: { field: 'name', direction: 'asc' } })).toEqual([athens, berlin, bern]);
    expect(await list({}, { search: 'BER' })).toEqual([berlin, bern]);
    expect(await list({}, { externalId: 'team-7' })).toEqual([berlin]);
    expect(await list({ first: 1, after: berlin.id })).toEqual([athens]);
  });
});
