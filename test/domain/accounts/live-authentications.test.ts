// What a session has proved counts only while everything that it stands on does, whether or not somebody has ended it.
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { actorOfCookie, signedIn } from '../../harness/signed-in.ts';
import { LinkWorld } from '../links/link-world.ts';
import { openWorld, type World } from './account-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  return () => world.close();
});

/** Somebody of a directory who signed in as their record, and is manual too, so that the record alone decides. */
async function somebody() {
  const at = await world.aDirectory();
  const links = new LinkWorld(world, at);
  const [person, other] = await links.people(`ada-${uuid()}`, `grace-${uuid()}`);
  if (!person || !other) throw new Error('Nobody was made.');
  const { organizationId, operator } = at;
  const { id: directoryUserId, userId } = person;
  const proof = { method: 'connection', connectionId: uuid(), directoryUserId, at: world.clock() } as const;
  const { cookie, sessionId } = await signedIn(world, { organizationId, userId, ...proof });
  const change = (text: string, ...values: unknown[]) => world.database.run(organizationId, { text }, ...values);
  await change('update users set is_manual = true where organization_id = $1 and id = $2', userId);
  const isIn = async () => (await actorOfCookie(world, cookie)) !== undefined;
  expect(await isIn()).toBe(true);
  return { directoryUserId, userId, other, sessionId, operator, change, isIn };
}

type Somebody = Awaited<ReturnType<typeof somebody>>;

const changes: [string, (person: Somebody) => Promise<unknown>][] = [
  [
    'the user is blocked',
    ({ change, userId }) =>
      change('update users set blocked_at = now() where organization_id = $1 and id = $2', userId),
  ],
  [
    'the user is removed',
    ({ change, userId }) =>
      change('update users set removed_at = now() where organization_id = $1 and id = $2', userId),
  ],
  [
    'the record is inactive',
    ({ change, directoryUserId }) =>
      change('update directory_users set active = false where organization_id = $1 and id = $2', directoryUserId),
  ],
  [
    'the record is held back',
    ({ change, directoryUserId }) =>
      change('update directory_users set is_held = true where organization_id = $1 and id = $2', directoryUserId),
  ],
  [
    'the link of the record waits',
    ({ change, directoryUserId }) =>
      change(
        "update user_links set state = 'pending' where organization_id = $1 and directory_user_id = $2",
        directoryUserId,
      ),
  ],
  [
    'the record leads to another user',
    ({ change, directoryUserId, other }) =>
      change(
        'update user_links set user_id = $3 where organization_id = $1 and directory_user_id = $2',
        directoryUserId,
        other.userId,
      ),
  ],
  [
    'the session is over',
    ({ sessionId }) => world.database.lookUp({ text: 'update sessions set ended_at = now() where id = $1' }, sessionId),
  ],
  [
    'what it proved is ended',
    ({ change, sessionId }) =>
      change(
        'update session_authentications set ended_at = now() where organization_id = $1 and session_id = $2',
        sessionId,
      ),
  ],
];

describe('nobody is in when', () => {
  it.each(changes)('%s', async (_name, change) => {
    const person = await somebody();
    await change(person);
    expect(await person.isIn()).toBe(false);
    const { items } = await world.domain.userSessions.listOf(person.operator, person.userId, {});
    expect(items).toEqual([]);
  });
});

describe('the record that somebody signed in as', () => {
  it('ends their session when it is deleted, although they stay as a manual user', async () => {
    const at = await world.aDirectory();
    const links = new LinkWorld(world, at);
    const [person] = await links.people(`ada-${uuid()}`);
    if (!person) throw new Error('Nobody was made.');
    const { organizationId, directoryId, directory } = at;
    const proof = {
      method: 'connection',
      connectionId: uuid(),
      directoryUserId: person.id,
      at: world.clock(),
    } as const;
    const { cookie } = await signedIn(world, { organizationId, userId: person.userId, ...proof });
    const text = 'update users set is_manual = true where organization_id = $1 and id = $2';
    await world.database.run(organizationId, { text }, person.userId);
    const call = { requestId: 'test', method: 'DELETE', path: '/Users' };
    await world.domain.directoryUsers.delete(directory, call, { directoryId, id: person.id });
    expect(await actorOfCookie(world, cookie)).toBeUndefined();
  });
});
