import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { makeBinding } from '../../../src/domain/bindings/make-binding.ts';
import { anActor } from '../../harness/builders.ts';
import { aPersonOf, openSignInWorld, type SignInPlace, type SignInWorld } from '../sign-in/sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

const MINUTE = 60_000;

/** Somebody whose first sign-in waits because of what they hold. */
async function aWaiting(...permissions: string[]) {
  const acme = await world.anOrganization();
  const { person, userId } = await acme.aPerson('ada');
  await acme.grant({ userId }, 'billing:manage', ...permissions);
  await acme.refused(person);
  const [request] = await acme.requests();
  return { acme, person, userId, requestId: request?.id ?? '' };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );
const approve = (acme: SignInPlace, actor: Actor, id: string, userId?: string) =>
  codeOf(acme.domain.bindingRequests.approve(actor, { id, userId }));
const reject = (acme: SignInPlace, actor: Actor, id: string) => codeOf(acme.domain.bindingRequests.reject(actor, id));

/** What `aWaiting` waited for is gone: their next sign-in needs nobody. */
async function revokeAll(acme: SignInPlace, userId: string) {
  const grants = await acme.domain.grants.list(acme.operator, {}, { userId });
  for (const grant of grants.items) await acme.domain.grants.revoke(acme.operator, grant.id);
}

describe('approving', () => {
  it('needs rollcall:connections and all that the user holds', async () => {
    const { acme, requestId } = await aWaiting('screens:publish');
    const by = (...permissions: string[]) => approve(acme, anActor(acme.id, permissions), requestId);
    expect(await by('billing:manage', 'screens:publish')).toBe('forbidden');
    expect(await by('rollcall:connections', 'billing:manage')).toBe('permissionsExceedOwn');
    expect(await by('rollcall:connections', 'billing:manage', 'screens:publish')).toBe('done');
    expect(await by('rollcall:connections', 'billing:manage', 'screens:publish')).toBe('bindingRequestNotPending');
    expect(await acme.events('bindingRequestDecided')).toMatchObject([{ state: 'approved' }]);
  });

  it('needs an owner for an owner, and a sign-in of the last minutes', async () => {
    const { acme, requestId, userId } = await aWaiting();
    await acme.makeOwner(userId);
    const permissions = acme.domain.catalogue.permissions.map((permission) => permission.name);
    const admin = permissions.filter((name) => name !== 'rollcall:organization');
    expect(await approve(acme, anActor(acme.id, admin), requestId)).toBe('forbidden');
    // Nor does an admin keep an owner out.
    expect(await reject(acme, anActor(acme.id, admin), requestId)).toBe('forbidden');
    const signedIn = (provedAt: Date): Actor => ({
      kind: 'user',
      organizationId: acme.id,
      userId,
      accountId: userId,
      sessionId: userId,
      name: 'owner',
      permissions: new Set(permissions),
      provedAt,
    });
    const now = world.clock().getTime();
    expect(await approve(acme, signedIn(new Date(now - 16 * MINUTE)), requestId)).toBe('freshSignInRequired');
    expect(await reject(acme, signedIn(new Date(0)), requestId)).toBe('freshSignInRequired');
    expect(await approve(acme, signedIn(new Date(now)), requestId)).toBe('done');
  });

  it('takes a candidate who is active, and no other', async () => {
    const acme = await world.anOrganization();
    const { userId } = await acme.aPerson('ada');
    const { userId: other } = await acme.aPerson('bob', { externalId: 'oid-ada' });
    const { userId: third } = await acme.aPerson('cem');
    await acme.refused(aPersonOf('ada'));
    const [request] = await acme.requests();
    const id = request?.id ?? '';
    expect(await approve(acme, acme.operator, id)).toBe('invalidValue');
    expect(await approve(acme, acme.operator, id, third)).toBe('invalidValue');
    await acme.domain.users.block(acme.operator, userId);
    expect(await approve(acme, acme.operator, id, userId)).toBe('invalidValue');
    expect(await approve(acme, acme.operator, id, other)).toBe('done');
    expect(await acme.userOf((await acme.enter(aPersonOf('ada'))).cookie)).toBe(other);
  });

  it('ends who was that user before, and their sessions at once', async () => {
    const acme = await world.anOrganization();
    const { person, recordId, userId } = await acme.aPerson('ada');
    const { cookie } = await acme.enter(person);
    await acme.replace(recordId, { userName: 'ada@acme.example', externalId: 'oid-new' });
    const next = { ...aPersonOf('ada'), subject: 'sub-new', stableId: 'oid-new' };
    await acme.refused(next);
    const [request] = await acme.requests();
    await acme.domain.bindingRequests.approve(acme.operator, { id: request?.id ?? '' });
    expect(await acme.userOf(cookie)).toBeUndefined();
    expect(await acme.events('bindingEnded')).toMatchObject([{ subject: 'sub-ada', reason: 'approvedAnother' }]);
    world.clock.advance(1);
    expect(await acme.userOf((await acme.enter(next)).cookie)).toBe(userId);
    expect((await acme.refused(person)).detail).toMatchObject({ requestReason: 'alreadyBound' });
    expect(await acme.liveBindings()).toMatchObject([{ subject: 'sub-new', directoryUserId: recordId }]);
  });

  it('takes nobody who is another user by now', async () => {
    const { acme, requestId } = await aWaiting();
    const { userId: other } = await acme.aPerson('bob');
    const bound = {
      connectionId: acme.connection.id,
      subject: 'sub-ada',
      stableId: null,
      accountId: null,
      userId: other,
    };
    await world.database.transaction(acme.id, (transaction) =>
      makeBinding(transaction, acme.operator, {
        ...bound,
        directoryUserId: null,
        boundBy: 'approval',
        at: world.clock(),
      }),
    );
    expect(await approve(acme, acme.operator, requestId)).toBe('userAlreadyBound');
    expect(await acme.requests()).toMatchObject([{ state: 'pending' }]);
  });

  it('knows only requests of its own organization', async () => {
    const { requestId } = await aWaiting();
    const other = await world.anOrganization();
    expect(await approve(other, other.operator, requestId)).toBe('notFound');
    expect(await approve(other, other.operator, 'x')).toBe('notFound');
    expect(await codeOf(other.domain.bindings.end(other.operator, requestId))).toBe('notFound');
  });
});

describe('rejecting', () => {
  it('keeps the person out, also when nothing stands against them any more, until it is approved after all', async () => {
    const { acme, person, userId, requestId } = await aWaiting();
    await acme.domain.bindingRequests.reject(acme.operator, requestId);
    expect(await codeOf(acme.domain.bindingRequests.reject(acme.operator, requestId))).toBe('bindingRequestNotPending');
    await revokeAll(acme, userId);
    expect(await acme.refused(person)).toMatchObject({ reason: 'approvalRequired', detail: { isRejected: true } });
    expect(await acme.requests()).toMatchObject([{ state: 'rejected', attempts: 2 }]);
    expect(await approve(acme, acme.operator, requestId)).toBe('done');
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
  });
});

describe('a request', () => {
  it('is closed by a sign-in that needs it no more', async () => {
    const { acme, person, userId } = await aWaiting();
    await revokeAll(acme, userId);
    await acme.enter(person);
    expect(await acme.requests()).toMatchObject([{ state: 'approved', userId, decidedBy: { kind: 'system' } }]);
    expect(await acme.events('bindingRequestDecided')).toEqual([
      { from: 'pending', state: 'approved', userId, connectionId: acme.connection.id },
    ]);
  });

  it('is decided once: an admin who rejects it while its person signs in without it comes too late', async () => {
    const { acme, person, userId, requestId } = await aWaiting();
    await revokeAll(acme, userId);
    const client = new pg.Client(world.connection);
    await client.connect();
    // Whoever makes an account waits here, after everything was decided.
    await client.query('begin; lock table accounts in share mode');
    const signingIn = acme.signIn(person);
    await delay(300);
    const rejecting = reject(acme, acme.operator, requestId);
    await delay(300);
    await client.query('rollback');
    await client.end();
    expect((await signingIn).kind).toBe('signedIn');
    expect(await rejecting).toBe('bindingRequestNotPending');
    expect(await acme.requests()).toMatchObject([{ state: 'approved', userId }]);
  });

  it('is approved where two admins decide at once, however they meet, as what was rejected may be', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { acme, requestId } = await aWaiting();
      const [approved, rejected] = await Promise.all([
        approve(acme, acme.operator, requestId),
        reject(acme, acme.operator, requestId),
      ]);
      expect(approved).toBe('done');
      const states = rejected === 'done' ? ['rejected', 'approved'] : ['approved'];
      expect(await acme.events('bindingRequestDecided')).toMatchObject(states.map((state) => ({ state })));
      expect(await acme.requests()).toMatchObject([{ state: 'approved' }]);
    }
  });

  it('goes with the issuer under which it was asked, and with its connection: the same subject is another person then', async () => {
    const endings = {
      issuerChanged: ({ domain, operator, connection }: SignInPlace) =>
        domain.connections.update(operator, connection.id, { issuer: 'https://other.okta.example' }),
      connectionDeleted: ({ domain, operator, connection }: SignInPlace) =>
        domain.connections.remove(operator, connection.id),
    };
    for (const [reason, end] of Object.entries(endings)) {
      const { acme, requestId } = await aWaiting();
      const { person: other } = await acme.aPerson('bob');
      await acme.grant({ userId: (await acme.aPerson('cem')).userId }, 'billing:manage');
      await acme.refused(aPersonOf('cem'));
      const [, second] = await acme.requests();
      await acme.domain.bindingRequests.reject(acme.operator, second?.id ?? '');
      await acme.enter(other);
      await end(acme);
      expect(await acme.requests()).toEqual([]);
      for (const decide of [approve, reject]) expect(await decide(acme, acme.operator, requestId)).toBe('notFound');
      const connectionId = acme.connection.id;
      expect(await acme.events('bindingRequestDeleted')).toMatchObject([
        { connectionId, subject: 'sub-ada', state: 'pending', reason },
        { connectionId, subject: 'sub-cem', state: 'rejected', reason },
      ]);
      expect(await acme.events('bindingEnded')).toMatchObject([{ connectionId, subject: 'sub-bob', reason }]);
      expect(await acme.liveBindings()).toEqual([]);
    }
  });

  it('binds nobody to a connection that is deleted, or gets another issuer, at the moment of its approval', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { acme, requestId } = await aWaiting();
      const { connections } = acme.domain;
      const [approved] = await Promise.all([
        approve(acme, acme.operator, requestId),
        round % 2 === 0
          ? connections.remove(acme.operator, acme.connection.id)
          : connections.update(acme.operator, acme.connection.id, { issuer: 'https://other.okta.example' }),
      ]);
      expect(['done', 'notFound']).toContain(approved);
      expect(await acme.liveBindings()).toEqual([]);
      expect(await acme.requests()).toEqual([]);
    }
  });

  it('waits again where the binding that it brought was ended', async () => {
    const { acme, person, requestId } = await aWaiting();
    await acme.domain.bindingRequests.approve(acme.operator, { id: requestId });
    const { cookie } = await acme.enter(person);
    await acme.domain.bindings.end(acme.operator, (await acme.liveBindings())[0]?.id ?? '');
    expect(await acme.userOf(cookie)).toBeUndefined();
    expect((await acme.refused(person)).reason).toBe('approvalRequired');
    expect(await acme.requests()).toMatchObject([{ id: requestId, state: 'pending', userId: null, decidedBy: null }]);
  });

  it('is found by its state and by who it may be', async () => {
    const { acme, userId } = await aWaiting();
    const list = async (filter: object) => (await acme.domain.bindingRequests.list(acme.operator, {}, filter)).items;
    expect(await list({ states: ['pending'], userId, connectionId: acme.connection.id })).toHaveLength(1);
    expect(await list({ states: ['approved', 'rejected'] })).toEqual([]);
    expect(await list({ userId: acme.id })).toEqual([]);
    expect(await list({ userId: 'x' })).toEqual([]);
  });
});
