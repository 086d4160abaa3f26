import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aSignedInUser,
  type ConnectionWorld,
  endsOf,
  eventsAbout,
  metadataOf,
  oidc,
  openConnectionWorld,
} from './connection-world.ts';

let world: ConnectionWorld;
beforeAll(async () => {
  world = await openConnectionWorld({ allowsLoopbackIssuers: true });
});
afterAll(() => world.close());

const MINUTE = 60_000;

describe('an organization as its sign-in pages see it', () => {
  it('has its enabled connections, the oldest first, by its slug, an alias and its id', async () => {
    const operator = await world.anOrganization();
    const { connections, signInConnections, organizations, organizationSlugs } = world.domain;
    const { slug } = await organizations.get(operator);
    const made = [];
    for (const name of ['one', 'two', 'three', 'four'])
      made.push(await connections.create(operator, { ...oidc, name }));
    for (const { id } of [...made].reverse().slice(0, 3)) await connections.enable(operator, id);
    await connections.disable(operator, made[2]?.id ?? '');
    const newSlug = `org-${uuid().slice(-12)}`;
    await organizationSlugs.change(operator, newSlug);
    const found = await signInConnections.findOrganization(slug);
    expect(found).toMatchObject({
      id: operator.organizationId,
      name: 'Acme',
      slug: newSlug,
      status: 'active',
      plan: 'enterprise',
      disclosesName: true,
      signInContact: null,
      takesOtherMethods: false,
      hasConnections: true,
    });
    expect(found?.connections.map(({ name }) => name)).toEqual(['two', 'four']);
    expect(found?.connections[0]).toMatchObject({
      organizationId: operator.organizationId,
      version: 2,
    });
    expect(JSON.stringify(found)).not.toContain('ecret');
    expect(await signInConnections.findOrganization(newSlug)).toEqual(found);
    expect(await signInConnections.organizationOf(operator.organizationId)).toEqual(found);
  });

  it('is not found by an unknown or released slug, nor by what is none', async () => {
    const operator = await world.anOrganization();
    const { signInConnections, organizations, organizationSlugs } = world.domain;
    const { slug } = await organizations.get(operator);
    await organizationSlugs.change(operator, `org-${uuid().slice(-12)}`);
    await organizationSlugs.release(operator, slug);
    for (const unknown of [slug, 'nobody-has-this', '', "x' or 1=1", 'A'.repeat(1000)]) {
      expect(await signInConnections.findOrganization(unknown)).toBeUndefined();
    }
    expect(await signInConnections.organizationOf(uuid())).toBeUndefined();
  });

  it('says when there is no connection but deleted ones, and whether it is in use', async () => {
    const operator = await world.anOrganization();
    const { connections, signInConnections, organizationLifeCycle } = world.domain;
    const { id } = await connections.create(operator, oidc);
    await connections.remove(operator, id);
    await organizationLifeCycle.suspend(operator);
    expect(await signInConnections.organizationOf(operator.organizationId)).toMatchObject({
      status: 'suspended',
      connections: [],
      hasConnections: false,
    });
    await expect(connections.create(operator, oidc)).rejects.toMatchObject({ code: 'organizationSuspended' });
  });
});

describe('a connection as sign-in finds it', () => {
  it('is found by its id in any status', async () => {
    const operator = await world.anOrganization();
    const { connections, signInConnections } = world.domain;
    const { id } = await connections.create(operator, oidc);
    const found = {
      id,
      organizationId: operator.organizationId,
      name: 'acme.okta.example',
      protocol: 'oidc',
      status: 'draft',
      version: 1,
      issuer: oidc.issuer,
      clientId: oidc.clientId,
      tenantId: null,
      ssoUrl: null,
      certificates: null,
      stableIdClaim: 'sub',
      allowsJustInTime: false,
    };
    expect(await signInConnections.find(id)).toEqual(found);
    expect(await signInConnections.open(found)).toEqual({ ...found, clientSecret: oidc.clientSecret });
    expect(await signInConnections.find(uuid())).toBeUndefined();
    expect(await signInConnections.find("' or 1=1")).toBeUndefined();
    expect(await connections.organizationIdOf(id)).toBe(operator.organizationId);
    expect(await connections.organizationIdOf('no-id')).toBeUndefined();
  });

  it('may send people to this machine where that is allowed, and to no other one without https', async () => {
    const operator = await world.anOrganization();
    const create = (ssoUrl: string) => {
      const metadata = metadataOf(world.clock, [{ letter: 'a' }], { ssoUrl });
      return world.domain.connections.create(operator, { protocol: 'saml', metadata });
    };
    expect((await create('http://localhost:1/sso')).ssoUrl).toBe('http://localhost:1/sso');
    await expect(create('http://idp.example/sso')).rejects.toMatchObject({ details: { path: 'metadata' } });
  });

  it('may have its issuer on this machine where that is allowed, its tenant pinned too', async () => {
    const operator = await world.anOrganization();
    const tenant = uuid();
    const issuer = `http://127.0.0.1:8080/${tenant}/v2.0`;
    const made = await world.domain.connections.create(operator, { ...oidc, issuer });
    expect(made).toMatchObject({ issuer, tenantId: tenant, stableIdClaim: 'oid' });
  });
});

describe('a test of a connection', () => {
  it('looks at it with its secret, and opens it for 15 minutes, in any status', async () => {
    const operator = await world.anOrganization();
    const { connections, connectionTests } = world.domain;
    const { id } = await connections.create(operator, oidc);
    world.checks.splice(0, 1, { name: 'Discovery', isOk: false, message: 'It cannot be reached.' });
    const { checks, secret } = await connectionTests.start(operator, id);
    expect(checks).toEqual([{ name: 'Discovery', isOk: false, message: 'It cannot be reached.' }]);
    expect(world.checked.at(-1)).toMatchObject({ id, clientSecret: oidc.clientSecret });
    expect(await connectionTests.read(id, secret)).toMatchObject({ id, status: 'draft' });
    world.clock.advance(15 * MINUTE - 1000);
    expect(await connectionTests.read(id, secret)).toMatchObject({ id });
    world.clock.advance(1000);
    expect(await connectionTests.read(id, secret)).toBeUndefined();
  });

  it('is not opened by the secret of another, of an earlier version, or by one with a later end', async () => {
    const operator = await world.anOrganization();
    const { connections, connectionTests } = world.domain;
    const [one, other] = [await connections.create(operator, oidc), await connections.create(operator, oidc)];
    const { secret } = await connectionTests.start(operator, one.id);
    const [end = '', hmac = ''] = secret.split('.');
    const later = `${(Number.parseInt(end, 36) + 3600).toString(36)}.${hmac}`;
    for (const wrong of [later, `${end}.${'A'.repeat(43)}`, `${secret}x`, end, '', '.', 'é.é']) {
      expect(await connectionTests.read(one.id, wrong)).toBeUndefined();
    }
    expect(await connectionTests.read(other.id, secret)).toBeUndefined();
    expect(await connectionTests.read('no-id', secret)).toBeUndefined();
    expect(await connectionTests.read(one.id, secret)).toBeDefined();
    await connections.update(operator, one.id, { name: 'changed' });
    expect(await connectionTests.read(one.id, secret)).toBeUndefined();
  });

  it('keeps what it brought, without a new version, and tells of no person in its event', async () => {
    const operator = await world.anOrganization();
    const { connections, connectionTests } = world.domain;
    const { id } = await connections.create(operator, oidc);
    const claims = { sub: '1', email: 'ada@acme.example', groups: ['a', 'b'] };
    const connection = { organizationId: operator.organizationId, id };
    await connectionTests.record(connection, claims);
    const tested = { testedAt: world.clock(), testedClaims: claims, version: 1, updatedAt: expect.any(Date) };
    expect(await connections.get(operator, id)).toMatchObject(tested);
    const [, event] = await eventsAbout(world, operator, id);
    expect(event).toEqual({ type: 'connectionTested', data: { claims: ['sub', 'email', 'groups'] } });
    await expect(connectionTests.record({ ...connection, id: uuid() }, claims)).rejects.toMatchObject({
      code: 'notFound',
    });
  });
});

describe('S1: single sign-on comes before SCIM', () => {
  const create = (operator: Parameters<typeof world.domain.directories.create>[0]) =>
    world.domain.directories.create(operator, { name: 'Entra' });

  it('says what is missing until a connection is enabled, and then lets a directory be made', async () => {
    const operator = await world.anOrganization();
    const { connections } = world.domain;
    await expect(create(operator)).rejects.toMatchObject({
      code: 'ssoRequired',
      message: expect.stringContaining('there is no connection yet'),
      details: { missing: 'connection' },
    });
    const { id } = await connections.create(operator, { ...oidc, name: 'Okta' });
    await expect(create(operator)).rejects.toMatchObject({
      message: expect.stringContaining('the connection Okta is not enabled'),
      details: { missing: 'enabledConnection' },
    });
    await connections.create(operator, oidc);
    await expect(create(operator)).rejects.toMatchObject({
      message: expect.stringContaining('no connection is enabled'),
    });
    await connections.enable(operator, id);
    expect(await create(operator)).toMatchObject({ status: 'active' });
    await connections.disable(operator, id);
    await expect(create(operator)).rejects.toMatchObject({ details: { missing: 'enabledConnection' } });
  });

  it('never stops a directory that runs', async () => {
    const operator = await world.anOrganization();
    const { connections, scimTokens } = world.domain;
    const { id } = await connections.create(operator, oidc);
    await connections.enable(operator, id);
    const directory = await create(operator);
    const { token } = await scimTokens.create(operator, { directoryId: directory.id });
    const person = await aSignedInUser(world, operator, id);
    await connections.remove(operator, id);
    expect(await scimTokens.authenticate(token)).toMatchObject({ directoryId: directory.id });
    await expect(scimTokens.create(operator, { directoryId: directory.id })).rejects.toMatchObject({
      details: { missing: 'connection' },
    });
    expect(await endsOf(world, operator, person)).toMatchObject({ authentication: 'connectionDeleted' });
  });

  it('is lifted by the operator’s exception', async () => {
    const operator = await world.anOrganization({ scimWithoutSso: true });
    expect(await create(operator)).toMatchObject({ status: 'active' });
  });
});
