import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { clientSecretContext, dataKeyIdOf } from '../../../src/domain/secrets/seals.ts';
import {
  aSealedConnection,
  dataKeysOf,
  MINUTE,
  openSecretsWorld,
  SECRET_KEY,
  type SecretsWorld,
} from './secrets-world.ts';

let world: SecretsWorld;
beforeEach(async () => {
  world = await openSecretsWorld();
});
afterEach(() => world.close());

const NEXT_SECRET_KEY = 'the next secret key of these tests';

describe('keys rotate', () => {
  it('seals every client secret anew, which a service that runs opens on sight', async () => {
    const connections = [await aSealedConnection(world, 'one'), await aSealedConnection(world, 'two')];
    const running = world.anotherProcess();
    for (const connection of connections) await connection.opened(running);
    const seen: number[] = [];
    const rotation = await world.domain.keyRotation.rotate({ onProgress: ({ seenCount }) => seen.push(seenCount) });
    expect(rotation).toMatchObject({ resealedCount: 2, lostSecrets: [], adoptedKeyCount: 0, deletedKeyCount: 0 });
    expect(seen).toEqual([1, 2]);
    for (const connection of connections) expect(dataKeyIdOf(await connection.sealed())).toBe(rotation.dataKeyId);
    expect(await Promise.all(connections.map((each) => each.opened(running)))).toEqual(['one', 'two']);
  });

  it('has every process seal under the new key at once', async () => {
    const running = world.anotherProcess();
    await running.seals.seal('before', 'connection 1');
    const { dataKeyId } = await world.domain.keyRotation.rotate();
    expect(dataKeyIdOf(await running.seals.seal('after', 'connection 1'))).toBe(dataKeyId);
  });

  it('keeps an old key for what was sealed at that very moment, until the maintenance has sealed it anew', async () => {
    const connection = await aSealedConnection(world, 'one');
    const straggler = await connection.sealed();
    await world.domain.keyRotation.rotate();
    await putSecret(connection, straggler);
    world.clock.advance(9 * MINUTE);
    await world.domain.keyRotation.maintain();
    expect((await dataKeysOf(world)).map((key) => key.isRetired)).toEqual([true, false]);
    world.clock.advance(2 * MINUTE);
    await world.domain.keyRotation.maintain();
    expect((await dataKeysOf(world)).map((key) => key.isRetired)).toEqual([false]);
    expect(await connection.opened(world.anotherProcess())).toBe('one');
  });

  it('leaves a secret as it is that an admin gave meanwhile', async () => {
    const connection = await aSealedConnection(world, 'one');
    const { seals } = world.domain;
    const given = await seals.seal(
      'given meanwhile',
      `connection ${connection.organizationId} ${connection.id} clientSecret`,
    );
    const open = seals.open.bind(seals);
    seals.open = async (sealed, context) => {
      const opened = await open(sealed, context);
      if (opened === 'one') await putSecret(connection, given);
      return opened;
    };
    await world.domain.keyRotation.rotate();
    expect(await connection.opened(world.anotherProcess())).toBe('given meanwhile');
  });

  it('takes what is under PREVIOUS_SECRET_KEY over, so that SECRET_KEY alone opens it', async () => {
    const connection = await aSealedConnection(world, 'one');
    await world.domain.signingKeys.jwks();
    const moved = world.anotherProcess({ secretKey: NEXT_SECRET_KEY, previousSecretKey: SECRET_KEY });
    expect(await moved.keyRotation.rotate()).toMatchObject({ adoptedKeyCount: 1, resealedCount: 2, lostSecrets: [] });
    const alone = world.anotherProcess({ secretKey: NEXT_SECRET_KEY });
    expect(await connection.opened(alone)).toBe('one');
    expect(await alone.signingKeys.sign({})).toMatch(/^ey/);
  });

  it('refuses a SECRET_KEY that opens nothing, and changes nothing', async () => {
    const connection = await aSealedConnection(world, 'one');
    const before = await dataKeysOf(world);
    const mistyped = world.anotherProcess({ secretKey: 'a mistyped secret key' });
    await expect(mistyped.keyRotation.rotate()).rejects.toThrow(/sealed under another SECRET_KEY/);
    expect(await dataKeysOf(world)).toEqual(before);
    expect(await connection.opened()).toBe('one');
  });

  it('goes on without a lost key when told so, and names each connection that needs a new secret', async () => {
    const connection = await aSealedConnection(world, 'one');
    await world.domain.signingKeys.jwks();
    const fresh = world.anotherProcess({ secretKey: NEXT_SECRET_KEY });
    const { lostSecrets } = await fresh.keyRotation.rotate({ isOldKeyLost: true });
    const { organizationId, slug, id: connectionId } = connection;
    expect(lostSecrets).toEqual([{ organizationId, slug, connectionId }]);
    expect(await fresh.seals.open(await fresh.seals.seal('new', 'connection 1'), 'connection 1')).toBe('new');
    expect(await fresh.signingKeys.sign({})).toMatch(/^ey/);
    world.clock.advance(20 * MINUTE);
    await fresh.keyRotation.maintain();
    // The old key may be found again, and the secret is still there.
    expect(await dataKeysOf(world)).toHaveLength(2);
  });

  it('reads the organizations once a day, not with each maintenance, while a key is kept for a lost secret', async () => {
    const connection = await aSealedConnection(world, 'one');
    const fresh = world.anotherProcess({ secretKey: NEXT_SECRET_KEY });
    await fresh.keyRotation.rotate({ isOldKeyLost: true });
    let readCount = 0;
    const list = fresh.organizations.list.bind(fresh.organizations);
    fresh.organizations.list = () => {
      readCount += 1;
      return list();
    };
    const maintain = async (minutes: number) => {
      world.clock.advance(minutes * MINUTE);
      await fresh.keyRotation.maintain();
      return readCount;
    };
    const another = world.anotherProcess({ secretKey: NEXT_SECRET_KEY });
    await another.keyRotation.rotate();
    expect([await maintain(20), await maintain(20), await maintain(20)]).toEqual([1, 1, 1]);
    const context = clientSecretContext(connection);
    await putSecret(connection, await fresh.seals.seal('given anew', context));
    expect(await maintain(24 * 60)).toBe(2);
    expect(await dataKeysOf(world)).toHaveLength(1);
  });

  it('ends well when several run at once', async () => {
    const connection = await aSealedConnection(world, 'one');
    const processes = [world.domain, world.anotherProcess(), world.anotherProcess()];
    await Promise.all(processes.map((each) => each.keyRotation.rotate()));
    expect(await connection.opened(world.anotherProcess())).toBe('one');
    expect((await dataKeysOf(world)).filter((key) => !key.isRetired)).toHaveLength(1);
    expect((await world.anotherProcess().signingKeys.jwks()).keys).toHaveLength(2);
  });
});

const updateSecret = statement<never>(
  'update connections set client_secret = $3 where organization_id = $1 and id = $2',
);

async function putSecret({ organizationId, id }: { organizationId: string; id: string }, sealed: string) {
  await world.database.run(organizationId, updateSecret, id, sealed);
}
