// By which account somebody signs in whose binding names one.
import { beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../../src/domain/domain-error.ts';
import { SignIn } from '../../../src/domain/sign-in/sign-in.ts';
import { aBrowser, anIdentity, openSignInWorld, type SignInWorld, type TestPerson } from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

describe('a person with two users, of whom one was blocked when the other took the account', () => {
  it('signs in as each of them, by an account of its own, once both are active', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    const blocked = await acme.user('ada@acme.example');
    const before: TestPerson = { subject: 'before', stableId: 'oid-ada', email: 'ada@acme.example' };
    await acme.enter(before);
    await acme.domain.users.block(acme.operator, blocked);
    const { userId, person } = await acme.aPerson('ada', { userName: 'ada.new@acme.example' });
    const after = { ...person, email: 'ada.new@acme.example' };
    await acme.enter(after);
    await acme.domain.users.unblock(acme.operator, blocked);
    world.clock.advance(1);
    for (let round = 0; round < 2; round += 1) {
      expect(await acme.userOf((await acme.enter(before)).cookie)).toBe(blocked);
      expect(await acme.userOf((await acme.enter(after)).cookie)).toBe(userId);
    }
    const bindings = await acme.liveBindings();
    expect(new Set(bindings.map((binding) => binding.userId))).toEqual(new Set([blocked, userId]));
    expect(new Set(bindings.map((binding) => binding.accountId)).size).toBe(2);
  });
});

describe('an account that becomes another user at the very moment, time and again', () => {
  it('is a refusal that the log keeps, and takes what was proved with it', async () => {
    const acme = await world.anOrganization();
    const { person } = await acme.aPerson('ada');
    const { accounts, signInAttempts: attempts } = acme.domain;
    let tries = 0;
    const taken = {
      createIn: accounts.createIn.bind(accounts),
      ensureForLogin: accounts.ensureForLogin.bind(accounts),
      findLoginsByVerifiedEmail: accounts.findLoginsByVerifiedEmail.bind(accounts),
      memberships: accounts.memberships.bind(accounts),
      find: accounts.find.bind(accounts),
      joinIn: async () => {
        tries += 1;
        throw new DomainError('userAlreadyBound', 'The account is another user of the organization.');
      },
    };
    const { domain, database, clock } = world;
    const signIn = new SignIn({ ...domain, database, clock, attempts, accounts: taken });
    const browser = aBrowser();
    const { connection } = acme;
    const { state } = await attempts.start({ purpose: 'signIn', connection, browser, returnTo: null });
    await attempts.verified(state, anIdentity(person));
    const outcome = await signIn.finish(state, { browser, sessionCookie: undefined, userAgent: null, address: null });
    expect(tries).toBe(5);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'attemptExpired', email: person.email } });
    expect(await acme.signInEvents()).toMatchObject([
      { reason: 'attemptExpired', outcome: 'refused', subject: person.subject, detail: { accountTaken: true } },
    ]);
    expect(await acme.bindings()).toEqual([]);
    expect(await attempts.find(state)).toMatchObject({ state: 'finished', identity: null });
  });
});
