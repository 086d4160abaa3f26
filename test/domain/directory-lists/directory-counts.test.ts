import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { DirectoryCounts } from '../../../src/domain/directory-lists/directory-counts.ts';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';
import { anotherDirectory } from '../directories/directory-world.ts';

let test: TestDomain;
let counts: DirectoryCounts;
beforeAll(async () => {
  test = await openTestDomain();
  counts = new DirectoryCounts({ database: test.database });
});
afterAll(() => test.close());

function total({ organizationId, directoryId }: TestDirectory, ...types: ('User' | 'Group')[]): Promise<number> {
  return counts.total(organizationId, directoryId, types);
}

async function rowsOf({ organizationId }: TestDirectory): Promise<number> {
  const all = statement<{ count: number }>('select count(*) as count from directory_counts where organization_id = $1');
  const [row] = await test.database.run(organizationId, all);
  return row?.count ?? 0;
}

function push({ directory, directoryId }: TestDirectory, userName: string) {
  return test.domain.directoryUsers.create(directory, aCall, { directoryId, resource: { userName } });
}

describe('how many records a directory has', () => {
  it('is counted with each creation and deletion, many at once, and apart from other directories', async () => {
    const at = await test.aDirectory();
    const other = await anotherDirectory(test, at);
    const made = await Promise.all(Array.from({ length: 300 }, (_, number) => push(at, `person-${number}`)));
    await Promise.all(Array.from({ length: 7 }, (_, number) => push(other, `person-${number}`)));
    await Promise.allSettled(Array.from({ length: 50 }, (_, number) => push(at, `PERSON-${number}`)));
    for (const { id } of made.slice(0, 20)) {
      await test.domain.directoryUsers.delete(at.directory, aCall, { directoryId: at.directoryId, id });
    }
    const resource = { displayName: 'Marketing' };
    await test.domain.directoryGroups.create(at.directory, aCall, { directoryId: at.directoryId, resource });
    expect(
      await Promise.all([total(at, 'User'), total(at, 'Group'), total(at, 'User', 'Group'), total(other, 'User')]),
    ).toEqual([280, 1, 281, 7]);
  });

  it('stays the same while many readers make few rows of many', async () => {
    const at = await test.aDirectory();
    const add = statement<never>(
      `insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
       select $1, $2, 'User', gen_random_uuid(), 1 from generate_series(1, 1000)`,
    );
    await test.database.run(at.organizationId, add, at.directoryId);
    const read = await Promise.all(Array.from({ length: 20 }, () => total(at, 'User')));
    expect(new Set(read)).toEqual(new Set([1000]));
    expect(await total(at, 'User')).toBe(1000);
    expect(await rowsOf(at)).toBeLessThan(30);
  });

  it('is put right by maintenance where an earlier version wrote without counting', async () => {
    const at = await test.aDirectory();
    const person = await push(at, 'ada');
    await push(at, 'bob');
    const forget = statement<never>('delete from directory_counts where organization_id = $1');
    await test.database.run(at.organizationId, forget);
    expect(await total(at, 'User')).toBe(0);
    await test.domain.maintenance.run();
    expect(await total(at, 'User')).toBe(2);
    const erase = statement<never>('delete from directory_users where organization_id = $1 and id = $2');
    await test.database.run(at.organizationId, erase, person.id);
    await test.domain.maintenance.run();
    expect(await total(at, 'User')).toBe(1);
    expect(await rowsOf(at)).toBe(1);
  });
});
