import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { createDomain, type Domain } from '../../../src/domain/domain.ts';
import { aClock, anActor, type RecordedEvent, type TestClock } from '../../harness/builders.ts';
import { aCall, openTestDomain, type TestDomain, testCatalogue } from '../../harness/directory-domain.ts';

let test: TestDomain;
let domain: Domain;
let clock: TestClock;

beforeAll(async () => {
  clock = aClock();
  test = await openTestDomain(clock);
  domain = test.domain;
});
afterAll(() => test.close());

const DAY = 24 * 60 * 60 * 1000;
const selectEvents = statement<RecordedEvent>(
  `select type, actor, data from domain_events
    where organization_id = $1 and type = 'organizationStatusChanged' order by id`,
);

/** An organization with a directory, its slug and an owner's key that works. */
async function anOrganization() {
  const made = await test.aDirectory();
  const { operator } = made;
  const { items } = await domain.permissionSets.list(operator, {});
  const permissionSetId = items.find((set) => set.builtIn === 'owner')?.id ?? '';
  const { key } = await domain.apiKeys.create(operator, { name: 'Owner', permissionSetId });
  const actor = await domain.apiKeys.authenticate(key);
  if (!actor) throw new Error('The key does not work.');
  const { slug } = await domain.organizations.get(operator);
  return { ...made, key, owner: actor, slug };
}

async function statusOf(operator: Actor) {
  const { status, closesAt } = await domain.organizations.get(operator);
  return { status, closesAt };
}

describe('a suspended organization', () => {
  it('refuses its API keys at once, also remembered ones, and takes them again when it is resumed', async () => {
    const { operator, key, owner } = await anOrganization();
    await domain.organizationLifeCycle.suspend(operator, { reason: 'Unpaid.' });
    await expect(domain.apiKeys.authenticate(key)).rejects.toMatchObject({ code: 'organizationSuspended' });
    await domain.organizationLifeCycle.resume(operator);
    expect(await domain.apiKeys.authenticate(key)).toEqual(owner);
  });

  it('refuses them within a second in another process', async () => {
    const { operator, key } = await anOrganization();
    const parts = { database: test.database, catalogue: testCatalogue, secretKey: 'a secret of the tests', clock };
    const elsewhere = createDomain(parts);
    await elsewhere.apiKeys.authenticate(key);
    await domain.organizationLifeCycle.suspend(operator);
    clock.advance(1000);
    await expect(elsewhere.apiKeys.authenticate(key)).rejects.toMatchObject({ code: 'organizationSuspended' });
    await elsewhere.settled();
  });

  it('tells nothing to a bearer that is no key of it, or no longer one', async () => {
    const { operator, key, owner } = await anOrganization();
    if (owner.kind !== 'apiKey') throw new Error('unreachable');
    await domain.organizationLifeCycle.suspend(operator);
    await domain.apiKeys.revoke(operator, owner.id);
    expect(await domain.apiKeys.authenticate(key)).toBeUndefined();
  });

  it('leaves the keys of others alone', async () => {
    const [own, other] = [await anOrganization(), await anOrganization()];
    await domain.organizationLifeCycle.suspend(own.operator);
    expect(await domain.apiKeys.authenticate(other.key)).toEqual(other.owner);
  });

  it('still lets leavers leave, and newcomers be provisioned', async () => {
    const { operator, directory, directoryId } = await anOrganization();
    const resource = { userName: 'leaver@acme.example' };
    const leaver = await domain.directoryUsers.create(directory, aCall, { directoryId, resource });
    const { token } = await domain.scimTokens.create(operator, { directoryId });
    await domain.organizationLifeCycle.suspend(operator);
    expect(await domain.scimTokens.authenticate(token)).toMatchObject({ kind: 'directory', directoryId });
    const inactive = { ...resource, active: false };
    await domain.directoryUsers.replace(directory, aCall, { directoryId, id: leaver.id, resource: inactive });
    await domain.directoryUsers.create(directory, aCall, { directoryId, resource: { userName: 'new@acme.example' } });
    const { items } = await domain.users.list(operator, {});
    expect(items.map(({ userName, active }) => [userName, active])).toEqual([
      ['leaver@acme.example', false],
      ['new@acme.example', true],
    ]);
  });

  it('takes no new directory and no new SCIM token', async () => {
    const { operator, directoryId } = await anOrganization();
    const refused = { code: 'organizationSuspended' };
    await domain.organizationLifeCycle.suspend(operator);
    await expect(domain.directories.create(operator, { name: 'Okta' })).rejects.toMatchObject(refused);
    await expect(domain.scimTokens.create(operator, { directoryId })).rejects.toMatchObject(refused);
    await domain.organizationLifeCycle.resume(operator);
    expect(await domain.directories.create(operator, { name: 'Okta' })).toMatchObject({ name: 'Okta' });
  });

  it('is not found by those who sign in, by no slug of it, but by the operator', async () => {
    const { operator, organizationId, slug } = await anOrganization();
    await domain.organizationSlugs.change(operator, `${slug}-new`);
    await domain.organizationLifeCycle.suspend(operator);
    for (const each of [slug, `${slug}-new`]) {
      expect(await domain.organizations.findBySlug(each)).toBeUndefined();
      expect(await domain.organizations.findInAnyStatus(each)).toMatchObject({
        id: organizationId,
        slug: `${slug}-new`,
        status: 'suspended',
      });
    }
    expect(await domain.organizations.findInAnyStatus('nobody-has-this')).toBeUndefined();
    expect(await domain.organizations.list()).toContainEqual({ id: organizationId, slug: `${slug}-new` });
  });
});

describe('a closing organization', () => {
  it('says when it ends: after 30 days, or as many as the operator says', async () => {
    const { operator, slug } = await anOrganization();
    const closed = await domain.organizationLifeCycle.close(operator, { confirmSlug: slug });
    const closesAt = new Date(clock().getTime() + 30 * DAY);
    expect(closed).toMatchObject({ status: 'closing', closesAt, version: 2 });
    expect(await domain.organizationLifeCycle.reopen(operator)).toMatchObject({ status: 'active', closesAt: null });
    for (const days of [0, 90]) {
      const again = await domain.organizationLifeCycle.close(operator, { confirmSlug: slug, days });
      expect(again.closesAt).toEqual(new Date(clock().getTime() + days * DAY));
      await domain.organizationLifeCycle.reopen(operator);
    }
  });

  it('refuses its API keys, new directories and tokens, and is not found by those who sign in', async () => {
    const { operator, directoryId, key, slug, owner } = await anOrganization();
    await domain.organizationLifeCycle.close(operator, { confirmSlug: slug });
    const refused = { code: 'organizationClosing' };
    await expect(domain.apiKeys.authenticate(key)).rejects.toMatchObject(refused);
    await expect(domain.directories.create(operator, { name: 'Okta' })).rejects.toMatchObject(refused);
    await expect(domain.scimTokens.create(operator, { directoryId })).rejects.toMatchObject(refused);
    expect(await domain.organizations.findBySlug(slug)).toBeUndefined();
    await domain.organizationLifeCycle.reopen(operator);
    expect(await domain.apiKeys.authenticate(key)).toEqual(owner);
    expect(await domain.organizations.findBySlug(slug)).toBeDefined();
  });

  it('is what an owner may ask for, in 30 days; only the operator chooses another time and takes it back', async () => {
    const { operator, owner, slug } = await anOrganization();
    const early = domain.organizationLifeCycle.close(owner, { confirmSlug: slug, days: 0 });
    await expect(early).rejects.toMatchObject({ code: 'forbidden' });
    const { closesAt } = await domain.organizationLifeCycle.close(owner, { confirmSlug: slug });
    expect(closesAt).toEqual(new Date(clock().getTime() + 30 * DAY));
    await expect(domain.organizationLifeCycle.reopen(owner)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await statusOf(operator)).status).toBe('closing');
  });

  it('is refused to an admin, and without the current slug typed', async () => {
    const { operator, organizationId, slug } = await anOrganization();
    const admin = anActor(organizationId, [...domain.catalogue.heldBy('admin')]);
    await expect(domain.organizationLifeCycle.close(admin, { confirmSlug: slug })).rejects.toMatchObject({
      code: 'forbidden',
      details: { permission: 'rollcall:organization' },
    });
    await domain.organizationSlugs.change(operator, `${slug}-new`);
    for (const confirmSlug of ['', slug, slug.toUpperCase(), `${slug}-new `]) {
      await expect(domain.organizationLifeCycle.close(operator, { confirmSlug })).rejects.toMatchObject({
        code: 'confirmationRequired',
        details: { path: 'confirmSlug' },
      });
    }
    expect(await statusOf(operator)).toEqual({ status: 'active', closesAt: null });
  });

  it.each([-1, 91, 1.5, Number.NaN])('refuses %d days', async (days) => {
    const { operator, slug } = await anOrganization();
    const closing = domain.organizationLifeCycle.close(operator, { confirmSlug: slug, days });
    await expect(closing).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'days' } });
  });
});

describe('the ways between the states', () => {
  const acts = ['suspend', 'resume', 'close', 'reopen'] as const;
  const allowed = { active: ['suspend', 'close'], suspended: ['resume', 'close'], closing: ['reopen'] };
  const ways = Object.entries(allowed).flatMap(([status, possible]) =>
    acts.map((act) => [status, act, possible.includes(act)] as const),
  );

  it.each(ways)('%s: %s is possible: %s', async (status, act, isPossible) => {
    const { operator, slug } = await anOrganization();
    const { organizationLifeCycle } = domain;
    const confirmed = { confirmSlug: slug };
    if (status === 'suspended') await organizationLifeCycle.suspend(operator);
    if (status === 'closing') await organizationLifeCycle.close(operator, confirmed);
    const before = await domain.organizations.get(operator);
    const done =
      act === 'close' ? organizationLifeCycle.close(operator, confirmed) : organizationLifeCycle[act](operator);
    if (isPossible) {
      const after = { suspend: 'suspended', resume: 'active', close: 'closing', reopen: 'active' }[act];
      expect(await done).toMatchObject({ status: after, version: before.version + 1 });
      return;
    }
    await expect(done).rejects.toMatchObject({ code: 'organizationStatusConflict', details: { status } });
    expect(await domain.organizations.get(operator)).toEqual(before);
  });

  it.each(['suspend', 'resume', 'reopen'] as const)('%s is the operator’s alone', async (act) => {
    const { owner } = await anOrganization();
    await expect(domain.organizationLifeCycle[act](owner)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are told by events, with the reason and the end', async () => {
    const { operator, organizationId, owner, slug } = await anOrganization();
    await domain.organizationLifeCycle.suspend(operator, { reason: 'Unpaid.' });
    await domain.organizationLifeCycle.resume(operator);
    const { closesAt } = await domain.organizationLifeCycle.close(owner, { confirmSlug: slug });
    await domain.organizationLifeCycle.reopen(operator);
    const events = await test.database.run(organizationId, selectEvents);
    expect(events.map(({ actor, data }) => ({ by: actor.kind, ...data }))).toEqual([
      { by: 'operator', before: 'active', after: 'suspended', reason: 'Unpaid.' },
      { by: 'operator', before: 'suspended', after: 'active' },
      { by: 'apiKey', before: 'active', after: 'closing', closesAt: closesAt?.toISOString() },
      { by: 'operator', before: 'closing', after: 'active' },
    ]);
  });

  it('let one of several that change it at once decide', async () => {
    const { operator, slug } = await anOrganization();
    const results = await Promise.allSettled([
      domain.organizationLifeCycle.suspend(operator),
      domain.organizationLifeCycle.suspend(operator),
      domain.organizationLifeCycle.close(operator, { confirmSlug: slug }),
      domain.organizationLifeCycle.close(operator, { confirmSlug: slug }),
    ]);
    // Suspended and then closed, or closed at once.
    const done = results.filter((result) => result.status === 'fulfilled').length;
    expect([1, 2]).toContain(done);
    expect((await statusOf(operator)).status).toBe('closing');
  });
});
