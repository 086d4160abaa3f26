// Whoever loses access is signed in nowhere in the organization from the commit of it on, by whichever way it came.
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { aClock } from '../../harness/builders.ts';
import { openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { worldOf } from '../directories/directory-world.ts';

const clock = aClock();
let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain(clock);
});
afterAll(() => test.close());

const ada = {
  userName: 'ada@acme.example',
  displayName: 'Ada',
  externalId: 'ext-ada',
  emails: [{ type: 'work', value: 'ada@acme.example' }],
};

const insertAuthentication = statement<never>(
  `insert into session_authentications (organization_id, session_id, user_id, directory_user_id, method, authenticated_at, last_seen_at)
   values ($1, $2, $3, $4, 'connection', $5, $5)`,
);
const selectEnds = statement<{ sessionId: string; endedAt: Date | null; reason: string | null }>(
  `select session_id as "sessionId", ended_at as "endedAt", ended_reason as reason
     from session_authentications where organization_id = $1 order by session_id`,
);

const selectEvents = statement<{ subjectId: string; data: object }>(
  `select subject_id as "subjectId", data from domain_events where organization_id = $1 and type = 'sessionsEnded'`,
);

/** A company with Ada from its directory, in a session of hers and, beside it, Bob in one of his. */
async function signedIn() {
  const at = await test.aDirectory();
  const world = worldOf(test, at);
  const recordId = await world.push(ada);
  const { id: userId } = await world.user(ada.userName);
  const bob = await test.domain.users.create(at.operator, { userName: 'bob@acme.example' });
  const session = async (user: string, record: string | null) => {
    const id = uuid();
    await test.database.run(at.organizationId, insertAuthentication, id, user, record, clock());
    return id;
  };
  const ends = async () => {
    const rows = await test.database.run(at.organizationId, selectEnds);
    return Object.fromEntries(rows.map(({ sessionId, endedAt, reason }) => [sessionId, endedAt && reason]));
  };
  const own = await session(userId, recordId);
  const others = await session(bob.id, null);
  return { at, world, recordId, userId, bob, session, ends, own, others };
}

describe('the directory', () => {
  it('deactivates somebody: their sessions end, for good', async () => {
    const { world, recordId, ends, own, others } = await signedIn();
    await world.write(recordId, { ...ada, active: false });
    expect(await ends()).toEqual({ [own]: 'deactivated', [others]: null });
    await world.write(recordId, { ...ada, active: true });
    expect(await ends()).toEqual({ [own]: 'deactivated', [others]: null });
  });

  it('deactivates many at once, each of whom is signed in', async () => {
    const { world, session, ends, recordId, own, others } = await signedIn();
    const people = await Promise.all(
      ['carl', 'dora', 'emil'].map(async (name) => {
        const record = { userName: `${name}@acme.example`, externalId: name };
        const id = await world.push(record);
        return { id, record, sessionId: await session((await world.user(record.userName)).id, id) };
      }),
    );
    await Promise.all([
      world.write(recordId, { ...ada, active: false }),
      ...people.map(({ id, record }) => world.write(id, { ...record, active: false })),
    ]);
    const gone = Object.fromEntries(people.map(({ sessionId }) => [sessionId, 'deactivated']));
    expect(await ends()).toEqual({ [own]: 'deactivated', ...gone, [others]: null });
  });

  it('changes anything else of them: their sessions go on', async () => {
    const { world, recordId, ends, own, others } = await signedIn();
    await world.write(recordId, { ...ada, displayName: 'Ada L.' });
    expect(await ends()).toEqual({ [own]: null, [others]: null });
  });

  it('deactivates an owner, which is written apart', async () => {
    const { at, world, recordId, userId, ends, own, others } = await signedIn();
    const { items } = await test.domain.permissionSets.list(at.operator, {});
    const owner = items.find(({ builtIn }) => builtIn === 'owner');
    await test.domain.grants.grant(at.operator, { permissionSetId: owner?.id ?? '', userId });
    await world.write(recordId, { ...ada, active: false });
    expect(await ends()).toEqual({ [own]: 'deactivated', [others]: null });
  });

  it('deactivates a record that waits to be somebody who is signed in: theirs end too', async () => {
    const { world, bob, ends, own, others } = await signedIn();
    const waiting = { userName: bob.userName, externalId: 'ext-bob' };
    const id = await world.push(waiting);
    expect(await ends()).toEqual({ [own]: null, [others]: null });
    await world.write(id, { ...waiting, active: false });
    expect(await ends()).toEqual({ [own]: null, [others]: 'deactivated' });
  });

  it('deletes somebody, or a record that waits to be somebody', async () => {
    const { world, recordId, bob, ends, own, others } = await signedIn();
    const waiting = await world.push({ userName: bob.userName, externalId: 'ext-bob' });
    await world.drop(recordId);
    expect(await ends()).toEqual({ [own]: 'deactivated', [others]: null });
    await world.drop(waiting);
    expect(await ends()).toEqual({ [own]: 'deactivated', [others]: 'recordDeleted' });
  });

  it('puts another person under the name', async () => {
    const { world, recordId, ends, own, others, session, userId } = await signedIn();
    await world.write(recordId, { ...ada, active: false });
    // As if one had outrun the deactivation.
    const late = await session(userId, recordId);
    await world.write(recordId, { ...ada, externalId: 'another person', active: true });
    expect(await ends()).toEqual({ [own]: 'deactivated', [late]: 'personReplaced', [others]: null });
  });
});

describe('an admin', () => {
  it('blocks somebody; unblocking brings no session back', async () => {
    const { at, userId, ends, own, others } = await signedIn();
    await test.domain.users.block(at.operator, userId);
    expect(await ends()).toEqual({ [own]: 'blocked', [others]: null });
    await test.domain.users.unblock(at.operator, userId);
    expect(await ends()).toEqual({ [own]: 'blocked', [others]: null });
  });

  it('removes somebody', async () => {
    const { at, bob, ends, own, others } = await signedIn();
    await test.domain.users.remove(at.operator, bob.id);
    expect(await ends()).toEqual({ [own]: null, [others]: 'removed' });
  });

  it('retires the directory and lets its people go, and tells of it', async () => {
    const { at, userId, ends, own, others } = await signedIn();
    const { directoryId: id } = at;
    const input = { id, people: 'letGo' as const, confirmName: 'Entra' };
    await test.domain.directoryStatuses.retire(at.operator, input);
    expect(await ends()).toEqual({ [own]: 'deactivated', [others]: null });
    const events = await test.database.run(at.organizationId, selectEvents);
    expect(events).toEqual([{ subjectId: userId, data: { reason: 'deactivated', sessionIds: [own] } }]);
  });
});
