import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import {
  aDirectoryGroup,
  aDirectoryUser,
  aGrant,
  aGroup,
  anOrganization,
  aPermissionSet,
  aSpace,
  aUser,
  type Domain,
  domainOf,
  type TestOrganization,
} from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';

let opened: TestDatabase;
let domain: Domain;
let superuser: Client;
let own: Furnished;
let theirs: Furnished;

type Furnished = Awaited<ReturnType<typeof furnish>>;

beforeAll(async () => {
  opened = await openTestDatabase();
  domain = domainOf(opened.database);
  superuser = new Client(opened.connection);
  await superuser.connect();
  // Furnished once: that nothing of it changes is what each test proves.
  own = await furnish(await anOrganization(domain));
  theirs = await furnish(await anOrganization(domain));
});
afterAll(async () => {
  await superuser.end();
  await opened.close();
});

/** An organization with one of everything. */
async function furnish(made: TestOrganization) {
  const { user, directoryUserId } = await aDirectoryUser(domain, made);
  const manual = await aUser(domain, made);
  const group = await aGroup(domain, made, { members: [manual] });
  await aDirectoryGroup(domain, made, { group: await aGroup(domain, made), memberIds: [directoryUserId] });
  const grant = await aGrant(domain, made, { groupId: group.id }, ['screens:publish']);
  const set = await aPermissionSet(domain, made, ['screens:view']);
  const { apiKey } = await domain.apiKeys.create(made.operator, { name: 'Player', permissionSetId: set.id });
  const space = await aSpace(domain, made);
  await domain.grants.grant(made.operator, { permissionSetId: set.id, groupId: group.id, spaceId: space.id });
  return { ...made, user, manual, group, grant, set, apiKey, space };
}

/** Everything in every table of organizations, past row-level security. */
async function everything(): Promise<string> {
  const { rows: tables } = await superuser.query<{ name: string }>(
    `select c.table_name as name from information_schema.columns c
      where c.table_schema = 'public' and c.column_name = 'organization_id' order by 1`,
  );
  expect(tables.length).toBeGreaterThan(15);
  const contents: string[] = [];
  for (const { name } of tables) {
    const { rows } = await superuser.query(
      `select string_agg(t::text, E'\\n' order by t::text) as rows from "${name}" t`,
    );
    contents.push(`${name}: ${rows[0].rows}`);
  }
  return contents.join('\n');
}

/** Somebody of `of` who would be signed in to `as`. */
const signedInAs = (as: Furnished, of: Furnished): Extract<Actor, { kind: 'user' }> => ({
  kind: 'user',
  organizationId: as.organization.id,
  userId: of.user.id,
  accountId: of.user.id,
  sessionId: of.user.id,
  name: 'somebody',
  permissions: new Set(),
  provedAt: domain.clock(),
});

/** Every method that takes an id, asked with an id of the other organization. `as` is the caller's operator. */
const askedForAnother: Record<string, (as: Furnished, of: Furnished) => Promise<unknown>> = {
  'users.get': (as, of) => domain.users.get(as.operator, of.user.id),
  'users.update': (as, of) => domain.users.update(as.operator, of.user.id, { displayName: 'Mine' }),
  'users.block': (as, of) => domain.users.block(as.operator, of.user.id),
  'users.unblock': (as, of) => domain.users.unblock(as.operator, of.user.id),
  'users.remove': (as, of) => domain.users.remove(as.operator, of.user.id),
  'users.keep': (as, of) => domain.users.keep(as.operator, of.user.id),
  'groups.get': (as, of) => domain.groups.get(as.operator, of.group.id),
  'groups.update': (as, of) => domain.groups.update(as.operator, of.group.id, { name: 'Mine' }),
  'groups.delete': (as, of) => domain.groups.delete(as.operator, of.group.id),
  'groups.addMembers': (as, of) => domain.groups.addMembers(as.operator, of.group.id, [as.user.id]),
  'groups.removeMembers': (as, of) => domain.groups.removeMembers(as.operator, of.group.id, [of.manual.id]),
  'groups.listMembers': (as, of) => domain.groups.listMembers(as.operator, of.group.id, {}),
  'permissionSets.get': (as, of) => domain.permissionSets.get(as.operator, of.set.id),
  'permissionSets.update': (as, of) => domain.permissionSets.update(as.operator, of.set.id, { permissions: [] }),
  'permissionSets.delete': (as, of) => domain.permissionSets.delete(as.operator, of.set.id),
  'permissionSets.requireGivable': (as, of) =>
    domain.database.transaction(as.organization.id, (transaction) =>
      domain.permissionSets.requireGivable(transaction, as.operator, of.set.id),
    ),
  'permissionSets.requireDefaultable': (as, of) =>
    domain.database.transaction(as.organization.id, (transaction) =>
      domain.permissionSets.requireDefaultable(transaction, as.operator, of.set.id),
    ),
  'grants.get': (as, of) => domain.grants.get(as.operator, of.grant.id),
  'grants.revoke': (as, of) => domain.grants.revoke(as.operator, of.grant.id),
  'grants.grant, the set': (as, of) =>
    domain.grants.grant(as.operator, { permissionSetId: of.set.id, groupId: as.group.id }),
  'grants.grant, the group': (as, of) =>
    domain.grants.grant(as.operator, { permissionSetId: as.set.id, groupId: of.group.id }),
  'grants.grant, the user': (as, of) =>
    domain.grants.grant(as.operator, { permissionSetId: as.set.id, userId: of.user.id }),
  'grants.grant, the space': (as, of) =>
    domain.grants.grant(as.operator, { permissionSetId: as.set.id, groupId: as.group.id, spaceId: of.space.id }),
  'spaces.get': (as, of) => domain.spaces.get(as.operator, of.space.id),
  'spaces.update': (as, of) => domain.spaces.update(as.operator, of.space.id, { name: 'Mine' }),
  'spaces.delete': (as, of) => domain.spaces.delete(as.operator, of.space.id),
  'access.check': (as, of) => domain.access.check(as.operator, publishing(of)),
  'access.checkOwn': (as, of) =>
    domain.access.checkOwn(signedInAs(as, of), { permission: 'screens:publish', spaceId: of.space.id }),
  'access.checkMany': (as, of) => domain.access.checkMany(as.operator, [publishing(as), publishing(of)]),
  'access.check, the space': (as, of) => domain.access.check(as.operator, { ...publishing(as), spaceId: of.space.id }),
  'access.checkMany, the space': (as, of) =>
    domain.access.checkMany(as.operator, [{ ...publishing(as), spaceId: of.space.id }]),
  'access.effectivePermissions, the space': (as, of) =>
    domain.access.effectivePermissions(as.operator, as.manual.id, of.space.id),
  'access.whoHas': (as, of) =>
    domain.access.whoHas(as.operator, { permission: 'screens:publish', spaceId: of.space.id }, {}),
  'access.explain, the space': (as, of) =>
    domain.access.explain(as.operator, { ...publishing(as), spaceId: of.space.id }),
  'access.effectivePermissions': (as, of) => domain.access.effectivePermissions(as.operator, of.manual.id),
  'access.explain': (as, of) => domain.access.explain(as.operator, publishing(of)),
  'apiKeys.create': (as, of) => domain.apiKeys.create(as.operator, { name: 'Mine', permissionSetId: of.set.id }),
  'apiKeys.revoke': (as, of) => domain.apiKeys.revoke(as.operator, of.apiKey.id),
  'organizations.update, the default set': (as, of) =>
    domain.organizations.update(as.operator, { defaultPermissionSetId: of.set.id }),
};

/** The methods that answer with what they find, which is nothing of another organization. */
const listed: Record<string, (as: Furnished, of: Furnished) => Promise<unknown>> = {
  'users.getMany': (as, of) => domain.users.getMany(as.operator, [of.user.id, of.manual.id]),
  'users.list': (as) => domain.users.list(as.operator, {}),
  'groups.getMany': (as, of) => domain.groups.getMany(as.operator, [of.group.id]),
  'groups.list': (as) => domain.groups.list(as.operator, {}),
  'groups.listMembersOfMany': (as, of) => domain.groups.listMembersOfMany(as.operator, [of.group.id], {}),
  'groups.listGroupsOf': (as, of) => domain.groups.listGroupsOf(as.operator, of.manual.id),
  'groups.listGroupsOfMany': (as, of) => domain.groups.listGroupsOfMany(as.operator, [of.manual.id]),
  'permissionSets.getMany': (as, of) => domain.permissionSets.getMany(as.operator, [of.set.id]),
  'permissionSets.list': (as) => domain.permissionSets.list(as.operator, {}),
  'grants.getMany': (as, of) => domain.grants.getMany(as.operator, [of.grant.id]),
  'grants.listOfGroups': (as, of) => domain.grants.listOfGroups(as.operator, [of.group.id], {}),
  'grants.list, of a space': (as, of) => domain.grants.list(as.operator, {}, { spaceId: of.space.id }),
  'spaces.getMany': (as, of) => domain.spaces.getMany(as.operator, [of.space.id]),
  'spaces.list': (as) => domain.spaces.list(as.operator, {}),
  'access.whoHas, everywhere': (as) => domain.access.whoHas(as.operator, { permission: 'screens:publish' }, {}),
  'grants.list': (as, of) => domain.grants.list(as.operator, {}, { groupId: of.group.id }),
  'access.effectivePermissionsOfMany': (as, of) =>
    domain.access.effectivePermissionsOfMany(as.operator, [of.manual.id]),
  'apiKeys.getMany': (as, of) => domain.apiKeys.getMany(as.operator, [of.apiKey.id]),
  'apiKeys.list': (as) => domain.apiKeys.list(as.operator, {}),
  'organizations.get': (as) => domain.organizations.get(as.operator),
  'organizationSlugs.listAliases': (as) => domain.organizationSlugs.listAliases(as.operator),
};

const withoutId = [
  'users.create',
  'groups.create',
  'permissionSets.create',
  'permissionSets.isSensitive',
  'spaces.create',
  'apiKeys.authenticate',
  'apiKeys.forgetOrganization',
  'apiKeys.settled',
  // Slugs are no ids: what becomes of another's is in organization-slugs.test.ts.
  'organizationSlugs.change',
  'organizationSlugs.release',
  'organizationLifeCycle.suspend',
  'organizationLifeCycle.resume',
  'organizationLifeCycle.close',
  'organizationLifeCycle.reopen',
];
const ofTheOperator = [
  'organizations.create',
  'organizations.createIn',
  'organizations.findBySlug',
  'organizations.findInAnyStatus',
  'organizations.list',
];

function publishing(of: Furnished) {
  return { userId: of.manual.id, permission: 'screens:publish' };
}

describe("security 10: another organization's id", () => {
  it.each(Object.keys(askedForAnother))('is unknown to %s, which changes nothing', async (name) => {
    const before = await everything();
    await expect(askedForAnother[name]?.(own, theirs)).rejects.toMatchObject({ code: 'notFound' });
    expect(await everything()).toBe(before);
  });

  it.each(Object.keys(askedForAnother))('is no different to %s from an id that nobody has', async (name) => {
    const anybody = { id: '0199c0de-7a11-7000-8000-00000000dead' };
    const nobody = {
      user: anybody,
      manual: anybody,
      group: anybody,
      grant: anybody,
      set: anybody,
      apiKey: anybody,
      space: anybody,
    };
    const refusal = (of: unknown) =>
      askedForAnother[name]?.(own, of as Furnished).then(
        () => 'none',
        (error: Error) => error.message.replaceAll(/[0-9a-f-]{36}/g, 'ID'),
      );
    expect(await refusal(theirs)).toBe(await refusal(nobody));
  });

  it.each(Object.keys(listed))('is not in what %s answers', async (name) => {
    const answer = JSON.stringify(await listed[name]?.(own, theirs));
    const { organization, user, manual, group, grant, set, apiKey, space } = theirs;
    for (const { id } of [organization, user, manual, group, grant, set, apiKey, space])
      expect(answer).not.toContain(id);
  });

  it('cannot become a member', async () => {
    const before = await everything();
    const adding = domain.groups.addMembers(own.operator, own.group.id, [own.user.id, theirs.user.id]);
    await expect(adding).rejects.toMatchObject({ code: 'invalidValue', details: { userIds: [theirs.user.id] } });
    await domain.groups.removeMembers(own.operator, own.group.id, [theirs.manual.id]);
    expect(await everything()).toBe(before);
  });

  it('has been tried with every method there is', () => {
    const services = [
      'users',
      'groups',
      'permissionSets',
      'grants',
      'spaces',
      'access',
      'apiKeys',
      'organizations',
      'organizationSlugs',
      'organizationLifeCycle',
    ] as const;
    const methods = services.flatMap((service) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(domain[service]))
        .filter((method) => method !== 'constructor')
        .map((method) => `${service}.${method}`),
    );
    const tried = [...Object.keys(askedForAnother), ...Object.keys(listed)].map((name) => name.split(',')[0]);
    expect([...new Set([...tried, ...withoutId, ...ofTheOperator])].sort()).toEqual(methods.sort());
  });
});
