import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Organizations } from '../../../src/domain/organizations/organizations.ts';
import {
  anActor,
  anOrganization,
  aPermissionSet,
  builtInSet,
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

describe('creating an organization', () => {
  it('starts on the free plan, matching groups automatically, with the three built-in permission sets', async () => {
    const { organization, operator } = await anOrganization(domain, { name: 'Acme', slug: 'acme' });
    expect(organization).toMatchObject({
      name: 'Acme',
      slug: 'acme',
      plan: 'free',
      status: 'active',
      scimWithoutSso: false,
      groupMatching: 'automatically',
      defaultPermissionSetId: null,
      inactivityDays: 30,
      closesAt: null,
      version: 1,
    });
    const { items } = await domain.permissionSets.list(operator, {});
    expect(items.map((set) => [set.builtIn, set.name, set.permissions.length])).toEqual([
      ['owner', 'Owner', 14],
      ['admin', 'Admin', 13],
      ['reader', 'Reader', 1],
    ]);
  });

  it('is told by an event of the operator', async () => {
    const made = await anOrganization(domain, { plan: 'enterprise' });
    expect(await eventsOf(domain, made)).toEqual([
      expect.objectContaining({
        type: 'organizationCreated',
        subjectId: made.organization.id,
        actor: { kind: 'operator' },
        data: { name: made.organization.name, slug: made.organization.slug, plan: 'enterprise' },
      }),
    ]);
  });

  it('security 30: gives a slug to one of eight that ask for it at once', async () => {
    const asked = Array.from({ length: 8 }, () => domain.organizations.create({ name: 'Same', slug: 'same-slug' }));
    const results = await Promise.allSettled(asked);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'slugTaken' });
    const slugs = await domain.organizations.list();
    expect(slugs.filter((each) => each.slug === 'same-slug')).toHaveLength(1);
  });

  it.each([
    ['a short slug', { slug: 'no' }, 'slug'],
    ['a slug in capitals', { slug: 'Acme' }, 'slug'],
    ['a reserved slug', { slug: 'admin' }, 'slug'],
    ['a blank name', { name: '  ' }, 'name'],
    ['a name with NUL', { name: 'a\u0000b' }, 'name'],
    ['a name of 9,000 characters', { name: 'x'.repeat(9000) }, 'name'],
    ['an unknown plan', { plan: 'golden' as 'free' }, 'plan'],
    ['an unknown matching', { groupMatching: 'maybe' as 'ask' }, 'groupMatching'],
  ])('refuses %s', async (_, input, path) => {
    await expect(anOrganization(domain, input)).rejects.toMatchObject({ code: 'invalidValue', details: { path } });
  });
});

describe('finding an organization by its slug', () => {
  it('answers its id and name, and nothing for an unknown or impossible slug', async () => {
    const { organization } = await anOrganization(domain);
    const { id, name, slug } = organization;
    expect(await domain.organizations.findBySlug(slug)).toEqual({ id, name, slug });
    expect(await domain.organizations.findBySlug('nobody-here')).toBeUndefined();
    expect(await domain.organizations.findBySlug("x' or '1'='1")).toBeUndefined();
  });
});

describe('updating an organization', () => {
  it('changes what is given, leaves the rest, and raises the version once', async () => {
    const made = await anOrganization(domain);
    const updated = await domain.organizations.update(made.operator, { name: 'Renamed' });
    expect(updated).toEqual({ ...made.organization, name: 'Renamed', version: 2 });
    const again = await domain.organizations.update(made.operator, { name: 'Renamed', groupMatching: 'automatically' });
    expect(again.version).toBe(2);
    expect((await eventsOf(domain, made)).map((event) => event.type)).toEqual([
      'organizationCreated',
      'organizationUpdated',
    ]);
  });

  it('refuses an older version, and null for what cannot be cleared', async () => {
    const { operator } = await anOrganization(domain);
    await domain.organizations.update(operator, { groupMatching: 'ask', ifVersion: 1 });
    const outdated = domain.organizations.update(operator, { groupMatching: 'never', ifVersion: 1 });
    await expect(outdated).rejects.toMatchObject({ code: 'versionConflict' });
    for (const input of [{ name: null }, { groupMatching: null }, { plan: null }, { scimWithoutSso: null }]) {
      await expect(domain.organizations.update(operator, input)).rejects.toMatchObject({ code: 'invalidValue' });
    }
    expect((await domain.organizations.get(operator)).groupMatching).toBe('ask');
  });

  it('sets and clears the default permission set, of what the actor holds and nothing sensitive', async () => {
    const made = await anOrganization(domain);
    const { operator, organization } = made;
    const set = await aPermissionSet(domain, made, ['screens:view']);
    const updated = await domain.organizations.update(operator, { defaultPermissionSetId: set.id });
    expect(updated).toMatchObject({ defaultPermissionSetId: set.id, version: 2 });
    expect((await eventsOf(domain, made, organization.id)).at(-1)).toMatchObject({
      type: 'organizationUpdated',
      data: { defaultPermissionSetId: set.id },
    });
    // The same again changes nothing.
    expect((await domain.organizations.update(operator, { defaultPermissionSetId: set.id })).version).toBe(2);
    const sensitive = await aPermissionSet(domain, made, ['billing:pay']);
    const owner = anActor(organization.id, ['rollcall:organization', 'screens:publish']);
    const nobodys = '0199c0de-7a11-7000-8000-00000000dead';
    for (const [actor, id, code] of [
      [operator, sensitive.id, 'sensitiveDefault'],
      [operator, (await builtInSet(domain, made, 'admin')).id, 'sensitiveDefault'],
      [operator, nobodys, 'notFound'],
      [operator, 'no id', 'notFound'],
      [operator, '', 'notFound'],
      [owner, (await aPermissionSet(domain, made, ['screens:edit'])).id, 'permissionsExceedOwn'],
    ] as const) {
      const refused = domain.organizations.update(actor, { defaultPermissionSetId: id });
      await expect(refused).rejects.toMatchObject({ code });
    }
    expect((await domain.organizations.get(operator)).defaultPermissionSetId).toBe(set.id);
    const cleared = await domain.organizations.update(operator, { defaultPermissionSetId: null });
    expect(cleared).toMatchObject({ defaultPermissionSetId: null, version: 3 });
  });

  it('security 10: takes no permission set of another organization as the default', async () => {
    const [own, other] = [await anOrganization(domain), await anOrganization(domain)];
    const theirs = await aPermissionSet(domain, other, ['screens:view']);
    const refused = domain.organizations.update(own.operator, { defaultPermissionSetId: theirs.id });
    await expect(refused).rejects.toMatchObject({ code: 'notFound' });
  });

  it('sets after how many days of absence access lapses', async () => {
    const { operator, organization } = await anOrganization(domain);
    expect(organization.inactivityDays).toBe(30);
    for (const inactivityDays of [1, 3650]) {
      expect((await domain.organizations.update(operator, { inactivityDays })).inactivityDays).toBe(inactivityDays);
    }
    for (const inactivityDays of [0, 3651, 1.5, -1, Number.NaN, null]) {
      const refused = domain.organizations.update(operator, { inactivityDays });
      await expect(refused).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'inactivityDays' } });
    }
  });

  it('is followed by what waits for the policy of equal names, in the same transaction', async () => {
    const told: unknown[] = [];
    let isBroken = false;
    const organizations = new Organizations({
      ...domain,
      onPolicyChanged: async (transaction, actor, at) => {
        told.push([transaction.organizationId, actor.kind, at]);
        if (isBroken) throw new Error('The links could not be tried again.');
      },
    });
    const { operator, organization } = await anOrganization(domain);
    await organizations.update(operator, { name: 'Renamed', groupMatching: 'automatically' });
    expect(told).toEqual([]);
    await organizations.update(operator, { groupMatching: 'ask' });
    expect(told).toEqual([[organization.id, 'operator', domain.clock()]]);
    isBroken = true;
    await expect(organizations.update(operator, { groupMatching: 'never' })).rejects.toThrow('could not be tried');
    expect((await organizations.get(operator)).groupMatching).toBe('ask');
  });

  it('S2: lets only the operator set the plan and the SSO rule', async () => {
    const { organization, operator } = await anOrganization(domain);
    const owner = anActor(organization.id, ['rollcall:organization']);
    for (const input of [{ plan: 'enterprise' as const }, { scimWithoutSso: true }]) {
      await expect(domain.organizations.update(owner, input)).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect((await domain.organizations.update(owner, { name: 'By the owner' })).name).toBe('By the owner');
    const raised = await domain.organizations.update(operator, { plan: 'enterprise', scimWithoutSso: true });
    expect(raised).toMatchObject({ plan: 'enterprise', scimWithoutSso: true });
  });

  it('security 38: needs rollcall:organization, which an admin does not hold', async () => {
    const { organization } = await anOrganization(domain);
    const admin = anActor(organization.id, [...domain.catalogue.heldBy('admin')]);
    await expect(domain.organizations.update(admin, { name: 'Mine' })).rejects.toMatchObject({
      code: 'forbidden',
      details: { permission: 'rollcall:organization' },
    });
  });
});

describe('the rules for sign-in of an organization', () => {
  it('change in one step with their event, and of a person only after a fresh sign-in', async () => {
    const acme = await anOrganization(domain);
    const organizationId = acme.organization.id;
    const ids = { userId: uuid(), accountId: uuid(), sessionId: uuid() };
    const person = { kind: 'user' as const, organizationId, ...ids, name: 'Ada' };
    const owner = { ...person, permissions: new Set(['rollcall:organization']) };
    const stale = { ...owner, provedAt: new Date(domain.clock().getTime() - 16 * 60_000) };
    for (const change of [
      { acceptsOtherMethods: true },
      { sessionIdleMinutes: 60 },
      { sessionLifetimeMinutes: 20_000 },
    ]) {
      const updating = domain.organizations.update(stale, change);
      await expect(updating, JSON.stringify(change)).rejects.toMatchObject({ code: 'freshSignInRequired' });
    }
    // What people see may change at any time.
    const shown = { disclosesName: false, signInContact: 'Ask Grace.' };
    expect(await domain.organizations.update(stale, shown)).toMatchObject(shown);
    const fresh = { ...owner, provedAt: domain.clock() };
    const policy = { acceptsOtherMethods: true, sessionIdleMinutes: 20_000, sessionLifetimeMinutes: 20_000 };
    expect(await domain.organizations.update(fresh, policy)).toMatchObject({ ...shown, ...policy });
    expect((await eventsOf(domain, acme)).slice(-2)).toMatchObject([
      { type: 'organizationUpdated', data: shown },
      { type: 'organizationUpdated', data: policy },
    ]);
  });
});

describe('security 9: an actor of an organization that does not exist', () => {
  it('finds nothing', async () => {
    const nowhere = { kind: 'operator', organizationId: '0199c0de-7a11-7000-8000-00000000dead' } as const;
    await expect(domain.organizations.get(nowhere)).rejects.toMatchObject({ code: 'notFound' });
    await expect(domain.organizations.update(nowhere, { name: 'x' })).rejects.toMatchObject({ code: 'notFound' });
  });

  it('is refused outright without an organization', async () => {
    const nobody = { kind: 'operator', organizationId: '' } as const;
    await expect(domain.organizations.get(nobody)).rejects.toThrow('An organization id is a lower-case UUID.');
    await expect(domain.users.list(nobody, {})).rejects.toThrow('An organization id is a lower-case UUID.');
  });
});
