import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { allScopes } from '../../../src/domain/actors/scope.ts';
import { aCall, openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

const ada = {
  userName: 'Ada@acme.example',
  displayName: 'Ada',
  externalId: 'ext-ada',
  emails: [{ type: 'work', value: 'Ada@acme.example' }],
};

async function aPerson(resource: object = ada) {
  const at = await test.aDirectory();
  const created = await test.domain.directoryUsers.create(at.directory, aCall, {
    directoryId: at.directoryId,
    resource,
  });
  const replace = (next: object, ifVersions?: number[]) =>
    test.domain.directoryUsers.replace(at.directory, aCall, {
      directoryId: at.directoryId,
      id: created.id,
      resource: next,
      ...(ifVersions ? { ifVersions } : {}),
    });
  const users = async () => (await test.domain.users.list(at.operator, { first: 100 })).items;
  return { ...at, created, replace, users };
}

describe('creating a directory user', () => {
  it('keeps the document as it was sent and makes an active user of it', async () => {
    const { created, users } = await aPerson();
    expect(created).toMatchObject({ version: 1, resource: { ...ada, active: true } });
    expect(await users()).toEqual([
      expect.objectContaining({
        userName: 'Ada@acme.example',
        displayName: 'Ada',
        email: 'Ada@acme.example',
        active: true,
        isManual: false,
      }),
    ]);
  });

  it('security 30: of eight identical requests at once one makes the user and seven answer userNameTaken', async () => {
    const { directory, directoryId, operator } = await test.aDirectory();
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: ada }),
      ),
    );
    const failures = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason.code] : []));
    expect(failures).toEqual(Array(7).fill('userNameTaken'));
    expect((await test.domain.users.list(operator, {})).items).toHaveLength(1);
  });

  it('refuses a userName that differs only by case', async () => {
    const { directory, directoryId } = await aPerson();
    const again = test.domain.directoryUsers.create(directory, aCall, {
      directoryId,
      resource: { userName: 'ADA@ACME.EXAMPLE' },
    });
    await expect(again).rejects.toMatchObject({ code: 'userNameTaken' });
  });

  it('waits with a link to an existing user of the same userName, who gains and loses nothing', async () => {
    const { directory, directoryId, operator } = await test.aDirectory();
    const manual = await test.domain.users.create(operator, {
      userName: 'ada@acme.example',
      displayName: 'Ada by hand',
    });
    await test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: ada });
    const users = (await test.domain.users.list(operator, {})).items;
    expect(users).toEqual([expect.objectContaining({ id: manual.id, displayName: 'Ada by hand', active: true })]);
    const [link] = (await test.domain.links.list(operator, {}, {})).items;
    expect(link).toMatchObject({ kind: 'user', state: 'pending', reason: 'user_exists', targetId: manual.id });
  });

  it('security 1: ignores an id and a meta of the client', async () => {
    const { created } = await aPerson({ ...ada, id: '00000000-0000-0000-0000-000000000001', meta: { version: '7' } });
    expect(created.id).not.toBe('00000000-0000-0000-0000-000000000001');
    expect(created.resource).not.toHaveProperty('meta');
  });

  it('finds people of one batch that fail apart from those that do not', async () => {
    const { directory, directoryId } = await test.aDirectory();
    const create = (userName: string) =>
      test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: { userName } });
    const settled = await Promise.allSettled(['a@x', 'b@x', 'A@x', 'c@x'].map(create));
    expect(settled.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('writing over a directory user', () => {
  it('raises the version, carries the profile over and tells of it once', async () => {
    const { created, replace, users } = await aPerson();
    const updated = await replace({ ...ada, displayName: 'Ada King' });
    expect(updated).toMatchObject({ id: created.id, version: 2, createdAt: created.createdAt });
    expect(await users()).toEqual([expect.objectContaining({ displayName: 'Ada King' })]);
  });

  it('leaves the version alone when nothing changed', async () => {
    const { replace } = await aPerson();
    expect(await replace({ ...ada, active: true })).toMatchObject({ version: 1 });
  });

  it('refuses a version that has passed and writes nothing', async () => {
    const { replace, users } = await aPerson();
    await replace({ ...ada, displayName: 'Second' }, [1]);
    await expect(replace({ ...ada, displayName: 'Third' }, [1])).rejects.toMatchObject({ code: 'versionConflict' });
    expect(await users()).toEqual([expect.objectContaining({ displayName: 'Second' })]);
  });

  it('lets one of many writers of one version win', async () => {
    const { replace } = await aPerson();
    const attempts = await Promise.allSettled(
      Array.from({ length: 16 }, (_, n) => replace({ ...ada, displayName: `Writer ${n}` }, [1])),
    );
    expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
  });

  it('keeps the name of the product when another user has the new one, and the person stays in', async () => {
    const { directory, directoryId, operator, replace, users } = await aPerson();
    await test.domain.users.create(operator, { userName: 'countess@acme.example', displayName: 'Other' });
    const renamed = await replace({ ...ada, userName: 'Countess@acme.example' });
    expect(renamed.resource).toMatchObject({ userName: 'Countess@acme.example' });
    expect(await users()).toContainEqual(expect.objectContaining({ userName: 'Ada@acme.example', active: true }));
    const found = await test.domain.directoryUsers.findByUserName(directory, {
      directoryId,
      userName: 'COUNTESS@acme.example',
    });
    expect(found?.id).toBe(renamed.id);
  });

  it('no longer says that the name is taken once it has a free one', async () => {
    const { operator, replace, users } = await aPerson();
    await test.domain.users.create(operator, { userName: 'countess@acme.example' });
    const theLink = async () => (await test.domain.links.list(operator, {}, {})).items[0];
    await replace({ ...ada, userName: 'Countess@acme.example' });
    expect(await theLink()).toMatchObject({ state: 'active', reason: 'name_is_taken' });
    await replace({ ...ada, userName: 'lovelace@acme.example' });
    expect(await theLink()).toMatchObject({ state: 'active', reason: null });
    expect(await users()).toContainEqual(expect.objectContaining({ userName: 'lovelace@acme.example' }));
  });

  it('tells of every change: of the record where the user does not change, or may not', async () => {
    const { directory, directoryId, operator } = await test.aDirectory();
    await test.domain.users.create(operator, { userName: 'ada@acme.example' });
    const { id } = await test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: ada });
    const deactivate = { directoryId, id, resource: { ...ada, active: false } };
    await test.domain.directoryUsers.replace(directory, aCall, deactivate);
    // The feed stops below the oldest running transaction, and other test files share the server.
    await vi.waitFor(async () => {
      const [event] = (await test.domain.domainEvents.feed(operator, { first: 100 })).items.slice(-1);
      expect(event).toMatchObject({ type: 'directoryUserUpdated', subjectId: id, data: { active: false } });
    }, 10_000);
  });

  it('answers notFound for an id of another organization and changes nothing', async () => {
    const { created } = await aPerson();
    const other = await test.aDirectory();
    const input = { directoryId: other.directoryId, id: created.id, resource: { userName: 'stolen' } };
    await expect(test.domain.directoryUsers.replace(other.directory, aCall, input)).rejects.toMatchObject({
      code: 'notFound',
    });
    expect(await test.domain.directoryUsers.find(other.directory, input)).toBeUndefined();
  });
});

describe('the life of a directory user', () => {
  it('security 18: is inactive on create when the client says so', async () => {
    const { users } = await aPerson({ ...ada, active: false });
    expect(await users()).toEqual([expect.objectContaining({ active: false })]);
  });

  it('S22: comes back as the same user with its manual memberships', async () => {
    const { operator, replace, users } = await aPerson();
    const [user] = await users();
    const group = await test.domain.groups.create(operator, { name: 'Writers' });
    await test.domain.groups.addMembers(operator, group.id, [user?.id ?? '']);
    await replace({ ...ada, active: false });
    expect(await users()).toEqual([expect.objectContaining({ id: user?.id, active: false })]);
    await replace({ ...ada, active: true });
    expect(await users()).toEqual([expect.objectContaining({ id: user?.id, active: true })]);
    const members = await test.domain.groups.listMembers(operator, group.id, {});
    expect(members.items).toHaveLength(1);
  });

  it('stays deactivated when a whole new document says nothing of active', async () => {
    const { replace, users } = await aPerson();
    await replace({ ...ada, active: false });
    expect(await replace({ ...ada, title: 'Countess' })).toMatchObject({ resource: { active: false } });
    expect(await users()).toEqual([expect.objectContaining({ active: false })]);
  });

  it('is revived by a POST of the same person, with the same id', async () => {
    const { created, directory, directoryId, replace, users } = await aPerson();
    await replace({ ...ada, active: false });
    const revived = await test.domain.directoryUsers.create(directory, aCall, {
      directoryId,
      resource: { ...ada, title: 'Back' },
    });
    expect(revived).toMatchObject({ id: created.id, resource: { title: 'Back', active: true } });
    expect(await users()).toEqual([expect.objectContaining({ active: true })]);
  });

  it('security 33: a new externalId on a reused userName is a new person without the rights of the old one', async () => {
    const { created, directory, directoryId, operator, replace, users } = await aPerson();
    const [old] = await users();
    const group = await test.domain.directoryGroups.create(directory, aCall, {
      directoryId,
      resource: { displayName: 'Sales' },
      memberIds: [created.id],
    });
    await replace({ ...ada, active: false });
    const revived = await test.domain.directoryUsers.create(directory, aCall, {
      directoryId,
      resource: { ...ada, externalId: 'ext-other' },
    });
    expect(revived.id).toBe(created.id);
    const after = await users();
    expect(after.find((user) => user.id === old?.id)).toMatchObject({ active: false });
    const fresh = after.find((user) => user.id !== old?.id);
    expect(fresh).toMatchObject({ active: true, userName: 'Ada@acme.example' });
    const groups = { directoryId, ids: [group.id] };
    expect(await test.domain.directoryGroupMembers.list(directory, groups)).toEqual([[]]);
    expect((await test.domain.groups.listGroupsOf(operator, fresh?.id ?? '')).length ?? 0).toBe(0);
  });

  it('security 33: is not fooled when the externalId changes while the record is inactive', async () => {
    const { replace, users } = await aPerson();
    const [old] = await users();
    await replace({ ...ada, active: false });
    await replace({ ...ada, active: false, externalId: 'ext-other' });
    await replace({ ...ada, active: true, externalId: 'ext-other' });
    expect((await users()).find((user) => user.id === old?.id)).toMatchObject({ active: false });
  });

  it('security 33: a record that came back without its externalId is not handed on with the next one', async () => {
    const { operator, replace, users } = await aPerson();
    const [old] = await users();
    const { externalId: _, ...nameless } = ada;
    await replace({ ...ada, active: false });
    await replace({ ...nameless, active: true });
    await replace({ ...ada, externalId: 'ext-other' });
    const after = await users();
    expect(after.find((user) => user.id === old?.id)).toMatchObject({ active: false });
    expect(after.find((user) => user.id !== old?.id)).toMatchObject({ active: true, userName: ada.userName });
    expect(
      await test.domain.groups.listGroupsOf(operator, after.find((user) => user.id !== old?.id)?.id ?? ''),
    ).toEqual([]);
  });

  it('a first externalId is no other person', async () => {
    const { externalId: _, ...nameless } = ada;
    const { replace, users } = await aPerson(nameless);
    await replace(ada);
    expect(await users()).toHaveLength(1);
  });

  it('waits when a new person takes over the userName of somebody whom an admin keeps', async () => {
    const { directory, directoryId, operator } = await test.aDirectory();
    const manual = await test.domain.users.create(operator, { userName: 'ada@acme.example' });
    const created = await test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: ada });
    const write = (resource: object) =>
      test.domain.directoryUsers.replace(directory, aCall, { directoryId, id: created.id, resource });
    await write({ ...ada, active: false });
    expect(await write({ ...ada, externalId: 'ext-other', active: true })).toMatchObject({
      resource: { active: true },
    });
    const waiting = (await test.domain.links.list(operator, { states: ['pending'] }, {})).items;
    expect(waiting).toEqual([expect.objectContaining({ targetId: manual.id, reason: 'user_exists' })]);
  });

  it('two directories that bring one person at once make one user and one waiting link', async () => {
    const at = await test.aDirectory();
    const { id: otherId } = await test.domain.directories.create(at.operator, { name: 'Okta' });
    const other: Actor = {
      kind: 'directory',
      organizationId: at.organizationId,
      directoryId: otherId,
      tokenId: otherId,
      scopes: allScopes,
    };
    const names = Array.from({ length: 10 }, (_, n) => `both${n}@acme.example`);
    const pushes = names.flatMap((userName) => [
      test.domain.directoryUsers.create(at.directory, aCall, { directoryId: at.directoryId, resource: { userName } }),
      test.domain.directoryUsers.create(other, aCall, { directoryId: otherId, resource: { userName } }),
    ]);
    await Promise.all(pushes);
    expect((await test.domain.users.list(at.operator, { first: 100 })).items).toHaveLength(10);
    expect((await test.domain.links.list(at.operator, { states: ['pending'] }, { first: 100 })).items).toHaveLength(10);
  });

  it('security 5: an API key does not write the directory layer, whatever it may do', async () => {
    const { directoryId, organizationId, created } = await aPerson();
    const permissions = new Set(test.domain.catalogue.permissions.map(({ name }) => name));
    const key: Actor = { kind: 'apiKey', organizationId, id: created.id, name: 'key', permissions };
    const write = test.domain.directoryUsers.create(key, aCall, { directoryId, resource: { userName: 'new' } });
    await expect(write).rejects.toMatchObject({ code: 'forbidden' });
    const change = { directoryId, id: created.id, members: [{ kind: 'add' as const, userIds: [created.id] }] };
    await expect(test.domain.directoryGroups.change(key, aCall, change)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('DELETE takes the record and memberships; the user stays, deactivated', async () => {
    const { created, directory, directoryId, users } = await aPerson();
    await test.domain.directoryUsers.delete(directory, aCall, { directoryId, id: created.id });
    expect(await test.domain.directoryUsers.find(directory, { directoryId, id: created.id })).toBeUndefined();
    expect(await users()).toEqual([expect.objectContaining({ active: false })]);
    const again = test.domain.directoryUsers.delete(directory, aCall, { directoryId, id: created.id });
    await expect(again).rejects.toMatchObject({ code: 'notFound' });
  });
});
