import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { createDomain, type Domain } from '../../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';
import { aClock, anActor, TEST_SECRET_KEY, testPermissions } from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { actorOfCookie } from '../../harness/signed-in.ts';
import { anOwnedOrganization, aSignedInOwner, aVisit, type OwnedOrganization } from './one-time-world.ts';

const MINUTE = 60_000;
const clock = aClock();
let test: TestDatabase;
let domain: Domain;
beforeAll(async () => {
  test = await openTestDatabase();
  const catalogue = new PermissionCatalogue(testPermissions);
  domain = createDomain({ database: test.database, catalogue, secretKey: TEST_SECRET_KEY, clock });
});
afterAll(async () => {
  await domain.settled();
  await test.close();
});

const refusedAs = (reason: string) => ({ kind: 'refused', reason, eventId: expect.toSatisfy(isIdOrNull) });
const isIdOrNull = (id: unknown) => id === null || typeof id === 'string';

async function anOwner({ operator }: OwnedOrganization, email = 'grace@acme.example') {
  return domain.oneTimeLinks.create(operator, { email, displayName: 'Grace' });
}

// Not the feed: it holds events back while a transaction of any test of the cluster is open.
const selectEvents = statement<{ type: string; by: string; data: Record<string, unknown> }>(
  `select type, actor->>'kind' as by, data from domain_events
    where organization_id = $1 and ($2::uuid is null or subject_id = $2) order by id`,
);
const eventsOf = ({ id }: OwnedOrganization, subjectId: string | null) =>
  test.database.run(id, selectEvents, subjectId);

const selectLinks = statement<{ hmac: string }>('select hmac from one_time_links where organization_id = $1');

describe('an owner link', () => {
  it('makes somebody an owner by their e-mail address and signs them in, with a fresh sign-in', async () => {
    const acme = await anOwnedOrganization(domain);
    const { secret, expiresAt, user } = await anOwner(acme);
    expect(expiresAt.getTime() - clock().getTime()).toBe(60 * MINUTE);
    expect(await domain.oneTimeLinks.peek(secret)).toEqual({
      kind: 'owner',
      expiresAt,
      organization: { id: acme.id, name: 'Acme', slug: acme.slug },
      user: { id: user.id, userName: 'grace@acme.example', displayName: 'Grace' },
    });
    const used = await domain.oneTimeLinks.use(secret, aVisit);
    expect(used).toMatchObject({ kind: 'signedIn', organization: { id: acme.id, name: 'Acme', slug: acme.slug } });
    const actor = await actorOfCookie({ domain }, used.kind === 'signedIn' ? used.cookie : '');
    expect(actor).toMatchObject({ kind: 'user', userId: user.id, name: 'Grace', provedAt: clock() });
    expect(actor?.permissions).toContain('rollcall:organization');
  });

  it('proves no e-mail address', async () => {
    const acme = await anOwnedOrganization(domain);
    const { actor } = await aSignedInOwner(domain, acme, 'unproved@acme.example');
    const account = await domain.accounts.find(actor.accountId);
    expect(account).toMatchObject({ email: 'unproved@acme.example', isEmailVerified: false });
    expect(await domain.accounts.findLoginsByVerifiedEmail('unproved@acme.example')).toEqual([]);
  });

  it('is told in the audit and in the log of sign-ins, without its secret', async () => {
    const acme = await anOwnedOrganization(domain);
    const { actor, userId } = await aSignedInOwner(domain, acme);
    expect(await eventsOf(acme, userId)).toEqual([
      { type: 'userCreated', by: 'operator', data: expect.anything() },
      { type: 'oneTimeLinkCreated', by: 'operator', data: expect.objectContaining({ userName: 'ada@acme.example' }) },
      { type: 'oneTimeLinkUsed', by: 'system', data: { accountId: actor.accountId, sessionId: actor.sessionId } },
    ]);
    const { items } = await domain.signInEvents.list(acme.operator, {});
    expect(items).toMatchObject([{ outcome: 'signedIn', method: 'oneTimeLink', userId, address: '192.0.2.7' }]);
    const everything = JSON.stringify(await eventsOf(acme, null));
    expect(everything).toContain('oneTimeLinkUsed');
    expect(everything).not.toContain('rclink_');
  });

  it('signs in once, however many open it at once', async () => {
    const acme = await anOwnedOrganization(domain);
    const { secret } = await anOwner(acme);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => domain.oneTimeLinks.use(secret, aVisit)));
    expect(outcomes.filter(({ kind }) => kind === 'signedIn')).toHaveLength(1);
    expect(await domain.oneTimeLinks.use(secret, aVisit)).toEqual(refusedAs('attemptExpired'));
    expect(await domain.oneTimeLinks.peek(secret)).toBeUndefined();
  });

  it('ends after an hour', async () => {
    const acme = await anOwnedOrganization(domain);
    const { secret } = await anOwner(acme);
    clock.advance(60 * MINUTE - 1);
    expect(await domain.oneTimeLinks.peek(secret)).toBeDefined();
    clock.advance(1);
    expect(await domain.oneTimeLinks.peek(secret)).toBeUndefined();
    expect(await domain.oneTimeLinks.use(secret, aVisit)).toEqual(refusedAs('attemptExpired'));
  });

  it('ends with the next one of the same user, and with no other’s', async () => {
    const acme = await anOwnedOrganization(domain);
    const grace = await anOwner(acme);
    const edsger = await anOwner(acme, 'edsger@acme.example');
    const again = await domain.oneTimeLinks.create(acme.operator, { userId: grace.user.id });
    expect(await domain.oneTimeLinks.use(grace.secret, aVisit)).toEqual(refusedAs('attemptExpired'));
    expect((await domain.oneTimeLinks.use(again.secret, aVisit)).kind).toBe('signedIn');
    expect((await domain.oneTimeLinks.use(edsger.secret, aVisit)).kind).toBe('signedIn');
  });

  it('signs in by the account that the owner has already', async () => {
    const acme = await anOwnedOrganization(domain);
    const { actor, userId } = await aSignedInOwner(domain, acme);
    const { secret } = await domain.oneTimeLinks.create(acme.operator, { userId });
    const used = await domain.oneTimeLinks.use(secret, aVisit);
    const again = await actorOfCookie({ domain }, used.kind === 'signedIn' ? used.cookie : '');
    expect(again?.accountId).toBe(actor.accountId);
    expect(again?.sessionId).not.toBe(actor.sessionId);
  });

  it('replaces the session of its browser', async () => {
    const acme = await anOwnedOrganization(domain);
    const { cookie, userId } = await aSignedInOwner(domain, acme);
    const { secret } = await domain.oneTimeLinks.create(acme.operator, { userId });
    const used = await domain.oneTimeLinks.use(secret, { ...aVisit, sessionCookie: cookie });
    expect(used.kind).toBe('signedIn');
    expect(await actorOfCookie({ domain }, cookie)).toBeUndefined();
  });

  it('is kept as an HMAC only', async () => {
    const acme = await anOwnedOrganization(domain);
    const { secret } = await anOwner(acme);
    const [row] = await test.database.run(acme.id, selectLinks);
    expect(row?.hmac).toMatch(/^[\w-]{43}$/);
    expect(secret).not.toContain(row?.hmac);
  });

  it.each(['', 'undefined', 'rclink_', 'rcsession_0000', `rclink_${'0'.repeat(49)}`])(
    'is no text such as %j',
    async (text) => {
      expect(await domain.oneTimeLinks.peek(text)).toBeUndefined();
      expect(await domain.oneTimeLinks.use(text, aVisit)).toEqual(refusedAs('attemptExpired'));
    },
  );
});

describe('an owner link does not open', () => {
  it('for an owner who was blocked meanwhile, and says why in the log', async () => {
    const acme = await anOwnedOrganization(domain);
    await anOwner(acme, 'other@acme.example');
    const { secret, user } = await anOwner(acme);
    await domain.users.block(acme.operator, user.id);
    expect(await domain.oneTimeLinks.use(secret, aVisit)).toEqual({
      kind: 'refused',
      reason: 'deactivated',
      eventId: expect.any(String),
    });
    const { items } = await domain.signInEvents.list(acme.operator, {});
    expect(items).toMatchObject([{ outcome: 'refused', reason: 'deactivated', userId: user.id }]);
  });

  it('for an owner who was removed meanwhile', async () => {
    const acme = await anOwnedOrganization(domain);
    await anOwner(acme, 'other@acme.example');
    const { secret, user } = await anOwner(acme);
    await domain.users.remove(acme.operator, user.id);
    expect(await domain.oneTimeLinks.use(secret, aVisit)).toEqual(refusedAs('deactivated'));
  });

  it('for somebody who is an owner no more', async () => {
    const acme = await anOwnedOrganization(domain);
    await anOwner(acme, 'other@acme.example');
    const { secret, user } = await anOwner(acme);
    const { items } = await domain.grants.list(acme.operator, {}, { userId: user.id });
    await domain.grants.revoke(acme.operator, items[0]?.id ?? '');
    expect(await domain.oneTimeLinks.use(secret, aVisit)).toEqual(refusedAs('methodNotAccepted'));
  });

  it('while the organization is suspended', async () => {
    const acme = await anOwnedOrganization(domain);
    const { secret } = await anOwner(acme);
    await domain.organizationLifeCycle.suspend(acme.operator);
    expect(await domain.oneTimeLinks.use(secret, aVisit)).toEqual(refusedAs('connectionDisabled'));
  });
});

describe('only the operator makes an owner link', () => {
  it('and nobody who acts in the organization, whatever they hold', async () => {
    const acme = await anOwnedOrganization(domain);
    const { actor, userId } = await aSignedInOwner(domain, acme);
    const key = anActor(acme.id, ['rollcall:organization', 'rollcall:users']);
    for (const by of [actor, key]) {
      await expect(domain.oneTimeLinks.create(by, { userId })).rejects.toMatchObject({ code: 'forbidden' });
    }
  });

  it('and only for an active owner', async () => {
    const acme = await anOwnedOrganization(domain);
    const { id: userId } = await domain.users.create(acme.operator, { userName: 'reader@acme.example' });
    const making = domain.oneTimeLinks.create(acme.operator, { userId });
    await expect(making).rejects.toMatchObject({
      code: 'invalidValue',
      message: expect.stringMatching(/is not an owner/),
    });
    await anOwner(acme, 'other@acme.example');
    const { user } = await anOwner(acme);
    await domain.users.block(acme.operator, user.id);
    await expect(domain.oneTimeLinks.create(acme.operator, { userId: user.id })).rejects.toThrow(/is not active/);
  });

  it('and not for a user of another organization, or by a name that is taken', async () => {
    const [acme, other] = [await anOwnedOrganization(domain), await anOwnedOrganization(domain)];
    const { user } = await anOwner(acme);
    const making = domain.oneTimeLinks.create(other.operator, { userId: user.id });
    await expect(making).rejects.toMatchObject({ code: 'notFound' });
    await expect(anOwner(acme, 'Grace@acme.example')).rejects.toMatchObject({ code: 'userNameTaken' });
    await expect(anOwner(acme, 'grace')).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'email' } });
  });
});

it('the maintenance forgets links a day after their end', async () => {
  const acme = await anOwnedOrganization(domain);
  await anOwner(acme);
  clock.advance(24 * 60 * MINUTE);
  await domain.oneTimeLinks.forgetEnded();
  expect(await test.database.run(acme.id, selectLinks)).toHaveLength(1);
  clock.advance(61 * MINUTE);
  await domain.oneTimeLinks.forgetEnded();
  expect(await test.database.run(acme.id, selectLinks)).toEqual([]);
});
