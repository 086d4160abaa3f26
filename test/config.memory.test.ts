import { describe, expect, it } from 'vitest';
import { hidesBehindLocalhost, readConfig } from '../src/config.ts';
import { allowsLoopbackIssuers } from '../src/open-domain.ts';

describe('the limits of a directory', () => {
  it('are 100 requests a second, 400 at once and 100 being answered, without settings', () => {
    expect(readConfig({}).scimLimits).toEqual({ ratePerSecond: 100, rateBurst: 400, concurrencyMax: 100 });
  });

  it('are what the settings say, 0 being none', () => {
    const settings = { SCIM_RATE_PER_SECOND: '0', SCIM_RATE_BURST: ' 7 ', SCIM_CONCURRENCY_MAX: '' };
    expect(readConfig(settings).scimLimits).toEqual({ ratePerSecond: 0, rateBurst: 7, concurrencyMax: 100 });
  });

  it.each(['SCIM_RATE_PER_SECOND', 'SCIM_RATE_BURST', 'SCIM_CONCURRENCY_MAX'])(
    'refuses to start with a wrong %s',
    (name) => {
      for (const value of ['-1', '1.5', 'many', '1000001']) expect(() => readConfig({ [name]: value })).toThrow(name);
    },
  );

  it('refuse a rate that lets nothing through at once', () => {
    expect(() => readConfig({ SCIM_RATE_BURST: '0' })).toThrow('SCIM_RATE_BURST');
  });
});

describe('the trusted proxies', () => {
  it('are on this machine, where nothing else is said', () => {
    expect(readConfig({}).trustedProxies).toEqual(['loopback']);
    expect(readConfig({ TRUSTED_PROXIES: 'none' }).trustedProxies).toEqual([]);
    const TRUSTED_PROXIES = 'loopback, 10.0.0.0/8,192.0.2.7, 2001:db8::/32,uniquelocal';
    const named = ['loopback', '10.0.0.0/8', '192.0.2.7', '2001:db8::/32', 'uniquelocal'];
    expect(readConfig({ TRUSTED_PROXIES }).trustedProxies).toEqual(named);
  });

  it.each(['everybody', 'true', '1', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.1,', '10.0.0.0/x'])(
    'are not %s',
    (TRUSTED_PROXIES) => {
      expect(() => readConfig({ TRUSTED_PROXIES })).toThrow('TRUSTED_PROXIES');
    },
  );
});

describe('an address on localhost', () => {
  const hides = (settings: Record<string, string>) => hidesBehindLocalhost(readConfig(settings));
  const mayHaveIssuer = (settings: Record<string, string>) => allowsLoopbackIssuers(readConfig(settings));

  it('is warned of where others shall reach the service', () => {
    const PUBLIC_URL = 'https://rollcall.example';
    expect([hides({}), hides({ HOST: '::1' }), hides({ HOST: '0.0.0.0', PUBLIC_URL })]).toEqual([false, false, false]);
    expect(hides({ NODE_ENV: 'production', PUBLIC_URL })).toBe(false);
    expect([hides({ HOST: '0.0.0.0' }), hides({ HOST: '::' }), hides({ NODE_ENV: 'production' })]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('may be that of an issuer in development alone', () => {
    expect(mayHaveIssuer({})).toBe(true);
    expect(mayHaveIssuer({ NODE_ENV: 'production' })).toBe(false);
    expect(mayHaveIssuer({ PUBLIC_URL: 'https://rollcall.example' })).toBe(false);
  });
});
