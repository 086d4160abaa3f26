import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { SignInOutcome } from '../../../src/domain/sign-in/sign-in-outcome.ts';
import {
  aBrowser,
  anIdentity,
  aPersonOf,
  openSignInWorld,
  type SignInPlace,
  type SignInWorld,
  signInWith,
  type TestPerson,
  type Visit,
} from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

const insertVerifiedDomain = statement<never>('insert into verified_domains (domain, organization_id) values ($1, $2)');
const accountOf = statement<{ email: string | null; isEmailVerified: boolean }>(
  'select email, is_email_verified as "isEmailVerified" from accounts where id = $1',
);

/** Somebody with a domain of their own, so that no other test finds them by their address. */
function aGoogler(name = 'ada') {
  const domain = `d-${uuid().slice(-12)}.example`;
  const email = `${name}@${domain}`;
  const google: TestPerson = { subject: `google-${uuid()}`, email, emailVerification: 'yes' };
  return { domain, email, google };
}

async function byGoogle(person: TestPerson, visit: Visit = {}) {
  const outcome = await signInWith(world, { login: 'google', person, visit });
  if (outcome.kind !== 'signedIn') throw new Error(`Not signed in: ${JSON.stringify(outcome)}`);
  return outcome;
}

async function prove(acme: SignInPlace, domain: string): Promise<void> {
  await acme.proveDomain(domain);
  await world.database.lookUp(insertVerifiedDomain, domain, acme.id);
}

/** Whom the identity provider says to have asked just now. */
const justNow = (person: TestPerson): TestPerson => ({ ...person, authTime: world.clock().getTime() / 1000 });

const accountIdOf = async (cookie: string) => (await world.domain.sessions.find(cookie))?.accountId;

describe('the account of a first sign-in', () => {
  it('is a new one, whose address counts only on a domain that the organization has proved (security 12)', async () => {
    for (const isProved of [false, true]) {
      const acme = await world.anOrganization();
      if (isProved) await acme.proveDomain();
      const { person } = await acme.aPerson('ada');
      const { cookie } = await acme.enter({ ...person, emailVerification: 'yes' });
      const [account] = await world.database.lookUp(accountOf, await accountIdOf(cookie));
      expect(account).toEqual({ email: 'ada@acme.example', isEmailVerified: isProved });
    }
  });

  it('security 12: an address that SCIM changes is no account’s in another organization', async () => {
    const acme = await world.anOrganization();
    const other = await world.anOrganization();
    const victim = await acme.aPerson('victim');
    const { cookie } = await acme.enter(victim.person);
    const attacker = await other.aPerson('attacker');
    await other.replace(attacker.recordId, {
      userName: 'victim@acme.example',
      externalId: 'oid-attacker',
      emails: [{ value: 'victim@acme.example', type: 'work' }],
    });
    const entered = await other.enter({ ...attacker.person, email: 'victim@acme.example' });
    expect(await accountIdOf(entered.cookie)).not.toBe(await accountIdOf(cookie));
  });

  it('S20: asks whether it is that of the account in the browser, and does as was chosen', async () => {
    for (const choice of ['sameAccount', 'separate'] as const) {
      const acme = await world.anOrganization();
      const beta = await world.anOrganization();
      const inAcme = await acme.aPerson('ada');
      const { userId } = await beta.aPerson('ada-b');
      const { cookie: sessionCookie } = await acme.enter(justNow(inAcme.person));
      const visit = { browser: aBrowser(), sessionCookie };
      const started = await beta.domain.signInAttempts.start({
        purpose: 'signIn',
        connection: beta.connection,
        browser: visit.browser,
        returnTo: null,
      });
      await beta.domain.signInAttempts.verified(started.state, anIdentity(aPersonOf('ada-b')));
      const input = { ...visit, userAgent: null, address: null };
      const asked = await beta.domain.signIn.finish(started.state, input);
      expect(asked).toEqual({
        kind: 'chooseAccount',
        state: started.state,
        signedInAs: 'ada@acme.example',
        newEmail: 'ada-b@acme.example',
        account: expect.any(String),
        isFresh: true,
      });
      expect(await beta.bindings()).toEqual([]);
      const { account } = asked as Extract<SignInOutcome, { kind: 'chooseAccount' }>;
      const outcome = await beta.domain.signIn.finish(started.state, { ...input, choice, account });
      if (outcome.kind !== 'signedIn') throw new Error(JSON.stringify(outcome));
      expect(await beta.userOf(outcome.cookie)).toBe(userId);
      const [one] = await acme.bindings();
      const [two] = await beta.bindings();
      expect(one?.accountId === two?.accountId).toBe(choice === 'sameAccount');
      // The browser holds one account at a time.
      expect(await acme.userOf(sessionCookie)).toBeUndefined();
      const memberships = await world.domain.accounts.memberships(two?.accountId ?? '');
      expect(memberships).toHaveLength(choice === 'sameAccount' ? 2 : 1);
    }
  });

  it('asks nothing where the account in the browser is somebody else here already', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aPerson('ada');
    const bob = await acme.aPerson('bob');
    const { cookie: sessionCookie } = await acme.enter(ada.person);
    const { cookie } = await acme.enter(bob.person, { sessionCookie });
    expect(await acme.userOf(cookie)).toBe(bob.userId);
    expect(await accountIdOf(sessionCookie)).toBeUndefined();
  });

  it('is one active user’s, though three who are made or matched at once choose it: each session opens its own user', async () => {
    for (const allowsJustInTime of [true, false]) {
      for (let round = 0; round < 15; round += 1) {
        const home = await world.anOrganization();
        const acme = await world.anOrganization({ withDirectory: !allowsJustInTime, allowsJustInTime });
        const { cookie: sessionCookie } = await home.enter(justNow((await home.aPerson('ada')).person));
        const names = ['ada', 'bob', 'eve'];
        const people = await Promise.all(
          names.map(async (name) => (allowsJustInTime ? aPersonOf(name) : (await acme.aPerson(name)).person)),
        );
        const entered = await Promise.all(
          people.map((person) => acme.enter(person, { sessionCookie, choice: 'sameAccount' })),
        );
        const users = await Promise.all(entered.map(({ cookie }) => acme.userOf(cookie)));
        expect(new Set(users).size).toBe(3);
        const bindings = await acme.liveBindings();
        expect(new Set(users)).toEqual(new Set(bindings.map((binding) => binding.userId)));
        expect(new Set(bindings.map((binding) => binding.accountId)).size).toBe(3);
      }
    }
  });

  it('is one active user’s, though Google makes it another one at that moment', async () => {
    for (let round = 0; round < 15; round += 1) {
      const acme = await world.anOrganization();
      await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
      const { domain, email, google } = aGoogler('grace');
      await prove(acme, domain);
      const { cookie: sessionCookie } = await byGoogle(google);
      const { person, userId } = await acme.aPerson('ada');
      const named = await acme.user(email);
      const [bySso, byLogin] = await Promise.all([
        acme.enter(person, { sessionCookie, choice: 'sameAccount' }),
        byGoogle(google),
      ]);
      expect(await acme.userOf(bySso.cookie)).toBe(userId);
      const grace = await acme.userOf(byLogin.cookie);
      expect(byLogin.organization === null ? grace : named).toBe(grace);
      expect(grace).not.toBe(userId);
    }
  });

  it('stays the same where the record of the person was made anew', async () => {
    const acme = await world.anOrganization();
    const { person, recordId } = await acme.aPerson('ada');
    await acme.enter(person);
    await acme.deleteRecord(recordId);
    const manual = (await acme.domain.users.list(acme.operator, {})).items[0];
    await acme.domain.users.remove(acme.operator, manual?.id ?? '');
    const again = await acme.aPerson('ada');
    const { cookie } = await acme.enter(person);
    expect(await acme.userOf(cookie)).toBe(again.userId);
    const accounts = new Set((await acme.bindings()).map((binding) => binding.accountId));
    expect(accounts.size).toBe(1);
  });
});

describe('security 33: the account of a leaver', () => {
  it('is not that of whoever comes with the same subject, where nothing but the subject says so', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    const record = { userName: 'chair@acme.example', externalId: 'the leaver' };
    const recordId = await acme.push(record);
    // As SAML tells somebody whose only name is an e-mail address.
    const chair = { subject: 'chair@acme.example', stableId: null, email: 'chair@acme.example' };
    await acme.enter(chair);
    await acme.replace(recordId, { ...record, active: false });
    await acme.replace(recordId, { ...record, externalId: 'the new one', active: true });
    const outcome = await acme.signIn(chair);
    const [leaver, ...others] = await acme.bindings();
    for (const other of others) expect(other.accountId).not.toBe(leaver?.accountId);
    if (outcome.kind === 'signedIn') expect(others).toHaveLength(1);
  });
});

describe('S18: an address that signs in by Google already', () => {
  async function aMeeting() {
    const acme = await world.anOrganization();
    const { domain, email, google } = aGoogler();
    const { cookie } = await byGoogle(google);
    const { userId } = await acme.aPerson('ada', { externalId: 'oid-ada' });
    const person = { ...aPersonOf('ada'), email };
    return { acme, domain, google, userId, person, accountId: await accountIdOf(cookie), googleCookie: cookie };
  }

  it('is told so, and linked once the old way was proved, in the same browser', async () => {
    const { acme, domain, google, userId, person, accountId } = await aMeeting();
    await acme.proveDomain(domain);
    const { signIn, signInAttempts } = acme.domain;
    const browser = aBrowser();
    const { state } = await signInAttempts.start({
      purpose: 'signIn',
      connection: acme.connection,
      browser,
      returnTo: '/x',
    });
    await signInAttempts.verified(state, anIdentity(person));
    const visit = { browser, sessionCookie: undefined, userAgent: null, address: null };
    expect(await signIn.finish(state, visit)).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'otherSignInMethod', otherMethods: ['google'] },
    });
    expect(await acme.bindings()).toEqual([]);
    expect(await signInAttempts.findPending(state, aBrowser())).toBeUndefined();
    const pending = await signInAttempts.findPending(state, browser);
    const link = await signInAttempts.start({ purpose: 'link', provider: 'google', browser, returnTo: null, pending });
    await signInAttempts.verified(link.state, anIdentity(google));
    const outcome = await signIn.finish(link.state, visit);
    expect(outcome).toMatchObject({ kind: 'signedIn', returnTo: '/x', organization: { id: acme.id } });
    const cookie = outcome.kind === 'signedIn' ? outcome.cookie : '';
    expect(await acme.userOf(cookie)).toBe(userId);
    expect(await accountIdOf(cookie)).toBe(accountId);
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
  });

  it('is not linked by another Google account, nor by one that is nobody’s', async () => {
    const { acme, domain, person } = await aMeeting();
    await acme.proveDomain(domain);
    const { signIn, signInAttempts } = acme.domain;
    const other = aGoogler();
    await byGoogle(other.google);
    for (const proved of [other.google, aGoogler().google]) {
      const browser = aBrowser();
      const { state } = await signInAttempts.start({
        purpose: 'signIn',
        connection: acme.connection,
        browser,
        returnTo: null,
      });
      await signInAttempts.verified(state, anIdentity(person));
      const visit = { browser, sessionCookie: undefined, userAgent: null, address: null };
      await signIn.finish(state, visit);
      const pending = await signInAttempts.findPending(state, browser);
      const link = await signInAttempts.start({
        purpose: 'link',
        provider: 'google',
        browser,
        returnTo: null,
        pending,
      });
      await signInAttempts.verified(link.state, anIdentity(proved));
      expect(await signIn.finish(link.state, visit)).toMatchObject({
        kind: 'refused',
        refusal: { reason: 'otherSignInMethod', detail: { provedOther: true } },
      });
    }
    expect(await acme.bindings()).toEqual([]);
  });

  it('goes on at once in a browser in which Google has proved that account', async () => {
    const { acme, domain, person, accountId, googleCookie } = await aMeeting();
    await acme.proveDomain(domain);
    const { cookie } = await acme.enter(person, { sessionCookie: googleCookie });
    expect(await accountIdOf(cookie)).toBe(accountId);
  });

  it('asks for it where that was longer ago than a fresh sign-in, as a cookie alone proves no way in', async () => {
    const { acme, domain, person, googleCookie } = await aMeeting();
    await acme.proveDomain(domain);
    world.clock.advance(15 * 60_000 + 1);
    const { reason } = await acme.refused(person, { sessionCookie: googleCookie });
    expect(reason).toBe('otherSignInMethod');
  });

  it('is kept apart, and nothing is said, on a domain that is not proved', async () => {
    const { acme, person, accountId } = await aMeeting();
    const { cookie } = await acme.enter(person);
    expect(await accountIdOf(cookie)).not.toBe(accountId);
  });

  it('a user whose account has another way in is not opened by a first sign-in that did not prove it', async () => {
    const { acme, userId, accountId } = await aMeeting();
    await world.database.transaction(acme.id, (transaction) =>
      world.domain.accounts.joinIn(transaction, { accountId: accountId ?? '', userId, at: world.clock() }),
    );
    const refusal = await acme.refused(aPersonOf('ada'));
    expect(refusal).toMatchObject({ reason: 'approvalRequired', detail: { requestReason: 'alreadyBound' } });
    const [request] = await acme.requests();
    await acme.domain.bindingRequests.approve(acme.operator, { id: request?.id ?? '' });
    expect(await acme.userOf((await acme.enter(aPersonOf('ada'))).cookie)).toBe(userId);
  });
});

describe('sign-in by Google', () => {
  it('opens an empty account for somebody who belongs to no organization', async () => {
    const { google } = aGoogler();
    const entered = await byGoogle(google);
    expect(entered).toMatchObject({ organization: null, hasPermissions: false });
    expect(await accountIdOf((await byGoogle(google)).cookie)).toBe(await accountIdOf(entered.cookie));
  });

  it('becomes, once, the one unprotected user without an account, on a domain that the organization has proved', async () => {
    const acme = await world.anOrganization();
    const { domain, email, google } = aGoogler();
    await prove(acme, domain);
    await acme.domain.connections.disable(acme.operator, acme.connection.id);
    const userId = await acme.user(email);
    const entered = await byGoogle(google);
    expect(entered.organization?.id).toBe(acme.id);
    expect(await acme.userOf(entered.cookie)).toBe(userId);
    expect((await acme.signInEvents())[0]).toMatchObject({ method: 'google', userId, outcome: 'signedIn' });
    const other = { ...google, subject: 'google-of-somebody-else' };
    expect((await byGoogle(other)).organization).toBeNull();
  });

  it('becomes nobody who is protected, ambiguous, or named by an unverified address', async () => {
    const acme = await world.anOrganization();
    const { domain, google, email } = aGoogler();
    await prove(acme, domain);
    await acme.domain.connections.disable(acme.operator, acme.connection.id);
    const userId = await acme.user(email);
    const unverified = { ...google, subject: 'unverified', emailVerification: 'unsaid' as const };
    expect((await byGoogle(unverified)).organization).toBeNull();
    await acme.grant({ userId }, 'billing:manage');
    expect((await byGoogle(google)).organization).toBeNull();
    const twice = { ...google, subject: 'twice', email: `bob@${domain}` };
    await acme.domain.users.create(acme.operator, { userName: 'b1', email: `bob@${domain}` });
    await acme.domain.users.create(acme.operator, { userName: 'b2', email: `bob@${domain}` });
    expect((await byGoogle(twice)).organization).toBeNull();
  });

  it('becomes nobody whose address only folds like theirs', async () => {
    const acme = await world.anOrganization();
    const { domain } = aGoogler();
    await prove(acme, domain);
    await acme.domain.connections.disable(acme.operator, acme.connection.id);
    const by = async (email: string) =>
      (await byGoogle({ subject: email, email, emailVerification: 'yes' })).organization;
    await acme.user(`gross@${domain}`);
    expect(await by(`groß@${domain}`)).toBeNull();
    await acme.user(`straße@${domain}`);
    expect(await by(`strasse@${domain}`)).toBeNull();
    expect((await by(`GROSS@${domain.toUpperCase()}`))?.id).toBe(acme.id);
  });

  it('opens no organization that asks for its own connection, nor one that put the person out', async () => {
    const acme = await world.anOrganization();
    const { domain, email, google } = aGoogler();
    await prove(acme, domain);
    const userId = await acme.user(email);
    expect((await byGoogle(google)).organization).toBeNull();
    await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
    expect((await byGoogle(google)).organization?.id).toBe(acme.id);
    await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: false });
    expect((await byGoogle(google)).organization).toBeNull();
    await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
    await acme.domain.users.block(acme.operator, userId);
    // S15: the login remains and opens an empty account.
    expect((await byGoogle(google)).organization).toBeNull();
  });

  it('takes one last step, also by an account without an organization', async () => {
    const { google } = aGoogler();
    const { signIn, signInAttempts } = world.domain;
    const browser = aBrowser();
    const { state } = await signInAttempts.start({ purpose: 'signIn', provider: 'google', browser, returnTo: null });
    await signInAttempts.verified(state, anIdentity(google));
    const visit = { browser, sessionCookie: undefined, userAgent: null, address: null };
    const outcomes = await Promise.all([signIn.finish(state, visit), signIn.finish(state, visit)]);
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['refused', 'signedIn']);
  });
});
