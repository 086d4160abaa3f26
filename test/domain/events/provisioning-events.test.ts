import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { ProvisioningEventFilter } from '../../../src/domain/events/provisioning-events.ts';
import { anActor } from '../../harness/builders.ts';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain();
});
afterAll(() => test.close());

const insert = statement<never>(
  `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, is_failure, detail, created_at)
   values ($1, $2, $3, 'r', 'GET', '/', $4, $5, '{}', $6)`,
);

/** An event as it stood in the table at that time; `keptMilliseconds` is how long the facade waited with it. */
async function anEvent(
  { organizationId, directoryId }: TestDirectory,
  facts: { outcome?: string; isFailure?: boolean; at: Date; keptMilliseconds?: number },
): Promise<string> {
  const { outcome = 'usersRead', isFailure = false, at, keptMilliseconds = 0 } = facts;
  const id = uuid({ msecs: at.getTime() + keptMilliseconds });
  await test.database.run(organizationId, insert, id, directoryId, outcome, isFailure, at);
  return id;
}

async function listed(at: TestDirectory, filter: ProvisioningEventFilter = {}): Promise<string[]> {
  const { items } = await test.domain.provisioningEvents.list(at.operator, at.directoryId, {}, filter);
  return items.map(({ outcome }) => outcome);
}

function anEventInput(outcome: string, more: object = {}) {
  return { requestId: 'r', method: 'GET', path: '/Users', outcome, at: new Date().toISOString(), ...more };
}

describe('what a directory reports', () => {
  it('is kept as a failure where it was refused or failed', async () => {
    const at = await test.aDirectory();
    const { provisioningEvents } = test.domain;
    const events = ['usersRead', 'invalidFilter', 'eventsDropped', 'userNameTaken', 'failed'].map((outcome) =>
      anEventInput(outcome),
    );
    expect(await provisioningEvents.report(at.directory, at.directoryId, events)).toBe(5);
    const { items } = await provisioningEvents.list(at.operator, at.directoryId, {});
    expect(items.map(({ outcome, isFailure }) => [outcome, isFailure])).toEqual([
      ['failed', true],
      ['userNameTaken', true],
      ['eventsDropped', false],
      ['invalidFilter', true],
      ['usersRead', false],
    ]);
  });

  it.each(['userDeleted', 'userCreated', 'groupMembersChanged', 'anything', ''])(
    'is refused as a whole with the outcome %j, which only a write may tell',
    async (outcome) => {
      const at = await test.aDirectory();
      const events = [anEventInput('usersRead'), anEventInput(outcome)];
      await expect(test.domain.provisioningEvents.report(at.directory, at.directoryId, events)).rejects.toMatchObject({
        code: 'invalidValue',
        details: { path: 'events.1.outcome' },
      });
      expect(await listed(at)).toEqual([]);
    },
  );
});

describe('the provisioning events of a directory', () => {
  it('come the newest first, or the oldest first, page by page', async () => {
    const at = await test.aDirectory();
    const ids: string[] = [];
    for (let minute = 0; minute < 5; minute += 1) {
      ids.push(await anEvent(at, { at: new Date(Date.UTC(2026, 10, 1, 9, minute)) }));
    }
    for (const direction of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const request = { first: 2, after, orderBy: { field: 'createdAt' as const, direction } };
        const page = await test.domain.provisioningEvents.list(at.operator, at.directoryId, request);
        seen.push(...page.items.map(({ id }) => id));
        if (!page.hasNextPage) break;
        after = page.places?.at(-1) ?? page.items.at(-1)?.id ?? null;
      }
      expect(seen).toEqual(direction === 'asc' ? ids : ids.toReversed());
    }
    const { items } = await test.domain.provisioningEvents.list(at.operator, at.directoryId, { first: 1 });
    expect(items[0]?.id).toBe(ids.at(-1));
  });

  it('stand where they happened, also where the facade told them after what was later', async () => {
    const at = await test.aDirectory();
    const earlier = new Date(Date.now() - 400).toISOString();
    await test.domain.directoryUsers.create(at.directory, aCall, {
      directoryId: at.directoryId,
      resource: { userName: 'ada' },
    });
    const told = [anEventInput('usersRead', { at: earlier }), anEventInput('userRead', { at: earlier })];
    await test.domain.provisioningEvents.report(at.directory, at.directoryId, told);
    expect(await listed(at)).toEqual(['userCreated', 'userRead', 'usersRead']);
  });

  it('are narrowed by outcome, by failure, by record and by time', async () => {
    const at = await test.aDirectory();
    const { id } = await test.domain.directoryUsers.create(at.directory, aCall, {
      directoryId: at.directoryId,
      resource: { userName: 'ada' },
    });
    const refused = anEventInput('versionConflict', { resourceId: id });
    await test.domain.provisioningEvents.report(at.directory, at.directoryId, [anEventInput('usersRead'), refused]);
    expect(await listed(at)).toEqual(['versionConflict', 'usersRead', 'userCreated']);
    expect(await listed(at, { onlyFailures: true })).toEqual(['versionConflict']);
    expect(await listed(at, { onlyFailures: false })).toHaveLength(3);
    expect(await listed(at, { outcomes: ['usersRead', 'userCreated'] })).toEqual(['usersRead', 'userCreated']);
    expect(await listed(at, { outcomes: ['versionConflict', 'failed'] })).toEqual(['versionConflict']);
    expect(await listed(at, { outcomes: [] })).toEqual([]);
    expect(await listed(at, { outcomes: ['usersRead', 'a\u0000b', '\ud800', "' or 1=1"] })).toEqual(['usersRead']);
    expect(await listed(at, { outcomes: ['\u0000'] })).toEqual([]);
    expect(await listed(at, { resourceId: id })).toEqual(['versionConflict', 'userCreated']);
    expect(await listed(at, { resourceId: id, onlyFailures: true })).toEqual(['versionConflict']);
    expect(await listed(at, { resourceId: "' or 1=1" })).toEqual([]);
    expect(await listed(at, { resourceId: uuid() })).toEqual([]);
  });

  it('are those of the span of time in which they happened, also where they were told late', async () => {
    const at = await test.aDirectory();
    const nine = new Date('2026-11-01T09:00:00.000Z');
    const ten = new Date('2026-11-01T10:00:00.000Z');
    await anEvent(at, { at: new Date('2026-11-01T08:59:59.999Z'), outcome: 'userRead' });
    await anEvent(at, { at: nine, outcome: 'usersRead' });
    await anEvent(at, { at: new Date('2026-11-01T09:59:59.999Z'), outcome: 'failed', keptMilliseconds: 3_600_000 });
    await anEvent(at, { at: ten, outcome: 'groupsRead' });
    expect(await listed(at, { since: nine, until: ten })).toEqual(['failed', 'usersRead']);
    expect(await listed(at, { since: ten })).toEqual(['groupsRead']);
    expect(await listed(at, { until: nine })).toEqual(['userRead']);
    expect(await listed(at, { since: ten, until: nine })).toEqual([]);
  });

  it('are found by their ids inside the organization only', async () => {
    const [at, other] = [await test.aDirectory(), await test.aDirectory()];
    const id = await anEvent(at, { at: new Date() });
    const { provisioningEvents } = test.domain;
    expect(await provisioningEvents.getMany(at.operator, ['-', id])).toMatchObject([undefined, { id }]);
    expect(await provisioningEvents.getMany(other.operator, [id])).toEqual([undefined]);
    expect(await test.domain.provisioningEvents.list(other.operator, at.directoryId, {})).toMatchObject({ items: [] });
    const nobody = anActor(at.organizationId);
    await expect(provisioningEvents.list(nobody, at.directoryId, {})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(provisioningEvents.getMany(nobody, [id])).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are read by an index, the failures among 20,000 too', async () => {
    const at = await test.aDirectory();
    const many = statement<never>(
      `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, is_failure, detail, created_at)
       select $1, ('019a0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $2, 'r', 'GET', '/', 'usersRead', n = 7, '{}', now()
         from generate_series(1, 20000) n`,
    );
    await test.database.run(at.organizationId, many, at.directoryId);
    const plan = async (condition: string) => {
      const text = `explain (analyze, costs off, timing off, summary off) select id from provisioning_events
        where organization_id = $1 and directory_id = $2 ${condition} order by id desc limit 51`;
      const rows = await test.database.run(
        at.organizationId,
        { text, isWide: true } as { text: string; isWide: true; rows?: Record<string, string>[] },
        at.directoryId,
      );
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    expect(await plan('')).toContain('provisioning_events_directory_index');
    expect(await plan('and is_failure')).toContain('provisioning_events_failures_index');
  });
});
