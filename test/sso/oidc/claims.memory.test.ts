import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { provedAtOf } from '../../../src/domain/connections/verified-identity.ts';
import { boundedClaims } from '../../../src/sso/bounded-claims.ts';
import { readIdentity } from '../../../src/sso/oidc/read-identity.ts';
import { isPlain, plainText } from '../../../src/sso/plain-text.ts';
import { aParty } from './oidc-exchange.ts';

/** Control characters and halves of surrogate pairs too. */
const letter = fc.oneof(fc.integer({ min: 0, max: 0x2fff }), fc.integer({ min: 0xd800, max: 0xffff }));
const anyText = fc.string({ unit: letter.map((code) => String.fromCharCode(code)), maxLength: 100 });
const party = aParty({ issuer: 'https://login.example' });
const claims = { iss: 'https://login.example', sub: 'ada', aud: 'rollcall', iat: 0 };

describe('the claims that an admin is shown', () => {
  it('are at most 50, cut at 512 characters, and no deeper than a list of texts', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`claim ${index}`, index]));
    expect(Object.keys(boundedClaims(many))).toHaveLength(50);
    expect(
      boundedClaims({
        text: 'a'.repeat(600),
        list: ['a', { deep: true }, ['deeper'], 7, 'b'],
        object: { deep: true },
        yes: true,
        nothing: null,
      }),
    ).toEqual({ text: `${'a'.repeat(511)}…`, list: ['a', 'b'], yes: true, nothing: null });
  });

  it('are not those of the exchange', () => {
    expect(boundedClaims({ nonce: 'n', at_hash: 'h', sub: 'ada' })).toEqual({ sub: 'ada' });
  });

  it('never pollute a prototype', () => {
    const shown = boundedClaims(JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, unknown>);
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
    expect(Object.keys(shown).toSorted()).toEqual(['__proto__', 'constructor']);
  });

  it('can always be stored, whatever is sent', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.jsonValue()), (sent) => {
        const text = JSON.stringify(boundedClaims(sent));
        expect(text.length).toBeLessThan(50 * 60 * 520);
        expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      }),
    );
  });
});

describe('an identity', () => {
  const email = 'ada@acme.example';

  it('has a verified address where the identity provider says so with true, and an unverified one where it says anything else', () => {
    const of = (said: object) => readIdentity({ ...claims, email, ...said }, undefined, party).emailVerification;
    expect([true, 'true'].map((email_verified) => of({ email_verified }))).toEqual(['yes', 'yes']);
    const others = [false, 'false', 'FALSE', 0, '0', '', 1, '1', 'True', null, ['true'], {}];
    expect(new Set(others.map((email_verified) => of({ email_verified })))).toEqual(new Set(['no']));
    expect([of({}), of({ email_verified: undefined })]).toEqual(['unsaid', 'unsaid']);
  });

  it('takes what is said of an address from where the address comes', () => {
    const of = (token: object, told?: object) =>
      readIdentity({ ...claims, ...token }, told && { sub: 'ada', ...told }, party).emailVerification;
    expect(of({ email_verified: true }, { email, email_verified: false })).toBe('no');
    expect(of({ email_verified: true }, { email })).toBe('unsaid');
    expect(of({ email_verified: false }, { email, email_verified: true })).toBe('yes');
    expect(of({ email }, { email: 'bob@acme.example', email_verified: true })).toBe('unsaid');
    expect(of({ email, email_verified: false }, { email, email_verified: true })).toBe('no');
    expect(of({ email_verified: true })).toBe('unsaid');
  });

  it('was proved when the id token says so, and by nothing else', () => {
    const of = (token: object, told?: object) =>
      readIdentity({ ...claims, ...token }, told && { sub: 'ada', ...told }, party).authTime;
    expect(of({ auth_time: 1_700_000_000 })).toBe(1_700_000_000);
    expect(of({}, { auth_time: 1_700_000_000 })).toBeNull();
    for (const auth_time of ['1700000000', null, true, {}, [1_700_000_000]]) expect(of({ auth_time })).toBeNull();
    const now = new Date(1_700_000_000_000);
    expect(provedAtOf({ authTime: 1_699_999_000 }, now)).toEqual(new Date(1_699_999_000_000));
    expect(provedAtOf({ authTime: 1_700_000_060 }, now)).toEqual(now);
    // Milliseconds, for example: as fresh for ever.
    for (const authTime of [null, 1_700_000_061, 1_700_000_000_000, 1e300])
      expect(provedAtOf({ authTime }, now)).toBeNull();
  });

  it('has no address that is none', () => {
    for (const email of [
      '',
      'ada',
      '@acme.example',
      'a b@acme.example',
      'a@b@c',
      7,
      `${'a'.repeat(320)}@x`,
      'a\u0000@b',
    ]) {
      const identity = readIdentity({ ...claims, email, email_verified: true }, undefined, party);
      expect(identity).toMatchObject({ email: null, emailVerification: 'unsaid' });
    }
  });

  it('has a name of its parts where it has none as a whole', () => {
    const nameOf = (parts: object) => readIdentity({ ...claims, ...parts }, undefined, party).displayName;
    expect(nameOf({ name: 'Ada\nLovelace\u202e' })).toBe('Ada Lovelace');
    expect(nameOf({ given_name: 'Ada', family_name: 'Lovelace' })).toBe('Ada Lovelace');
    expect(nameOf({ name: ' ', given_name: 'Ada' })).toBe('Ada');
    expect(nameOf({ name: 7 })).toBeNull();
  });

  it('finds no stable id in what every object has', () => {
    for (const stableIdClaim of ['constructor', '__proto__', 'toString']) {
      expect(readIdentity(claims, undefined, { ...party, stableIdClaim }).stableId).toBeNull();
    }
  });

  it('lets no userinfo overwrite what the id token says', () => {
    const told = { sub: 'bob', employee_id: '1', name: 'Bob', tid: 'evil' };
    const identity = readIdentity({ ...claims, name: 'Ada', employee_id: '2' }, told, {
      ...party,
      stableIdClaim: 'employee_id',
    });
    expect(identity).toMatchObject({ subject: 'ada', stableId: '2', displayName: 'Ada' });
  });
});

describe('a text of others', () => {
  it('becomes one line of bounded, well-formed Unicode', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, length) => {
        const plain = plainText(text, length);
        expect(plain.length).toBeLessThanOrEqual(length);
        expect(plain.isWellFormed()).toBe(true);
        expect(plain).not.toMatch(/[\p{Cc}\u202e]/u);
        if (plain !== '') expect(isPlain(plain, length)).toBe(true);
      }),
    );
  });
});
