import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Statement } from '../../../src/database/statement.ts';
import { Access } from '../../../src/domain/permissions/access.ts';
import type { UserRow } from '../../../src/domain/users/users.store.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGrant,
  aGroup,
  anOrganization,
  aPermissionSet,
  aSpace,
  aUser,
  builtInSet,
  type Domain,
  domainOf,
  setDefault,
  type TestOrganization,
} from '../../harness/builders.ts';
import { openTestDatabase } from '../../harness/database.ts';

const unknownId = '0199c0de-7a11-7000-8000-00000000dead';

let domain: Domain;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestDatabase();
  domain = domainOf(opened.database);
  close = opened.close;
});
afterAll(() => close());

async function grantOn(made: TestOrganization, userId: string, permissions: string[], spaceId: string) {
  const set = await aPermissionSet(domain, made, permissions);
  return domain.grants.grant(made.operator, { permissionSetId: set.id, userId, spaceId });
}

describe('S21: a space', () => {
  it('scopes a grant; one on the whole organization counts in every space', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const [berlin, paris] = [await aSpace(domain, made), await aSpace(domain, made)];
    await aGrant(domain, made, { userId: user.id }, ['screens:view']);
    await grantOn(made, user.id, ['screens:publish'], berlin.id);
    await grantOn(made, user.id, ['screens:edit'], paris.id);
    const held = (spaceId?: string) => domain.access.effectivePermissions(made.operator, user.id, spaceId);
    expect(await held()).toEqual(['screens:view']);
    expect(await held(berlin.id)).toEqual(['screens:publish', 'screens:view']);
    expect(await held(paris.id)).toEqual(['screens:edit', 'screens:view']);
    for (const spaceId of [undefined, berlin.id, paris.id]) {
      const expected = await held(spaceId);
      for (const { name } of domain.catalogue.permissions) {
        const question = { userId: user.id, permission: name, spaceId };
        expect(await domain.access.check(made.operator, question), name).toBe(expected.includes(name));
      }
    }
  });

  it('reaches people through linked groups', async () => {
    const made = await anOrganization(domain);
    const { user, directoryUserId } = await aDirectoryUser(domain, made);
    const group = await aGroup(domain, made);
    await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId] });
    const { id: spaceId } = await aSpace(domain, made);
    const set = await aPermissionSet(domain, made, ['screens:publish']);
    await domain.grants.grant(made.operator, { permissionSetId: set.id, groupId: group.id, spaceId });
    const question = { userId: user.id, permission: 'screens:publish' };
    expect(await domain.access.check(made.operator, { ...question, spaceId })).toBe(true);
    expect(await domain.access.check(made.operator, question)).toBe(false);
  });

  it('security 38: never gives rollcall:*, whatever is granted on it', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const { id: spaceId } = await aSpace(domain, made);
    const owner = await builtInSet(domain, made, 'owner');
    await domain.grants.grant(made.operator, { permissionSetId: owner.id, userId: user.id, spaceId });
    await grantOn(made, user.id, ['rollcall:users'], spaceId);
    expect(await domain.access.effectivePermissions(made.operator, user.id, spaceId)).toEqual([
      'billing:pay',
      'screens:edit',
      'screens:publish',
      'screens:view',
    ]);
    const asked = ['rollcall:users', 'rollcall:organization', 'billing:pay', 'rollcall:grants', 'rollcall:keys'].map(
      (permission) => ({ userId: user.id, permission, spaceId }),
    );
    const expected = [false, false, true, false, false];
    expect(await domain.access.checkMany(made.operator, asked)).toEqual(expected);
    expect(await Promise.all(asked.map((each) => domain.access.checkMany(made.operator, [each])))).toEqual(
      expected.map((answer) => [answer]),
    );
    const explained = await domain.access.explain(made.operator, {
      userId: user.id,
      permission: 'rollcall:users',
      spaceId,
    });
    expect(explained).toMatchObject({ isAllowed: false, paths: [], otherSpaces: [] });
    const holders = await domain.access.whoHas(made.operator, { permission: 'rollcall:users', spaceId }, {});
    expect(holders.items).toEqual([]);
  });

  it('that is unknown here is not found, in every question', async () => {
    const [made, other] = [await anOrganization(domain), await anOrganization(domain)];
    const user = await aUser(domain, made);
    const { id: foreign } = await aSpace(domain, other);
    for (const spaceId of [unknownId, foreign, 'no-id']) {
      const question = { userId: user.id, permission: 'screens:view', spaceId };
      for (const asking of [
        () => domain.access.check(made.operator, question),
        () => domain.access.checkMany(made.operator, [question]),
        () => domain.access.checkMany(made.operator, Array(10).fill(question)),
        () => domain.access.effectivePermissions(made.operator, user.id, spaceId),
        () => domain.access.explain(made.operator, question),
        () => domain.access.whoHas(made.operator, question, {}),
      ]) {
        await expect(asking()).rejects.toMatchObject({ code: 'notFound', details: { noun: 'space', id: spaceId } });
      }
    }
  });
});

describe('many questions at once', () => {
  it('are answered the same, whether about one person or about many', async () => {
    const made = await anOrganization(domain);
    const spaces = [await aSpace(domain, made), await aSpace(domain, made)];
    const [plain, owner, blocked] = [await aUser(domain, made), await aUser(domain, made), await aUser(domain, made)];
    const nobody = await aUser(domain, made);
    await aGrant(domain, made, { userId: plain.id }, ['screens:view']);
    await grantOn(made, plain.id, ['screens:publish'], spaces[0]?.id ?? '');
    const ownerSet = await builtInSet(domain, made, 'owner');
    await domain.grants.grant(made.operator, { permissionSetId: ownerSet.id, userId: owner.id });
    await aGrant(domain, made, { userId: blocked.id }, ['screens:view']);
    await domain.users.block(made.operator, blocked.id);
    const users = [plain, owner, blocked, nobody];
    const permissions = [...domain.catalogue.permissions.map(({ name }) => name), 'no:such', ''];
    const questions = users.flatMap((user) =>
      permissions.flatMap((permission) =>
        [undefined, ...spaces.map(({ id }) => id)].map((spaceId) => ({ userId: user.id, permission, spaceId })),
      ),
    );
    const together = await domain.access.checkMany(made.operator, questions);
    const each = await Promise.all(
      questions.map(async (question) => (await domain.access.checkMany(made.operator, [question]))[0]),
    );
    expect(together).toEqual(each);
    expect(together.filter((isAllowed) => isAllowed)).toHaveLength(3 + 1 + domain.catalogue.permissions.length * 3);
  });

  it('take one statement, also 1,000 of them, about one person or about many', async () => {
    const made = await anOrganization(domain);
    const users = [await aUser(domain, made), await aUser(domain, made), await aUser(domain, made)];
    const { id: spaceId } = await aSpace(domain, made);
    const run = vi.fn(domain.database.run.bind(domain.database));
    const access = new Access({ database: { run } as unknown as Database, catalogue: domain.catalogue });
    const ask = (userId: string) => ({ userId, permission: 'screens:view', spaceId });
    await access.checkMany(made.operator, Array(1000).fill(ask(users[0]?.id ?? '')));
    expect(run).toHaveBeenCalledTimes(1);
    await access.checkMany(
      made.operator,
      users.map(({ id }) => ask(id)),
    );
    expect(run).toHaveBeenCalledTimes(2);
    const names = run.mock.calls.map((call) => (call[1] as Statement<object>).name);
    expect(names).toEqual(['access_check_together', 'access_check_each']);
  });

  it('name the person who is unknown', async () => {
    const made = await anOrganization(domain);
    const user = await aUser(domain, made);
    const ofUser = Array.from({ length: 8 }, () => ({ userId: user.id, permission: 'screens:view' }));
    const unknown = { userId: unknownId, permission: 'screens:view' };
    for (const asked of [[...ofUser, unknown], [unknown, ...ofUser], [unknown]]) {
      await expect(domain.access.checkMany(made.operator, asked)).rejects.toMatchObject({
        code: 'notFound',
        details: { noun: 'user', id: unknownId },
      });
    }
  });
});

describe('T11: the default permission set', () => {
  it('S7: is none until the organization chooses one; then every active user holds it', async () => {
    const made = await anOrganization(domain);
    const [manual, blocked] = [await aUser(domain, made), await aUser(domain, made)];
    const { user: provisioned } = await aDirectoryUser(domain, made);
    await domain.users.block(made.operator, blocked.id);
    const all = [manual, provisioned, blocked];
    const held = () =>
      domain.access.effectivePermissionsOfMany(
        made.operator,
        all.map(({ id }) => id),
      );
    expect(await held()).toEqual([[], [], []]);
    const reader = await builtInSet(domain, made, 'reader');
    await setDefault(domain, made, reader.id);
    expect(await held()).toEqual([['screens:view'], ['screens:view'], []]);
    const asked = all.map(({ id }) => ({ userId: id, permission: 'screens:view' }));
    expect(await domain.access.checkMany(made.operator, asked)).toEqual([true, true, false]);
    const { items } = await domain.access.whoHas(made.operator, { permission: 'screens:view' }, {});
    expect(items.map(({ id }) => id)).toEqual([manual.id, provisioned.id]);
    const waiting = await domain.users.list(made.operator, {}, { withoutAccess: true });
    expect(waiting.items).toEqual([]);
    await setDefault(domain, made, null);
    expect(await held()).toEqual([[], [], []]);
  });
});

describe('who has a permission', () => {
  async function holders(made: TestOrganization, permission: string, spaceId?: string): Promise<string[]> {
    const { items } = await domain.access.whoHas(made.operator, { permission, spaceId }, {});
    return items.map(({ id }) => id);
  }
  const ids = (...users: UserRow[]) => users.map(({ id }) => id).sort();

  it('are all active users whom a grant reaches on any path, each once', async () => {
    const made = await anOrganization(domain);
    const [direct, member, both, reader, blocked] = [
      await aUser(domain, made),
      await aUser(domain, made),
      await aUser(domain, made),
      await aUser(domain, made),
      await aUser(domain, made),
    ];
    const { user: provisioned, directoryUserId } = await aDirectoryUser(domain, made);
    const { directoryUserId: off } = await aDirectoryUser(domain, made, { active: false });
    const group = await aGroup(domain, made, { members: [member, both, blocked] });
    await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId, off] });
    await domain.users.block(made.operator, blocked.id);
    await aGrant(domain, made, { groupId: group.id }, ['screens:publish']);
    await aGrant(domain, made, { groupId: group.id }, ['screens:publish', 'screens:edit']);
    await aGrant(domain, made, { userId: direct.id }, ['screens:publish']);
    await aGrant(domain, made, { userId: both.id }, ['screens:publish']);
    await aGrant(domain, made, { userId: reader.id }, ['screens:view']);
    expect((await holders(made, 'screens:publish')).sort()).toEqual(ids(direct, member, both, provisioned));
    expect((await holders(made, 'screens:edit')).sort()).toEqual(ids(member, both, provisioned));
    expect(await holders(made, 'billing:pay')).toEqual([]);
    const owner = await builtInSet(domain, made, 'owner');
    await domain.grants.grant(made.operator, { permissionSetId: owner.id, userId: reader.id });
    expect(await holders(made, 'billing:pay')).toEqual([reader.id]);
  });

  it('in a space are those who hold it there or everywhere', async () => {
    const made = await anOrganization(domain);
    const [here, there, everywhere] = [await aUser(domain, made), await aUser(domain, made), await aUser(domain, made)];
    const [berlin, paris] = [await aSpace(domain, made), await aSpace(domain, made)];
    await grantOn(made, here.id, ['screens:publish'], berlin.id);
    await grantOn(made, there.id, ['screens:publish'], paris.id);
    await aGrant(domain, made, { userId: everywhere.id }, ['screens:publish']);
    expect(await holders(made, 'screens:publish', berlin.id)).toEqual([here.id, everywhere.id]);
    expect(await holders(made, 'screens:publish')).toEqual([everywhere.id]);
  });

  it('are read page by page in the order of their making', async () => {
    const made = await anOrganization(domain);
    const users: UserRow[] = [];
    for (let count = 0; count < 5; count += 1) users.push(await aUser(domain, made));
    const group = await aGroup(domain, made, { members: users });
    await aGrant(domain, made, { groupId: group.id }, ['screens:publish']);
    const read = (after: string | null) =>
      domain.access.whoHas(made.operator, { permission: 'screens:publish' }, { first: 2, after });
    const pages = [await read(null), await read(users[1]?.id ?? null), await read(users[3]?.id ?? null)];
    expect(pages.map(({ items }) => items.map(({ id }) => id))).toEqual([
      users.slice(0, 2).map(({ id }) => id),
      users.slice(2, 4).map(({ id }) => id),
      users.slice(4).map(({ id }) => id),
    ]);
    expect(pages.map(({ hasNextPage }) => hasNextPage)).toEqual([true, true, false]);
  });

  it('cannot be asked of a permission that nobody declared', async () => {
    const made = await anOrganization(domain);
    await expect(domain.access.whoHas(made.operator, { permission: 'no:such' }, {})).rejects.toMatchObject({
      code: 'unknownPermission',
    });
  });
});
