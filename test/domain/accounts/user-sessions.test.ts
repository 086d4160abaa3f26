import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { UserActor } from '../../../src/domain/actors/actor.ts';
import { anActor } from '../../harness/builders.ts';
import { actorOfCookie } from '../../harness/signed-in.ts';
import { openWorld, type World } from './account-world.ts';

const MINUTE = 60_000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
  return () => world.close();
});

const find = (cookie: string) => world.domain.sessions.find(cookie);

async function actorOf(cookie: string): Promise<UserActor> {
  const actor = await actorOfCookie(world, cookie);
  if (!actor) throw new Error('The cookie opens nothing.');
  return actor;
}

describe('the sessions of a user', () => {
  it('are listed for admins of users: where, how, since when and until when', async () => {
    const acme = await world.anOrganization({ idle: 30, lifetime: 60 });
    const ada = await acme.aUser();
    const { sessionId: id } = await acme.signIn(ada);
    await acme.signIn(await acme.aUser());
    const at = world.clock();
    const { items } = await world.domain.userSessions.listOf(anActor(acme.id, ['rollcall:users']), ada.id, {});
    expect(items).toEqual([
      {
        id,
        createdAt: at,
        lastSeenAt: at,
        userAgent: 'a browser',
        address: '203.0.113.7',
        method: 'google',
        connectionId: null,
        authenticatedAt: at,
        provedAt: at,
        idleExpiresAt: new Date(at.getTime() + 30 * MINUTE),
        expiresAt: new Date(at.getTime() + 60 * MINUTE),
      },
    ]);
    world.clock.advance(31 * MINUTE);
    expect((await world.domain.userSessions.listOf(acme.operator, ada.id, {})).items).toEqual([]);
  });

  it('come in pages, also the one used last first', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { accountId, sessionId: first } = await acme.signIn(ada);
    world.clock.advance(MINUTE);
    const { sessionId: second } = await acme.signIn(ada, { accountId });
    const orderBy = { field: 'lastSeenAt', direction: 'desc' } as const;
    const page = await world.domain.userSessions.listOf(acme.operator, ada.id, { first: 1, orderBy });
    expect(page).toMatchObject({ items: [{ id: second }], hasNextPage: true });
    const after = page.places?.[0] ?? '';
    const next = await world.domain.userSessions.listOf(acme.operator, ada.id, { first: 1, orderBy, after });
    expect(next).toMatchObject({ items: [{ id: first }], hasNextPage: false });
  });

  it('are nobody else’s business', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { sessionId, cookie } = await acme.signIn(ada);
    const other = anActor(acme.id, ['rollcall:connections', 'rollcall:groups']);
    const asOther = [
      world.domain.userSessions.listOf(other, ada.id, {}),
      world.domain.userSessions.end(other, sessionId),
      world.domain.userSessions.endAllOf(other, ada.id),
    ];
    for (const asked of asOther) await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
    expect(await find(cookie)).toMatchObject({ authentication: { user: { id: ada.id } } });
  });

  it('security 31: are ended by an admin in their organization, and in no other', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const [ada, also] = [await acme.aUser(), await globex.aUser()];
    const { accountId, cookie: before } = await acme.signIn(ada);
    const { cookie } = await globex.signIn(also, { accountId, replaces: before });
    expect(await world.domain.userSessions.endAllOf(acme.operator, ada.id)).toBe(1);
    expect(await find(cookie)).toMatchObject({ authentication: { user: { id: also.id } } });
    const { sessionId } = await actorOf(cookie);
    const admin = anActor(acme.id, ['rollcall:users']);
    await expect(world.domain.userSessions.end(admin, sessionId)).rejects.toMatchObject({ code: 'notFound' });
    await world.domain.userSessions.end(anActor(globex.id, ['rollcall:users']), sessionId);
    expect(await find(cookie)).toMatchObject({ accountId, authentication: null });
  });

  it('of another organization, and of nobody, are unknown', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const ada = await acme.aUser();
    const { sessionId } = await acme.signIn(ada);
    for (const id of [sessionId, uuid(), '-']) {
      await expect(world.domain.userSessions.end(globex.operator, id)).rejects.toMatchObject({ code: 'notFound' });
    }
    for (const id of [ada.id, uuid(), '-']) {
      await expect(world.domain.userSessions.endAllOf(globex.operator, id)).rejects.toMatchObject({ code: 'notFound' });
      expect((await world.domain.userSessions.listOf(globex.operator, id, {})).items).toEqual([]);
    }
  });

  it('security 6: are ended by somebody whose own sign-in is fresh', async () => {
    const acme = await world.anOrganization();
    const [admin, ada] = [await acme.aUser(), await acme.aUser()];
    const set = await world.domain.permissionSets.create(acme.operator, { name: 'A', permissions: ['rollcall:users'] });
    await world.domain.grants.grant(acme.operator, { permissionSetId: set.id, userId: admin.id });
    const admins = await acme.signIn(admin);
    const adas = await acme.signIn(ada);
    world.clock.advance(16 * MINUTE);
    const stale = await actorOf(admins.cookie);
    await expect(world.domain.userSessions.end(stale, adas.sessionId)).rejects.toMatchObject({
      code: 'freshSignInRequired',
    });
    await expect(world.domain.userSessions.endAllOf(stale, ada.id)).rejects.toMatchObject({
      code: 'freshSignInRequired',
    });
    const { cookie } = await acme.signIn(admin, { accountId: admins.accountId, replaces: admins.cookie });
    await world.domain.userSessions.end(await actorOf(cookie), adas.sessionId);
    expect(await find(adas.cookie)).toMatchObject({ authentication: null });
  });

  it('of an owner are ended by who may touch an owner, and by no admin', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { items } = await world.domain.permissionSets.list(acme.operator, {});
    const permissionSetId = items.find(({ builtIn }) => builtIn === 'owner')?.id ?? '';
    await world.domain.grants.grant(acme.operator, { permissionSetId, userId: ada.id });
    const { sessionId, cookie } = await acme.signIn(ada);
    const admin = anActor(acme.id, ['rollcall:users', 'rollcall:grants']);
    const refused = { code: 'forbidden', details: { permission: 'rollcall:organization' } };
    await expect(world.domain.userSessions.end(admin, sessionId)).rejects.toMatchObject(refused);
    await expect(world.domain.userSessions.endAllOf(admin, ada.id)).rejects.toMatchObject(refused);
    expect(await find(cookie)).toMatchObject({ authentication: { user: { id: ada.id } } });
    const owner = anActor(acme.id, ['rollcall:users', 'rollcall:organization']);
    expect(await world.domain.userSessions.endAllOf(owner, ada.id)).toBe(1);
    expect(await find(cookie)).toMatchObject({ authentication: null });
  });

  it('leave an event that names who ended them', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { sessionId } = await acme.signIn(ada);
    const admin = anActor(acme.id, ['rollcall:users']);
    await world.domain.userSessions.end(admin, sessionId);
    const text = `select subject_id as subject, actor->>'kind' as kind, data from domain_events
                   where organization_id = $1 and type = 'sessionsEnded'`;
    const data = { reason: 'endedByAdmin', sessionIds: [sessionId] };
    expect(await world.database.run(acme.id, { text })).toEqual([{ subject: ada.id, kind: 'apiKey', data }]);
  });
});

describe('one’s own sessions', () => {
  it('are those of the account, whichever organization they act in', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization()];
    const { accountId, sessionId: first } = await acme.signIn(await acme.aUser());
    world.clock.advance(MINUTE);
    const { sessionId: second } = await globex.signIn(await globex.aUser(), { accountId });
    await acme.signIn(await acme.aUser());
    const own = await world.domain.ownSessions.list({ accountId });
    expect(own.map((session) => session.id)).toEqual([second, first]);
  });

  it('are exactly those whose cookies still open something, or say at least who is signed in', async () => {
    const short = await world.anOrganization({ idle: 60, lifetime: 10_080 });
    const long = await world.anOrganization({ idle: 43_200, lifetime: 129_600 });
    const [ada, also] = [await short.aUser(), await long.aUser()];
    const { accountId, cookie: forgotten } = await short.signIn(ada);
    const { cookie: elsewhere } = await long.signIn(also, { accountId });
    const { cookie: thrownOut, sessionId } = await long.signIn(also, { accountId });
    await world.domain.userSessions.end(long.operator, sessionId);
    const { cookie: both } = await long.signIn(also, { accountId });
    await short.signIn(ada, { accountId, replaces: both });
    world.clock.advance(13 * 60 * MINUTE);
    const { cookie: atHome } = await short.signIn(ada, { accountId });
    world.clock.advance(2 * 60 * MINUTE);
    const { cookie: here } = await short.signIn(ada, { accountId });
    const cookies = [forgotten, elsewhere, thrownOut, atHome, here];
    const found = await Promise.all(cookies.map(find));
    expect(found.map((session) => session !== undefined)).toEqual([false, true, false, true, true]);
    const own = await world.domain.ownSessions.list({ accountId });
    expect(own.map(({ id }) => id).toSorted()).toEqual(found.flatMap((session) => session?.sessionId ?? []).toSorted());
    world.clock.advance(8 * 24 * 60 * MINUTE);
    expect((await world.domain.ownSessions.list({ accountId })).map(({ id }) => id)).toEqual([
      (await find(elsewhere))?.sessionId,
    ]);
  });

  it('that are over open no other organization either', async () => {
    const short = await world.anOrganization({ idle: 60 });
    const long = await world.anOrganization({ idle: 43_200 });
    const { accountId, cookie } = await long.signIn(await long.aUser());
    const again = await short.signIn(await short.aUser(), { accountId, replaces: cookie });
    world.clock.advance(13 * 60 * MINUTE);
    expect(await find(again.cookie)).toBeUndefined();
    const switched = world.domain.sessions.switchOrganization(again.cookie, long.id);
    await expect(switched).rejects.toMatchObject({ code: 'credentialInvalid' });
    expect(await world.domain.ownSessions.list({ accountId })).toEqual([]);
  });

  it('are ended without any permission, everywhere, and no matter how old the sign-in is', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const lost = await acme.signIn(ada);
    const { accountId, cookie } = await acme.signIn(ada, { accountId: lost.accountId });
    world.clock.advance(60 * MINUTE);
    expect(await world.domain.ownSessions.end({ accountId }, lost.sessionId)).toBe(true);
    expect(await find(lost.cookie)).toBeUndefined();
    expect(await find(cookie)).toBeDefined();
  });

  it('end all but the one that is used, or all', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const { accountId, cookie: first } = await acme.signIn(ada);
    const { cookie: second } = await acme.signIn(ada, { accountId });
    const { cookie, sessionId } = await acme.signIn(ada, { accountId });
    expect(await world.domain.ownSessions.endAll({ accountId }, sessionId)).toBe(2);
    expect([await find(first), await find(second)]).toEqual([undefined, undefined]);
    expect(await find(cookie)).toBeDefined();
    expect(await world.domain.ownSessions.endAll({ accountId }, null)).toBe(1);
    expect(await find(cookie)).toBeUndefined();
  });

  it('are not those of another account', async () => {
    const acme = await world.anOrganization();
    const [ada, grace] = [await acme.signIn(await acme.aUser()), await acme.signIn(await acme.aUser())];
    expect(await world.domain.ownSessions.end({ accountId: ada.accountId }, grace.sessionId)).toBe(false);
    expect(await find(grace.cookie)).toBeDefined();
  });
});
