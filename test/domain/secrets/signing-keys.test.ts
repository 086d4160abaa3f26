import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { JWKS_MAX_AGE_SECONDS, TOKEN_LIFETIME_SECONDS } from '../../../src/domain/secrets/signing-keys.ts';
import { DAY, MINUTE, openSecretsWorld, type SecretsWorld } from './secrets-world.ts';

let world: SecretsWorld;
beforeEach(async () => {
  world = await openSecretsWorld();
});
afterEach(() => world.close());

async function signer(domain = world.domain): Promise<string | undefined> {
  return decodeProtectedHeader(await domain.signingKeys.sign({})).kid;
}

async function published(domain = world.domain): Promise<(string | undefined)[]> {
  return (await domain.signingKeys.jwks()).keys.map((key) => key.kid);
}

const selectPrivate = statement<{ sealed: string }>('select sealed_private_jwk as sealed from signing_keys');

describe('the first signing key', () => {
  it('is one in all processes, signs at once and shows no private part', async () => {
    const processes = [world.domain, world.anotherProcess(), world.anotherProcess()];
    const kids = await Promise.all(Array.from({ length: 15 }, (_, index) => signer(processes[index % 3])));
    expect(new Set(kids).size).toBe(1);
    const { keys } = await world.domain.signingKeys.jwks();
    expect(keys).toEqual([
      { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: kids[0], x: expect.any(String), y: expect.any(String) },
    ]);
    const [row] = await world.database.lookUp(selectPrivate);
    expect(row?.sealed).toMatch(/^v1\./);
  });
});

describe('a signing key that follows', () => {
  it('is published for ten minutes before it signs, longer than anybody keeps the JWKS', async () => {
    const first = await signer();
    const next = (await world.domain.signingKeys.rotate()).id;
    expect(await published()).toEqual([first, next]);
    expect(JWKS_MAX_AGE_SECONDS * 1000).toBeLessThan(10 * MINUTE);
    world.clock.advance(10 * MINUTE - 1);
    expect(await signer()).toBe(first);
    world.clock.advance(1);
    expect(await signer()).toBe(next);
  });

  it('has the one before stay published until the last token that it signed has ended', async () => {
    const first = await signer();
    const next = (await world.domain.signingKeys.rotate()).id;
    world.clock.advance(10 * MINUTE + TOKEN_LIFETIME_SECONDS * 1000);
    await world.domain.signingKeys.maintain();
    expect(await published()).toEqual([first, next]);
    world.clock.advance(2 * MINUTE);
    await world.domain.signingKeys.maintain();
    expect(await published()).toEqual([next]);
  });

  it('is known to another process before it signs there', async () => {
    const other = world.anotherProcess();
    const first = await signer(other);
    const { id: next } = await world.domain.signingKeys.rotate();
    world.clock.advance(MINUTE);
    expect(await published(other)).toEqual([first, next]);
    world.clock.advance(9 * MINUTE);
    expect([await signer(other), await signer()]).toEqual([next, next]);
  });

  it('waits alone: rotating again answers the one that waits', async () => {
    await signer();
    const { id } = await world.domain.signingKeys.rotate();
    expect((await world.anotherProcess().signingKeys.rotate()).id).toBe(id);
    expect(await published()).toHaveLength(2);
  });

  it('comes by itself after 90 days, and once for all processes', async () => {
    const first = await signer();
    world.clock.advance(90 * DAY - 1);
    await world.domain.keyRotation.maintain();
    expect(await published()).toEqual([first]);
    world.clock.advance(1);
    await Promise.all([world.domain, world.anotherProcess()].map((each) => each.keyRotation.maintain()));
    expect(await published(world.anotherProcess())).toHaveLength(2);
    expect(await signer(world.anotherProcess())).toBe(first);
    world.clock.advance(10 * MINUTE);
    expect(await signer()).not.toBe(first);
  });

  it('is not made by the maintenance of a service that has signed nothing yet', async () => {
    await world.domain.keyRotation.maintain();
    expect(await world.database.lookUp(selectPrivate)).toEqual([]);
  });

  it('signs at once where the one before cannot be opened any more, and no lost one ever signs', async () => {
    await signer();
    await world.domain.signingKeys.rotate();
    const fresh = world.anotherProcess({ secretKey: 'the key before this one is lost' });
    await expect(signer(fresh)).rejects.toThrow(/SECRET_KEY/);
    const { signingKey } = await fresh.keyRotation.rotate({ isOldKeyLost: true });
    expect(await signer(fresh)).toBe(signingKey.id);
    world.clock.advance(11 * MINUTE);
    expect(await signer(fresh)).toBe(signingKey.id);
  });
});
