import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import type { RefusedCallsRow } from '../../../src/domain/events/refused-calls.store.ts';
import type { ReportedRefusal } from '../../../src/domain/events/reported-refusals.ts';
import { anActor } from '../../harness/builders.ts';
import { openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

const start = Date.UTC(2026, 10, 22, 10, 20, 30);
let now = start;
let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain(() => new Date(now));
});
afterAll(() => test.close());

function aCall(overrides: Partial<ReportedRefusal> = {}): ReportedRefusal {
  return { address: '192.0.2.7', count: 1, method: 'GET', path: '/Users', at: new Date(now), ...overrides };
}

async function aToken({ operator, directoryId }: TestDirectory, expiresAt: Date | null = null) {
  return test.domain.scimTokens.create(operator, { directoryId, expiresAt });
}

async function report(bearer: string | undefined, directoryId: string, ...calls: ReportedRefusal[]): Promise<void> {
  const reported = calls.length === 0 ? [aCall()] : calls;
  await test.domain.refusedCalls.report(bearer, { directoryId, calls: reported });
}

async function refused({ operator, directoryId }: TestDirectory): Promise<RefusedCallsRow[]> {
  return (await test.domain.refusedCalls.list(operator, directoryId, {})).items;
}

const countRows = statement<{ count: number }>(
  'select count(*) as count from refused_calls where organization_id = $1',
);
async function countOf(organizationId: string): Promise<number> {
  return (await test.database.run(organizationId, countRows))[0]?.count ?? -1;
}

describe('S17: the reason of refused calls', () => {
  it('is found from the bearer that was refused, with the hint of a token that is ours', async () => {
    const at = await test.aDirectory();
    const other = await test.domain.directories.create(at.operator, { name: 'Okta' });
    const stranger = await test.aDirectory();
    const revoked = await aToken(at);
    await test.domain.scimTokens.revoke(at.operator, revoked.scimToken.id);
    const expired = await aToken(at, new Date(now + 1000));
    const ofOther = await test.domain.scimTokens.create(at.operator, { directoryId: other.id });
    const ofStranger = await aToken(stranger);
    const set = (await test.domain.permissionSets.list(at.operator, {})).items[0];
    const { key } = await test.domain.apiKeys.create(at.operator, { name: 'key', permissionSetId: set?.id ?? '' });
    now += 60_000;
    await report(undefined, at.directoryId);
    await report('nothing of ours', at.directoryId, aCall({ count: 2 }));
    await report(`${revoked.token.slice(0, -1)}_`, at.directoryId, aCall({ count: 3 }));
    await report(key, at.directoryId, aCall({ count: 4 }));
    await report(revoked.token, at.directoryId, aCall({ count: 5, path: '/Groups' }));
    await report(expired.token, at.directoryId);
    await report(ofOther.token, at.directoryId);
    await report(ofStranger.token, at.directoryId, aCall({ address: '192.0.2.9' }));
    const shown = (await refused(at)).map(({ reason, tokenHint, count, address }) => [
      reason,
      tokenHint,
      count,
      address,
    ]);
    const { scimToken } = revoked;
    expect(shown).toEqual([
      ['tokenUnknown', null, 9, '192.0.2.7'],
      ['tokenRevoked', scimToken.hint, 5, '192.0.2.7'],
      ['tokenOfAnotherDirectory', null, 1, '192.0.2.9'],
      ['tokenOfAnotherDirectory', ofOther.scimToken.hint, 1, '192.0.2.7'],
      ['tokenMissing', null, 1, '192.0.2.7'],
      ['tokenExpired', expired.scimToken.hint, 1, '192.0.2.7'],
    ]);
    expect((await refused(at))[1]).toMatchObject({ lastMethod: 'GET', lastPath: '/Groups', lastAt: new Date(now) });
    expect(await refused(stranger)).toEqual([]);
  });

  it('is the end of the directory for the tokens that opened it', async () => {
    const at = await test.aDirectory();
    const [living, revoked] = [await aToken(at), await aToken(at)];
    await test.domain.scimTokens.revoke(at.operator, revoked.scimToken.id);
    const retire = statement<never>(`update directories set status = 'retired' where organization_id = $1 and id = $2`);
    await test.database.run(at.organizationId, retire, at.directoryId);
    expect(await test.domain.scimTokens.authenticate(living.token)).toBeUndefined();
    for (const { token } of [living, revoked]) await report(token, at.directoryId);
    await report('another', at.directoryId);
    expect((await refused(at)).map(({ reason, count }) => [reason, count])).toEqual([
      ['tokenUnknown', 1],
      ['directoryRetired', 2],
    ]);
  });

  it('is none for a bearer that opens the directory, which counts nothing', async () => {
    const at = await test.aDirectory();
    const { token } = await aToken(at);
    await report(token, at.directoryId);
    expect(await countOf(at.organizationId)).toBe(0);
  });
});

describe('refused calls', () => {
  it('are added up by hour, reason and address', async () => {
    const at = await test.aDirectory();
    await report('x', at.directoryId, aCall({ count: 3 }), aCall({ count: 4, path: '/Groups', method: 'POST' }));
    now += 60_000;
    await report('y', at.directoryId, aCall({ count: 5, path: '/Last' }));
    await report('z', at.directoryId, aCall({ path: '/Earlier', at: new Date(now - 90_000) }));
    const [row, ...others] = await refused(at);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      directoryId: at.directoryId,
      count: 13,
      lastPath: '/Last',
      lastMethod: 'GET',
      firstAt: new Date(now - 90_000),
      lastAt: new Date(now),
    });
    now += 3_600_000;
    await report('x', at.directoryId);
    expect((await refused(at)).map(({ count }) => count)).toEqual([1, 13]);
  });

  it('stop at the largest number that a row holds', async () => {
    const at = await test.aDirectory();
    await report('x', at.directoryId);
    const most = statement<never>('update refused_calls set count = 2147483000 where organization_id = $1');
    await test.database.run(at.organizationId, most);
    await report('x', at.directoryId, aCall({ count: 100_000 }));
    expect((await refused(at))[0]?.count).toBe(2_147_483_647);
  });

  it('from everywhere at once take 21 rows an hour, however they are reported', async () => {
    const at = await test.aDirectory();
    const reports = Array.from({ length: 200 }, (_, number) =>
      Array.from({ length: 50 }, (__, part) => aCall({ address: `2001:db8:${number.toString(16)}::${part}` })),
    );
    await Promise.all(reports.map((calls) => report('x', at.directoryId, ...calls)));
    const rows = await refused(at);
    expect(rows).toHaveLength(21);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    expect(rows.find(({ address }) => address === 'other')?.count).toBe(10_000 - 20);
    await report(undefined, at.directoryId, aCall({ address: '192.0.2.44' }));
    expect((await refused(at)).find(({ reason }) => reason === 'tokenMissing')?.address).toBe('other');
  });

  it('of an unknown directory, or of one that goes meanwhile, leave nothing behind', async () => {
    const at = await test.aDirectory();
    for (const directoryId of [uuid(), '', 'x', "' or 1=1", at.organizationId]) await report('x', directoryId);
    const erase = statement<never>('delete from directories where organization_id = $1');
    await test.database.run(at.organizationId, erase);
    await report('x', at.directoryId);
    expect(await countOf(at.organizationId)).toBe(0);
  });

  it('hold no bearer', async () => {
    const at = await test.aDirectory();
    const { token, scimToken } = await aToken(at);
    await test.domain.scimTokens.revoke(at.operator, scimToken.id);
    await report(token, at.directoryId);
    expect(JSON.stringify(await refused(at))).not.toContain(token.slice(10, 60));
  });

  it('are read page by page, by who looks after directories, inside the organization', async () => {
    const [at, other] = [await test.aDirectory(), await test.aDirectory()];
    const { refusedCalls } = test.domain;
    for (let hour = 0; hour < 3; hour += 1) {
      now += 3_600_000;
      await report(undefined, at.directoryId);
      await report('x', at.directoryId, aCall(), aCall({ address: 'fe80::1%eth0' }), aCall({ address: 'unreadable' }));
    }
    const all = await refused(at);
    expect(all).toHaveLength(12);
    const seen: RefusedCallsRow[] = [];
    for (let after: string | null = null; ; after = seen.at(-1)?.id ?? null) {
      const page = await refusedCalls.list(at.operator, at.directoryId, { first: 5, after });
      seen.push(...page.items);
      if (!page.hasNextPage) break;
    }
    expect(seen).toEqual(all);
    expect(seen.map(({ hour }) => hour.getTime())).toEqual(
      seen.map(({ hour }) => hour.getTime()).toSorted((a, b) => b - a),
    );
    expect(await refusedCalls.list(other.operator, at.directoryId, {})).toEqual({ items: [], hasNextPage: false });
    expect(await refusedCalls.list(at.operator, '-', {})).toEqual({ items: [], hasNextPage: false });
    await expect(refusedCalls.list(anActor(at.organizationId), at.directoryId, {})).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(refusedCalls.list(at.directory, at.directoryId, {})).rejects.toMatchObject({ code: 'forbidden' });
    const made = [
      'x',
      '',
      uuid(),
      '2026-02-30T10:00:00.000Z tokenMissing x',
      '0000-01-01T00:00:00.000Z tokenMissing x',
    ];
    for (const after of made) {
      await expect(refusedCalls.list(at.operator, at.directoryId, { after })).rejects.toMatchObject({
        code: 'invalidValue',
      });
    }
  });
});
