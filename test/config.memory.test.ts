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

describe('the secret keys', () => {
  it.each(['SECRET_KEY', 'PREVIOUS_SECRET_KEY'])('have 32 characters or more: %s', (name) => {
    expect(() => readConfig({ [name]: 'x'.repeat(31) })).toThrow(`${name} needs 32 characters`);
    expect(() => readConfig({ [name]: 'x'.repeat(32) })).not.toThrow();
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

describe('the product', () => {
  it('is called Rollcall and is nowhere, without settings', () => {
    const nothing = { name: 'Rollcall', url: null, origins: [], logoFile: null, color: null };
    expect(readConfig({}).product).toEqual(nothing);
  });

  it('lets the pages of its own address and of the named origins ask', () => {
    const settings = {
      PRODUCT_NAME: 'Screens',
      PRODUCT_URL: 'https://app.example.com/home/',
      PRODUCT_ORIGINS: 'https://admin.example.com, http://localhost:3000',
      PRODUCT_COLOR: '#0B5FFF',
    };
    expect(readConfig(settings).product).toEqual({
      name: 'Screens',
      url: 'https://app.example.com/home',
      origins: ['https://app.example.com', 'https://admin.example.com', 'http://localhost:3000'],
      logoFile: null,
      color: '#0b5fff',
    });
  });

  it.each([
    ['PRODUCT_URL', 'javascript:alert(1)'],
    ['PRODUCT_ORIGINS', '*'],
    ['PRODUCT_ORIGINS', 'null'],
    ['PRODUCT_ORIGINS', 'https://app.example.com/'],
    ['PRODUCT_NAME', 'x'.repeat(61)],
    ['PRODUCT_LOGO', 'package.json'],
    ['PRODUCT_LOGO', 'nowhere.svg'],
    ['PRODUCT_COLOR', 'red'],
    ['PRODUCT_COLOR', '#fff;}'],
  ])('refuses to start with %s=%s', (setting, value) => {
    expect(() => readConfig({ [setting]: value })).toThrow(setting);
  });
});

describe('the login providers', () => {
  it('are none without settings, and need an id and a secret each', () => {
    expect(readConfig({}).loginProviders).toEqual({});
    expect(() => readConfig({ GOOGLE_CLIENT_ID: 'id' })).toThrow('GOOGLE_CLIENT_SECRET');
    expect(() => readConfig({ MICROSOFT_CLIENT_SECRET: 'secret' })).toThrow('MICROSOFT_CLIENT_ID');
    const MICROSOFT_ISSUER = 'https://login.microsoftonline.us/organizations/v2.0';
    const settings = {
      GOOGLE_CLIENT_ID: 'g',
      GOOGLE_CLIENT_SECRET: 'gs',
      MICROSOFT_CLIENT_ID: 'm',
      MICROSOFT_CLIENT_SECRET: 'ms',
      MICROSOFT_ISSUER,
    };
    expect(readConfig(settings).loginProviders).toEqual({
      google: { clientId: 'g', clientSecret: 'gs', issuer: 'https://accounts.google.com' },
      microsoft: { clientId: 'm', clientSecret: 'ms', issuer: MICROSOFT_ISSUER },
    });
  });
});

describe('the name servers', () => {
  it("are the system's, or those that are named", () => {
    expect(readConfig({}).dnsServers).toBeUndefined();
    const DNS_SERVERS = '10.0.0.2, 127.0.0.1:5353,2001:db8::1,[2001:db8::1]:53';
    expect(readConfig({ DNS_SERVERS }).dnsServers).toEqual(DNS_SERVERS.split(/,\s*/));
    for (const wrong of ['dns.example.com', '127.0.0.1:0', '127.0.0.1:99999', ',']) {
      expect(() => readConfig({ DNS_SERVERS: wrong })).toThrow('DNS_SERVERS');
    }
  });
});
