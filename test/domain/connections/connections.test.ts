import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { Connections } from '../../../src/domain/connections/connections.ts';
import { anActor } from '../../harness/builders.ts';
import {
  aSignedInAdmin,
  aSignedInUser,
  type ConnectionWorld,
  DAY,
  endsOf,
  eventsAbout,
  metadataOf,
  oidc,
  openConnectionWorld,
  TENANT,
} from './connection-world.ts';

let world: ConnectionWorld;
beforeAll(async () => {
  world = await openConnectionWorld();
});
afterAll(() => world.close());

const selectSecret = statement<{ sealed: string | null }>(
  'select client_secret as sealed from connections where organization_id = $1 and id = $2',
);

const invalid = (path: string) => ({ code: 'invalidValue', details: { path } });
const saml = (letters = 'a') => ({
  protocol: 'saml' as const,
  metadata: metadataOf(
    world.clock,
    [...letters].map((letter) => ({ letter })),
  ),
});

const metadataAt = (ssoUrl: string) => metadataOf(world.clock, [{ letter: 'a' }], { ssoUrl });

describe('create', () => {
  it('makes a draft with an id of its own, and an event without its secret (security 7)', async () => {
    const operator = await world.anOrganization();
    const made = await world.domain.connections.create(operator, oidc);
    expect(made).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'acme.okta.example',
      protocol: 'oidc',
      status: 'draft',
      issuer: oidc.issuer,
      clientId: 'client-1',
      hasClientSecret: true,
      tenantId: null,
      ssoUrl: null,
      certificates: null,
      stableIdClaim: 'sub',
      allowsJustInTime: false,
      version: 1,
      testedAt: null,
      createdBy: { kind: 'operator' },
    });
    expect(await world.domain.connections.get(operator, made.id)).toEqual(made);
    const events = await eventsAbout(world, operator, made.id);
    expect(events).toMatchObject([{ type: 'connectionCreated', data: { protocol: 'oidc', issuer: oidc.issuer } }]);
    expect(JSON.stringify([made, events])).not.toContain(oidc.clientSecret);
  });

  it('keeps the client secret sealed, and opens it for sign-in alone', async () => {
    const operator = await world.anOrganization();
    const { id } = await world.domain.connections.create(operator, oidc);
    const [stored] = await world.database.run(operator.organizationId, selectSecret, id);
    expect(stored?.sealed).toMatch(/^v1\./);
    expect(stored?.sealed).not.toContain(oidc.clientSecret);
    const { organizationId } = operator;
    expect(await world.domain.signInConnections.open({ organizationId, id })).toMatchObject({
      clientSecret: oidc.clientSecret,
    });
  });

  it('S2: needs a plan with single sign-on', async () => {
    const operator = await world.anOrganization({ plan: 'free' });
    await expect(world.domain.connections.create(operator, oidc)).rejects.toMatchObject({ code: 'planLacksSso' });
    await world.domain.organizations.update(operator, { plan: 'enterprise' });
    const { id } = await world.domain.connections.create(operator, oidc);
    const enable = () => world.domain.connections.enable(operator, id);
    await world.domain.organizations.update(operator, { plan: 'free' });
    await expect(enable()).rejects.toMatchObject({ code: 'planLacksSso' });
    await world.domain.organizations.update(operator, { plan: 'enterprise' });
    expect(await enable()).toMatchObject({ status: 'enabled' });
    // What runs is never stopped by the plan.
    await world.domain.organizations.update(operator, { plan: 'free' });
    expect(await enable()).toMatchObject({ status: 'enabled' });
  });

  it('security 38: is enabled by somebody who holds what is given to anybody whom it could let in', async () => {
    const operator = await world.anOrganization();
    const { organizationId } = operator;
    const { connections, groups, permissionSets, grants } = world.domain;
    const { id } = await connections.create(operator, oidc);
    const group = await groups.create(operator, { name: 'Editors' });
    for (const permissions of [['screens:publish'], ['screens:view', 'billing:manage']]) {
      const set = await permissionSets.create(operator, { name: permissions.join(), permissions });
      await grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
    }
    const by = (...permissions: string[]) => connections.enable(anActor(organizationId, permissions), id);
    await expect(by('rollcall:connections')).rejects.toMatchObject({
      code: 'permissionsExceedOwn',
      details: { permissions: ['screens:publish'] },
    });
    // Who holds something sensitive is asked for at the first sign-in, so that it need not be held here.
    expect(await by('rollcall:connections', 'screens:publish')).toMatchObject({ status: 'enabled' });
  });

  it('stops at 20 connections, which are not counted when they are deleted', async () => {
    const operator = await world.anOrganization();
    const made = await Promise.all(Array.from({ length: 20 }, () => world.domain.connections.create(operator, oidc)));
    await expect(world.domain.connections.create(operator, oidc)).rejects.toMatchObject({ code: 'tooMany' });
    await world.domain.connections.remove(operator, made[0]?.id ?? '');
    expect((await world.domain.connections.create(operator, oidc)).status).toBe('draft');
  });

  it.each([
    [{ issuer: 'http://acme.okta.example' }, 'issuer'],
    [{ issuer: 'https://127.0.0.1' }, 'issuer'],
    [{ issuer: 'https://intranet' }, 'issuer'],
    [{ issuer: 'https://acme.okta.example?a=1' }, 'issuer'],
    [{ issuer: 'https://login.microsoftonline.com/common/v2.0' }, 'issuer'],
    [{ issuer: 'https://login.microsoftonline.com/organizations/v2.0' }, 'issuer'],
    [{ issuer: 'https://login.microsoftonline.com/consumers/v2.0' }, 'issuer'],
    [{ issuer: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0' }, 'issuer'],
    [{ issuer: 'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0' }, 'issuer'],
    [{ issuer: `https://login.microsoftonline.com/${TENANT}` }, 'issuer'],
    [{ clientId: ' ' }, 'clientId'],
    [{ clientSecret: '' }, 'clientSecret'],
    [{ name: '' }, 'name'],
    [{ stableIdClaim: '' }, 'stableIdClaim'],
    [{ issuer: 'https://accounts.google.com', allowsJustInTime: true }, 'allowsJustInTime'],
  ])('refuses %j', async (wrong, path) => {
    const operator = await world.anOrganization();
    await expect(world.domain.connections.create(operator, { ...oidc, ...wrong })).rejects.toMatchObject(invalid(path));
  });

  it.each([
    `https://login.microsoftonline.com/${TENANT}/v2.0`,
    `https://login.microsoftonline.com/${TENANT.toUpperCase()}/v2.0/`,
    `https://login.microsoftonline.com/${TENANT}/v2.0/.well-known/openid-configuration`,
  ])('security 24: pins the tenant of Entra, whose people are found by oid: %s', async (issuer) => {
    const operator = await world.anOrganization();
    expect(await world.domain.connections.create(operator, { ...oidc, issuer })).toMatchObject({
      issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      tenantId: TENANT,
      stableIdClaim: 'oid',
      name: 'Microsoft Entra ID',
    });
  });

  it('reads SAML metadata, and takes what suits its identity provider', async () => {
    const operator = await world.anOrganization();
    const certificates = [{ fingerprint: 'a'.repeat(64) }];
    expect(await world.domain.connections.create(operator, saml())).toMatchObject({
      protocol: 'saml',
      issuer: 'https://idp.example/saml',
      ssoUrl: 'https://idp.example/sso?idpid=1',
      certificates,
      clientId: null,
      hasClientSecret: false,
      stableIdClaim: 'NameID',
      name: 'idp.example',
    });
    const entra = { issuer: `https://sts.windows.net/${TENANT}/`, ssoUrl: 'https://login.microsoftonline.com/saml2' };
    const metadata = metadataOf(world.clock, [{ letter: 'a' }], entra);
    expect(await world.domain.connections.create(operator, { protocol: 'saml', metadata })).toMatchObject({
      stableIdClaim: 'http://schemas.microsoft.com/identity/claims/objectidentifier',
      name: 'Microsoft Entra ID',
    });
  });

  it.each([
    ['no metadata', () => '<html/>'],
    ['nothing', () => ' '],
    ['more than 256 KB', () => metadataOf(world.clock, [{ letter: 'a' }]).padEnd(256 * 1024 + 1)],
    ['no certificate', () => metadataOf(world.clock, [])],
    ['only certificates that ended 30 days ago', () => metadataOf(world.clock, [{ letter: 'a', to: -30 }])],
    ['three live certificates', () => metadataOf(world.clock, [{ letter: 'a' }, { letter: 'b' }, { letter: 'c' }])],
    ['an address without https', () => metadataAt('http://idp.example/')],
    ['an address of this machine', () => metadataAt('http://localhost:1/sso')],
    ['an address with a password', () => metadataAt('https://a:b@idp.example/')],
    ['an address without end', () => metadataAt(`https://idp.example/${'a'.repeat(2048)}`)],
    ['a script as address', () => metadataAt('javascript:alert(1)')],
    [
      'an entity id without end',
      () => metadataOf(world.clock, [{ letter: 'a' }], { issuer: `https://idp.example/${'a'.repeat(1024)}` }),
    ],
  ])('refuses metadata with %s', async (_, metadata) => {
    const operator = await world.anOrganization();
    const input = { protocol: 'saml' as const, metadata: metadata() };
    await expect(world.domain.connections.create(operator, input)).rejects.toMatchObject(invalid('metadata'));
  });
});

describe('who may change connections (security 8, 38)', () => {
  it('needs rollcall:connections for everything, also to read', async () => {
    const operator = await world.anOrganization();
    const { id } = await world.domain.connections.create(operator, oidc);
    const other = anActor(operator.organizationId, ['rollcall:users', 'rollcall:directories']);
    const { connections, connectionTests } = world.domain;
    const forbidden = { code: 'forbidden' };
    await expect(connections.create(other, oidc)).rejects.toMatchObject(forbidden);
    await expect(connections.update(other, id, { name: 'x' })).rejects.toMatchObject(forbidden);
    await expect(connections.enable(other, id)).rejects.toMatchObject(forbidden);
    await expect(connections.disable(other, id)).rejects.toMatchObject(forbidden);
    await expect(connections.remove(other, id)).rejects.toMatchObject(forbidden);
    await expect(connectionTests.start(other, id)).rejects.toMatchObject(forbidden);
    await expect(connections.list(other, {})).rejects.toMatchObject(forbidden);
    await expect(connections.getMany(other, [id])).rejects.toMatchObject(forbidden);
  });

  it('is of one organization: the connection of another is not there', async () => {
    const [operator, stranger] = [await world.anOrganization(), await world.anOrganization()];
    const { id } = await world.domain.connections.create(operator, oidc);
    const { connections, connectionTests } = world.domain;
    const notFound = { code: 'notFound' };
    await expect(connections.get(stranger, id)).rejects.toMatchObject(notFound);
    for (const unknown of [id, 'no-id']) {
      await expect(connections.update(stranger, unknown, { name: 'x' })).rejects.toMatchObject(notFound);
      await expect(connections.enable(stranger, unknown)).rejects.toMatchObject(notFound);
      await expect(connections.disable(stranger, unknown)).rejects.toMatchObject(notFound);
      await expect(connections.remove(stranger, unknown)).rejects.toMatchObject(notFound);
      await expect(connectionTests.start(stranger, unknown)).rejects.toMatchObject(notFound);
    }
    expect((await connections.list(stranger, {})).items).toEqual([]);
  });

  it('asks somebody whose sign-in is older than 15 minutes to sign in again', async () => {
    const operator = await world.anOrganization();
    const { id } = await world.domain.connections.create(operator, oidc);
    const stale = aSignedInAdmin(world, operator, { minutesAgo: 16 });
    const { connections } = world.domain;
    const refused = { code: 'freshSignInRequired' };
    await expect(connections.create(stale, oidc)).rejects.toMatchObject(refused);
    await expect(connections.update(stale, id, { name: 'x' })).rejects.toMatchObject(refused);
    await expect(connections.enable(stale, id)).rejects.toMatchObject(refused);
    await expect(connections.disable(stale, id)).rejects.toMatchObject(refused);
    await expect(connections.remove(stale, id)).rejects.toMatchObject(refused);
    expect((await connections.get(stale, id)).id).toBe(id);
    const fresh = aSignedInAdmin(world, operator, { minutesAgo: 15 });
    expect(await connections.update(fresh, id, { name: 'Fresh' })).toMatchObject({ name: 'Fresh' });
  });

  /** Through this connection an owner signs in. */
  async function withAnOwner(operator: Actor, input: Parameters<Connections['create']>[1]): Promise<string> {
    const { connections, permissionSets, grants } = world.domain;
    const { id } = await connections.create(operator, input);
    const { userId } = await aSignedInUser(world, operator, id);
    const sets = await permissionSets.list(operator, {});
    const owner = sets.items.find(({ builtIn }) => builtIn === 'owner')?.id ?? '';
    await grants.grant(operator, { permissionSetId: owner, userId });
    return id;
  }
  const exceeds = { code: 'permissionsExceedOwn' };

  it('lets nobody entrust a connection to another who holds less than the people behind it', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const id = await withAnOwner(operator, oidc);
    const admin = aSignedInAdmin(world, operator);
    await expect(connections.update(admin, id, { issuer: 'https://evil.example' })).rejects.toMatchObject(exceeds);
    await expect(connections.update(admin, id, { clientId: 'other' })).rejects.toMatchObject(exceeds);
    await expect(connections.update(admin, id, { stableIdClaim: 'nickname' })).rejects.toMatchObject(exceeds);
    expect(await connections.update(admin, id, { clientSecret: 'new', name: 'Okta' })).toMatchObject({ version: 2 });
    expect(await connections.update(operator, id, { clientId: 'other' })).toMatchObject({ version: 3 });
  });

  it('lets nobody point an enabled connection elsewhere who may not enable it: whoever was never bound is found by it too', async () => {
    const operator = await world.anOrganization();
    const { connections, groups, permissionSets, grants } = world.domain;
    const ids = {
      oidc: (await connections.create(operator, oidc)).id,
      saml: (await connections.create(operator, saml())).id,
    };
    const group = await groups.create(operator, { name: 'Editors' });
    const set = await permissionSets.create(operator, { name: 'Publishing', permissions: ['screens:publish'] });
    await grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
    for (const id of Object.values(ids)) await connections.enable(operator, id);
    const admin = aSignedInAdmin(world, operator);
    const elsewhere = [
      [ids.oidc, { issuer: 'https://evil.example' }],
      [ids.oidc, { clientId: 'other' }],
      [ids.oidc, { stableIdClaim: 'nickname' }],
      [ids.saml, { metadata: saml('b').metadata }],
      [ids.saml, { metadata: metadataAt('https://evil.example/sso') }],
    ] as const;
    for (const [id, input] of elsewhere) {
      await expect(connections.update(admin, id, input)).rejects.toMatchObject({
        ...exceeds,
        details: { permissions: ['screens:publish'] },
      });
    }
    expect(await connections.update(admin, ids.oidc, { clientSecret: 'new', name: 'Okta' })).toMatchObject({
      version: 3,
    });
    const holder = aSignedInAdmin(world, operator, { permissions: ['rollcall:connections', 'screens:publish'] });
    expect(await connections.update(holder, ids.oidc, { clientId: 'other' })).toMatchObject({ version: 4 });
    // Through one that is not enabled nobody is found: enabling it asks.
    await connections.disable(admin, ids.saml);
    for (const [id, input] of elsewhere.slice(3))
      expect(await connections.update(admin, id, input)).toMatchObject({ id });
    await expect(connections.enable(admin, ids.saml)).rejects.toMatchObject(exceeds);
  });

  it('lets them end the belief in a certificate, but not begin it in another', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const id = await withAnOwner(operator, saml('ab'));
    const admin = aSignedInAdmin(world, operator);
    const { metadata } = saml('c');
    await expect(connections.update(admin, id, { metadata })).rejects.toMatchObject(exceeds);
    const removed = await connections.update(admin, id, { removeCertificate: 'a'.repeat(64) });
    expect(removed.certificates).toHaveLength(1);
  });
});

describe('update', () => {
  it('leaves what is absent, and takes null for what is usual', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const input = { ...oidc, name: 'Okta', stableIdClaim: 'employee_id', allowsJustInTime: true };
    const { id } = await connections.create(operator, input);
    const renamed = await connections.update(operator, id, { name: 'Okta 2', ifVersion: 1 });
    expect(renamed).toMatchObject({ name: 'Okta 2', stableIdClaim: 'employee_id', allowsJustInTime: true, version: 2 });
    const cleared = { name: null, stableIdClaim: null, allowsJustInTime: null };
    const usual = { name: 'acme.okta.example', stableIdClaim: 'sub', allowsJustInTime: false };
    expect(await connections.update(operator, id, cleared)).toMatchObject(usual);
    for (const path of ['issuer', 'clientId', 'clientSecret']) {
      await expect(connections.update(operator, id, { [path]: null })).rejects.toMatchObject(invalid(path));
    }
    await expect(connections.update(operator, id, { name: 'x', ifVersion: 2 })).rejects.toMatchObject({
      code: 'versionConflict',
    });
    expect(await connections.update(operator, id, { name: usual.name })).toMatchObject({ version: 3 });
  });

  it('takes the usual claim of a new issuer', async () => {
    const operator = await world.anOrganization();
    const { id } = await world.domain.connections.create(operator, oidc);
    const issuer = `https://login.microsoftonline.com/${TENANT}/v2.0`;
    expect(await world.domain.connections.update(operator, id, { issuer })).toMatchObject({
      tenantId: TENANT,
      stableIdClaim: 'oid',
    });
  });

  it('takes nothing of the other protocol', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const [one, other] = [await connections.create(operator, oidc), await connections.create(operator, saml())];
    const { metadata } = saml('b');
    await expect(connections.update(operator, one.id, { metadata })).rejects.toMatchObject(invalid('metadata'));
    for (const path of ['issuer', 'clientId', 'clientSecret']) {
      const input = { [path]: 'https://x.example' };
      await expect(connections.update(operator, other.id, input)).rejects.toMatchObject(invalid(path));
    }
  });

  it('tells what changed, and of a new client secret only that', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, oidc);
    await connections.update(operator, id, { clientId: 'client-2', clientSecret: 'quite another', name: 'Okta' });
    const events = await eventsAbout(world, operator, id);
    expect(events.at(-1)).toEqual({
      type: 'connectionUpdated',
      data: {
        changes: {
          clientId: { before: 'client-1', after: 'client-2' },
          name: { before: 'acme.okta.example', after: 'Okta' },
        },
        isClientSecretReplaced: true,
      },
    });
    expect(JSON.stringify(events)).not.toContain('quite another');
    const opened = await world.domain.signInConnections.open({ organizationId: operator.organizationId, id });
    expect(opened).toMatchObject({ clientSecret: 'quite another', version: 2 });
  });

  it.each([
    [{ clientId: 'other' }, { authentication: 'connectionChanged', binding: null }],
    [{ issuer: 'https://new.okta.example' }, { authentication: 'connectionChanged', binding: 'issuerChanged' }],
    [{ stableIdClaim: 'employee_id' }, { authentication: 'connectionChanged', binding: null }],
    [{ clientSecret: 'other' }, { authentication: null, binding: null }],
    [
      { name: 'Okta', allowsJustInTime: true },
      { authentication: null, binding: null },
    ],
  ])('ends what was proved before where somebody else is believed now: %j', async (input, ends) => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, oidc);
    const other = await connections.create(operator, oidc);
    await connections.enable(operator, id);
    const [person, untouched] = [
      await aSignedInUser(world, operator, id),
      await aSignedInUser(world, operator, other.id),
    ];
    await connections.update(operator, id, input);
    expect(await endsOf(world, operator, person)).toEqual(ends);
    expect(await endsOf(world, operator, untouched)).toEqual({ authentication: null, binding: null });
    const bindingEvents = await eventsAbout(world, operator, person.bindingId);
    expect(bindingEvents.map(({ type }) => type)).toEqual(ends.binding ? ['bindingEnded'] : []);
  });

  it('lets a test count no more for what was not tested', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, oidc);
    await world.domain.connectionTests.record({ organizationId: operator.organizationId, id }, { sub: '1' });
    expect(await connections.update(operator, id, { name: 'Okta' })).toMatchObject({ testedClaims: { sub: '1' } });
    expect(await connections.update(operator, id, { clientSecret: 'new' })).toMatchObject({
      testedAt: null,
      testedClaims: null,
    });
  });
});

describe('certificate rollover', () => {
  const letters = (row: { certificates: { fingerprint: string }[] | null }) =>
    (row.certificates ?? []).map(({ fingerprint }) => fingerprint.charAt(0)).join('');

  it('believes the old certificate beside the new one, two at most, the newest of those before', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, saml());
    const import_ = async (...certificates: { letter: string; from?: number; to?: number }[]) =>
      letters(await connections.update(operator, id, { metadata: metadataOf(world.clock, certificates) }));
    expect(await import_({ letter: 'b', from: 0 })).toBe('ba');
    expect(await import_({ letter: 'c', from: 0.5 })).toBe('cb');
    expect(await import_({ letter: 'b', from: 0 })).toBe('bc');
    expect(await import_({ letter: 'd' }, { letter: 'e' }, { letter: 'f', to: -0.1 })).toBe('de');
  });

  it('drops what ended 30 days ago, and enables by what ended since', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const metadata = metadataOf(world.clock, [{ letter: 'a', to: 10 }]);
    const { id } = await connections.create(operator, { protocol: 'saml', metadata });
    world.clock.advance(39 * DAY);
    expect(await connections.enable(operator, id)).toMatchObject({ status: 'enabled' });
    await connections.disable(operator, id);
    expect(letters(await connections.update(operator, id, { metadata }))).toBe('a');
    world.clock.advance(DAY);
    const expired = { code: 'connectionStatusConflict' };
    await expect(connections.enable(operator, id)).rejects.toMatchObject(expired);
    expect(letters(await connections.update(operator, id, { metadata: saml('b').metadata }))).toBe('b');
    expect(await connections.enable(operator, id)).toMatchObject({ status: 'enabled' });
  });

  it('drops one by its fingerprint, however it is written, but never the last', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, saml('ab'));
    const colons = `${'AA:'.repeat(31)}AA`;
    const unknown = connections.update(operator, id, { removeCertificate: 'c'.repeat(64) });
    await expect(unknown).rejects.toMatchObject(invalid('removeCertificate'));
    expect(letters(await connections.update(operator, id, { removeCertificate: colons }))).toBe('b');
    const last = connections.update(operator, id, { removeCertificate: 'b'.repeat(64) });
    await expect(last).rejects.toMatchObject(invalid('removeCertificate'));
    const data = { changes: { certificates: { before: ['a'.repeat(64), 'b'.repeat(64)], after: ['b'.repeat(64)] } } };
    expect((await eventsAbout(world, operator, id)).at(-1)).toEqual({ type: 'connectionUpdated', data });
  });

  it('refuses metadata of another entity id', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, saml());
    const metadata = metadataOf(world.clock, [{ letter: 'b' }], { issuer: 'https://evil.example' });
    await expect(connections.update(operator, id, { metadata })).rejects.toMatchObject(invalid('metadata'));
  });

  it('ends sessions where a certificate is believed no longer, and none where one comes beside it', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { metadata } = saml();
    const { id } = await connections.create(operator, { protocol: 'saml', metadata });
    const person = await aSignedInUser(world, operator, id);
    expect((await connections.update(operator, id, { metadata })).version).toBe(1);
    expect(await endsOf(world, operator, person)).toEqual({ authentication: null, binding: null });
    const both = await connections.update(operator, id, { metadata: saml('b').metadata });
    expect(both.certificates).toHaveLength(2);
    expect(await endsOf(world, operator, person)).toEqual({ authentication: null, binding: null });
    await connections.update(operator, id, { removeCertificate: 'a'.repeat(64) });
    expect(await endsOf(world, operator, person)).toEqual({ authentication: 'connectionChanged', binding: null });
  });
});

describe('the life of a connection', () => {
  it('enables and disables it, once each, and ends its sessions', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, oidc);
    await expect(connections.disable(operator, id)).rejects.toMatchObject({ code: 'connectionStatusConflict' });
    expect(await connections.isReady(operator)).toBe(false);
    expect(await connections.enable(operator, id)).toMatchObject({ status: 'enabled', version: 2, testedAt: null });
    expect(await connections.enable(operator, id)).toMatchObject({ version: 2 });
    expect(await connections.isReady(operator)).toBe(true);
    const person = await aSignedInUser(world, operator, id);
    expect(await connections.disable(operator, id)).toMatchObject({ status: 'disabled', version: 3 });
    expect(await connections.disable(operator, id)).toMatchObject({ version: 3 });
    expect(await endsOf(world, operator, person)).toEqual({ authentication: 'connectionDisabled', binding: null });
    const events = await eventsAbout(world, operator, id);
    expect(events.slice(1)).toEqual([
      { type: 'connectionStatusChanged', data: { before: 'draft', after: 'enabled' } },
      { type: 'connectionStatusChanged', data: { before: 'enabled', after: 'disabled' } },
    ]);
  });

  it('deletes it with its secret, its sessions and its bindings, and knows it no more', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const { id } = await connections.create(operator, oidc);
    await connections.enable(operator, id);
    const person = await aSignedInUser(world, operator, id);
    await connections.remove(operator, id);
    const reason = 'connectionDeleted';
    expect(await endsOf(world, operator, person)).toEqual({ authentication: reason, binding: reason });
    expect((await eventsAbout(world, operator, person.userId)).at(-1)?.type).toBe('sessionsEnded');
    expect(await world.database.run(operator.organizationId, selectSecret, id)).toEqual([{ sealed: null }]);
    await expect(connections.get(operator, id)).rejects.toMatchObject({ code: 'notFound' });
    expect(await world.domain.signInConnections.find(id)).toBeUndefined();
    const { organizationId } = operator;
    expect(await world.domain.signInConnections.open({ organizationId, id })).toBeUndefined();
    expect((await connections.list(operator, {})).items).toEqual([]);
    await expect(connections.enable(operator, id)).rejects.toMatchObject({ code: 'notFound' });
    await expect(connections.remove(operator, id)).rejects.toMatchObject({ code: 'notFound' });
  });

  it('lists by protocol and status, in the order of names', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    const made = [
      await connections.create(operator, { ...oidc, name: 'b' }),
      await connections.create(operator, { ...oidc, name: 'A' }),
      await connections.create(operator, { ...saml(), name: 'c' }),
    ];
    await connections.enable(operator, made[0]?.id ?? '');
    const names = async (
      ...input: Parameters<typeof connections.list> extends [unknown, ...infer Rest] ? Rest : never
    ) => (await connections.list(operator, ...input)).items.map(({ name }) => name).join('');
    const orderBy = { field: 'name', direction: 'asc' } as const;
    expect(await names({ orderBy })).toBe('Abc');
    expect(await names({}, { protocols: ['oidc'] })).toBe('bA');
    expect(await names({}, { statuses: ['enabled'] })).toBe('b');
  });
});
