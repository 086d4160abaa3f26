import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Domain } from '../../../src/domain/domain.ts';
import { permissionVersionOf } from '../../../src/domain/permissions/permission-version.ts';
import { MINUTE, openSecretsWorld, type SecretsWorld } from '../secrets/secrets-world.ts';
import { anOwnedOrganization, aSignedInOwner } from './one-time-world.ts';

let world: SecretsWorld;
beforeAll(async () => {
  world = await openSecretsWorld();
});
afterAll(async () => {
  await world.domain.settled();
  await world.close();
});

const issuer = 'https://id.example.com';

async function anOwner() {
  const organization = await anOwnedOrganization(world.domain);
  return { organization, ...(await aSignedInOwner(world.domain, organization)) };
}

describe('a session token', () => {
  it('says who acts in which organization and session, for five minutes', async () => {
    const { organization, actor, userId } = await anOwner();
    const { token, expiresAt } = await world.domain.sessionTokens.mint(actor, { issuer });
    const now = Math.floor(world.clock().getTime() / 1000);
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      kid: expect.any(String),
      typ: 'rollcall-session+jwt',
    });
    expect(decodeJwt(token)).toEqual({
      iss: issuer,
      aud: issuer,
      sub: userId,
      org: organization.id,
      org_slug: organization.slug,
      sid: actor.sessionId,
      pv: expect.stringMatching(/^[\w-]{16}$/),
      auth_time: now,
      iat: now,
      exp: now + 300,
      jti: expect.any(String),
    });
    expect(expiresAt.getTime()).toBe((now + 300) * 1000);
    expect(await verify(token, { issuer })).toEqual(decodeJwt(token));
    world.clock.advance(5 * MINUTE);
    expect(await verify(token, { issuer })).toBeUndefined();
  });

  it('says when the person proved who they are, and nothing where nobody knows', async () => {
    const { actor } = await anOwner();
    const provedAt = new Date(world.clock().getTime() - 3 * MINUTE);
    const said = await world.domain.sessionTokens.mint({ ...actor, provedAt }, { issuer });
    expect(decodeJwt(said.token).auth_time).toBe(Math.floor(provedAt.getTime() / 1000));
    const unsaid = await world.domain.sessionTokens.mint({ ...actor, provedAt: null }, { issuer });
    expect(decodeJwt(unsaid.token)).not.toHaveProperty('auth_time');
  });

  it('is for the product where one is configured, and for nobody else', async () => {
    const { actor } = await anOwner();
    const product = { issuer, audience: 'https://app.example.com' };
    const { token } = await world.domain.sessionTokens.mint(actor, product);
    expect(decodeJwt(token).aud).toBe('https://app.example.com');
    expect(await verify(token, product)).toBeDefined();
    expect(await verify(token, { issuer })).toBeUndefined();
    expect(await verify(token, { ...product, issuer: 'https://x.example' })).toBeUndefined();
  });

  it('is not minted any more from the deactivation on, also for an actor who was let in before', async () => {
    const { actor, organization } = await anOwner();
    await aSignedInOwner(world.domain, organization, 'other@acme.example');
    await world.domain.users.block(organization.operator, actor.userId);
    await expect(world.domain.sessionTokens.mint(actor, { issuer })).rejects.toMatchObject({ code: 'signInRequired' });
  });

  it('is not minted any more once the session has ended or the organization is suspended', async () => {
    const first = await anOwner();
    await world.domain.sessions.signOut(first.cookie);
    const minting = world.domain.sessionTokens.mint(first.actor, { issuer });
    await expect(minting).rejects.toMatchObject({ code: 'signInRequired' });
    const second = await anOwner();
    await world.domain.organizationLifeCycle.suspend(second.organization.operator);
    const suspended = world.domain.sessionTokens.mint(second.actor, { issuer });
    await expect(suspended).rejects.toMatchObject({
      code: expect.stringMatching(/organizationSuspended|signInRequired/),
    });
  });

  it('is not what somebody signed by a key of their own, changed, or left unsigned', async () => {
    const { actor } = await anOwner();
    const { token } = await world.domain.sessionTokens.mint(actor, { issuer });
    const claims = decodeJwt(token);
    const { kid = '' } = decodeProtectedHeader(token);
    const { privateKey } = await generateKeyPair('ES256');
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'rollcall-session+jwt' })
      .sign(privateKey);
    const [header = '', body = '', signature = ''] = token.split('.');
    const unsigned = `${Buffer.from('{"alg":"none","typ":"rollcall-session+jwt"}').toString('base64url')}.${body}.`;
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody-else' })).toString('base64url');
    const wrong = [forged, unsigned, `${header}.${other}.${signature}`, '', 'undefined', `${header}.${body}.`];
    for (const text of wrong) expect(await verify(text, { issuer })).toBeUndefined();
  });

  it('is believed in another process, also once another key signs', async () => {
    const other = world.anotherProcess();
    const { actor } = await anOwner();
    await other.signingKeys.jwks();
    await world.domain.signingKeys.rotate();
    world.clock.advance(10 * MINUTE);
    const { token } = await world.domain.sessionTokens.mint(actor, { issuer });
    expect(await verify(token, { issuer }, other)).toBeDefined();
  });
});

describe('the permission version', () => {
  it('is the same while nothing changed, another one with every change, and the first again when it is undone', async () => {
    const { domain } = world;
    const { organization, actor } = await anOwner();
    const { operator } = organization;
    const reader = await domain.users.create(operator, { userName: 'reader@acme.example' });
    const version = async () => versionOf(organization.id, reader.id);
    const nothing = await version();
    const set = await domain.permissionSets.create(operator, { name: 'Publishers', permissions: ['screens:publish'] });
    const space = await domain.spaces.create(operator, { name: 'Berlin' });
    const onSpace = { permissionSetId: set.id, userId: reader.id, spaceId: space.id };
    await domain.grants.grant(operator, onSpace);
    const spaced = await version();
    const { id } = await domain.grants.grant(operator, { permissionSetId: set.id, userId: reader.id });
    const wide = await version();
    await domain.permissionSets.update(operator, set.id, { permissions: ['screens:publish', 'screens:edit'] });
    const wider = await version();
    expect(new Set([nothing, spaced, wide, wider]).size).toBe(4);
    await domain.permissionSets.update(operator, set.id, { permissions: ['screens:publish'] });
    expect(await version()).toBe(wide);
    await domain.grants.revoke(operator, id);
    expect(await version()).toBe(spaced);
    await domain.users.block(operator, reader.id);
    expect(await version()).toBe(nothing);
    expect(await versionOf(organization.id, actor.userId)).not.toBe(nothing);
  });

  it('in a token is the one of that moment', async () => {
    const { actor, organization } = await anOwner();
    const { token } = await world.domain.sessionTokens.mint(actor, { issuer });
    expect(decodeJwt(token).pv).toBe(await versionOf(organization.id, actor.userId));
  });
});

/** What a back end that knows only our public keys takes the text for; undefined where it refuses it. */
async function verify(
  token: string,
  { issuer: from, audience = from }: { issuer: string; audience?: string },
  { signingKeys }: Pick<Domain, 'signingKeys'> = world.domain,
) {
  const keys = createLocalJWKSet(await signingKeys.jwks());
  const typ = 'rollcall-session+jwt';
  const good = { algorithms: ['ES256'], typ, issuer: from, audience, currentDate: world.clock() };
  return jwtVerify(token, keys, good).then(
    ({ payload }) => payload,
    () => undefined,
  );
}

async function versionOf(organizationId: string, userId: string): Promise<string> {
  return permissionVersionOf(world.database, world.domain.catalogue, { organizationId, userId });
}
