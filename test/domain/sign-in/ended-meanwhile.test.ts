// Sign-ins that were proved before somebody else ended the sessions of the person, and are finished afterwards.
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LoginProvider } from '../../../src/domain/accounts/account.entity.ts';
import {
  aBrowser,
  anIdentity,
  openSignInWorld,
  type SignInPlace,
  type SignInWorld,
  signInWith,
  type TestPerson,
} from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

const MINUTE = 60_000;

interface Way {
  connection?: SignInPlace['connection'];
  provider?: LoginProvider;
}

/** A sign-in that was verified and is kept for later. */
async function aKept(way: Way, person: TestPerson, sessionCookie?: string) {
  const browser = aBrowser();
  const { signInAttempts, signIn } = world.domain;
  const { state } = await signInAttempts.start({ purpose: 'signIn', ...way, browser, returnTo: null });
  await signInAttempts.verified(state, anIdentity(person));
  const input = { browser, sessionCookie, userAgent: null, address: null };
  return { state, browser, finish: () => signIn.finish(state, input) };
}

async function cookieOf(google: TestPerson): Promise<string> {
  const outcome = await signInWith(world, { login: 'google', person: google });
  if (outcome.kind !== 'signedIn') throw new Error(JSON.stringify(outcome));
  return outcome.cookie;
}

/** Makes the Google account that user, and signs in as it there. */
async function joinByGoogle(place: SignInPlace, google: TestPerson, userId: string): Promise<void> {
  const cookie = await cookieOf(google);
  const accountId = (await world.domain.sessions.find(cookie))?.accountId ?? '';
  await world.database.transaction(place.id, (transaction) =>
    world.domain.accounts.joinIn(transaction, { accountId, userId, at: world.clock() }),
  );
  await world.domain.sessions.switchOrganization(cookie, place.id);
}

/** Somebody with a Google account, who is a user of as many organizations that take it. */
async function byGoogleIn(count: number) {
  const google: TestPerson = { subject: `google-${uuid()}`, email: null };
  const places = await Promise.all(Array.from({ length: count }, () => world.anOrganization()));
  const userIds: string[] = [];
  for (const place of places) {
    await place.domain.organizations.update(place.operator, { acceptsOtherMethods: true });
    const userId = await place.user(`ada-${uuid()}@acme.example`);
    await joinByGoogle(place, google, userId);
    userIds.push(userId);
  }
  const cookieIn = async (place: SignInPlace) => {
    const cookie = await cookieOf(google);
    await world.domain.sessions.switchOrganization(cookie, place.id);
    return cookie;
  };
  return { google, places, userIds, cookieIn };
}

const EXPIRED = { kind: 'refused', refusal: { reason: 'attemptExpired', detail: { sessionsEnded: true } } };

describe('a sign-in that was verified and kept', () => {
  it('opens nothing after an admin has ended the sessions, or lifted a block; one that begins afterwards does', async () => {
    for (const isBlocked of [false, true]) {
      const acme = await world.anOrganization();
      const { person, userId } = await acme.aPerson('ada');
      await acme.enter(person);
      const kept = await aKept({ connection: acme.connection }, person);
      world.clock.advance(MINUTE);
      if (isBlocked) await acme.domain.users.block(acme.operator, userId);
      else await acme.domain.userSessions.endAllOf(acme.operator, userId);
      if (isBlocked) await acme.domain.users.unblock(acme.operator, userId);
      world.clock.advance(MINUTE);
      expect(await kept.finish()).toMatchObject(EXPIRED);
      const [event] = await acme.signInEvents();
      expect(event).toMatchObject({ reason: 'attemptExpired', userId, detail: { sessionsEnded: true } });
      expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
    }
  });

  it('counts, where it waits for another way in to be proved, by the attempt with which it waits', async () => {
    const acme = await world.anOrganization();
    const domain = `d-${uuid().slice(-12)}.example`;
    await acme.proveDomain(domain);
    const email = `ada@${domain}`;
    const google: TestPerson = { subject: `google-${uuid()}`, email, emailVerification: 'yes' };
    await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
    const { person, userId } = await acme.aPerson('ada');
    await joinByGoogle(acme, google, userId);
    const waiting = await aKept({ connection: acme.connection }, { ...person, email });
    expect(await waiting.finish()).toMatchObject({ refusal: { reason: 'otherSignInMethod' } });
    world.clock.advance(MINUTE);
    expect(await acme.domain.userSessions.endAllOf(acme.operator, userId)).toBe(1);
    world.clock.advance(MINUTE);
    const pending = await world.domain.signInAttempts.findPending(waiting.state, waiting.browser);
    const { state } = await world.domain.signInAttempts.start({
      purpose: 'link',
      provider: 'google',
      browser: waiting.browser,
      returnTo: null,
      pending,
    });
    await world.domain.signInAttempts.verified(state, anIdentity(google));
    const input = { browser: waiting.browser, sessionCookie: undefined, userAgent: null, address: null };
    expect(await world.domain.signIn.finish(state, input)).toMatchObject(EXPIRED);
    expect(await acme.liveBindings()).toEqual([]);
  });

  it('opens nothing by Google either', async () => {
    const { google, places, userIds, cookieIn } = await byGoogleIn(1);
    const [acme] = places as [SignInPlace];
    const cookie = await cookieIn(acme);
    const kept = await aKept({ provider: 'google' }, google, cookie);
    world.clock.advance(MINUTE);
    await acme.domain.userSessions.endAllOf(acme.operator, userIds[0] ?? '');
    world.clock.advance(MINUTE);
    expect(await kept.finish()).toMatchObject(EXPIRED);
    expect((await acme.signInEvents())[0]).toMatchObject({ method: 'google', reason: 'attemptExpired' });
    expect(await acme.userOf(cookie)).toBeUndefined();
  });

  it('does not lead there by way of another organization, nor of none', async () => {
    for (const count of [1, 2]) {
      const { google, places, userIds, cookieIn } = await byGoogleIn(count);
      const [acme, beta] = places as [SignInPlace, SignInPlace?];
      await cookieIn(acme);
      const elsewhere = beta && (await cookieIn(beta));
      const kept = await aKept({ provider: 'google' }, google, elsewhere);
      world.clock.advance(MINUTE);
      await acme.domain.users.block(acme.operator, userIds[0] ?? '');
      world.clock.advance(MINUTE);
      const outcome = await kept.finish();
      if (outcome.kind !== 'signedIn') throw new Error(JSON.stringify(outcome));
      expect(outcome.organization?.id).toBe(beta?.id);
      await acme.domain.users.unblock(acme.operator, userIds[0] ?? '');
      const switching = world.domain.sessions.switchOrganization(outcome.cookie, acme.id);
      await expect(switching).rejects.toMatchObject({ code: 'signInRequired' });
      world.clock.advance(MINUTE);
      const again = await cookieIn(acme);
      expect(await acme.userOf(again)).toBe(userIds[0]);
    }
  });
});
