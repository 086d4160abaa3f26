import { describe, expect, it } from 'vitest';
import { createCredential, createSecret, readCredential, readSecret } from '../../../src/domain/actors/credential.ts';

const kinds = ['session', 'browser', 'state', 'oneTimeLink'] as const;

describe('a secret without an organization', () => {
  it.each(kinds)('of the kind %s says so', (kind) => {
    expect(readSecret(createSecret(kind))).toBe(kind);
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => createSecret('session'))).size).toBe(1000);
  });

  it('fits a RelayState of 80 bytes, an address and a cookie as it stands', () => {
    for (const kind of kinds) expect(createSecret(kind)).toMatch(/^\w{40,80}$/);
  });

  it('with a changed, missing or added letter is none, and no query is spent on it', () => {
    const secret = createSecret('session');
    const changed = `${secret.slice(0, 30)}${secret[30] === 'a' ? 'b' : 'a'}${secret.slice(31)}`;
    for (const text of [changed, secret.slice(0, -1), `${secret}0`, `${secret}_`, '', 'rcsession_', 'session']) {
      expect(readSecret(text)).toBeUndefined();
    }
  });

  it('security 22: is no bearer, and a bearer is no secret', () => {
    const organizationId = '0197f0a0-0000-7000-8000-000000000000';
    expect(readCredential(createSecret('session'))).toBeUndefined();
    expect(readSecret(createCredential('apiKey', organizationId))).toBeUndefined();
  });
});
