import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

/** A directory with as many people, each by name, and their ids in order. */
async function peopled(count: number): Promise<{ at: TestDirectory; ids: string[] }> {
  const at = await test.aDirectory();
  const { directoryId, directory } = at;
  const users = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: { userName: `person-${n}` } }),
    ),
  );
  return { at, ids: users.map(({ id }) => id).sort() };
}

async function groupOf({ directoryId, directory }: TestDirectory, displayName: string, memberIds: string[]) {
  const input = { directoryId, resource: { displayName }, memberIds };
  return (await test.domain.directoryGroups.create(directory, aCall, input)).id;
}

describe('a page of members', () => {
  it('follows the last member of the page before, and is shown by displayName or userName', async () => {
    const { at, ids } = await peopled(7);
    const id = await groupOf(at, 'Team', ids);
    const list = (page: object) =>
      test.domain.directoryGroupMembers.list(at.directory, { directoryId: at.directoryId, ids: [id] }, page);
    const [first = []] = await list({ first: 3 });
    const [second = []] = await list({ first: 3, after: first.at(-1)?.value });
    const [third = []] = await list({ first: 3, after: second.at(-1)?.value });
    expect([...first, ...second, ...third].map(({ value }) => value)).toEqual(ids);
    expect(third).toHaveLength(1);
    expect(first[0]?.display).toMatch(/^person-\d$/);
    expect(await list({ first: 3, after: third.at(-1)?.value })).toEqual([[]]);
    expect(await list({})).toEqual([[...first, ...second, ...third]]);
  });

  it('is read for many groups by one statement, in the order of the question', async () => {
    const { at, ids } = await peopled(4);
    const all = await groupOf(at, 'All', ids);
    const none = await groupOf(at, 'None', []);
    const two = await groupOf(at, 'Two', ids.slice(2));
    const groups = { directoryId: at.directoryId, ids: [none, two, all] };
    const lists = await test.domain.directoryGroupMembers.list(at.directory, groups, { first: 3 });
    expect(lists.map((members) => members.map(({ value }) => value))).toEqual([[], ids.slice(2), ids.slice(0, 3)]);
  });

  it.each([{ first: -1 }, { first: 5_001 }, { first: 1.5 }, { after: 'x' }, { after: '' }])(
    'refuses %j',
    async (page) => {
      const at = await test.aDirectory();
      const asked = test.domain.directoryGroupMembers.list(
        at.directory,
        { directoryId: at.directoryId, ids: [] },
        page,
      );
      await expect(asked).rejects.toMatchObject({ code: 'invalidValue' });
    },
  );

  it('is nobody of another organization, and is refused to another directory', async () => {
    const { at, ids } = await peopled(2);
    const id = await groupOf(at, 'Team', ids);
    const other = await test.aDirectory();
    const foreign = { directoryId: other.directoryId, ids: [id] };
    expect(await test.domain.directoryGroupMembers.list(other.directory, foreign)).toEqual([[]]);
    const stolen = test.domain.directoryGroupMembers.list(other.directory, { directoryId: at.directoryId, ids: [id] });
    await expect(stolen).rejects.toMatchObject({ code: 'notFound' });
  });
});
