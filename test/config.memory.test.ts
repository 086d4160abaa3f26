import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

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
