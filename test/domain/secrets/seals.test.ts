import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataKeyIdOf } from '../../../src/domain/secrets/seals.ts';
import { dataKeysOf, openSecretsWorld, SECRET_KEY, type SecretsWorld } from './secrets-world.ts';

let world: SecretsWorld;
beforeEach(async () => {
  world = await openSecretsWorld();
});
afterEach(() => world.close());

describe('a sealed secret', () => {
  it('opens for what it was sealed for, in every process, and shows nothing of itself', async () => {
    const sealed = await world.domain.seals.seal('p4ssw0rd ✓', 'connection 1');
    expect(sealed).toMatch(/^v1\.[0-9a-f-]{36}\.[\w-]{40,}$/);
    expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString()).not.toContain('p4ssw0rd');
    expect(await world.domain.seals.open(sealed, 'connection 1')).toBe('p4ssw0rd ✓');
    expect(await world.anotherProcess().seals.open(sealed, 'connection 1')).toBe('p4ssw0rd ✓');
    expect(await world.domain.seals.seal('p4ssw0rd ✓', 'connection 1')).not.toBe(sealed);
  });

  it('opens in no other place', async () => {
    const sealed = await world.domain.seals.seal('secret', 'connection 1');
    await expect(world.domain.seals.open(sealed, 'connection 2')).rejects.toThrow(/belongs to something else/);
  });

  it('opens no more once a single letter of it is another', async () => {
    const sealed = await world.domain.seals.seal('secret', 'connection 1');
    const [version, id, bytes = ''] = sealed.split('.');
    for (const place of [0, 20, bytes.length - 3]) {
      const other = bytes[place] === 'A' ? 'B' : 'A';
      const changed = `${version}.${id}.${bytes.slice(0, place)}${other}${bytes.slice(place + 1)}`;
      await expect(world.domain.seals.open(changed, 'connection 1')).rejects.toThrow(/was changed/);
    }
  });

  it('that no setting opens any more is to be given anew, and says so', async () => {
    const sealed = await world.domain.seals.seal('secret', 'connection 1');
    const isGone = sealed.replace(/\.[\w-]{36}\./, `.${uuid()}.`);
    for (const [text, context, kind] of [
      [isGone, 'connection 1', 'dataKeyGone'],
      [sealed, 'connection 2', 'changed'],
      ['secret', 'connection 1', 'changed'],
    ] as const) {
      const message = expect.stringMatching(/Give it anew: .*--client-secret -, .*keys rotate\.$/);
      await expect(world.domain.seals.open(text, context)).rejects.toMatchObject({ kind, message });
    }
    const { seals } = world.anotherProcess({ secretKey: 'another secret key of these tests' });
    const message = expect.not.stringContaining('Give it anew');
    await expect(seals.open(sealed, 'connection 1')).rejects.toMatchObject({ kind: 'secretKey', message });
  });

  it.each(['', 'undefined', 'secret', 'v2.x.y', 'v1..'])('is no text such as %j', async (text) => {
    await expect(world.domain.seals.open(text, 'connection 1')).rejects.toThrow(/no form that this version knows/);
  });

  it('names the setting where SECRET_KEY is another, without a word of the secret', async () => {
    const sealed = await world.domain.seals.seal('secret', 'connection 1');
    const { seals } = world.anotherProcess({ secretKey: 'another secret key of these tests' });
    for (const work of [() => seals.open(sealed, 'connection 1'), () => seals.seal('other', 'connection 1')]) {
      const error: Error = await work().then(
        () => expect.unreachable(),
        (failure: Error) => failure,
      );
      expect(error.message).toMatch(/under another SECRET_KEY.*PREVIOUS_SECRET_KEY.*keys rotate/);
      expect(error.message).not.toMatch(/undefined|secret key of these|v1\./);
    }
    expect(await dataKeysOf(world)).toHaveLength(1);
  });

  it('opens under PREVIOUS_SECRET_KEY after SECRET_KEY changed', async () => {
    const sealed = await world.domain.seals.seal('secret', 'connection 1');
    const { seals } = world.anotherProcess({ secretKey: 'the next secret key', previousSecretKey: SECRET_KEY });
    expect(await seals.open(sealed, 'connection 1')).toBe('secret');
    const neither = world.anotherProcess({ secretKey: 'the next secret key', previousSecretKey: 'not the one' });
    await expect(neither.seals.open(sealed, 'connection 1')).rejects.toThrow(/neither under SECRET_KEY nor under/);
  });
});

describe('SECRET_KEY', () => {
  it('is refused when it is not the service’s, as far as a sealed secret shows it', async () => {
    const mistyped = world.anotherProcess({ secretKey: 'a mistyped secret key' });
    await mistyped.seals.requireSecretKey();
    await world.domain.seals.seal('secret', 'connection 1');
    await expect(mistyped.seals.requireSecretKey()).rejects.toMatchObject({ kind: 'secretKey' });
    await world.domain.seals.requireSecretKey();
    const moving = world.anotherProcess({ secretKey: 'the next secret key', previousSecretKey: SECRET_KEY });
    await moving.seals.requireSecretKey();
  });
});

describe('the data key', () => {
  it('is one, however many seal for the first time at once in several processes', async () => {
    const processes = [world.domain, world.anotherProcess(), world.anotherProcess()];
    const sealed = await Promise.all(
      Array.from({ length: 30 }, (_, index) => processes[index % 3]?.seals.seal('secret', 'connection 1')),
    );
    expect(new Set(sealed.map((text) => dataKeyIdOf(text ?? ''))).size).toBe(1);
    expect(await dataKeysOf(world)).toHaveLength(1);
  });

  it('stands in the database sealed only, under a key that is not SECRET_KEY', async () => {
    await world.domain.seals.seal('secret', 'connection 1');
    const [row] = await dataKeysOf(world);
    expect(Buffer.from(row?.sealedKey ?? '', 'base64url')).toHaveLength(12 + 32 + 16);
  });
});
