import { describe, expect, it } from 'vitest';
import { believedCertificates, certificateStanding } from '../../../src/domain/connections/connection-certificates.ts';
import { DAY } from './connection-world.ts';

const notAfter = new Date('2026-06-01T00:00:00Z');
const certificate = {
  pem: '',
  fingerprint: 'a'.repeat(64),
  notBefore: '2023-06-01T00:00:00.000Z',
  notAfter: notAfter.toISOString(),
};
const at = (days: number) => new Date(notAfter.getTime() + days * DAY);

describe('a certificate of an identity provider', () => {
  it.each([
    [-31, 'good'],
    [-30, 'endsSoon'],
    [-0.01, 'endsSoon'],
    [0, 'ended'],
    [29.99, 'ended'],
    [30, 'over'],
  ] as const)('%d days after its end is %s', (days, standing) => {
    expect(certificateStanding(certificate, at(days))).toBe(standing);
  });

  it('is believed for 30 days after its end, and not before its time alone', () => {
    expect(believedCertificates([certificate], at(29.99))).toEqual([certificate]);
    expect(believedCertificates([certificate], at(30))).toEqual([]);
    expect(believedCertificates([certificate], new Date('2023-05-31'))).toEqual([certificate]);
  });
});
