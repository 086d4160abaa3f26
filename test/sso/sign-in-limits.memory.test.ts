import { describe, expect, it } from 'vitest';
import { SignInLimits } from '../../src/sso/sign-in-limits.ts';
import { aClock } from '../harness/builders.ts';

describe('limits of the sign-in pages', () => {
  it('lets twenty wrong slugs pass at once and then one every five seconds', () => {
    const clock = aClock();
    const limits = new SignInLimits(clock);
    const waits = Array.from({ length: 22 }, () => limits.take('slug', '192.0.2.1'));
    expect(waits).toEqual([...Array<number>(20).fill(0), 5, 5]);
    clock.advance(5_000);
    expect(limits.wait('slug', '192.0.2.1')).toBe(0);
    limits.take('slug', '192.0.2.1');
    expect(limits.wait('slug', '192.0.2.1')).toBe(5);
  });

  it('counts each kind and each address apart', () => {
    const limits = new SignInLimits(aClock());
    for (let count = 0; count < 20; count += 1) limits.take('slug', '192.0.2.1');
    expect(limits.wait('slug', '192.0.2.1')).toBeGreaterThan(0);
    expect(limits.wait('refusal', '192.0.2.1')).toBe(0);
    expect(limits.wait('slug', '192.0.2.2')).toBe(0);
  });

  it('counts a network of 64 bits of IPv6 as one caller', () => {
    const limits = new SignInLimits(aClock());
    for (let count = 0; count < 20; count += 1) limits.take('slug', `2001:db8:1:2::${count.toString(16)}`);
    expect(limits.wait('slug', '2001:db8:1:2:ffff::1')).toBeGreaterThan(0);
    expect(limits.wait('slug', '2001:0db8:0001:0002::1')).toBeGreaterThan(0);
    expect(limits.wait('slug', '2001:db8:1:3::1')).toBe(0);
  });

  it('counts addresses of IPv4 apart, also where they are written as of IPv6', () => {
    const limits = new SignInLimits(aClock());
    for (let count = 0; count < 20; count += 1) limits.take('slug', '::ffff:192.0.2.1');
    expect(limits.wait('slug', '::ffff:192.0.2.1')).toBeGreaterThan(0);
    expect(limits.wait('slug', '::ffff:192.0.2.2')).toBe(0);
  });

  it('forgets the one that came longest ago when there are too many', () => {
    const limits = new SignInLimits(aClock());
    for (let count = 0; count < 20; count += 1) limits.take('slug', 'first');
    for (let count = 0; count < 10_000; count += 1) limits.take('page', `caller ${count}`);
    expect(limits.wait('slug', 'first')).toBe(0);
  });
});
