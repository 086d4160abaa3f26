import { describe, expect, it } from 'vitest';
import { assertionProblems } from '../../../src/domain/directory-credentials/workload-assertion.ts';
import { adviceOn } from '../../../src/domain/events/refusal-advice.ts';
import { type RefusalReason, refusalReasons } from '../../../src/domain/events/refused-call.entity.ts';
import { countedRows } from '../../../src/domain/events/refused-call-log.ts';
import type { CountedCalls } from '../../../src/domain/events/refused-calls.store.ts';
import { type ReportedRefusal, readReportedRefusals } from '../../../src/domain/events/reported-refusals.ts';

const now = new Date('2026-11-22T10:20:30.000Z');
const hour = new Date('2026-11-22T10:00:00.000Z');

function aCall(overrides: Partial<ReportedRefusal> = {}): ReportedRefusal {
  return { address: '192.0.2.7', count: 3, method: 'GET', path: '/scim/v2/d/Users', at: now, ...overrides };
}

function aRow(overrides: Partial<CountedCalls> = {}): CountedCalls {
  const facts = { directoryId: 'd', hour, reason: 'tokenRevoked', address: '192.0.2.7', tokenHint: 'abcd' } as const;
  const last = { lastMethod: 'GET', lastPath: '/', lastDetail: null, lastAt: now };
  return { ...facts, ...last, count: 1, firstAt: now, ...overrides };
}

describe('a report of refused calls', () => {
  it('is taken as it is where it can be', () => {
    expect(readReportedRefusals([aCall()], now)).toEqual([aCall()]);
    expect(readReportedRefusals([aCall({ address: '2001:DB8::1' })], now)).toEqual([aCall({ address: '2001:db8::1' })]);
    expect(readReportedRefusals([aCall({ address: '::ffff:192.0.2.7' })], now)).toEqual([aCall()]);
  });

  it.each([
    ['an address that is none', { address: '<script>' }, { address: 'other' }],
    ['no address', { address: '' }, { address: 'other' }],
    ['an endless zone', { address: `fe80::1%${'a'.repeat(500)}` }, { address: 'other' }],
    ['a count of none', { count: -7 }, { count: 1 }],
    ['a boundless count', { count: 2 ** 31 - 1 }, { count: 100_000 }],
    ['a method that is none', { method: 'get\n' }, { method: 'OTHER' }],
    ['a long path', { path: `/${'a'.repeat(5000)}` }, { path: `/${'a'.repeat(511)}` }],
    ['what no column takes', { path: '/\u0000\u001b[2J\ud800' }, { path: '/\ufffd\ufffd[2J\ufffd' }],
    ['a time to come', { at: new Date('2027-01-01T00:00:00.000Z') }, { at: now }],
    ['a time long past', { at: new Date(0) }, { at: new Date('2026-11-22T09:20:30.000Z') }],
  ])('is brought within its bounds: %s', (_, told, kept) => {
    expect(readReportedRefusals([aCall(told)], now)).toEqual([aCall(kept)]);
  });

  it('holds at most 100 addresses', () => {
    expect(
      readReportedRefusals(
        Array.from({ length: 5000 }, () => aCall()),
        now,
      ),
    ).toHaveLength(100);
  });
});

describe('rows of counts', () => {
  it('are one a key, with the last call and the times of all', () => {
    const [early, late] = [new Date('2026-11-22T10:00:01.000Z'), new Date('2026-11-22T10:50:00.000Z')];
    const rows = countedRows(
      [
        aRow({ count: 2 }),
        aRow({ count: 3, firstAt: late, lastAt: late, lastPath: '/late', tokenHint: 'wxyz' }),
        aRow({ count: 4, firstAt: early, lastAt: early }),
        aRow({ reason: 'tokenMissing' }),
        aRow({ address: '192.0.2.8' }),
        aRow({ hour: new Date('2026-11-22T09:00:00.000Z') }),
        aRow({ directoryId: 'another' }),
      ],
      [],
    );
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual(aRow({ count: 9, firstAt: early, lastAt: late, lastPath: '/late', tokenHint: 'wxyz' }));
  });

  it('name at most twenty addresses of a directory and hour, those that are named already among them', () => {
    const addresses = Array.from({ length: 300 }, (_, number) => `2001:db8::${number.toString(16)}`);
    const known = ['192.0.2.1', '192.0.2.2', 'other'].map((address) => ({ directoryId: 'd', hour, address }));
    const rows = countedRows(
      [...addresses, '192.0.2.2'].map((address) => aRow({ address })),
      known,
    );
    expect(rows).toHaveLength(20);
    expect(rows.find((row) => row.address === 'other')?.count).toBe(300 - 18);
    expect(rows.find((row) => row.address === '192.0.2.2')?.count).toBe(1);
    const elsewhere = countedRows([aRow({ address: '192.0.2.9', directoryId: 'another' })], known);
    expect(elsewhere[0]?.address).toBe('192.0.2.9');
  });
});

describe('the advice on refused calls', () => {
  it.each(refusalReasons)('is a sentence of its own for %s', (reason) => {
    const adviceFor = (of: RefusalReason) => adviceOn({ reason: of, tokenHint: null, detail: null });
    expect(adviceFor(reason)).toMatch(/^[A-Z].*\.$/);
    expect(adviceFor(reason)).not.toContain('null');
    expect(refusalReasons.filter((other) => other !== reason).map(adviceFor)).not.toContain(adviceFor(reason));
  });

  it.each(assertionProblems)('says for which reason an assertion is refused: %s', (detail) => {
    const adviceFor = (of: string) => adviceOn({ reason: 'assertionRefused', tokenHint: null, detail: of });
    expect(adviceFor(detail)).toMatch(/^The assertion .* is refused: [a-z].*\.$/);
    expect(assertionProblems.filter((other) => other !== detail).map(adviceFor)).not.toContain(adviceFor(detail));
  });

  it('S17: says of a revoked token that Entra needs the new one, and where it is pasted', () => {
    expect(adviceOn({ reason: 'tokenRevoked', tokenHint: 'abcd', detail: null })).toBe(
      'The token …abcd that it uses was revoked. The identity provider needs the new token: nothing is provisioned until it is pasted there (in Entra: Provisioning → Admin Credentials → Secret Token).',
    );
  });
});
