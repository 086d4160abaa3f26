import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
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
    const signedIn = (authenticatedAt: Date): Actor => ({
      kind: 'user',
      organizationId: acme.id,
      userId,
      accountId: userId,
      sessionId: userId,
      name: 'owner',
      permissions: new Set(permissions),
      authenticatedAt,
    });
    const now = world.clock().getTime();
    expect(await approve(acme, signedIn(new Date(now - 16 * MINUTE)), requestId)).toBe('freshSignInRequired');
    expect(await codeOf(acme.domain.bindingRequests.reject(signedIn(new Date(0)), requestId))).toBe(
      'freshSignInRequired',
    );
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
    expect(await acme.userOf((await acme.enter(next)).cookie)).toBe(userId);
    expect((await acme.refused(person)).detail).toMatchObject({ requestReason: 'alreadyBound' });
    expect(await acme.liveBindings()).toMatchObject([{ subject: 'sub-new', directoryUserId: recordId }]);
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
    const grants = await acme.domain.grants.list(acme.operator, {}, { userId });
    for (const grant of grants.items) await acme.domain.grants.revoke(acme.operator, grant.id);
    expect(await acme.refused(person)).toMatchObject({ reason: 'approvalRequired', detail: { isRejected: true } });
    expect(await acme.requests()).toMatchObject([{ state: 'rejected', attempts: 2 }]);
    expect(await approve(acme, acme.operator, requestId)).toBe('done');
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
  });
});

describe('a request', () => {
  it('is closed by a sign-in that needs it no more', async () => {
    const { acme, person, userId } = await aWaiting();
    const grants = await acme.domain.grants.list(acme.operator, {}, { userId });
    for (const grant of grants.items) await acme.domain.grants.revoke(acme.operator, grant.id);
    await acme.enter(person);
    expect(await acme.requests()).toMatchObject([{ state: 'approved', userId, decidedBy: { kind: 'system' } }]);
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
