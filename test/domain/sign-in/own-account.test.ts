import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import {
  aBrowser,
  anIdentity,
  aPersonOf,
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
const insertVerifiedDomain = statement<never>('insert into verified_domains (domain, organization_id) values ($1, $2)');

/** Somebody at the identity provider whose address is that of an account that signs in by Google already. */
async function aMeeting(settings: { withDirectory?: boolean; allowsJustInTime?: boolean } = {}) {
  const acme = await world.anOrganization(settings);
  const domain = `d-${uuid().slice(-12)}.example`;
  await acme.proveDomain(domain);
  await world.database.lookUp(insertVerifiedDomain, domain, acme.id);
  const email = `ada@${domain}`;
  const google: TestPerson = { subject: `google-${uuid()}`, email, emailVerification: 'yes' };
  const googleCookie = (await byGoogle(google)).cookie;
  const userId = settings.allowsJustInTime ? null : (await acme.aPerson('ada')).userId;
  const person = { ...aPersonOf('ada'), email };
  return { acme, google, googleCookie, googleAccountId: await accountIdOf(googleCookie), person, userId };
}

async function byGoogle(person: TestPerson) {
  const outcome = await signInWith(world, { login: 'google', person });
  if (outcome.kind !== 'signedIn') throw new Error(`Not signed in: ${JSON.stringify(outcome)}`);
  return outcome;
}

const accountIdOf = async (cookie: string) => (await world.domain.sessions.find(cookie))?.accountId;
const visitOf = (browser: string) => ({ browser, sessionCookie: undefined, userAgent: null, address: null });

/** A first sign-in that ends at the page of S18; the browser and the state of what waits. */
async function aWaiting(acme: SignInPlace, person: TestPerson, browser = aBrowser()) {
  const { signIn, signInAttempts } = acme.domain;
  const begin = { purpose: 'signIn', connection: acme.connection, browser, returnTo: null } as const;
  const { state } = await signInAttempts.start(begin);
  await signInAttempts.verified(state, anIdentity(person));
  const outcome = await signIn.finish(state, visitOf(browser));
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { reason: 'otherSignInMethod' } });
  return { state, browser };
}

/** Goes to Google from the page of S18 and comes back; the state by which it can be finished. */
async function aLink({ state, browser }: { state: string; browser: string }, proved: TestPerson): Promise<string> {
  const { signInAttempts } = world.domain;
  const pending = await signInAttempts.findPending(state, browser);
  const begin = { purpose: 'link', provider: 'google', browser, returnTo: null, pending } as const;
  const link = await signInAttempts.start(begin);
  await signInAttempts.verified(link.state, anIdentity(proved));
  return link.state;
}

const finish = (state: string, browser: string) => world.domain.signIn.finish(state, visitOf(browser));

/** Says that the account with the address is somebody else's. */
async function disown({ state, browser }: { state: string; browser: string }) {
  const outcome = await world.domain.signIn.askForOwnAccount(state, visitOf(browser));
  if (outcome.kind !== 'refused') throw new Error(`Not refused: ${outcome.kind}`);
  return outcome.refusal;
}

async function approve(acme: SignInPlace): Promise<void> {
  const [request] = await acme.requests();
  await acme.domain.bindingRequests.approve(acme.operator, { id: request?.id ?? '' });
}

/** Approved as the user and not in yet, while the account with the address is signed in as that user. */
async function anApprovedBeside() {
  const { acme, person, userId, google, googleAccountId = '' } = await aMeeting();
  await acme.makeOwner(userId ?? '');
  await acme.refused(person);
  await approve(acme);
  await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
  await world.database.transaction(acme.id, (transaction) =>
    world.domain.accounts.joinIn(transaction, { accountId: googleAccountId, userId: userId ?? '', at: world.clock() }),
  );
  return { acme, person, userId, cookie: (await byGoogle(google)).cookie };
}

describe('S18: what waits until the other way was proved', () => {
  it('is added once, however many links were begun', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { acme, person, google, googleAccountId } = await aMeeting();
      const waiting = await aWaiting(acme, person);
      const links = [await aLink(waiting, google), await aLink(waiting, google), await aLink(waiting, google)];
      const outcomes = await Promise.all(links.map((state) => finish(state, waiting.browser)));
      const entered = outcomes.filter((outcome) => outcome.kind === 'signedIn');
      expect(entered).toHaveLength(1);
      expect(await accountIdOf(entered[0]?.cookie ?? '')).toBe(googleAccountId);
      const refused = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.refusal.reason] : []));
      expect(refused).toEqual(['attemptExpired', 'attemptExpired']);
      expect(await world.domain.signInAttempts.findPending(waiting.state, waiting.browser)).toBeUndefined();
    }
  });

  it('waits on for who proved another account, and goes on from the page that says so', async () => {
    const { acme, person, google, userId } = await aMeeting();
    const waiting = await aWaiting(acme, person);
    const wrong = { subject: `google-${uuid()}`, email: null };
    const state = await aLink(waiting, wrong);
    expect(await finish(state, waiting.browser)).toMatchObject({
      refusal: { reason: 'otherSignInMethod', detail: { provedOther: true } },
    });
    expect(await world.domain.signInAttempts.findPending(state, aBrowser())).toBeUndefined();
    const again = await finish(await aLink({ ...waiting, state }, google), waiting.browser);
    expect(again.kind === 'signedIn' && (await acme.userOf(again.cookie))).toBe(userId);
    expect(await world.domain.signInAttempts.findPending(state, waiting.browser)).toBeUndefined();
  });

  it('is offered by every way in that was offered at first, also to who proved another account', async () => {
    const { acme, person, google } = await aMeeting();
    const microsoft: TestPerson = { ...google, subject: `microsoft-${uuid()}` };
    await signInWith(world, { login: 'microsoft', person: microsoft });
    const waiting = await aWaiting(acme, person);
    const state = await aLink(waiting, { subject: `google-${uuid()}`, email: null });
    expect(await finish(state, waiting.browser)).toMatchObject({
      refusal: { detail: { provedOther: true }, otherMethods: ['google', 'microsoft'] },
    });
  });

  it('is gone when it was refused for good', async () => {
    const { acme, person, google, userId } = await aMeeting();
    const waiting = await aWaiting(acme, person);
    const [first, second] = [await aLink(waiting, google), await aLink(waiting, google)];
    await acme.domain.users.block(acme.operator, userId ?? '');
    expect(await finish(first, waiting.browser)).toMatchObject({ refusal: { reason: 'deactivated' } });
    await acme.domain.users.unblock(acme.operator, userId ?? '');
    expect(await finish(second, waiting.browser)).toMatchObject({ refusal: { reason: 'attemptExpired' } });
    expect(await acme.bindings()).toEqual([]);
  });

  it('is as old as its own sign-in, not as the link', async () => {
    const { acme, person, google } = await aMeeting();
    const waiting = await aWaiting(acme, person);
    world.clock.advance(14 * MINUTE);
    const state = await aLink(waiting, google);
    world.clock.advance(2 * MINUTE);
    expect(await finish(state, waiting.browser)).toMatchObject({ refusal: { reason: 'attemptExpired' } });
  });
});

describe('S18: an account with the address that is somebody else’s', () => {
  it('is disowned by asking an admin, in the same browser and once', async () => {
    const { acme, person, userId } = await aMeeting();
    const waiting = await aWaiting(acme, person);
    expect(await disown({ ...waiting, browser: aBrowser() })).toMatchObject({ reason: 'attemptExpired' });
    const refusals = await Promise.all([disown(waiting), disown(waiting)]);
    expect(refusals.map(({ reason }) => reason).sort()).toEqual(['approvalRequired', 'attemptExpired']);
    expect(await acme.requests()).toMatchObject([
      { reason: 'otherSignInMethod', state: 'pending', candidateUserIds: [userId], attempts: 1, email: person.email },
    ]);
    expect(await acme.signInEvents()).toContainEqual(
      expect.objectContaining({
        reason: 'approvalRequired',
        userId,
        detail: expect.objectContaining({ requestReason: 'otherSignInMethod' }),
      }),
    );
    const { items } = await acme.domain.signInHealth.listPeople(acme.operator, {});
    expect(items).toMatchObject([{ standing: 'waitsForApproval' }]);
    // Until somebody decides, Google is the other way still.
    await aWaiting(acme, person);
    expect((await acme.requests())[0]).toMatchObject({ state: 'pending', attempts: 1 });
  });

  it('stays as it is beside a new one, which the person gets once an admin has approved', async () => {
    const { acme, person, userId, google, googleCookie, googleAccountId } = await aMeeting();
    await disown(await aWaiting(acme, person));
    await approve(acme);
    const health = await acme.domain.signInHealth.listPeople(acme.operator, {});
    expect(health.items).toMatchObject([{ standing: 'bound' }]);
    const { cookie } = await acme.enter(person);
    const accountId = await accountIdOf(cookie);
    expect(await acme.userOf(cookie)).toBe(userId);
    expect(accountId).not.toBe(googleAccountId);
    expect(await world.domain.accounts.listLogins(accountId ?? '')).toEqual([]);
    expect(await accountIdOf((await acme.enter(person)).cookie)).toBe(accountId);
    expect(await accountIdOf(googleCookie)).toBe(googleAccountId);
    expect(await world.domain.accounts.memberships(googleAccountId ?? '')).toEqual([]);
    await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
    expect((await byGoogle(google)).organization).toBeNull();
  });

  it('is not chosen by a browser in which it is signed in', async () => {
    const { acme, person, googleCookie, googleAccountId } = await aMeeting();
    await disown(await aWaiting(acme, person));
    await approve(acme);
    const { cookie } = await acme.enter(person, { sessionCookie: googleCookie });
    expect(await accountIdOf(cookie)).not.toBe(googleAccountId);
  });

  it('does not become the user between the approval and the first sign-in', async () => {
    const { acme, person, userId, google } = await aMeeting();
    await acme.domain.users.update(acme.operator, userId ?? '', { email: person.email });
    await disown(await aWaiting(acme, person));
    await approve(acme);
    await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: true });
    expect((await byGoogle(google)).organization).toBeNull();
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
  });

  it('has to be proved still where the approval was for another reason, until that one is approved as well', async () => {
    const { acme, person, userId, googleAccountId } = await aMeeting();
    await acme.makeOwner(userId ?? '');
    await acme.refused(person);
    await approve(acme);
    const waiting = await aWaiting(acme, person);
    expect(await disown(waiting)).toMatchObject({ reason: 'approvalRequired' });
    expect(await acme.requests()).toMatchObject([{ reason: 'otherSignInMethod', state: 'pending', userId: null }]);
    await aWaiting(acme, person);
    await approve(acme);
    const { cookie } = await acme.enter(person);
    expect(await acme.userOf(cookie)).toBe(userId);
    expect(await accountIdOf(cookie)).not.toBe(googleAccountId);
    expect(await acme.liveBindings()).toHaveLength(1);
  });

  it('keeps the person out where an admin rejects it, also who was approved before', async () => {
    for (const isApprovedBefore of [false, true]) {
      const { acme, person, userId } = await aMeeting();
      if (isApprovedBefore) {
        await acme.makeOwner(userId ?? '');
        await acme.refused(person);
        await approve(acme);
      }
      await disown(await aWaiting(acme, person));
      const [request] = await acme.requests();
      await acme.domain.bindingRequests.reject(acme.operator, request?.id ?? '');
      expect(await acme.refused(person)).toMatchObject({ reason: 'approvalRequired', detail: { isRejected: true } });
      expect(await acme.liveBindings()).toEqual([]);
    }
  });

  it('stays signed in as the user where an admin rejects who was approved before and never got in', async () => {
    const { acme, person, userId, cookie } = await anApprovedBeside();
    await disown(await aWaiting(acme, person));
    const [request] = await acme.requests();
    await acme.domain.bindingRequests.reject(acme.operator, request?.id ?? '');
    expect(await acme.userOf(cookie)).toBe(userId);
    expect(await acme.events('sessionsEnded')).toEqual([]);
    // It is told with the decision; that somebody was signed out would be wrong.
    expect(await acme.events('bindingEnded')).toMatchObject([{ userId, reason: 'approvalWithdrawn' }]);
    const changes = await acme.domain.signInOverview.recentChanges(acme.operator);
    expect(changes.map(({ type }) => type)).not.toContain('bindingEnded');
    expect(await acme.bindings()).toMatchObject([{ endedReason: 'approvalWithdrawn' }]);
  });

  it('is signed out as the user where an admin ends the binding by hand, as that promises', async () => {
    const { acme, userId, cookie } = await anApprovedBeside();
    const [binding] = await acme.liveBindings();
    await acme.domain.bindings.end(acme.operator, binding?.id ?? '');
    expect(await acme.userOf(cookie)).toBeUndefined();
    expect(await acme.events('bindingEnded')).toMatchObject([{ userId, reason: 'ended' }]);
    const changes = await acme.domain.signInOverview.recentChanges(acme.operator);
    expect(changes.map(({ type }) => type)).toContain('bindingEnded');
  });

  it('closes the request of who proves it after all', async () => {
    const { acme, person, google, googleAccountId, userId } = await aMeeting();
    await disown(await aWaiting(acme, person));
    const waiting = await aWaiting(acme, person);
    const outcome = await finish(await aLink(waiting, google), waiting.browser);
    expect(outcome.kind === 'signedIn' && (await accountIdOf(outcome.cookie))).toBe(googleAccountId);
    expect(await acme.requests()).toMatchObject([{ state: 'approved', userId }]);
  });

  it('asks for nobody who got in, was approved or went out meanwhile', async () => {
    const { acme, person, userId } = await aMeeting();
    const [first, second, third] = [
      await aWaiting(acme, person),
      await aWaiting(acme, person),
      await aWaiting(acme, person),
    ];
    await disown(first);
    await approve(acme);
    expect(await disown(second)).toMatchObject({ reason: 'attemptExpired' });
    expect(await acme.requests()).toMatchObject([{ state: 'approved', attempts: 1 }]);
    await acme.domain.users.block(acme.operator, userId ?? '');
    expect(await disown(third)).toMatchObject({ reason: 'deactivated' });
  });

  it('does not keep somebody out who would be made just in time', async () => {
    const { acme, person, googleAccountId } = await aMeeting({ withDirectory: false, allowsJustInTime: true });
    await disown(await aWaiting(acme, person));
    expect(await acme.requests()).toMatchObject([{ reason: 'otherSignInMethod', candidateUserIds: [] }]);
    await approve(acme);
    expect(await acme.requests()).toMatchObject([{ state: 'approved', userId: null }]);
    const { cookie } = await acme.enter(person);
    expect(await acme.userOf(cookie)).toBeDefined();
    expect(await accountIdOf(cookie)).not.toBe(googleAccountId);
  });

  it('is approved without a candidate until it is rejected after all, or the person has got in', async () => {
    const justInTime = { withDirectory: false, allowsJustInTime: true };
    const { acme, person } = await aMeeting(justInTime);
    const waiting = await aWaiting(acme, person);
    await disown(waiting);
    await approve(acme);
    const [request] = await acme.requests();
    const reject = () => acme.domain.bindingRequests.reject(acme.operator, request?.id ?? '');
    expect(await reject()).toMatchObject({ state: 'rejected', userId: null });
    expect(await acme.refused(person)).toMatchObject({ reason: 'approvalRequired', detail: { isRejected: true } });
    await approve(acme);
    const { cookie } = await acme.enter(person);
    const [binding] = await acme.liveBindings();
    await expect(reject()).rejects.toMatchObject({
      code: 'bindingRequestNotPending',
      message: `The binding request was approved already. To keep the person out, end the binding ${binding?.id}.`,
    });
    expect(await acme.requests()).toMatchObject([{ state: 'approved' }]);
    expect(await acme.userOf(cookie)).toBeDefined();
    const decisions = await acme.events('bindingRequestDecided');
    expect(decisions.map(({ from, state }) => [from, state])).toEqual([
      ['pending', 'approved'],
      ['approved', 'rejected'],
      ['rejected', 'approved'],
    ]);
  });

  it('is not opened again by the stable id for which it was opened before', async () => {
    const { acme, person, google, googleAccountId, userId } = await aMeeting();
    const waiting = await aWaiting(acme, person);
    await finish(await aLink(waiting, google), waiting.browser);
    const [binding] = await acme.liveBindings();
    expect(binding?.accountId).toBe(googleAccountId);
    await acme.domain.bindings.end(acme.operator, binding?.id ?? '');
    world.clock.advance(1);
    await disown(await aWaiting(acme, person));
    await approve(acme);
    const { cookie } = await acme.enter(person);
    expect(await acme.userOf(cookie)).toBe(userId);
    expect(await accountIdOf(cookie)).not.toBe(googleAccountId);
  });

  it('is not opened by that approval either where it got another address meanwhile', async () => {
    const { acme, person, google, googleAccountId = '', userId } = await aMeeting();
    await world.database.transaction(acme.id, (transaction) =>
      world.domain.accounts.joinIn(transaction, {
        accountId: googleAccountId,
        userId: userId ?? '',
        at: world.clock(),
      }),
    );
    await disown(await aWaiting(acme, person));
    await byGoogle({ ...google, email: `else-${uuid()}@mail.example` });
    await approve(acme);
    expect(await acme.refused(person)).toMatchObject({
      reason: 'approvalRequired',
      detail: { requestReason: 'alreadyBound' },
    });
  });

  it('that was the user until then is so no more, in this organization alone', async () => {
    const { acme, person, userId, google, googleAccountId = '' } = await aMeeting();
    const other = await world.anOrganization();
    const { userId: elsewhere } = await other.aPerson('ada-elsewhere');
    for (const [place, id] of [
      [acme, userId ?? ''],
      [other, elsewhere],
    ] as const) {
      await place.domain.organizations.update(place.operator, { acceptsOtherMethods: true });
      await world.database.transaction(place.id, (transaction) =>
        world.domain.accounts.joinIn(transaction, { accountId: googleAccountId, userId: id, at: world.clock() }),
      );
    }
    const { cookie: theirs } = await byGoogle(google);
    await world.domain.sessions.switchOrganization(theirs, acme.id);
    expect(await acme.userOf(theirs)).toBe(userId);
    await disown(await aWaiting(acme, person));
    await approve(acme);
    expect((await world.domain.sessions.find(theirs))?.authentication).toBeNull();
    world.clock.advance(1);
    const { cookie } = await acme.enter(person);
    expect(await acme.userOf(cookie)).toBe(userId);
    expect(await accountIdOf(cookie)).not.toBe(googleAccountId);
    const memberships = await world.domain.accounts.memberships(googleAccountId);
    expect(memberships.map(({ organizationId }) => organizationId)).toEqual([other.id]);
    expect((await byGoogle(google)).organization?.id).toBe(other.id);
  });
});
