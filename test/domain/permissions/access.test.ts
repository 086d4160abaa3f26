import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';
import { protectedGroups } from '../../../src/domain/permissions/protected.ts';
import type { UserRow } from '../../../src/domain/users/users.store.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGrant,
  aGroup,
  anOrganization,
  aUser,
  builtInSet,
  type Domain,
  domainOf,
  type TestOrganization,
  testPermissions,
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

/** A user who may publish by a linked directory group, and how. */
async function aPublisher(made: TestOrganization, facts: Parameters<typeof aDirectoryUser>[2] = {}) {
  const { user, directoryUserId } = await aDirectoryUser(domain, made, facts);
  const group = await aGroup(domain, made, { name: 'Marketing' });
  const link = await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId] });
  const grant = await aGrant(domain, made, { groupId: group.id }, ['screens:publish']);
  return { user, group, grant, directoryUserId, ...link };
}

const mayPublish = (made: TestOrganization, user: UserRow) =>
  domain.access.check(made.operator, { userId: user.id, permission: 'screens:publish' });

describe('effective permissions', () => {
  it('S12, T11: are the union over direct grants, manual memberships and linked directory groups', async () => {
    const made = await anOrganization(domain);
    const { user } = await aPublisher(made);
    const manual = await aGroup(domain, made, { members: [user] });
    await aGrant(domain, made, { groupId: manual.id }, ['screens:edit', 'screens:publish']);
    await aGrant(domain, made, { userId: user.id }, ['billing:pay']);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([
      'billing:pay',
      'screens:edit',
      'screens:publish',
    ]);
    for (const { name } of testPermissions) {
      const allowed = await domain.access.check(made.operator, { userId: user.id, permission: name });
      expect(allowed, name).toBe(name !== 'screens:view');
    }
  });

  it('S7: are none without a group or grant', async () => {
    const made = await anOrganization(domain);
    const { user } = await aDirectoryUser(domain, made);
    await aPublisher(made);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([]);
    expect(await mayPublish(made, user)).toBe(false);
  });

  it('of a built-in set are what the catalogue says now', async () => {
    const made = await anOrganization(domain);
    const [owner, admin, reader] = [await aUser(domain, made), await aUser(domain, made), await aUser(domain, made)];
    for (const [name, user] of [
      ['owner', owner],
      ['admin', admin],
      ['reader', reader],
    ] as const) {
      const set = await builtInSet(domain, made, name);
      await domain.grants.grant(made.operator, { permissionSetId: set.id, userId: user.id });
    }
    const held = await domain.access.effectivePermissionsOfMany(made.operator, [owner.id, admin.id, reader.id]);
    expect(held).toEqual([
      [...domain.catalogue.heldBy('owner')].sort(),
      [...domain.catalogue.heldBy('admin')].sort(),
      ['screens:view'],
    ]);
    const permission = 'rollcall:organization';
    const asked = [owner, admin, reader].map((user) => ({ userId: user.id, permission }));
    expect(await domain.access.checkMany(made.operator, asked)).toEqual([true, false, false]);
  });

  it('do not count what is declared no more, nor what a stored row calls itself', async () => {
    const made = await anOrganization(domain);
    const { user } = await aPublisher(made);
    const later = domainOf(domain.database, new PermissionCatalogue(testPermissions.slice(0, 1)));
    expect(await later.access.effectivePermissions(made.operator, user.id)).toEqual([]);
    const question = { userId: user.id, permission: 'screens:publish' };
    expect(await later.access.check(made.operator, question)).toBe(false);
    expect(await later.access.checkMany(made.operator, [question, { ...question, permission: '' }])).toEqual([
      false,
      false,
    ]);
    await expect(later.access.explain(made.operator, question)).rejects.toMatchObject({ code: 'unknownPermission' });
  });
});

describe('a user who is not active', () => {
  it.each([
    ['blocked by an admin', 'blocked', (made: TestOrganization, id: string) => domain.users.block(made.operator, id)],
    ['removed', 'removed', (made: TestOrganization, id: string) => domain.users.remove(made.operator, id)],
  ] as const)('%s has no permissions, and the explanation says so', async (_, inactiveReason, end) => {
    const made = await anOrganization(domain);
    const { user } = await aPublisher(made);
    expect(await mayPublish(made, user)).toBe(true);
    await end(made, user.id);
    expect(await mayPublish(made, user)).toBe(false);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([]);
    const explained = await domain.access.explain(made.operator, { userId: user.id, permission: 'screens:publish' });
    expect(explained).toMatchObject({ isAllowed: false, inactiveReason });
  });

  it('security 18: loses everything when the directory switches the record off, and gets it back when it is on', async () => {
    const made = await anOrganization(domain);
    const { user, directoryUserId } = await aPublisher(made);
    await aGrant(domain, made, { userId: user.id }, ['screens:edit']);
    const switchTo = (active: boolean) =>
      domain.database.run(
        made.organization.id,
        { text: 'update directory_users set active = $3 where organization_id = $1 and id = $2' },
        directoryUserId,
        active,
      );
    await switchTo(false);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([]);
    const explained = await domain.access.explain(made.operator, { userId: user.id, permission: 'screens:edit' });
    expect(explained).toMatchObject({
      isAllowed: false,
      inactiveReason: 'inactiveInDirectory',
      paths: [{ source: 'direct' }],
    });
    await switchTo(true);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([
      'screens:edit',
      'screens:publish',
    ]);
  });

  it('keeps what is manual, and loses what came through a directory record that is off', async () => {
    const made = await anOrganization(domain);
    const manual = await aUser(domain, made);
    const { user } = await aPublisher(made, { user: manual, active: false });
    await aGrant(domain, made, { userId: user.id }, ['screens:edit']);
    expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual(['screens:edit']);
  });
});

describe('security 34: a group link that is not active', () => {
  it.each(['pending', 'rejected', 'conflict', 'removed_in_product', 'superseded', 'out_of_scope'] as const)(
    'gives nobody anything while it is %s',
    async (linkState) => {
      const made = await anOrganization(domain);
      const { user, directoryUserId } = await aDirectoryUser(domain, made);
      const group = await aGroup(domain, made);
      await aGrant(domain, made, { groupId: group.id }, ['screens:publish']);
      await aDirectoryGroup(domain, made, { group, memberIds: [directoryUserId], linkState });
      expect(await mayPublish(made, user)).toBe(false);
      expect(await domain.access.effectivePermissions(made.operator, user.id)).toEqual([]);
    },
  );
});

describe('checking', () => {
  it('answers many questions in their order, repeated ones too', async () => {
    const made = await anOrganization(domain);
    const { user } = await aPublisher(made);
    const other = await aUser(domain, made);
    const asked = [
      { userId: other.id, permission: 'screens:publish' },
      { userId: user.id, permission: 'screens:publish' },
      { userId: user.id, permission: 'screens:edit' },
      { userId: user.id, permission: 'screens:publish' },
      { userId: user.id, permission: 'rollcall:grants' },
    ];
    expect(await domain.access.checkMany(made.operator, asked)).toEqual([false, true, false, true, false]);
    expect(await Promise.all(asked.map((each) => domain.access.check(made.operator, each)))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(await domain.access.checkMany(made.operator, [])).toEqual([]);
  });

  it('fails for an unknown user alone, without failing the checks that travel with it', async () => {
    const made = await anOrganization(domain);
    const { user } = await aPublisher(made);
    const permission = 'screens:publish';
    const results = await Promise.allSettled([
      domain.access.check(made.operator, { userId: unknownId, permission }),
      domain.access.check(made.operator, { userId: user.id, permission }),
      domain.access.check(made.operator, { userId: 'no-id', permission }),
    ]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'notFound' } },
      { status: 'fulfilled', value: true },
      { status: 'rejected', reason: { code: 'notFound' } },
    ]);
  });

  it('takes 1,000 questions at once and refuses more', async () => {
    const made = await anOrganization(domain);
    const { user } = await aPublisher(made);
    const question = { userId: user.id, permission: 'screens:publish' };
    const thousand = await domain.access.checkMany(made.operator, Array(1000).fill(question));
    expect(thousand.every((isAllowed) => isAllowed)).toBe(true);
    await expect(domain.access.checkMany(made.operator, Array(1001).fill(question))).rejects.toMatchObject({
      code: 'tooMany',
    });
  });
});

describe('security 4: protected groups', () => {
  it('are found among many in one statement', async () => {
    const made = await anOrganization(domain);
    const [plain, sensitive, owners] = [
      await aGroup(domain, made),
      await aGroup(domain, made),
      await aGroup(domain, made),
    ];
    await aGrant(domain, made, { groupId: plain.id }, ['screens:publish']);
    await aGrant(domain, made, { groupId: sensitive.id }, ['billing:pay']);
    const owner = await builtInSet(domain, made, 'owner');
    await domain.grants.grant(made.operator, { permissionSetId: owner.id, groupId: owners.id });
    const found = await domain.database.transaction(made.organization.id, (transaction) =>
      protectedGroups(transaction, [plain.id, sensitive.id, owners.id, unknownId], domain.catalogue),
    );
    expect(found).toEqual(new Set([sensitive.id, owners.id]));
  });
});
