import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { LinkState } from '../../../src/domain/links/link.entity.ts';
import { aPersonOf, openSignInWorld, type SignInPlace, type SignInWorld } from '../sign-in/sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

describe('by the stable id', () => {
  it('binds a person to the user of their record once, and knows them by the subject from then on', async () => {
    const acme = await world.anOrganization();
    const { person, userId, recordId } = await acme.aPerson('ada');
    const first = await acme.enter(person);
    expect(await acme.userOf(first.cookie)).toBe(userId);
    const [binding] = await acme.bindings();
    expect(binding).toMatchObject({ userId, directoryUserId: recordId, boundBy: 'stableId', stableId: 'oid-ada' });
    expect(await acme.events('bindingCreated')).toEqual([
      { userId, connectionId: acme.connection.id, subject: 'sub-ada', directoryUserId: recordId, boundBy: 'stableId' },
    ]);
    // Without the stable id, and with somebody else's address.
    const again = await acme.enter({ subject: 'sub-ada', stableId: null, email: 'eve@acme.example' });
    expect(await acme.userOf(again.cookie)).toBe(userId);
    expect(await acme.bindings()).toHaveLength(1);
  });

  it('compares it exactly, and never across organizations', async () => {
    const acme = await world.anOrganization();
    const other = await world.anOrganization();
    await acme.aPerson('ada');
    expect((await acme.refused({ ...aPersonOf('ada'), stableId: 'OID-ADA' })).reason).toBe('notProvisioned');
    expect((await other.refused(aPersonOf('ada'))).reason).toBe('notProvisioned');
  });

  it('security 32: a bound user whose externalId was overwritten stays theirs, and the other one waits for an admin', async () => {
    const acme = await world.anOrganization();
    const { person, userId, recordId } = await acme.aPerson('victim');
    await acme.enter(person);
    await acme.replace(recordId, { userName: 'victim@acme.example', externalId: 'oid-attacker' });
    const refusal = await acme.refused(aPersonOf('attacker'));
    expect(refusal.reason).toBe('approvalRequired');
    const [request] = await acme.requests();
    expect(request).toMatchObject({
      reason: 'alreadyBound',
      subject: 'sub-attacker',
      candidateUserIds: [userId],
      attempts: 1,
    });
    expect(refusal.detail).toMatchObject({ requestId: request?.id });
    expect(await acme.liveBindings()).toMatchObject([{ subject: 'sub-victim', userId }]);
    // Nor through another connection, and the victim gets in as before.
    const through = await acme.aConnection();
    expect((await acme.refused(aPersonOf('attacker'), { through })).reason).toBe('approvalRequired');
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
  });

  it('security 32: asks where several records carry the value', async () => {
    const acme = await world.anOrganization();
    const { userId } = await acme.aPerson('ada');
    const { userId: other } = await acme.aPerson('bob', { externalId: 'oid-ada' });
    expect((await acme.refused(aPersonOf('ada'))).reason).toBe('approvalRequired');
    expect(await acme.requests()).toMatchObject([{ reason: 'ambiguous', candidateUserIds: [userId, other].sort() }]);
    expect(await acme.bindings()).toEqual([]);
  });

  it('goes on with the same person under a new subject, who proves the same stable id', async () => {
    const acme = await world.anOrganization();
    const { person, userId } = await acme.aPerson('ada');
    const before = await acme.enter(person);
    const after = await acme.enter({ ...person, subject: 'sub-ada-2' });
    expect(await acme.userOf(after.cookie)).toBe(userId);
    expect(await acme.userOf(before.cookie)).toBe(userId);
    expect(await acme.liveBindings()).toMatchObject([{ subject: 'sub-ada-2' }]);
    expect(await acme.events('bindingEnded')).toMatchObject([{ reason: 'subjectReplaced' }]);
    const [one, two] = await acme.bindings();
    expect(one?.accountId).toBe(two?.accountId);
  });

  it('security 33: a reused record leads to the new person alone, and ends the binding of the old one', async () => {
    const acme = await world.anOrganization();
    const { person, recordId, userId } = await acme.aPerson('ada');
    const { cookie } = await acme.enter(person);
    const record = { userName: 'ada@acme.example' };
    await acme.replace(recordId, { ...record, externalId: 'oid-ada', active: false });
    expect((await acme.refused(person)).reason).toBe('deactivated');
    await acme.replace(recordId, { ...record, externalId: 'oid-new-ada', active: true });
    const entered = await acme.enter(aPersonOf('new-ada'));
    expect(await acme.userOf(entered.cookie)).not.toBe(userId);
    for (const _again of [1, 2]) expect((await acme.refused(person)).reason).toBe('deactivated');
    expect(await acme.bindings(userId)).toMatchObject([{ endedReason: 'personReplaced' }]);
    expect(await acme.userOf(cookie)).toBeUndefined();
    const accounts = new Set((await acme.bindings()).map((binding) => binding.accountId));
    expect(accounts.size).toBe(2);
  });

  it('ends the binding of a deleted record, and lets nobody in by it', async () => {
    const acme = await world.anOrganization();
    const { person, recordId, userId } = await acme.aPerson('ada');
    const { cookie } = await acme.enter(person);
    await acme.deleteRecord(recordId);
    expect(await acme.userOf(cookie)).toBeUndefined();
    for (const _again of [1, 2]) expect((await acme.refused(person)).reason).toBe('deactivated');
    expect(await acme.bindings(userId)).toMatchObject([{ endedReason: 'recordDeleted' }]);
  });
});

describe('security 38: another identity provider of the organization', () => {
  async function another(acme: SignInPlace, issuer: string) {
    const { connections, signInConnections } = acme.domain;
    const oidc = { protocol: 'oidc', issuer, clientId: 'c', clientSecret: 's' } as const;
    const { id } = await connections.create(acme.operator, oidc);
    await connections.enable(acme.operator, id);
    const connection = await signInConnections.find(id);
    if (!connection) throw new Error('The connection was not found.');
    return connection;
  }

  it('is not believed that it means the same person by the same id', async () => {
    const acme = await world.anOrganization();
    const { person, userId } = await acme.aPerson('ada');
    await acme.enter(person);
    const through = await another(acme, 'https://evil.example.com');
    expect(await acme.refused({ ...person, subject: 'mallory' }, { through })).toMatchObject({
      reason: 'approvalRequired',
    });
    expect(await acme.requests()).toMatchObject([{ reason: 'alreadyBound', candidateUserIds: [userId] }]);
  });

  it('is, where it is the same one by another name', async () => {
    const acme = await world.anOrganization();
    const tenant = '7e57b1b1-0000-4000-8000-00000000000a';
    const { person, userId } = await acme.aPerson('ada');
    await acme.enter(person, { through: await another(acme, `https://login.microsoftonline.com/${tenant}/v2.0`) });
    const through = await another(acme, `https://sts.windows.net/${tenant}/`);
    const { cookie } = await acme.enter({ ...person, subject: 'pairwise' }, { through });
    expect(await acme.userOf(cookie)).toBe(userId);
  });
});

describe('who is out stays out', () => {
  const ways: Record<string, (acme: SignInPlace, it: { userId: string; recordId: string }) => Promise<unknown>> = {
    'deactivated by the directory': (acme, { recordId }) =>
      acme.replace(recordId, { userName: 'ada@acme.example', externalId: 'oid-ada', active: false }),
    'blocked by an admin': (acme, { userId }) => acme.domain.users.block(acme.operator, userId),
    'removed in the product': (acme, { userId }) => acme.domain.users.remove(acme.operator, userId),
  };

  it.each(Object.keys(ways))('%s: before the first sign-in and after it', async (way) => {
    for (const isBound of [false, true]) {
      const acme = await world.anOrganization();
      const { person, userId, recordId } = await acme.aPerson('ada');
      const cookie = isBound ? (await acme.enter(person)).cookie : '';
      await ways[way]?.(acme, { userId, recordId });
      const refusal = await acme.refused(person);
      expect(refusal.reason).toBe('deactivated');
      expect(await acme.userOf(cookie)).toBeUndefined();
      expect(await acme.liveBindings()).toHaveLength(isBound ? 1 : 0);
    }
  });

  it('names the state of a link that an admin has to decide on', async () => {
    const states: Partial<Record<LinkState, (acme: SignInPlace, linkId: string) => Promise<unknown>>> = {
      pending: async () => undefined,
      rejected: (acme, id) => acme.domain.linkDecisions.reject(acme.operator, id),
      conflict: (acme, id) => acme.domain.linkDecisions.separate(acme.operator, id),
    };
    for (const [linkState, decide] of Object.entries(states)) {
      const acme = await world.anOrganization();
      await acme.user('ada@acme.example');
      const { recordId, person } = await acme.aPerson('ada');
      await decide(acme, (await acme.linkOf(recordId))?.id ?? '');
      expect(await acme.refused(person)).toMatchObject({ reason: 'notProvisioned', detail: { linkState } });
    }
  });

  it('refuses a record of a directory that makes no users yet', async () => {
    const acme = await world.anOrganization();
    const { id } = await acme.domain.directories.create(acme.operator, { name: 'Observed', status: 'observing' });
    await acme.push({ userName: 'cem@acme.example', externalId: 'oid-cem' }, {
      ...acme.at.directory,
      directoryId: id,
    } as Actor);
    expect(await acme.refused(aPersonOf('cem'))).toMatchObject({
      reason: 'notProvisioned',
      detail: { linkState: null, directoryStatus: 'observing' },
    });
  });

  it('a deactivation that commits while somebody signs in leaves them no session', async () => {
    const acme = await world.anOrganization();
    for (let round = 0; round < 8; round += 1) {
      const { person, userId } = await acme.aPerson(`ada-${round}`);
      const [outcome] = await Promise.all([
        acme.signIn(person),
        delay(round).then(() => acme.domain.users.block(acme.operator, userId)),
      ]);
      if (outcome.kind === 'signedIn') expect(await acme.userOf(outcome.cookie)).toBeUndefined();
      else expect(outcome).toMatchObject({ refusal: { reason: 'deactivated' } });
    }
  });
});

describe('by the e-mail address', () => {
  it('binds once, on a proved domain, and is pinned afterwards', async () => {
    const acme = await world.anOrganization();
    const { userId, recordId } = await acme.aPerson('ada', { externalId: 'ada' });
    const person = aPersonOf('ada');
    expect((await acme.refused(person)).reason).toBe('notProvisioned');
    await acme.proveDomain();
    const { cookie } = await acme.enter({ ...person, email: 'ADA@acme.example' });
    expect(await acme.userOf(cookie)).toBe(userId);
    expect(await acme.bindings()).toMatchObject([{ boundBy: 'email', userId, directoryUserId: recordId }]);
    const other = { ...person, subject: 'sub-other', stableId: 'oid-other' };
    expect((await acme.refused(other)).reason).toBe('approvalRequired');
    expect(await acme.requests()).toMatchObject([{ reason: 'alreadyBound' }]);
    await acme.domain.bindings.end(acme.operator, (await acme.liveBindings())[0]?.id ?? '');
    await acme.refused(other);
    expect(await acme.requests()).toMatchObject([{ reason: 'emailBoundBefore', attempts: 2 }]);
  });

  it('does not bring back, through another connection of the same identity provider, whom an admin has ended', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    const { id: userId } = await acme.domain.users.create(acme.operator, {
      userName: 'eve',
      email: 'eve@acme.example',
    });
    const [other, third] = [await acme.aConnection(), await acme.aConnection()];
    const person = { ...aPersonOf('eve'), stableId: null };
    await acme.enter(person);
    await acme.domain.bindings.end(acme.operator, (await acme.liveBindings())[0]?.id ?? '');
    world.clock.advance(1);
    expect((await acme.refused(person, { through: other })).detail).toMatchObject({
      requestReason: 'emailBoundBefore',
    });
    const elsewhere = { issuer: 'https://other.okta.example', clientSecret: 's' };
    await acme.domain.connections.update(acme.operator, third.id, elsewhere);
    const through = (await acme.domain.signInConnections.find(third.id)) ?? third;
    expect(await acme.userOf((await acme.enter(person, { through })).cookie)).toBe(userId);
  });

  it('finds the user by their own address as by that of the record, and asks where these are two', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    const manual = await acme.domain.users.create(acme.operator, { userName: 'boss', email: 'ada@acme.example' });
    expect(await acme.userOf((await acme.enter(aPersonOf('ada'))).cookie)).toBe(manual.id);
    const bob = await acme.domain.users.create(acme.operator, { userName: 'b1', email: 'bob@acme.example' });
    const other = await acme.domain.users.create(acme.operator, { userName: 'b2', email: 'BOB@acme.example' });
    expect((await acme.refused(aPersonOf('bob'))).reason).toBe('approvalRequired');
    expect(await acme.requests()).toMatchObject([{ reason: 'ambiguous', candidateUserIds: [bob.id, other.id] }]);
  });

  it('security 24: never by an address that the identity provider says is unverified, nor on another domain', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    await acme.user('ada@acme.example');
    await acme.user('ada@sub.acme.example');
    await acme.user('ada@evil.example');
    const refusedFor = async (person: object) =>
      (await acme.refused({ subject: 'x', stableId: null, ...person })).reason;
    const unverified = { email: 'ada@acme.example', emailVerification: 'no' };
    expect(await refusedFor(unverified)).toBe('notProvisioned');
    expect(await refusedFor({ ...unverified, claims: { email_verified: true } })).toBe('notProvisioned');
    for (const email of ['ada@sub.acme.example', 'ada@evil.example', 'ada@evil.example@', '@acme.example', 'ada']) {
      expect(await refusedFor({ email })).toBe('notProvisioned');
    }
  });

  it('finds nobody by an address that folding makes look like theirs, on either side', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    await acme.aPerson('groß', { externalId: 'x1' });
    await acme.domain.users.create(acme.operator, { userName: 'strasse', email: 'strasse@acme.example' });
    await acme.user('göran@acme.example');
    const by = async (email: string) => (await acme.signIn({ subject: email, stableId: null, email })).kind;
    expect(await by('gross@acme.example')).toBe('refused');
    expect(await by('straße@acme.example')).toBe('refused');
    expect(await by('STRASSE@ACME.example')).toBe('signedIn');
    expect(await by('göran@acme.example')).toBe('signedIn');
    expect(await by('groß@acme.example')).toBe('refused');
  });

  it('security 19: a domain that another organization has proved proves nothing here', async () => {
    const acme = await world.anOrganization();
    const other = await world.anOrganization();
    await other.proveDomain('other.example');
    await acme.user('ada@other.example');
    expect((await acme.refused({ ...aPersonOf('ada'), email: 'ada@other.example' })).reason).toBe('notProvisioned');
  });

  it('finds nobody who is out', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    const userId = await acme.user('ada@acme.example');
    await acme.domain.users.block(acme.operator, userId);
    expect((await acme.refused(aPersonOf('ada'))).reason).toBe('deactivated');
  });
});

describe('owners and holders of what is sensitive', () => {
  it('wait for an admin at their first sign-in, once', async () => {
    const acme = await world.anOrganization();
    const { person, userId } = await acme.aPerson('ada');
    await acme.makeOwner(userId);
    const refusal = await acme.refused(person);
    expect(refusal).toMatchObject({
      reason: 'approvalRequired',
      detail: { requestReason: 'protectedUser', operatorCanHelp: true },
    });
    await acme.refused(person);
    const [request] = await acme.requests();
    expect(request).toMatchObject({ reason: 'protectedUser', attempts: 2, candidateUserIds: [userId] });
    expect(await acme.events('bindingRequestCreated')).toHaveLength(1);
    await acme.domain.bindingRequests.approve(acme.operator, { id: request?.id ?? '' });
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
    expect(await acme.userOf((await acme.enter(person)).cookie)).toBe(userId);
    expect(await acme.liveBindings()).toMatchObject([{ boundBy: 'approval', accountId: expect.any(String) }]);
  });

  it('wait also where a group of the directory brings it', async () => {
    const acme = await world.anOrganization();
    const { person, recordId } = await acme.aPerson('ada');
    const groupId = await acme.group('Payers');
    await acme.pushGroup('Payers', [recordId]);
    await acme.grant({ groupId }, 'billing:manage');
    expect((await acme.refused(person)).detail).toMatchObject({ requestReason: 'protectedUser' });
  });
});

describe('two at once', () => {
  it('one subject, in two browsers: one binding, one account, both get in', async () => {
    const acme = await world.anOrganization();
    const { person, userId } = await acme.aPerson('ada');
    const entered = await Promise.all(Array.from({ length: 12 }, () => acme.enter(person)));
    for (const { cookie } of entered) expect(await acme.userOf(cookie)).toBe(userId);
    expect(await acme.bindings()).toHaveLength(1);
  });

  it('two subjects for one user: one binding, one request', async () => {
    const acme = await world.anOrganization();
    await acme.proveDomain();
    await acme.user('ada@acme.example');
    const subjects = ['one', 'two', 'three'].map((subject) => ({ subject, email: 'ada@acme.example' }));
    const outcomes = await Promise.all(subjects.map((person) => acme.signIn(person)));
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['refused', 'refused', 'signedIn']);
    expect(await acme.liveBindings()).toHaveLength(1);
    expect(await acme.requests()).toHaveLength(2);
  });

  it('two people who are made just in time with one name: one user', async () => {
    const acme = await world.anOrganization({ withDirectory: false, allowsJustInTime: true });
    const people = ['one', 'two'].map((subject) => ({ subject, email: 'ada@acme.example' }));
    const outcomes = await Promise.all(people.map((person) => acme.signIn(person)));
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['refused', 'signedIn']);
  });
});

describe('just in time', () => {
  it('makes a manual user without permissions, where no directory is connected', async () => {
    const acme = await world.anOrganization({ withDirectory: false, allowsJustInTime: true });
    const entered = await acme.enter(aPersonOf('ada'));
    expect(entered.hasPermissions).toBe(false);
    const userId = (await acme.userOf(entered.cookie)) ?? '';
    expect(await acme.domain.users.get(acme.operator, userId)).toMatchObject({
      userName: 'ada@acme.example',
      email: 'ada@acme.example',
      displayName: 'ada',
      isManual: true,
      active: true,
    });
    expect(await acme.bindings()).toMatchObject([{ boundBy: 'justInTime', userId }]);
    expect(await acme.events('userCreated')).toMatchObject([{ userName: 'ada@acme.example' }]);
    expect(await acme.userOf((await acme.enter(aPersonOf('ada'))).cookie)).toBe(userId);
  });

  it('makes nobody where a directory says who there is, or the connection does not allow it', async () => {
    const withDirectory = await world.anOrganization({ allowsJustInTime: true });
    const without = await world.anOrganization({ withDirectory: false });
    for (const acme of [withDirectory, without]) {
      expect((await acme.refused(aPersonOf('ada'))).reason).toBe('notProvisioned');
      expect((await acme.domain.users.list(acme.operator, {})).items).toEqual([]);
    }
  });

  it('never brings back somebody whom an admin took out, whatever name they come by', async () => {
    const acme = await world.anOrganization({ withDirectory: false, allowsJustInTime: true });
    const ada = aPersonOf('ada');
    const { cookie } = await acme.enter(ada);
    const userId = (await acme.userOf(cookie)) ?? '';
    await acme.domain.users.remove(acme.operator, userId);
    expect((await acme.refused(ada)).reason).toBe('deactivated');
    expect((await acme.refused({ ...ada, subject: 'sub-2' })).reason).toBe('deactivated');
    expect((await acme.refused({ ...ada, subject: 'sub-3', email: 'other@acme.example' })).reason).toBe('deactivated');
    expect((await acme.refused({ subject: 'sub-4', email: 'ADA@acme.example' })).reason).toBe('deactivated');
  });

  it('never brings back somebody whom SCIM took out, after the directory was retired', async () => {
    const acme = await world.anOrganization({ allowsJustInTime: true });
    const { recordId, person } = await acme.aPerson('ada');
    await acme.replace(recordId, { userName: 'ada@acme.example', externalId: 'oid-ada', active: false });
    await acme.domain.directoryStatuses.retire(acme.operator, {
      id: acme.at.directoryId,
      people: 'keep',
      confirmName: 'Entra',
    });
    expect((await acme.refused(person)).reason).toBe('deactivated');
    expect((await acme.refused({ ...person, subject: 's', email: 'new@acme.example' })).reason).toBe('deactivated');
    // Somebody who was never there comes in.
    expect((await acme.signIn(aPersonOf('bob'))).kind).toBe('signedIn');
  });

  it('does not take the user of somebody else whose address it cannot prove', async () => {
    const acme = await world.anOrganization({ withDirectory: false, allowsJustInTime: true });
    await acme.user('boss@acme.example');
    expect(await acme.refused(aPersonOf('boss'))).toMatchObject({
      reason: 'notProvisioned',
      detail: { userExists: true },
    });
  });
});
