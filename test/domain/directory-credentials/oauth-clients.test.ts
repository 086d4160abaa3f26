import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { anActor } from '../../harness/builders.ts';
import { openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let now = Date.UTC(2026, 10, 22, 10);
let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain(() => new Date(now));
});
afterAll(() => test.close());

async function aClient(at: TestDirectory, input: { secretYears?: number; scopes?: string[] } = {}) {
  return test.domain.oauthClients.create(at.operator, { directoryId: at.directoryId, name: 'Entra', ...input });
}

async function ask({ oauthClient, clientSecret }: Awaited<ReturnType<typeof aClient>>) {
  const { clientId } = oauthClient;
  const request = { clientId, clientSecret, scope: undefined, isFor: () => true, address: '192.0.2.7' };
  return test.domain.accessTokens.issueForSecret(request);
}

async function opens(answer: Awaited<ReturnType<typeof ask>>): Promise<boolean> {
  if (answer.kind !== 'issued') return false;
  return (await test.domain.scimTokens.authenticate(answer.accessToken)) !== undefined;
}

const selectEvents = statement<{ type: string; data: object }>(
  `select type, data from domain_events
    where organization_id = $1 and (type like 'oauth%' or type like 'access%') order by id`,
);

const countRows = statement<{ tokens: number; assertions: number }>(
  `select (select count(*) from scim_tokens where organization_id = $1) as tokens,
          (select count(*) from used_assertions where organization_id = $1) as assertions`,
);

describe('a client secret', () => {
  it.each([
    [undefined, '2028-11-22T10:00:00.000Z'],
    [1, '2027-11-22T10:00:00.000Z'],
    [3, '2029-11-22T10:00:00.000Z'],
  ])('lives for %s years, two unless others are asked for, and then no longer', async (secretYears, end) => {
    now = Date.UTC(2026, 10, 22, 10);
    const at = await test.aDirectory();
    const client = await aClient(at, secretYears === undefined ? {} : { secretYears });
    expect(client.oauthClientSecret.expiresAt.toISOString()).toBe(end);
    now = Date.parse(end) - 1;
    expect((await ask(client)).kind).toBe('issued');
    now += 1;
    expect(await ask(client)).toEqual({ kind: 'clientInvalid' });
    await test.domain.settled();
    const { items } = await test.domain.refusedCalls.list(at.operator, at.directoryId, {});
    expect(items).toMatchObject([
      {
        reason: 'clientSecretExpired',
        tokenHint: client.oauthClientSecret.hint,
        address: '192.0.2.7',
        lastMethod: 'POST',
        lastPath: '/oauth/token',
        count: 1,
      },
    ]);
  });

  it.each([0, 4, -1, 1.5, Number.NaN])('is refused a life of %s years', async (secretYears) => {
    const at = await test.aDirectory();
    await expect(aClient(at, { secretYears })).rejects.toMatchObject({
      code: 'invalidValue',
      details: { path: 'secretYears' },
    });
  });

  it('is one of several, each of which is revoked alone, with events', async () => {
    const at = await test.aDirectory();
    const first = await aClient(at);
    const { id } = first.oauthClient;
    const added = await test.domain.oauthClients.addSecret(at.operator, { oauthClientId: id, secretYears: 1 });
    const second = { ...first, ...added };
    const [old, fresh] = [await ask(first), await ask(second)];
    const revoked = await test.domain.oauthClients.revokeSecret(at.operator, first.oauthClientSecret.id);
    expect(revoked.revokedAt).toEqual(new Date(now));
    expect([await opens(old), await opens(fresh)]).toEqual([false, true]);
    expect([(await ask(first)).kind, (await ask(second)).kind]).toEqual(['clientInvalid', 'issued']);
    now += 1;
    const again = await test.domain.oauthClients.revokeSecret(at.operator, first.oauthClientSecret.id);
    expect(again.revokedAt).toEqual(revoked.revokedAt);
    const events = await test.database.run(at.organizationId, selectEvents);
    expect(events.map(({ type }) => type)).toEqual([
      'oauthClientCreated',
      'oauthClientSecretCreated',
      'oauthClientSecretCreated',
      'accessTokenIssued',
      'accessTokenIssued',
      'oauthClientSecretRevoked',
      'accessTokenIssued',
    ]);
    expect(JSON.stringify(events)).not.toContain(first.clientSecret.slice(10, 60));
  });
});

describe('an access token', () => {
  it('lives for 60 minutes, is told apart afterwards, and is forgotten a day later', async () => {
    const at = await test.aDirectory();
    const answer = await ask(await aClient(at));
    if (answer.kind !== 'issued') throw new Error('It was not issued.');
    now += HOUR - 1;
    expect(await opens(answer)).toBe(true);
    now += 1;
    expect(await opens(answer)).toBe(false);
    const refusal = () => test.domain.scimTokens.refusalOf(answer.accessToken, at);
    expect(await refusal()).toMatchObject({ reason: 'accessTokenExpired', tokenHint: answer.accessToken.slice(-4) });
    now += DAY - 1;
    await test.domain.maintenance.run();
    expect(await refusal()).toMatchObject({ reason: 'accessTokenExpired' });
    now += 2;
    await test.domain.maintenance.run();
    expect(await refusal()).toMatchObject({ reason: 'tokenUnknown' });
  });

  it('leaves the long-lived tokens alone when it is forgotten', async () => {
    const at = await test.aDirectory();
    const { scimToken } = await test.domain.scimTokens.create(at.operator, {
      directoryId: at.directoryId,
      expiresAt: new Date(now + HOUR),
    });
    now += 30 * DAY;
    await test.domain.maintenance.run();
    expect(await test.domain.scimTokens.getMany(at.operator, [scimToken.id])).toMatchObject([{ id: scimToken.id }]);
  });

  it('is not made while its secret is being revoked: one of the two goes first', async () => {
    const at = await test.aDirectory();
    for (let round = 0; round < 5; round += 1) {
      const client = await aClient(at);
      const asking = Array.from({ length: 4 }, () => ask(client));
      const [answers] = await Promise.all([
        Promise.all(asking),
        test.domain.oauthClients.revokeSecret(at.operator, client.oauthClientSecret.id),
      ]);
      for (const answer of answers) expect(await opens(answer)).toBe(false);
    }
  });

  it('of a suspended organization goes on, so that leavers leave', async () => {
    const at = await test.aDirectory();
    const client = await aClient(at);
    await test.domain.organizationLifeCycle.suspend(at.operator);
    expect(await opens(await ask(client))).toBe(true);
  });

  it('goes with its organization', async () => {
    const at = await test.aDirectory();
    const client = await aClient(at);
    await ask(client);
    const { slug } = await test.domain.organizations.get(at.operator);
    await test.domain.organizationLifeCycle.close(at.operator, { confirmSlug: slug, days: 0 });
    await test.domain.erasure.erase({ kind: 'system', organizationId: at.organizationId });
    expect(await ask(client)).toEqual({ kind: 'clientInvalid' });
    expect(await test.database.run(at.organizationId, countRows)).toEqual([{ tokens: 0, assertions: 0 }]);
  });
});

describe('whoever makes an OAuth client or sets a workload identity', () => {
  const identity = {
    tenantId: 'ce5f061f-abe6-4e40-9615-301f87bcb7f0',
    audience: 'api://b5ba7a93-4452-4522-aeb4-a2b5da870c16',
    subject: 'd2f8ee76-c549-45b8-a143-f5b640669704',
  };

  it('needs rollcall:directories, and to see them', async () => {
    const at = await test.aDirectory();
    const { oauthClients, workloadIdentities } = test.domain;
    const { oauthClient, oauthClientSecret } = await aClient(at);
    const nobody = anActor(at.organizationId);
    for (const refused of [
      () => oauthClients.create(nobody, { directoryId: at.directoryId, name: 'x' }),
      () => oauthClients.addSecret(nobody, { oauthClientId: oauthClient.id }),
      () => oauthClients.revokeSecret(nobody, oauthClientSecret.id),
      () => oauthClients.delete(nobody, oauthClient.id),
      () => oauthClients.listMany(nobody, [at.directoryId]),
      () => oauthClients.listSecrets(nobody, [oauthClient.id]),
      () => oauthClients.getMany(nobody, [oauthClient.id]),
      () => oauthClients.getSecrets(nobody, [oauthClientSecret.id]),
      () => workloadIdentities.set(nobody, { directoryId: at.directoryId, ...identity }),
      () => workloadIdentities.remove(nobody, at.directoryId),
      () => workloadIdentities.ofDirectories(nobody, [at.directoryId]),
      () => workloadIdentities.getMany(nobody, [uuid()]),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'forbidden' });
    }
  });

  it('holds all that the groups give that the directory fills, as for SCIM tokens', async () => {
    const at = await test.aDirectory();
    const { groups, permissionSets, grants, directoryGroups, oauthClients, workloadIdentities } = test.domain;
    const { oauthClient } = await aClient(at);
    const group = await groups.create(at.operator, { name: 'Marketing' });
    const set = await permissionSets.create(at.operator, { name: 'Editors', permissions: ['screens:publish'] });
    await grants.grant(at.operator, { permissionSetId: set.id, groupId: group.id });
    const call = { requestId: 'x', method: 'POST', path: '/' };
    const resource = { displayName: 'Marketing' };
    await directoryGroups.create(at.directory, call, { directoryId: at.directoryId, resource });
    const admin = anActor(at.organizationId, ['rollcall:directories']);
    for (const refused of [
      () => oauthClients.create(admin, { directoryId: at.directoryId, name: 'x' }),
      () => oauthClients.addSecret(admin, { oauthClientId: oauthClient.id }),
      () => workloadIdentities.set(admin, { directoryId: at.directoryId, ...identity }),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'permissionsExceedOwn' });
    }
    const publisher = anActor(at.organizationId, ['rollcall:directories', 'screens:publish']);
    await oauthClients.create(publisher, { directoryId: at.directoryId, name: 'x' });
    await workloadIdentities.set(publisher, { directoryId: at.directoryId, ...identity });
  });

  it('does it for a directory of their own organization that takes calls, on a plan with SCIM', async () => {
    const [at, stranger] = [await test.aDirectory(), await test.aDirectory()];
    const { oauthClients, workloadIdentities } = test.domain;
    const { oauthClient, oauthClientSecret } = await aClient(at);
    for (const refused of [
      () => oauthClients.create(stranger.operator, { directoryId: at.directoryId, name: 'x' }),
      () => oauthClients.create(stranger.operator, { directoryId: '-', name: 'x' }),
      () => oauthClients.addSecret(stranger.operator, { oauthClientId: oauthClient.id }),
      () => oauthClients.revokeSecret(stranger.operator, oauthClientSecret.id),
      () => oauthClients.revokeSecret(stranger.operator, '-'),
      () => oauthClients.delete(stranger.operator, oauthClient.id),
      () => workloadIdentities.set(stranger.operator, { directoryId: at.directoryId, ...identity }),
      () => workloadIdentities.remove(stranger.operator, at.directoryId),
      () => workloadIdentities.remove(at.operator, at.directoryId),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'notFound' });
    }
    expect(await oauthClients.listMany(stranger.operator, [at.directoryId, '-'])).toEqual([[], []]);
    expect(await oauthClients.getMany(stranger.operator, [oauthClient.id])).toEqual([undefined]);
    const loseScim = statement<never>(`update organizations set plan = 'free' where organization_id = $1`);
    await test.database.run(at.organizationId, loseScim);
    await expect(aClient(at)).rejects.toMatchObject({ code: 'planLacksScim' });
    await expect(
      workloadIdentities.set(at.operator, { directoryId: at.directoryId, ...identity }),
    ).rejects.toMatchObject({ code: 'planLacksScim' });
    // What runs goes on, with a new secret too.
    await oauthClients.addSecret(at.operator, { oauthClientId: oauthClient.id });
    const retire = statement<never>(`update directories set status = 'retired' where organization_id = $1 and id = $2`);
    await test.database.run(at.organizationId, retire, at.directoryId);
    const addingSecret = oauthClients.addSecret(at.operator, { oauthClientId: oauthClient.id });
    await expect(addingSecret).rejects.toMatchObject({ code: 'directoryStatusConflict' });
  });

  it('names scopes that there are, one at least', async () => {
    const at = await test.aDirectory();
    for (const scopes of [[], ['admin'], ['read', 'READ']]) {
      await expect(aClient(at, { scopes })).rejects.toMatchObject({
        code: 'invalidValue',
        details: { path: 'scopes' },
      });
    }
    expect((await aClient(at, { scopes: ['groups:write', 'read', 'read'] })).oauthClient.scopes).toEqual([
      'read',
      'groups:write',
    ]);
  });

  it('pins what Entra shows: the tenant names the issuer, the audience the application', async () => {
    const at = await test.aDirectory();
    const set = (more: object) =>
      test.domain.workloadIdentities.set(at.operator, { directoryId: at.directoryId, ...identity, ...more });
    const made = await set({
      audience: `${identity.audience}/.default`,
      tenantId: ` ${identity.tenantId.toUpperCase()}`,
    });
    expect(made).toMatchObject({
      ...identity,
      authorizedParty: 'b5ba7a93-4452-4522-aeb4-a2b5da870c16',
      issuer: `https://login.microsoftonline.com/${identity.tenantId}/v2.0`,
      jwksUri: null,
    });
    const shared = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';
    for (const [more, path] of [
      [{ tenantId: 'contoso.example' }, 'tenantId'],
      [{ audience: '' }, 'audience'],
      [{ audience: shared }, 'audience'],
      [{ audience: `api://${shared.toUpperCase()}/.default` }, 'audience'],
      [{ subject: ' ' }, 'subject'],
      [{ audience: 'api://rollcall' }, 'authorizedParty'],
      [{ issuer: 'http://login.example/v2.0' }, 'issuer'],
      [{ issuer: 'http://127.0.0.1/v2.0' }, 'issuer'],
      [{ issuer: 'https://127.0.0.1/v2.0' }, 'issuer'],
      [{ issuer: 'https://[::1]/v2.0' }, 'issuer'],
      [{ issuer: 'https://localhost/v2.0' }, 'issuer'],
      [{ issuer: 'https://2130706433/v2.0' }, 'issuer'],
      [{ issuer: 'https://metadata.google.internal/v2.0' }, 'issuer'],
      [{ issuer: 'https://user:secret@login.example/v2.0' }, 'issuer'],
      [{ issuer: 'https://login.example/v2.0?x=1' }, 'issuer'],
      [{ issuer: 'file:///etc/passwd' }, 'issuer'],
      [{ jwksUri: 'https://10.0.0.1/keys' }, 'jwksUri'],
      [{ jwksUri: 'ftp://login.example/keys' }, 'jwksUri'],
    ] as const) {
      await expect(set(more), JSON.stringify(more)).rejects.toMatchObject({ code: 'invalidValue', details: { path } });
    }
    expect(
      await set({ audience: 'api://rollcall', authorizedParty: 'x', jwksUri: 'https://login.example/keys' }),
    ).toMatchObject({
      authorizedParty: 'x',
      jwksUri: 'https://login.example/keys',
    });
  });
});

describe('the health of a directory', () => {
  it('counts the living secrets that end within 30 days', async () => {
    now = Date.UTC(2026, 10, 22, 10);
    const at = await test.aDirectory();
    const soon = await aClient(at, { secretYears: 1 });
    await aClient(at);
    const read = async () => (await test.domain.directoryHealth.getMany(at.operator, [at.directoryId]))[0];
    const end = soon.oauthClientSecret.expiresAt;
    expect(await read()).toMatchObject({ expiringSecretsCount: 0, nextSecretExpiryAt: end, nextTokenExpiryAt: null });
    now = end.getTime() - 30 * DAY;
    await ask(soon);
    // An access token ends in an hour, of which nobody needs to be warned.
    expect(await read()).toMatchObject({ expiringSecretsCount: 1, nextSecretExpiryAt: end, nextTokenExpiryAt: null });
    await test.domain.oauthClients.revokeSecret(at.operator, soon.oauthClientSecret.id);
    expect(await read()).toMatchObject({ expiringSecretsCount: 0, nextSecretExpiryAt: expect.any(Date) });
  });
});
