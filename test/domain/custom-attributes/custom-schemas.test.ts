import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { CreateCustomSchema } from '../../../src/domain/custom-attributes/custom-schemas.ts';
import { createDomain } from '../../../src/domain/domain.ts';
import {
  aCall,
  openTestDomain,
  type TestDirectory,
  type TestDomain,
  testCatalogue,
} from '../../harness/directory-domain.ts';

const URN = 'urn:acme:params:scim:2.0:User';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

const badge: CreateCustomSchema = {
  urn: URN,
  resourceType: 'User',
  attributes: [
    { name: 'badge', uniqueness: 'server' },
    { name: 'level', type: 'integer' },
    { name: 'vip', type: 'boolean' },
    { name: 'tags', multiValued: true },
    { name: 'tier', canonicalValues: ['gold', 'silver'] },
    { name: 'hired', type: 'dateTime', mutability: 'immutable' },
    { name: 'car', type: 'complex', subAttributes: [{ name: 'plate' }, { name: 'doors', type: 'integer' }] },
  ],
};

async function aUser(at: TestDirectory, extension: object, userName = `u${Math.random()}@acme.example`) {
  const resource = { userName, [URN]: extension };
  return test.domain.directoryUsers.create(at.directory, aCall, { directoryId: at.directoryId, resource });
}

async function replaced(at: TestDirectory, user: { id: string; resource: object }, extension: object) {
  const resource = { ...user.resource, [URN]: extension };
  return test.domain.directoryUsers.replace(at.directory, aCall, {
    directoryId: at.directoryId,
    id: user.id,
    resource,
  });
}

const keysOf = statement<{ attribute: string; key: string; isUnique: boolean }>(
  `select attribute, key, is_unique as "isUnique" from directory_user_keys
    where organization_id = $1 and directory_user_id = $2 order by attribute, key`,
);

const keys = async (at: TestDirectory, id: string) =>
  (await test.database.run(at.organizationId, keysOf, id)).map(
    ({ attribute, key, isUnique }) => `${attribute.slice(URN.length + 1)}=${key}${isUnique ? '!' : ''}`,
  );

describe('a declared schema', () => {
  it('makes values of the declared types and names, and key rows of what is searched', async () => {
    const at = await test.aDirectory();
    await test.domain.customSchemas.create(at.operator, badge);
    const user = await aUser(at, {
      BADGE: 'B-7',
      Level: '3',
      vip: 'True',
      tags: 'Night',
      tier: 'Gold',
      car: { PLATE: 'X', doors: '4', colour: 'red' },
      undeclared: { a: [1] },
    });
    expect(user.resource[URN]).toEqual({
      badge: 'B-7',
      level: 3,
      vip: true,
      tags: ['Night'],
      tier: 'Gold',
      car: { plate: 'X', doors: 4 },
      undeclared: { a: [1] },
    });
    expect(await keys(at, user.id)).toEqual(['badge=b-7!', 'tags=night', 'tier=gold']);
  });

  it.each([
    ['a text for an integer', { level: 'x' }, 'level'],
    ['a fraction for an integer', { level: 1.5 }, 'level'],
    ['another value than the canonical ones', { tier: 'bronze' }, 'tier'],
    ['a list for a single value', { badge: ['a', 'b'] }, 'badge'],
    ['a text for a complex value', { car: 'x' }, 'car'],
  ])('refuses %s', async (_what, extension, name) => {
    const at = await test.aDirectory();
    await test.domain.customSchemas.create(at.operator, badge);
    await expect(aUser(at, extension)).rejects.toMatchObject({
      code: 'invalidValue',
      details: { path: `${URN}:${name}` },
    });
  });

  it('requires an attribute where the extension is there at all', async () => {
    const at = await test.aDirectory();
    const attributes = [{ name: 'costUnit', required: true }, { name: 'floor' }];
    await test.domain.customSchemas.create(at.operator, { ...badge, attributes });
    await expect(aUser(at, { floor: '3' })).rejects.toMatchObject({ details: { path: `${URN}:costUnit` } });
    await expect(aUser(at, {})).resolves.toBeDefined();
  });

  it('lets a value that must be unique stand once in a directory, whatever its case', async () => {
    const at = await test.aDirectory();
    await test.domain.customSchemas.create(at.operator, badge);
    const first = await aUser(at, { badge: 'B-1' });
    const message = `Another user of the directory has this value of ${URN}:badge.`;
    const refusal = { code: 'attributeValueTaken', message, details: { path: `${URN}:badge` } };
    await expect(aUser(at, { badge: 'b-1' })).rejects.toMatchObject(refusal);
    const second = await aUser(at, { badge: 'B-2' });
    await expect(replaced(at, second, { badge: 'B-1' })).rejects.toMatchObject(refusal);
    await replaced(at, first, { badge: 'B-3' });
    await expect(replaced(at, second, { badge: 'B-1' })).resolves.toBeDefined();
    const { id: otherDirectory } = await test.domain.directories.create(at.operator, { name: 'Okta' });
    const other = { ...at, directoryId: otherDirectory, directory: { ...at.directory, directoryId: otherDirectory } };
    await expect(aUser(other as TestDirectory, { badge: 'B-1' })).resolves.toBeDefined();
  });

  it('lets one of many win who come with one value at once', async () => {
    const at = await test.aDirectory();
    await test.domain.customSchemas.create(at.operator, badge);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => aUser(at, { badge: 'only' })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'attributeValueTaken' });
    }
  });

  it('keeps what is immutable', async () => {
    const at = await test.aDirectory();
    await test.domain.customSchemas.create(at.operator, badge);
    const hired = '2026-01-01T00:00:00Z';
    const user = await aUser(at, { level: 1 });
    const set = await replaced(at, user, { hired });
    await expect(replaced(at, set, { hired: '2027-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'attributeImmutable',
      details: { path: `${URN}:hired` },
    });
    const kept = await replaced(at, set, { level: 2 });
    expect(kept.resource[URN]).toEqual({ level: 2, hired });
  });

  it('is open again once it is deleted, and its values stay', async () => {
    const at = await test.aDirectory();
    const { customSchema } = await test.domain.customSchemas.create(at.operator, badge);
    const user = await aUser(at, { badge: 'B-1', level: 3 });
    await test.domain.customSchemas.delete(at.operator, customSchema.id);
    expect(await keys(at, user.id)).toEqual([]);
    await expect(aUser(at, { badge: 'B-1', level: 'any' })).resolves.toBeDefined();
    expect(
      (await test.domain.directoryUsers.find(at.directory, { directoryId: at.directoryId, id: user.id }))?.resource,
    ).toMatchObject({ [URN]: { badge: 'B-1', level: 3 } });
  });

  it('of groups is kept to as well', async () => {
    const at = await test.aDirectory();
    const urn = 'urn:acme:2.0:Group';
    await test.domain.customSchemas.create(at.operator, {
      urn,
      resourceType: 'Group',
      attributes: [{ name: 'level', type: 'integer' }],
    });
    const { directoryId } = at;
    const create = (level: unknown) =>
      test.domain.directoryGroups.create(at.directory, aCall, {
        directoryId,
        resource: { displayName: `G ${Math.random()}`, [urn]: { level, note: 'x' } },
      });
    const group = await create('7');
    expect(group.resource[urn]).toEqual({ level: 7, note: 'x' });
    await expect(create('x')).rejects.toMatchObject({ code: 'invalidValue' });
    const change = { directoryId, id: group.id, extensions: { [urn]: { LEVEL: '8' } } };
    await test.domain.directoryGroups.change(at.directory, aCall, change);
    const changed = await test.domain.directoryGroups.find(at.directory, { directoryId, id: group.id });
    expect(changed?.resource[urn]).toEqual({ level: 8 });
    expect(changed?.version).toBe(2);
  });
});

describe('a declaration', () => {
  it.each([
    ['a URN of the protocol', { urn: 'urn:ietf:params:scim:schemas:core:2.0:Thing' }, 'urn'],
    ['our own extension', { urn: 'URN:ietf:params:scim:schemas:extension:enterprise:2.0:User' }, 'urn'],
    ['no URN', { urn: 'badge' }, 'urn'],
    ['no attributes', { attributes: [] }, 'attributes'],
    ['a name twice', { attributes: [{ name: 'a' }, { name: 'A' }] }, 'attributes[1].name'],
    ['a name that no path can say', { attributes: [{ name: 'a.b' }] }, 'attributes[0].name'],
    ['__proto__', { attributes: [{ name: '__proto__' }] }, 'attributes[0].name'],
    ['an unknown type', { attributes: [{ name: 'a', type: 'text' }] }, 'attributes[0].type'],
    [
      'a complex attribute without parts',
      { attributes: [{ name: 'a', type: 'complex' }] },
      'attributes[0].subAttributes',
    ],
    [
      'complex parts',
      { attributes: [{ name: 'a', type: 'complex', subAttributes: [{ name: 'b', type: 'complex' }] }] },
      'attributes[0].subAttributes[0].type',
    ],
    [
      'a unique boolean',
      { attributes: [{ name: 'a', type: 'boolean', uniqueness: 'server' }] },
      'attributes[0].uniqueness',
    ],
    [
      'a unique attribute of groups',
      { resourceType: 'Group', attributes: [{ name: 'a', uniqueness: 'server' }] },
      'attributes[0].uniqueness',
    ],
  ])('refuses %s', async (_what, wrong, path) => {
    const at = await test.aDirectory();
    const input = { ...badge, ...wrong } as CreateCustomSchema;
    await expect(test.domain.customSchemas.create(at.operator, input)).rejects.toMatchObject({
      code: 'invalidValue',
      details: { path },
    });
  });

  it('is made once for a URN, in any case, and at most 20 times', async () => {
    const at = await test.aDirectory();
    await test.domain.customSchemas.create(at.operator, badge);
    const again = { ...badge, urn: URN.toUpperCase().replace('URN', 'urn') };
    await expect(test.domain.customSchemas.create(at.operator, again)).rejects.toMatchObject({
      code: 'customSchemaTaken',
    });
    for (let number = 2; number <= 20; number += 1)
      await test.domain.customSchemas.create(at.operator, { ...badge, urn: `urn:acme:x${number}` });
    await expect(
      test.domain.customSchemas.create(at.operator, { ...badge, urn: 'urn:acme:x21' }),
    ).rejects.toMatchObject({ code: 'tooMany' });
  });

  it('needs rollcall:directories, and is of one organization', async () => {
    const at = await test.aDirectory();
    const reader = {
      kind: 'apiKey',
      organizationId: at.organizationId,
      id: 'x',
      name: 'x',
      permissions: new Set<string>(),
    } as const;
    await expect(test.domain.customSchemas.create(reader, badge)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(test.domain.customSchemas.list(at.directory)).rejects.toMatchObject({ code: 'forbidden' });
    const { customSchema } = await test.domain.customSchemas.create(at.operator, badge);
    const other = await test.aDirectory();
    await expect(test.domain.customSchemas.delete(other.operator, customSchema.id)).rejects.toMatchObject({
      code: 'notFound',
    });
    expect(await test.domain.customSchemas.list(other.operator)).toEqual([]);
    await expect(aUser(other, { level: 'any' })).resolves.toBeDefined();
    expect(await test.domain.customSchemas.listFor(at.directory, at.directoryId)).toMatchObject([{ urn: URN }]);
    await expect(test.domain.customSchemas.listFor(other.directory, at.directoryId)).rejects.toMatchObject({
      code: 'notFound',
    });
  });
});

describe('a declaration of what was kept before', () => {
  it('carries values over, lets misfits be, counts them, and blocks nothing that leaves them', async () => {
    const at = await test.aDirectory();
    const shouting = URN.toUpperCase().replace('URN', 'urn');
    const fits = await test.domain.directoryUsers.create(at.directory, aCall, {
      directoryId: at.directoryId,
      resource: { userName: 'fits', [shouting]: { BADGE: 'B-1', level: '5' } },
    });
    const misfit = await aUser(at, { badge: 'B-2', level: 'high', tier: 'bronze' });
    const { customSchema, recordsCount, misfitsCount } = await test.domain.customSchemas.create(at.operator, badge);
    expect({ recordsCount, misfitsCount, isSettled: customSchema.isSettled }).toEqual({
      recordsCount: 2,
      misfitsCount: 2,
      isSettled: true,
    });
    const find = async (id: string) =>
      (await test.domain.directoryUsers.find(at.directory, { directoryId: at.directoryId, id }))?.resource;
    expect(await find(fits.id)).toMatchObject({ [URN]: { badge: 'B-1', level: 5 } });
    expect(await find(fits.id)).not.toHaveProperty([shouting]);
    expect(await keys(at, fits.id)).toEqual(['badge=b-1!']);
    expect(await find(misfit.id)).toMatchObject({ [URN]: { badge: 'B-2', level: 'high', tier: 'bronze' } });
    const left = await replaced(at, misfit, { badge: 'B-2', level: 'high', tier: 'silver' });
    expect(left.resource[URN]).toMatchObject({ level: 'high', tier: 'silver' });
    await expect(replaced(at, misfit, { level: 'higher' })).rejects.toMatchObject({ code: 'invalidValue' });
    await expect(aUser(at, { badge: 'b-2' })).rejects.toMatchObject({ code: 'attributeValueTaken' });
  });

  it('is refused where values that must be unique are not, naming how many', async () => {
    const at = await test.aDirectory();
    for (const value of ['a', 'A', 'b', 'b', 'c']) await aUser(at, { badge: value });
    await expect(test.domain.customSchemas.create(at.operator, badge)).rejects.toMatchObject({
      code: 'attributeValueTaken',
      message: `2 values of ${URN}:badge stand on several users of a directory, so the attribute cannot be unique.`,
      details: { path: `${URN}:badge`, count: 2 },
    });
    expect(await test.domain.customSchemas.list(at.operator)).toEqual([]);
  });

  it('goes through more records than a portion holds', async () => {
    const at = await test.aDirectory();
    await Promise.all(Array.from({ length: 450 }, (_, number) => aUser(at, { level: String(number) })));
    const { recordsCount, misfitsCount } = await test.domain.customSchemas.create(at.operator, badge);
    expect({ recordsCount, misfitsCount }).toEqual({ recordsCount: 450, misfitsCount: 0 });
    const texts = statement<{ count: number }>(
      `select count(*) as count from directory_users
        where organization_id = $1 and jsonb_typeof(resource #> array['${URN}', 'level']) = 'string'`,
    );
    expect(await test.database.run(at.organizationId, texts)).toEqual([{ count: 0 }]);
  });

  it('is passed by no write of another process', async () => {
    const at = await test.aDirectory();
    const clock = () => new Date();
    const other = createDomain({ database: test.database, catalogue: testCatalogue, secretKey: 'x', clock });
    const write = (level: unknown) =>
      other.directoryUsers.create(at.directory, aCall, {
        directoryId: at.directoryId,
        resource: { userName: `o${Math.random()}`, [URN]: { level } },
      });
    const first = await write('open');
    await test.domain.customSchemas.create(at.operator, badge);
    await expect(write('closed')).rejects.toMatchObject({ code: 'invalidValue' });
    expect((await write('6')).resource[URN]).toEqual({ level: 6 });
    const list = { directoryId: at.directoryId, startIndex: 1, count: 10 };
    const levels = async () =>
      (await other.directoryLists.users(at.directory, list)).items.map(({ resource }) => resource[URN]);
    expect(await levels()).toEqual([{ level: 'open' }, { level: 6 }]);
    await test.domain.customSchemas.create(at.operator, {
      ...badge,
      urn: 'urn:acme:2.0:User',
      attributes: [{ name: 'room', type: 'integer' }],
    });
    const replace = (room: string) =>
      other.directoryUsers.replace(at.directory, aCall, {
        directoryId: at.directoryId,
        id: first.id,
        resource: { ...first.resource, 'urn:acme:2.0:User': { room } },
      });
    await expect(replace('east')).rejects.toMatchObject({ code: 'invalidValue' });
    expect((await replace('7')).resource['urn:acme:2.0:User']).toEqual({ room: 7 });
  });

  it('of a new attribute carries over too, and what is left out is open again', async () => {
    const at = await test.aDirectory();
    const { customSchema } = await test.domain.customSchemas.create(at.operator, badge);
    const user = await aUser(at, { badge: 'B-1', level: 3, room: '12' });
    const updated = await test.domain.customSchemas.update(at.operator, customSchema.id, {
      attributes: [{ name: 'room', type: 'integer' }, { name: 'badge' }],
      ifVersion: 1,
    });
    expect(updated).toMatchObject({ recordsCount: 1, misfitsCount: 0, customSchema: { version: 2, isSettled: true } });
    const found = await test.domain.directoryUsers.find(at.directory, { directoryId: at.directoryId, id: user.id });
    expect(found?.resource[URN]).toEqual({ badge: 'B-1', level: 3, room: 12 });
    expect(await keys(at, user.id)).toEqual(['badge=b-1']);
    await expect(aUser(at, { badge: 'B-1', level: 'any' })).resolves.toBeDefined();
    await expect(
      test.domain.customSchemas.update(at.operator, customSchema.id, { name: 'x', ifVersion: 1 }),
    ).rejects.toMatchObject({ code: 'versionConflict' });
  });

  it('that broke off is carried out by the maintenance', async () => {
    const at = await test.aDirectory();
    const user = await aUser(at, { level: '3' });
    const { customSchema } = await test.domain.customSchemas.create(at.operator, badge);
    const undo = statement<never>(
      `update directory_users set resource = jsonb_set(resource, array['${URN}', 'level'], '"4"') where organization_id = $1`,
    );
    await test.database.run(at.organizationId, undo);
    const unsettle = statement<never>('update custom_schemas set is_settled = false where organization_id = $1');
    await test.database.run(at.organizationId, unsettle);
    await test.domain.maintenance.run();
    expect((await test.domain.customSchemas.get(at.operator, customSchema.id)).isSettled).toBe(true);
    const found = await test.domain.directoryUsers.find(at.directory, { directoryId: at.directoryId, id: user.id });
    expect(found?.resource[URN]).toEqual({ level: 4 });
  });

  it('records what happened', async () => {
    const at = await test.aDirectory();
    const { customSchema } = await test.domain.customSchemas.create(at.operator, badge);
    await test.domain.customSchemas.update(at.operator, customSchema.id, { name: 'Badges' });
    await test.domain.customSchemas.delete(at.operator, customSchema.id);
    const events = statement<{ type: string }>(
      'select type from domain_events where organization_id = $1 and subject_id = $2 order by id',
    );
    const types = (await test.database.run(at.organizationId, events, customSchema.id)).map(({ type }) => type);
    expect(types).toEqual(['customSchemaCreated', 'customSchemaUpdated', 'customSchemaDeleted']);
  });
});
