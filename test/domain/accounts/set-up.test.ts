import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDomain, type Domain } from '../../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';
import { aClock, TEST_SECRET_KEY, testPermissions } from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { actorOfCookie } from '../../harness/signed-in.ts';
import { anOwnedOrganization, aVisit } from './one-time-world.ts';

const clock = aClock();
let test: TestDatabase;
let domain: Domain;
beforeEach(async () => {
  test = await openTestDatabase();
  const catalogue = new PermissionCatalogue(testPermissions);
  domain = createDomain({ database: test.database, catalogue, secretKey: TEST_SECRET_KEY, clock });
});
afterEach(async () => {
  await domain.settled();
  await test.close();
});

const acme = { organizationName: 'Acme', slug: 'acme', displayName: 'Ada', email: 'ada@acme.example' };
const over = { kind: 'refused', reason: 'attemptExpired', eventId: null };

async function aSecret(): Promise<string> {
  const link = await domain.setUp.createLink();
  if (!link) throw new Error('There is an organization already.');
  return link.secret;
}

describe('the set-up of an installation', () => {
  it('makes the first organization on the enterprise plan, its owner, and their session', async () => {
    const secret = await aSecret();
    const view = await domain.oneTimeLinks.peek(secret);
    expect(view).toMatchObject({ kind: 'setUp', organization: null, user: null });
    const done = await domain.setUp.complete(secret, acme, aVisit);
    if (done.kind !== 'signedIn') return expect.unreachable(done.reason);
    const actor = await actorOfCookie({ domain }, done.cookie);
    expect(actor).toMatchObject({ kind: 'user', name: 'Ada', organizationId: done.organization.id });
    expect(actor?.permissions).toContain('rollcall:organization');
    const organization = await domain.organizations.get({ kind: 'operator', organizationId: done.organization.id });
    expect(organization).toMatchObject({ name: 'Acme', slug: 'acme', plan: 'enterprise', status: 'active' });
  });

  it('is open once, however many come at once', async () => {
    const secret = await aSecret();
    const slugs = ['acme', 'bravo', 'carol', 'delta'];
    const outcomes = await Promise.all(slugs.map((slug) => domain.setUp.complete(secret, { ...acme, slug }, aVisit)));
    expect(outcomes.filter(({ kind }) => kind === 'signedIn')).toHaveLength(1);
    expect(await domain.organizations.list()).toHaveLength(1);
  });

  it('stays open where something that was typed is refused', async () => {
    const secret = await aSecret();
    const wrong = domain.setUp.complete(secret, { ...acme, slug: 'a b' }, aVisit);
    await expect(wrong).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'slug' } });
    const nobody = domain.setUp.complete(secret, { ...acme, email: '' }, aVisit);
    await expect(nobody).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'email' } });
    expect(await domain.organizations.list()).toEqual([]);
    expect((await domain.setUp.complete(secret, acme, aVisit)).kind).toBe('signedIn');
  });

  it('has one link: the next start ends the one before', async () => {
    const [first, second] = [await aSecret(), await aSecret()];
    expect(await domain.setUp.complete(first, acme, aVisit)).toEqual(over);
    expect((await domain.setUp.complete(second, acme, aVisit)).kind).toBe('signedIn');
  });

  it('is over once there is an organization, whoever made it', async () => {
    const secret = await aSecret();
    await anOwnedOrganization(domain);
    expect(await domain.setUp.createLink()).toBeUndefined();
    expect(await domain.oneTimeLinks.peek(secret)).toBeUndefined();
    expect(await domain.setUp.complete(secret, acme, aVisit)).toEqual(over);
  });

  it('is over after an hour', async () => {
    const secret = await aSecret();
    clock.advance(3_600_000);
    expect(await domain.setUp.complete(secret, acme, aVisit)).toEqual(over);
  });

  it('takes no link of an owner, and an owner’s page takes none of the set-up', async () => {
    const secret = await aSecret();
    expect(await domain.oneTimeLinks.use(secret, aVisit)).toEqual(over);
    const { operator } = await anOwnedOrganization(domain);
    const link = await domain.oneTimeLinks.create(operator, { email: 'ada@acme.example' });
    expect(await domain.setUp.complete(link.secret, acme, aVisit)).toEqual(over);
    expect(await domain.oneTimeLinks.peek(link.secret)).toBeDefined();
  });
});
