// An admin says that the account with somebody's address is not theirs, at the very moment in which that account signs in by Google.
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { SignIn } from '../../../src/domain/sign-in/sign-in.ts';
import {
  aBrowser,
  anIdentity,
  openSignInWorld,
  type SignInWorld,
  signInWith,
  type TestPerson,
} from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

const insertVerifiedDomain = statement<never>('insert into verified_domains (domain, organization_id) values ($1, $2)');
const inputOf = (browser: string) => ({ browser, sessionCookie: undefined, userAgent: null, address: null });

/** Somebody who waits to be let in apart from the Google account with their address, which belongs to no organization yet. */
async function aMeeting() {
  const acme = await world.anOrganization();
  await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
  const domain = `d-${uuid().slice(-12)}.example`;
  await acme.proveDomain(domain);
  await world.database.lookUp(insertVerifiedDomain, domain, acme.id);
  const email = `ada@${domain}`;
  const google: TestPerson = { subject: `google-${uuid()}`, email, emailVerification: 'yes' };
  await signInWith(world, { login: 'google', person: google });
  const ada = await acme.aPerson('ada', { emails: [{ value: email, type: 'work', primary: true }] });
  const person = { ...ada.person, email };
  const browser = aBrowser();
  const { signIn, signInAttempts } = acme.domain;
  const begin = { purpose: 'signIn', connection: acme.connection, browser, returnTo: null } as const;
  const { state } = await signInAttempts.start(begin);
  await signInAttempts.verified(state, anIdentity(person));
  expect(await signIn.finish(state, inputOf(browser))).toMatchObject({ refusal: { reason: 'otherSignInMethod' } });
  await signIn.askForOwnAccount(state, inputOf(browser));
  const [request] = await acme.requests();
  const approve = () => acme.domain.bindingRequests.approve(acme.operator, { id: request?.id ?? '' });
  return { acme, google, person, userId: ada.userId, approve };
}

/** The last step of a sign-in, before whose second transaction something else happens. */
async function finishAround(google: TestPerson, between: () => Promise<unknown>) {
  const { domain, database, clock } = world;
  const { signInAttempts: attempts } = domain;
  const browser = aBrowser();
  const { state } = await attempts.start({ purpose: 'signIn', provider: 'google', browser, returnTo: null });
  await attempts.verified(state, anIdentity(google));
  let transactions = 0;
  const played = new Proxy(database, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'transaction') return value.bind(target);
      return async (...given: unknown[]) => {
        transactions += 1;
        if (transactions === 2) await between();
        return value.apply(target, given);
      };
    },
  });
  return new SignIn({ ...domain, database: played, clock, attempts }).finish(state, inputOf(browser));
}

describe('a sign-in by Google whose address names a user', () => {
  it('is that user’s where nothing happens meanwhile', async () => {
    const { acme, google, userId } = await aMeeting();
    const outcome = await finishAround(google, async () => undefined);
    expect(outcome).toMatchObject({ kind: 'signedIn', organization: { id: acme.id } });
    expect(outcome.kind === 'signedIn' && (await acme.userOf(outcome.cookie))).toBe(userId);
  });

  it('is not, where an admin has given the user to somebody else since it was looked at', async () => {
    const { acme, google, person, userId, approve } = await aMeeting();
    expect(await finishAround(google, approve)).toMatchObject({ kind: 'signedIn', organization: null });
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
  });

  it('is not, where the user has come to hold what is protected since', async () => {
    const { acme, google, userId } = await aMeeting();
    const outcome = await finishAround(google, () => acme.makeOwner(userId));
    expect(outcome).toMatchObject({ kind: 'signedIn', organization: null });
  });
});
