import { beforeAll, describe, expect, it } from 'vitest';
import type { FinishInput } from '../../../src/domain/sign-in/sign-in-outcome.ts';
import { SignInEvents } from '../../../src/domain/sign-in-log/sign-in-events.ts';
import {
  aBrowser,
  anIdentity,
  aPersonOf,
  openSignInWorld,
  type SignInPlace,
  type SignInWorld,
} from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

const MINUTE = 60_000;

/** A browser on its way through one sign-in, step by step. */
async function anAttempt(acme: SignInPlace, purpose: 'signIn' | 'test' = 'signIn') {
  const { signIn, signInAttempts } = acme.domain;
  const browser = aBrowser();
  const { connection } = acme;
  const started = await signInAttempts.start({ purpose, connection, browser, returnTo: '/screens' });
  const finish = (input: Partial<FinishInput> = {}) =>
    signIn.finish(started.state, { browser, sessionCookie: undefined, userAgent: null, address: null, ...input });
  return { ...started, browser, finish };
}

describe('the steps of a sign-in (security 21)', () => {
  it('that asks for a fresh sign-in is verified only by who proved just now who they are', async () => {
    const acme = await world.anOrganization();
    const { connection } = acme;
    const attempts = acme.domain.signInAttempts;
    const start = async (asksAnew: boolean) =>
      (await attempts.start({ purpose: 'signIn', connection, browser: aBrowser(), asksAnew, returnTo: null })).state;
    const provedAgo = (seconds: number | null) =>
      anIdentity({ authTime: seconds === null ? null : Math.floor(world.clock().getTime() / 1000) - seconds });
    const state = await start(true);
    for (const seconds of [null, 901]) expect(await attempts.verified(state, provedAgo(seconds))).toBe('notProvedAnew');
    expect(await attempts.verified(state, provedAgo(899))).toBe('verified');
    expect(await attempts.verified(state, provedAgo(null))).toBe('over');
    for (const seconds of [null, 901])
      expect(await attempts.verified(await start(false), provedAgo(seconds))).toBe('verified');
  });

  it('begins with a state of its own, from which the secrets of both protocols follow', async () => {
    const acme = await world.anOrganization();
    const one = await anAttempt(acme);
    const other = await anAttempt(acme);
    expect(await acme.domain.signInAttempts.findStarted(one.state)).toMatchObject({
      nonce: one.nonce,
      codeVerifier: one.codeVerifier,
      requestId: one.requestId,
      connectionId: acme.connection.id,
      organizationId: acme.id,
      purpose: 'signIn',
      returnTo: '/screens',
    });
    expect(one.codeVerifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(one.requestId).toMatch(/^_[0-9a-f]{64}$/);
    const secrets = [one, other].flatMap((each) => [each.state, each.nonce, each.codeVerifier, each.requestId]);
    expect(new Set(secrets).size).toBe(8);
  });

  it('lets nobody in who was not verified', async () => {
    const acme = await world.anOrganization();
    await acme.aPerson('ada');
    const { finish } = await anAttempt(acme);
    expect(await finish()).toMatchObject({ kind: 'refused', refusal: { reason: 'attemptExpired' } });
  });

  it('takes one response, and one last step', async () => {
    const acme = await world.anOrganization();
    const { person, userId } = await acme.aPerson('ada');
    const { state, finish } = await anAttempt(acme);
    expect(await acme.domain.signInAttempts.verified(state, anIdentity(person))).toBe('verified');
    expect(await acme.domain.signInAttempts.verified(state, anIdentity(aPersonOf('eve')))).toBe('over');
    expect(await acme.domain.signInAttempts.findStarted(state)).toBeUndefined();
    const outcomes = await Promise.all([finish(), finish(), finish()]);
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['refused', 'refused', 'signedIn']);
    const [entered] = outcomes.filter((outcome) => outcome.kind === 'signedIn');
    expect(await acme.userOf(entered?.cookie ?? '')).toBe(userId);
    expect(entered).toMatchObject({ organization: { id: acme.id }, returnTo: '/screens', hasPermissions: false });
  });

  it('a replayed response, told of, does not end the sign-in that it copies', async () => {
    const acme = await world.anOrganization();
    const { person } = await acme.aPerson('ada');
    const { state, finish } = await anAttempt(acme);
    await acme.domain.signInAttempts.verified(state, anIdentity(person));
    await acme.domain.signIn.refuse({ state, reason: 'attemptExpired', address: null });
    expect((await finish()).kind).toBe('signedIn');
  });

  it('a copy that is refused first does not end the sign-in either; another answer that is refused does', async () => {
    const acme = await world.anOrganization();
    const { person } = await acme.aPerson('ada');
    const [copied, forged] = [await anAttempt(acme), await anAttempt(acme)];
    const refusal = { reason: 'attemptExpired', address: null } as const;
    await acme.domain.signIn.refuse({ ...refusal, state: copied.state, isCopy: true });
    await acme.domain.signIn.refuse({ ...refusal, state: forged.state, reason: 'responseInvalid' });
    expect(await acme.domain.signInAttempts.verified(copied.state, anIdentity(person))).toBe('verified');
    expect(await acme.domain.signInAttempts.verified(forged.state, anIdentity(person))).toBe('over');
    expect((await copied.finish()).kind).toBe('signedIn');
  });

  it('ends only in the browser in which it began, and stays open there', async () => {
    const acme = await world.anOrganization();
    const { person } = await acme.aPerson('ada');
    const { state, finish } = await anAttempt(acme);
    await acme.domain.signInAttempts.verified(state, anIdentity(person));
    for (const browser of [undefined, '', aBrowser()]) {
      expect(await finish({ browser })).toMatchObject({
        kind: 'refused',
        refusal: { reason: 'attemptExpired', detail: { otherBrowser: true } },
      });
    }
    expect((await finish()).kind).toBe('signedIn');
  });

  it('is over after 15 minutes, whichever step is next', async () => {
    const acme = await world.anOrganization();
    const { person } = await acme.aPerson('ada');
    const unverified = await anAttempt(acme);
    const unfinished = await anAttempt(acme);
    await acme.domain.signInAttempts.verified(unfinished.state, anIdentity(person));
    world.clock.advance(15 * MINUTE);
    expect(await acme.domain.signInAttempts.findStarted(unverified.state)).toBeUndefined();
    expect(await acme.domain.signInAttempts.verified(unverified.state, anIdentity(person))).toBe('over');
    expect(await unfinished.finish()).toMatchObject({ refusal: { reason: 'attemptExpired' } });
    await acme.domain.signInAttempts.forgetExpired();
  });

  it('refuses a state that is none, without a trace in anybody’s log', async () => {
    const acme = await world.anOrganization();
    const input = { browser: aBrowser(), sessionCookie: undefined, userAgent: null, address: null };
    for (const state of ['', 'x', '\0', aBrowser()]) {
      expect(await acme.domain.signIn.finish(state, input)).toMatchObject({
        kind: 'refused',
        refusal: { reason: 'attemptExpired', organization: null },
      });
    }
    expect(await acme.signInEvents()).toEqual([]);
  });

  it('refuses a connection that was changed, disabled or removed meanwhile', async () => {
    const change = {
      attemptExpired: (acme: SignInPlace) =>
        acme.domain.connections.update(acme.operator, acme.connection.id, { clientId: 'x' }),
      connectionDisabled: (acme: SignInPlace) => acme.domain.connections.disable(acme.operator, acme.connection.id),
    };
    for (const [reason, work] of Object.entries(change)) {
      const acme = await world.anOrganization();
      const { person } = await acme.aPerson('ada');
      const { state, finish } = await anAttempt(acme);
      await acme.domain.signInAttempts.verified(state, anIdentity(person));
      await work(acme);
      expect(await finish()).toMatchObject({ kind: 'refused', refusal: { reason } });
      expect(await finish()).toMatchObject({ refusal: { reason: 'attemptExpired' } });
    }
    const acme = await world.anOrganization();
    const { finish, state } = await anAttempt(acme);
    await acme.domain.signInAttempts.verified(state, anIdentity(aPersonOf('ada')));
    await acme.domain.connections.remove(acme.operator, acme.connection.id);
    expect(await finish()).toMatchObject({ refusal: { reason: 'connectionDisabled' } });
  });

  it('refuses an organization that is suspended; the plan is not asked', async () => {
    const acme = await world.anOrganization();
    const { person } = await acme.aPerson('ada');
    await acme.domain.organizations.update(acme.operator, { plan: 'free' });
    expect((await acme.signIn(person)).kind).toBe('signedIn');
    await acme.domain.organizationLifeCycle.suspend(acme.operator);
    expect((await acme.refused(person)).reason).toBe('connectionDisabled');
  });

  it('uses an assertion once, in its own connection', async () => {
    const acme = await world.anOrganization();
    const other = await acme.aConnection();
    const until = new Date(world.clock().getTime() + MINUTE);
    const use = (connection = acme.connection) => acme.domain.signIn.useAssertion(connection, '_a1', until);
    expect((await Promise.all([use(), use(), use()])).sort()).toEqual([false, false, true]);
    expect(await use(other)).toBe(true);
  });
});

describe('a test of a connection', () => {
  it('shows the claims and predicts the outcome, and changes nothing', async () => {
    const acme = await world.anOrganization();
    const { person } = await acme.aPerson('ada');
    const { state, finish } = await anAttempt(acme, 'test');
    const claims = { sub: person.subject, groups: ['a'] };
    await acme.domain.signInAttempts.verified(state, anIdentity({ ...person, claims }));
    expect(await finish()).toEqual({
      kind: 'tested',
      connectionId: acme.connection.id,
      claims,
      stableId: 'oid-ada',
      email: 'ada@acme.example',
      provedAt: null,
      prediction: {
        outcome: 'wouldSignIn',
        userName: 'ada@acme.example',
        reason: null,
        isNewUser: false,
        requestReason: null,
        hasRecord: false,
        isOwnAddress: false,
      },
    });
    expect(await acme.bindings()).toEqual([]);
    expect(await acme.signInEvents()).toEqual([]);
    expect(await finish()).toMatchObject({ refusal: { reason: 'attemptExpired' } });
    expect((await acme.domain.connections.get(acme.operator, acme.connection.id)).testedClaims).toEqual(claims);
  });

  it('predicts refusals, and those that an admin has to decide on', async () => {
    const acme = await world.anOrganization();
    const { userId, person } = await acme.aPerson('ada');
    await acme.makeOwner(userId);
    const predict = async (identity: object) => {
      const { state, finish } = await anAttempt(acme, 'test');
      await acme.domain.signInAttempts.verified(state, anIdentity(identity));
      const outcome = await finish();
      return outcome.kind === 'tested' ? outcome.prediction : outcome;
    };
    expect(await predict(person)).toMatchObject({ reason: 'approvalRequired', requestReason: 'protectedUser' });
    const unknown = { outcome: 'wouldRefuse', reason: 'notProvisioned', hasRecord: false } as const;
    expect(await predict(aPersonOf('nobody'))).toMatchObject({ ...unknown, isOwnAddress: false });
    await acme.proveDomain('mail.example');
    const proved = { ...aPersonOf('nobody'), email: 'nobody@mail.example' };
    expect(await predict(proved)).toMatchObject({ ...unknown, isOwnAddress: true });
    expect(await acme.requests()).toEqual([]);
  });

  it('is refused as a test, on the page and in the log, whyever', async () => {
    const change = {
      taken: async () => undefined,
      changed: (acme: SignInPlace) =>
        acme.domain.connections.update(acme.operator, acme.connection.id, { clientId: 'x' }),
      removed: (acme: SignInPlace) => acme.domain.connections.remove(acme.operator, acme.connection.id),
    };
    for (const work of Object.values(change)) {
      const acme = await world.anOrganization();
      const { state, finish } = await anAttempt(acme, 'test');
      await acme.domain.signInAttempts.verified(state, anIdentity(aPersonOf('ada')));
      await work(acme);
      const outcomes = await Promise.all([finish(), finish()]);
      const refusals = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.refusal] : []));
      expect(refusals).toHaveLength(work === change.taken ? 1 : 2);
      const events = await acme.signInEvents();
      for (const { detail } of [...refusals, ...events]) expect(detail).toMatchObject({ isTest: true });
      expect(events).toHaveLength(refusals.length);
    }
  });
});

describe('the log of sign-ins', () => {
  it('says who came in and who did not, with the id of the page, and finds it by that and by the address', async () => {
    const acme = await world.anOrganization();
    const { person, userId } = await acme.aPerson('ada');
    await acme.signIn(person);
    const refusal = await acme.refused(aPersonOf('eve'));
    const [refused, entered] = await acme.signInEvents();
    expect(entered).toMatchObject({ outcome: 'signedIn', userId, subject: 'sub-ada', detail: { boundBy: 'stableId' } });
    expect(refused).toMatchObject({
      id: refusal.eventId,
      outcome: 'refused',
      reason: 'notProvisioned',
      email: 'eve@acme.example',
    });
    const find = async (search: string) =>
      (await acme.domain.signInEvents.list(acme.operator, {}, { search })).items.map((event) => event.id);
    const reference = refusal.eventId.slice(-12);
    for (const search of [refusal.eventId, refusal.eventId.slice(0, 23), reference.toUpperCase(), 'EVE@acme.example']) {
      expect(await find(search)).toEqual([refusal.eventId]);
    }
    for (const search of ['%', reference.slice(1), refusal.eventId.replace('-', '')])
      expect(await find(search)).toEqual([]);
    const folded = await acme.refused({ ...aPersonOf('groß'), email: 'Groß@acme.example' });
    expect(await find('groß@ACME.example')).toEqual([folded.eventId]);
    const filtered = await acme.domain.signInEvents.list(acme.operator, {}, { outcomes: ['signedIn'], userId });
    expect(filtered.items).toHaveLength(1);
  });

  it('takes nobody whose subject cannot be kept, and leaves out what else cannot', async () => {
    const acme = await world.anOrganization();
    for (const subject of ['', 'a\0b', '\ud800', 'x'.repeat(513)]) {
      const { state } = await anAttempt(acme);
      expect(await acme.domain.signInAttempts.verified(state, anIdentity({ subject }))).toBe('over');
    }
    const refusal = await acme.refused({
      subject: 'eve',
      email: '\ud800@acme.example',
      stableId: '\0',
      displayName: '\0',
    });
    expect(refusal).toMatchObject({ reason: 'notProvisioned', email: null });
  });

  it('bounds refusals of one kind from one address: the page then names the last one written', async () => {
    const acme = await world.anOrganization();
    const refuse = () =>
      acme.domain.signIn.refuse({ connection: acme.connection, reason: 'responseInvalid', address: '203.0.113.9' });
    const ids = new Set<string>();
    for (let count = 0; count < 25; count += 1) ids.add((await refuse()).eventId);
    expect(await acme.signInEvents()).toHaveLength(20);
    expect(ids.size).toBe(20);
    world.clock.advance(MINUTE);
    await refuse();
    expect(await acme.signInEvents()).toHaveLength(21);
  });

  it('forgets what is older than 400 days', async () => {
    const acme = await world.anOrganization();
    await acme.refused(aPersonOf('eve'));
    // Ids are made by the time of the machine, not by the clock of the test.
    const forgetAfter = (days: number) => {
      const clock = () => new Date(Date.now() + days * 86_400_000);
      const events = new SignInEvents({ database: world.database, clock });
      return world.database.transaction(acme.id, (transaction) => events.forgetOld(transaction));
    };
    await forgetAfter(399);
    expect(await acme.signInEvents()).toHaveLength(1);
    await forgetAfter(401);
    expect(await acme.signInEvents()).toEqual([]);
  });

  it('does not tell the name of an organization that does not disclose it', async () => {
    const acme = await world.anOrganization();
    await acme.domain.organizations.update(acme.operator, { disclosesName: false, signInContact: 'it@acme.example' });
    const refusal = await acme.refused(aPersonOf('eve'));
    expect(refusal.organization).toEqual({ name: null, slug: expect.any(String) });
    expect(refusal.contact).toBe('it@acme.example');
  });
});
