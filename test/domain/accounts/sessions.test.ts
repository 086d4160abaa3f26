import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OrganizationTransaction } from '../../../src/database/database.ts';
import { createSecret } from '../../../src/domain/actors/credential.ts';
import { aConnectionRow, actorOfCookie } from '../../harness/signed-in.ts';
import { openWorld, type Place, type World } from './account-world.ts';

const MINUTE = 60_000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
  return () => world.close();
});

const actorOf = (cookie: string) => actorOfCookie(world, cookie);

/** What the audit of an organization says of sessions that ended. */
async function endingsIn(organizationId: string) {
  const text = `select subject_id as subject, actor, data from domain_events
                 where organization_id = $1 and type = 'sessionsEnded'`;
  return world.database.run(organizationId, { text });
}

describe('the cookie of a session', () => {
  it('lets somebody act as their user, with what they hold on the whole organization', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const set = await world.domain.permissionSets.create(acme.operator, {
      name: 'Publishers',
      permissions: ['screens:publish', 'rollcall:users'],
    });
    await world.domain.grants.grant(acme.operator, { permissionSetId: set.id, userId: ada.id });
    const { cookie, accountId, sessionId } = await acme.signIn(ada);
    expect(await actorOf(cookie)).toEqual({
      kind: 'user',
      organizationId: acme.id,
      userId: ada.id,
      accountId,
      sessionId,
      name: ada.userName,
      permissions: new Set(['screens:publish', 'rollcall:users']),
      provedAt: world.clock(),
    });
  });

  it('gives nothing on the whole organization of what is granted on a space', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const space = await world.domain.spaces.create(acme.operator, { name: 'Lobby' });
    const permissions = ['screens:publish', 'rollcall:users'];
    const set = await world.domain.permissionSets.create(acme.operator, { name: 'Publishers', permissions });
    await world.domain.grants.grant(acme.operator, { permissionSetId: set.id, userId: ada.id, spaceId: space.id });
    const { cookie } = await acme.signIn(ada);
    expect((await actorOf(cookie))?.permissions).toEqual(new Set());
  });

  it('is read anew with every request: a revoked grant gives nothing to the next one', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const set = await world.domain.permissionSets.create(acme.operator, { name: 'P', permissions: ['screens:view'] });
    const grant = await world.domain.grants.grant(acme.operator, { permissionSetId: set.id, userId: ada.id });
    const { cookie } = await acme.signIn(ada);
    expect((await actorOf(cookie))?.permissions).toEqual(new Set(['screens:view']));
    await world.domain.grants.revoke(acme.operator, grant.id);
    expect((await actorOf(cookie))?.permissions).toEqual(new Set());
  });

  it.each(['', 'rcsession_', 'x'.repeat(200), createSecret('session'), createSecret('browser')])(
    'security 3: %s is nobody',
    async (cookie) => {
      expect(await world.domain.sessions.find(cookie)).toBeUndefined();
      expect(await actorOf(cookie)).toBeUndefined();
    },
  );

  it('stands nowhere in the database', async () => {
    const acme = await world.anOrganization();
    const { cookie, sessionId } = await acme.signIn(await acme.aUser());
    const text = 'select * from sessions s where s.id = $1 and s.*::text not like $2';
    expect(await world.database.lookUp({ text }, sessionId, `%${cookie.slice(10, 40)}%`)).toHaveLength(1);
  });

  it('opens nothing while the organization is suspended, and says so', async () => {
    const acme = await world.anOrganization();
    const { cookie } = await acme.signIn(await acme.aUser());
    await world.domain.organizationLifeCycle.suspend(acme.operator);
    await expect(actorOf(cookie)).rejects.toMatchObject({ code: 'organizationSuspended' });
    expect(await world.domain.sessions.find(cookie)).toMatchObject({ authentication: null });
    await world.domain.organizationLifeCycle.resume(acme.operator);
    expect(await actorOf(cookie)).toBeDefined();
  });
});

describe('a session ends', () => {
  it('after it was idle for as long as the organization says, and not before', async () => {
    const acme = await world.anOrganization({ idle: 30 });
    const { cookie } = await acme.signIn(await acme.aUser());
    for (const _ of [1, 2, 3]) {
      world.clock.advance(29 * MINUTE);
      expect(await actorOf(cookie)).toBeDefined();
      await world.domain.sessions.settled();
    }
    world.clock.advance(30 * MINUTE);
    expect(await actorOf(cookie)).toBeUndefined();
  });

  it('when its lifetime is over, however much it is used', async () => {
    const acme = await world.anOrganization({ idle: 30, lifetime: 60 });
    const { cookie } = await acme.signIn(await acme.aUser());
    for (const _ of [1, 2, 3]) {
      world.clock.advance(19 * MINUTE);
      expect(await actorOf(cookie)).toBeDefined();
      await world.domain.sessions.settled();
    }
    world.clock.advance(3 * MINUTE);
    expect(await actorOf(cookie)).toBeUndefined();
  });

  it('parity S15: with a block, and with a removal; the login remains and opens an empty account', async () => {
    const acme = await world.anOrganization();
    for (const end of ['block', 'remove'] as const) {
      const ada = await acme.aUser();
      const { cookie, accountId } = await acme.signIn(ada);
      await world.domain.users[end](acme.operator, ada.id);
      expect(await actorOf(cookie)).toBeUndefined();
      expect(await world.domain.sessions.find(cookie)).toMatchObject({ accountId, authentication: null });
    }
  });

  it('security 17: for good, so that lifting the block does not bring it back', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { cookie } = await acme.signIn(ada);
    await world.domain.users.block(acme.operator, ada.id);
    await world.domain.users.unblock(acme.operator, ada.id);
    expect(await actorOf(cookie)).toBeUndefined();
  });

  it('when its account is no longer that user', async () => {
    const acme = await world.anOrganization();
    const [ada, grace] = [await acme.aUser(), await acme.aUser()];
    const { cookie, accountId } = await acme.signIn(ada);
    const text = 'update account_memberships set user_id = $3 where organization_id = $1 and account_id = $2';
    await world.database.run(acme.id, { text }, accountId, grace.id);
    expect(await actorOf(cookie)).toBeUndefined();
  });

  it('everywhere with a sign-out, which its organizations are told', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const [ada, also] = [await acme.aUser(), await globex.aUser()];
    const first = await acme.signIn(ada);
    const second = await globex.signIn(also, { accountId: first.accountId, replaces: first.cookie });
    await world.domain.sessions.signOut(second.cookie);
    expect(await world.domain.sessions.find(second.cookie)).toBeUndefined();
    const text = 'select ended_reason from session_authentications where organization_id = $1 and session_id = $2';
    for (const { id } of [acme, globex]) {
      expect(await world.database.run(id, { text }, first.sessionId)).toEqual([{ ended_reason: 'signedOut' }]);
    }
    const data = { reason: 'signedOut', sessionIds: [first.sessionId] };
    for (const [place, user] of [
      [acme, ada],
      [globex, also],
    ] as const) {
      const actor = { kind: 'user', id: user.id, name: user.userName };
      expect(await endingsIn(place.id)).toEqual([{ subject: user.id, actor, data }]);
    }
  });
});

describe('signing in again in the same browser', () => {
  it('gives another cookie, and the one before opens nothing from then on', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const first = await acme.signIn(ada);
    const second = await acme.signIn(ada, { accountId: first.accountId, replaces: first.cookie });
    expect(second.cookie).not.toBe(first.cookie);
    expect(await world.domain.sessions.find(first.cookie)).toBeUndefined();
    expect(await actorOf(second.cookie)).toMatchObject({ userId: ada.id });
  });

  it('keeps what the same account has proved to other organizations', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const [ada, also] = [await acme.aUser(), await globex.aUser()];
    const first = await acme.signIn(ada, { method: 'connection', connectionId: uuid() });
    const { accountId } = first;
    const facts = { accountId, replaces: first.cookie, method: 'connection', connectionId: uuid() } as const;
    const { cookie } = await globex.signIn(also, facts);
    expect(await actorOf(cookie)).toMatchObject({ organizationId: globex.id });
    await world.domain.sessions.switchOrganization(cookie, acme.id);
    expect(await actorOf(cookie)).toMatchObject({ organizationId: acme.id, userId: ada.id });
  });

  it('ends the session of another account, and takes nothing of it over', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const [ada, grace] = [await acme.aUser(), await globex.aUser()];
    const adas = await acme.signIn(ada);
    const graces = await globex.signIn(grace, { replaces: adas.cookie });
    expect(await world.domain.sessions.find(adas.cookie)).toBeUndefined();
    expect(graces.sessionId).not.toBe(adas.sessionId);
    const refused = world.domain.sessions.switchOrganization(graces.cookie, acme.id);
    await expect(refused).rejects.toMatchObject({ code: 'notFound' });
  });

  it('as another account tells every organization of the one before that its session ended', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const [ada, also, grace] = [await acme.aUser(), await globex.aUser(), await globex.aUser()];
    const first = await acme.signIn(ada);
    const adas = await globex.signIn(also, { accountId: first.accountId, replaces: first.cookie });
    await globex.signIn(grace, { replaces: adas.cookie });
    const ended = { actor: { kind: 'system' }, data: { reason: 'replaced', sessionIds: [adas.sessionId] } };
    expect(await endingsIn(acme.id)).toEqual([{ subject: ada.id, ...ended }]);
    expect(await endingsIn(globex.id)).toEqual([{ subject: also.id, ...ended }]);
  });

  it('as another account without an organization tells them as well', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const adas = await acme.signIn(ada);
    const facts = { subject: uuid(), email: null, isEmailVerified: false, displayName: null };
    const { id: accountId } = await world.domain.accounts.ensureForLogin('google', facts);
    const visit = { sessionCookie: adas.cookie, userAgent: null, address: null };
    await world.domain.sessions.open({ accountId, login: 'google', visit, at: world.clock() });
    const data = { reason: 'replaced', sessionIds: [adas.sessionId] };
    expect(await endingsIn(acme.id)).toEqual([{ subject: ada.id, actor: { kind: 'system' }, data }]);
  });

  it('in two tabs at once leaves one session each, and none with the old cookie', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { accountId, cookie } = await acme.signIn(ada);
    const tabs = await Promise.all([1, 2, 3, 4].map(() => acme.signIn(ada, { accountId, replaces: cookie })));
    expect(new Set(tabs.map((tab) => tab.sessionId)).size).toBe(4);
    expect(await actorOf(cookie)).toBeUndefined();
    for (const tab of tabs) expect(await actorOf(tab.cookie)).toMatchObject({ userId: ada.id });
  });

  it('while other requests of the browser run fails none that began before', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { accountId, cookie } = await acme.signIn(ada);
    const running = Array.from({ length: 20 }, () => world.domain.sessions.find(cookie));
    const next = await acme.signIn(ada, { accountId, replaces: cookie });
    const answers = await Promise.all(running);
    // Each was answered as one session or, where it was read behind the commit, as none: never as a half of both.
    for (const answer of answers) expect(answer?.authentication?.user.id ?? ada.id).toBe(ada.id);
    expect(await actorOf(next.cookie)).toMatchObject({ userId: ada.id });
  });
});

describe('parity S20, security 31: switching to another organization', () => {
  /** Somebody with a user in two organizations, signed in to the first. */
  async function someoneInTwo(
    facts: Parameters<Awaited<ReturnType<World['anOrganization']>>['signIn']>[1],
    policy: Parameters<World['anOrganization']>[0] = {},
  ) {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization(policy)];
    const [ada, also] = [await acme.aUser(), await globex.aUser()];
    const { accountId, cookie, sessionId } = await acme.signIn(ada, facts);
    await world.database.transaction(globex.id, (transaction) =>
      world.domain.accounts.joinIn(transaction, { accountId, userId: also.id, at: world.clock() }),
    );
    return { acme, globex, also, cookie, accountId, sessionId };
  }

  const signInRequired = (slug: string) => ({ code: 'signInRequired', details: { slug } });

  it.each(['connection', 'oneTimeLink'] as const)('%s of the first satisfies the first only', async (method) => {
    const { acme, globex, cookie } = await someoneInTwo({ method }, { acceptsOtherMethods: true });
    const switched = world.domain.sessions.switchOrganization(cookie, globex.id);
    await expect(switched).rejects.toMatchObject(signInRequired(globex.slug));
    expect(await actorOf(cookie)).toMatchObject({ organizationId: acme.id });
  });

  it('Google goes with the account, where the other one has no connection; it is as old as it is', async () => {
    const { globex, also, cookie } = await someoneInTwo({});
    const provedAt = world.clock();
    world.clock.advance(20 * MINUTE);
    const switched = await world.domain.sessions.switchOrganization(cookie, globex.id);
    expect(switched.authentication).toMatchObject({
      user: { id: also.id },
      method: 'google',
      authenticatedAt: provedAt,
    });
    expect(await actorOf(cookie)).toMatchObject({ organizationId: globex.id, provedAt: null });
  });

  it('Google does not pass an enabled connection, unless the other one accepts other ways', async () => {
    for (const acceptsOtherMethods of [false, true]) {
      const { globex, cookie } = await someoneInTwo({}, { acceptsOtherMethods });
      await aConnectionRow(world.database, globex.id, { id: uuid() });
      const switched = world.domain.sessions.switchOrganization(cookie, globex.id);
      if (acceptsOtherMethods) expect((await switched).authentication).not.toBeNull();
      else await expect(switched).rejects.toMatchObject(signInRequired(globex.slug));
    }
  });

  it('the first connection of an organization ends nothing that Google proved to it before', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { cookie } = await acme.signIn(ada);
    const input = { issuer: 'https://login.example', clientId: 'rollcall', clientSecret: 'secret' };
    const { id } = await world.domain.connections.create(acme.operator, { protocol: 'oidc', ...input });
    await world.domain.connections.enable(acme.operator, id);
    expect(await actorOf(cookie)).toMatchObject({ userId: ada.id });
  });

  it('a connection that is no longer enabled does not stand in the way', async () => {
    const { globex, cookie } = await someoneInTwo({});
    await aConnectionRow(world.database, globex.id, { id: uuid(), status: 'disabled' });
    expect((await world.domain.sessions.switchOrganization(cookie, globex.id)).authentication).not.toBeNull();
  });

  it('goes by the lifetimes of the other one', async () => {
    const { globex, cookie } = await someoneInTwo({}, { lifetime: 15 });
    world.clock.advance(16 * MINUTE);
    const switched = world.domain.sessions.switchOrganization(cookie, globex.id);
    await expect(switched).rejects.toMatchObject(signInRequired(globex.slug));
  });

  it('does not bring back what was not used there for too long, though the session is used again: its limit is an end', async () => {
    const acme = await world.anOrganization({ idle: 15 });
    const ada = await acme.aUser();
    const { cookie, accountId } = await acme.signIn(ada);
    world.clock.advance(6 * 60 * MINUTE);
    for (const _ of [1, 2]) {
      await expect(world.domain.sessions.switchOrganization(cookie, acme.id)).rejects.toMatchObject({
        code: 'signInRequired',
        details: { slug: acme.slug },
      });
      await world.domain.sessions.find(cookie);
      await world.domain.sessions.settled();
    }
    const again = await acme.signIn(ada, { accountId, replaces: cookie });
    expect((await actorOf(again.cookie))?.userId).toBe(ada.id);
  });

  it('does not bring back what was ended there: a proof from before counts no more', async () => {
    const { globex, also, cookie } = await someoneInTwo({});
    await world.domain.sessions.switchOrganization(cookie, globex.id);
    world.clock.advance(MINUTE);
    await world.domain.userSessions.endAllOf(globex.operator, also.id);
    const switched = world.domain.sessions.switchOrganization(cookie, globex.id);
    await expect(switched).rejects.toMatchObject(signInRequired(globex.slug));
  });

  it('does not open what somebody else ended in another browser of theirs, by a proof from before', async () => {
    const ends = {
      'their sessions ended': async (globex: Place, userId: string) => {
        await world.domain.userSessions.endAllOf(globex.operator, userId);
      },
      blocked: async (globex: Place, userId: string) => {
        await world.domain.users.block(globex.operator, userId);
        await world.domain.users.unblock(globex.operator, userId);
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      const { globex, also, cookie, accountId } = await someoneInTwo({});
      const office = await globex.signIn(also, { accountId });
      world.clock.advance(MINUTE);
      await end(globex, also.id);
      world.clock.advance(MINUTE);
      const switched = () => world.domain.sessions.switchOrganization(cookie, globex.id);
      await expect(switched(), name).rejects.toMatchObject(signInRequired(globex.slug));
      // Nor once the browser in which it was ended has proved itself anew.
      await globex.signIn(also, { accountId, replaces: office.cookie });
      await expect(switched(), name).rejects.toMatchObject(signInRequired(globex.slug));
    }
  });

  it('nor does a switch at the very moment of the end leave anything open', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { globex, also, cookie, accountId } = await someoneInTwo({});
      await globex.signIn(also, { accountId });
      world.clock.advance(MINUTE);
      await Promise.allSettled([
        world.domain.userSessions.endAllOf(globex.operator, also.id),
        world.domain.sessions.switchOrganization(cookie, globex.id),
      ]);
      expect((await actorOf(cookie))?.organizationId).not.toBe(globex.id);
    }
  });

  /** Has a switch to the organization wait for its user, does the rest meanwhile, and answers what it came to. */
  async function switchWhile(
    { globex, also, cookie }: Awaited<ReturnType<typeof someoneInTwo>>,
    meanwhile: (transaction: OrganizationTransaction) => Promise<unknown>,
  ) {
    const hold = 'select id from users where organization_id = $1 and id = $2 for no key update';
    const waiting =
      'select 1 from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0';
    const { switched } = await world.database.transaction(globex.id, async (transaction) => {
      await transaction.rows({ text: hold }, also.id);
      const begun = world.domain.sessions.switchOrganization(cookie, globex.id);
      await expect.poll(() => world.database.lookUp({ text: waiting }), { timeout: 10_000 }).toHaveLength(1);
      await meanwhile(transaction);
      return { switched: begun };
    });
    return switched;
  }

  it('leaves a sign-in there that came first as it is: a fresh one stays fresh', async () => {
    const someone = await someoneInTwo({});
    const { globex, also, cookie, accountId } = someone;
    world.clock.advance(MINUTE);
    const visit = { sessionCookie: cookie, userAgent: null, address: null };
    const proof = { method: 'microsoft', connectionId: null, directoryUserId: null, provedAt: world.clock() } as const;
    const signIn = { accountId, userId: also.id, proof, visit, event: {}, at: world.clock() };
    const switched = await switchWhile(someone, (transaction) => world.domain.sessions.signInTo(transaction, signIn));
    expect(switched.authentication).toMatchObject({ method: 'microsoft', provedAt: world.clock() });
    const { items } = await world.domain.signInEvents.list(globex.operator, {});
    expect(items).toMatchObject([{ method: 'microsoft' }]);
  });

  it('leaves what proved the account as it is, where a newer sign-in did so meanwhile', async () => {
    const someone = await someoneInTwo({});
    const { acme, cookie, accountId, sessionId } = someone;
    world.clock.advance(MINUTE);
    const ada = { id: (await actorOf(cookie))?.userId ?? '' };
    await switchWhile(someone, () => acme.signIn(ada, { accountId, replaces: cookie, method: 'microsoft' }));
    const text = 'select login_provider as login, login_proved_at as at from sessions where id = $1';
    const login = { login: 'microsoft', at: world.clock() };
    expect(await world.database.lookUp({ text }, sessionId)).toEqual([login]);
  });

  it('opens what they ended themselves in another browser of theirs', async () => {
    const { globex, also, cookie, accountId } = await someoneInTwo({});
    for (const end of ['sign-out', 'one of theirs', 'another account'] as const) {
      const other = await globex.signIn(also, { accountId });
      world.clock.advance(MINUTE);
      if (end === 'sign-out') await world.domain.sessions.signOut(other.cookie);
      else if (end === 'one of theirs') await world.domain.ownSessions.end({ accountId }, other.sessionId);
      else await globex.signIn(await globex.aUser(), { replaces: other.cookie });
      world.clock.advance(MINUTE);
    }
    expect(await endingsIn(globex.id)).toHaveLength(3);
    expect((await world.domain.sessions.switchOrganization(cookie, globex.id)).authentication).not.toBeNull();
  });

  it('a user who is inactive there has to sign in, where they are told why', async () => {
    const { globex, also, cookie } = await someoneInTwo({});
    await world.domain.users.block(globex.operator, also.id);
    const switched = world.domain.sessions.switchOrganization(cookie, globex.id);
    await expect(switched).rejects.toMatchObject(signInRequired(globex.slug));
  });

  it('an organization of others is as one that is not there', async () => {
    const { cookie } = await someoneInTwo({});
    const strangers = await world.anOrganization();
    for (const id of [strangers.id, uuid(), 'x']) {
      const switched = world.domain.sessions.switchOrganization(cookie, id);
      await expect(switched).rejects.toMatchObject({ code: 'notFound' });
    }
  });

  it('stands in the sign-in log of the other one', async () => {
    const { globex, also, cookie } = await someoneInTwo({});
    await world.domain.sessions.switchOrganization(cookie, globex.id);
    const { items } = await world.domain.signInEvents.list(globex.operator, {});
    expect(items).toMatchObject([{ outcome: 'signedIn', method: 'google', userId: also.id }]);
  });

  it('works from an empty account, as soon as it has become a user somewhere', async () => {
    const facts = { subject: uuid(), email: null, isEmailVerified: false, displayName: 'Ada' };
    const { id: accountId } = await world.domain.accounts.ensureForLogin('google', facts);
    const visit = { sessionCookie: undefined, userAgent: null, address: null };
    const { cookie } = await world.domain.sessions.open({ accountId, login: 'google', visit, at: world.clock() });
    expect(await world.domain.sessions.find(cookie)).toMatchObject({ organizationId: null, authentication: null });
    expect(await actorOf(cookie)).toBeUndefined();
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    await world.database.transaction(acme.id, (transaction) =>
      world.domain.accounts.joinIn(transaction, { accountId, userId: ada.id, at: world.clock() }),
    );
    await world.domain.sessions.switchOrganization(cookie, acme.id);
    expect(await actorOf(cookie)).toMatchObject({ userId: ada.id });
  });
});

describe('an account without an organization', () => {
  it('is signed in for 12 hours without use, and for 7 days at most', async () => {
    const facts = { subject: uuid(), email: null, isEmailVerified: false, displayName: null };
    const { id: accountId } = await world.domain.accounts.ensureForLogin('microsoft', facts);
    const visit = { sessionCookie: undefined, userAgent: null, address: null };
    const open = () => world.domain.sessions.open({ accountId, login: 'microsoft', visit, at: world.clock() });
    const idle = await open();
    world.clock.advance(719 * MINUTE);
    expect(await world.domain.sessions.find(idle.cookie)).toBeDefined();
    await world.domain.sessions.settled();
    world.clock.advance(720 * MINUTE);
    expect(await world.domain.sessions.find(idle.cookie)).toBeUndefined();
    const busy = await open();
    for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
      world.clock.advance(480 * MINUTE);
      expect(await world.domain.sessions.find(busy.cookie)).toBeDefined();
      await world.domain.sessions.settled();
    }
    world.clock.advance(480 * MINUTE);
    expect(await world.domain.sessions.find(busy.cookie)).toBeUndefined();
  });
});

/** Past what the service itself may do: to put the database out of order. */
async function asSuperuser(text: string) {
  const client = new pg.Client(world.connection);
  await client.connect();
  await client.query(text).finally(() => client.end());
}

describe('maintenance', () => {
  const DAY = 24 * 60 * MINUTE;

  it('tells the organizations of an account of sessions that ended where telling all of them broke off', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const [ada, also, grace] = [await acme.aUser(), await globex.aUser(), await globex.aUser()];
    const first = await acme.signIn(ada);
    const { accountId } = first;
    const left = await globex.signIn(also, { accountId, replaces: first.cookie });
    const taken = await globex.signIn(also, { accountId });
    const refuse = `create function refuse() returns trigger language plpgsql as $$ begin raise 'out of order'; end $$;
      create trigger refuse before update of ended_at on session_authentications
        for each row when (new.ended_at is not null and new.organization_id = '${globex.id}') execute function refuse()`;
    await asSuperuser(refuse);
    // They are over, whatever comes after.
    await world.domain.sessions.signOut(left.cookie);
    world.clock.advance(1000);
    await globex.signIn(grace, { replaces: taken.cookie });
    await asSuperuser('drop function refuse cascade');
    expect(await world.domain.sessions.find(left.cookie)).toBeUndefined();
    expect(await endingsIn(globex.id)).toEqual([]);
    for (const _ of [1, 2]) await world.domain.maintenance.run();
    const own = {
      actor: { kind: 'user', id: also.id, name: also.userName },
      reason: 'signedOut',
      ids: [left.sessionId],
    };
    const others = { actor: { kind: 'system' }, reason: 'replaced', ids: [taken.sessionId] };
    for (const [place, subject, ends] of [
      [acme, ada.id, [{ ...own, actor: { kind: 'user', id: ada.id, name: ada.userName } }]],
      [globex, also.id, [own, others]],
    ] as const) {
      const told = ends.map(({ actor, reason, ids: sessionIds }) => ({ subject, actor, data: { reason, sessionIds } }));
      expect(await endingsIn(place.id)).toEqual(told);
    }
  });

  async function forget(organizationId: string) {
    await world.domain.sessions.forgetEnded();
    await world.database.transaction(organizationId, (transaction) => world.domain.sessions.forgetEndedIn(transaction));
  }

  it('forgets sessions that no organization may take any more, and keeps those that may still be used', async () => {
    const acme = await world.anOrganization({ idle: 43_200, lifetime: 129_600 });
    const [ended, left] = [await acme.signIn(await acme.aUser()), await acme.signIn(await acme.aUser())];
    await world.domain.sessions.signOut(ended.cookie);
    world.clock.advance(12 * DAY);
    const live = await acme.signIn(await acme.aUser());
    for (const days of [29, 29, 29]) {
      world.clock.advance(days * DAY);
      expect(await actorOf(live.cookie)).toBeDefined();
      await world.domain.sessions.settled();
    }
    world.clock.advance(1.5 * DAY);
    await forget(acme.id);
    const ids = [ended.sessionId, left.sessionId, live.sessionId];
    const text = 'select id from sessions where id = any($1::uuid[])';
    expect(await world.database.lookUp({ text }, ids)).toEqual([{ id: live.sessionId }]);
    const inside = 'select session_id as id from session_authentications where organization_id = $1';
    expect(await world.database.run(acme.id, { text: inside })).toEqual([{ id: live.sessionId }]);
    expect(await actorOf(live.cookie)).toBeDefined();
  });

  it('remembers an end for as long as a proof from before it could count', async () => {
    const longest = { idle: 43_200, lifetime: 129_600 };
    const [acme, globex] = [await world.anOrganization(longest), await world.anOrganization(longest)];
    const [ada, also] = [await acme.aUser(), await globex.aUser()];
    const first = await globex.signIn(also);
    const { accountId } = first;
    world.clock.advance(60 * DAY);
    const { cookie } = await acme.signIn(ada, { accountId, replaces: first.cookie });
    world.clock.advance(DAY);
    await world.domain.userSessions.endAllOf(globex.operator, also.id);
    for (const days of [20, 21]) {
      world.clock.advance(days * DAY);
      expect(await actorOf(cookie)).toBeDefined();
      await world.domain.sessions.settled();
    }
    await forget(globex.id);
    const switched = world.domain.sessions.switchOrganization(cookie, globex.id);
    await expect(switched).rejects.toMatchObject({ code: 'signInRequired' });
  });
});
