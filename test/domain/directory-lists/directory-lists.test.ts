import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CURSOR_LIFETIME_SECONDS } from '../../../src/domain/directory-lists/page-cursor.ts';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

let test: TestDomain;
let now = new Date('2026-02-03T10:00:00Z');
beforeAll(async () => {
  test = await openTestDomain(() => now);
});
afterAll(() => test.close());

async function aDirectoryOf(...userNames: string[]): Promise<TestDirectory> {
  const at = await test.aDirectory();
  const { directory, directoryId } = at;
  for (const userName of userNames) {
    await test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: { userName } });
  }
  return at;
}

function users({ directory, directoryId }: TestDirectory, more: object = {}) {
  return test.domain.directoryLists.users(directory, { directoryId, startIndex: 1, count: 2, ...more });
}

describe('a cursor', () => {
  it('expires after an hour, counted from its page', async () => {
    const at = await aDirectoryOf('a', 'b', 'c', 'd', 'e');
    const first = await users(at, { cursor: '' });
    now = new Date(now.getTime() + (CURSOR_LIFETIME_SECONDS - 1) * 1_000);
    const second = await users(at, { cursor: first.nextCursor });
    now = new Date(now.getTime() + 2_000);
    await expect(users(at, { cursor: first.nextCursor })).rejects.toMatchObject({ code: 'cursorExpired' });
    expect((await users(at, { cursor: second.nextCursor })).items).toHaveLength(1);
  });

  it('of a time to come is refused', async () => {
    const at = await aDirectoryOf('a', 'b', 'c');
    const { nextCursor } = await users(at, { cursor: '' });
    now = new Date(now.getTime() - 3_600_000);
    await expect(users(at, { cursor: nextCursor })).rejects.toMatchObject({ code: 'cursorInvalid' });
  });

  it('that was made up never reaches the database as what it is not', async () => {
    const at = await aDirectoryOf('a', 'b', 'c');
    for (const attribute of ['meta.created', 'active', 'title']) {
      const sort = { attribute, order: 'asc' };
      const { nextCursor } = await users(at, { cursor: '', sort });
      const facts = JSON.parse(Buffer.from(String(nextCursor), 'base64url').toString());
      for (const key of ['x\u0000', '\ud800', 'x'.repeat(9_000), ...(attribute === 'title' ? [] : ['not a value'])]) {
        const made = Buffer.from(JSON.stringify([...facts.slice(0, 6), key])).toString('base64url');
        await expect(users(at, { cursor: made, sort })).rejects.toMatchObject({ code: 'cursorInvalid' });
      }
    }
  });
});

describe('a search that takes too long', () => {
  it('is ended and answered as too large', async () => {
    const at = await aDirectoryOf('a');
    const blocker = new pg.Client(test.connection);
    await blocker.connect();
    try {
      await blocker.query('begin; lock table directory_users in access exclusive mode');
      const filter = { compare: { attribute: 'title', operator: 'co', value: 'x' } };
      await expect(users(at, { filter })).rejects.toMatchObject({ code: 'searchTooLarge' });
    } finally {
      await blocker.end();
    }
    expect((await users(at)).totalCount).toBe(1);
  });
});

describe('who walks by index', () => {
  it('does not follow the pages of another credential', async () => {
    const at = await aDirectoryOf('a', 'b', 'c', 'd', 'e');
    const whole = await users(at, { count: 5 });
    await users(at);
    const { id } = whole.items[0] as { id: string };
    await test.domain.directoryUsers.delete(at.directory, aCall, { directoryId: at.directoryId, id });
    const other = await test.domain.directoryLists.users(at.operator, {
      directoryId: at.directoryId,
      startIndex: 3,
      count: 2,
    });
    const own = await users(at, { startIndex: 3 });
    expect(own.items.map((item) => item.id)).toEqual(whole.items.slice(2, 4).map((item) => item.id));
    expect(other.items.map((item) => item.id)).toEqual(whole.items.slice(3, 5).map((item) => item.id));
  });
});
