// Security 36: what is tried with an assertion before a token request is granted. The issuer is a local one, with the keys of all
// its tenants in common, as Entra's has.
import { CompactSign, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExpectedClaims } from '../../src/domain/directory-credentials/workload-identities.store.ts';
import { SHARED_AUDIENCE } from '../../src/domain/directory-credentials/workload-identities.ts';
import { assertionVerifier } from '../../src/oauth/client-assertion.ts';
import { IssuerKeys } from '../../src/oauth/issuer-keys.ts';
import { type LocalIssuer, startLocalIssuer } from '../harness/local-issuer.ts';
import { entraClaims, entraTenant } from './entra-assertion.ts';

let issuer: LocalIssuer;
let expected: ExpectedClaims;
let now: Date;
let failures: unknown[];
let verify: ReturnType<typeof assertionVerifier>;

beforeAll(async () => {
  issuer = await startLocalIssuer();
});
afterAll(() => issuer.close());
beforeEach(() => {
  now = new Date();
  failures = [];
  expected = { ...entraTenant, issuer: issuer.of(entraTenant.tenantId), jwksUri: null };
  verify = newVerifier();
});

function newVerifier(allowsLoopback = true) {
  const clock = () => now;
  const keys = new IssuerKeys({ clock, allowsLoopback, onFailure: (error) => failures.push(error) });
  return assertionVerifier({ keys, clock });
}

function claims(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...entraClaims(expected.issuer, now), ...overrides };
}

const seconds = () => Math.floor(now.getTime() / 1000);

describe('an assertion of Entra', () => {
  it.each(['RS256', 'PS256', 'ES256'] as const)(
    'signed with %s is what was set, and is told by its uti',
    async (alg) => {
      const verified = await verify(await issuer.sign(claims({ uti: 'one' }), { alg }), expected);
      expect(verified).toEqual({ id: 'one', expiresAt: new Date((seconds() + 3900 + 120) * 1000) });
    },
  );

  it('may name the application by azp, be told by jti, and be for one audience in a list', async () => {
    const { authorizedParty: azp, audience } = entraTenant;
    const token = claims({ appid: undefined, azp, uti: undefined, jti: 'two', aud: [audience] });
    expect(await verify(await issuer.sign(token), expected)).toMatchObject({ id: 'two' });
  });

  it('may come from a clock that is a minute off', async () => {
    for (const times of [{ nbf: seconds() + 55, iat: seconds() + 55 }, { exp: seconds() - 55 }]) {
      expect(await verify(await issuer.sign(claims(times)), expected)).toHaveProperty('id');
    }
  });

  it('has its keys read from a pinned address without discovery', async () => {
    expected = { ...expected, issuer: 'https://issuer.example/v2.0', jwksUri: `${issuer.url}/keys` };
    expect(await verify(await issuer.sign(claims()), expected)).toHaveProperty('id');
  });
});

describe('security 36: an assertion is refused', () => {
  const otherTenant = '019b0000-0000-4000-8000-000000000000';

  it.each([
    ['of another tenant, signed by the same keys', () => ({ iss: issuer.of(otherTenant), tid: otherTenant }), 'iss'],
    ['of another tenant that names the issuer of this one', () => ({ tid: otherTenant }), 'tid'],
    ['without a tenant', () => ({ tid: undefined }), 'tid'],
    ['of the issuer of version 1', () => ({ iss: `https://sts.windows.net/${entraTenant.tenantId}/` }), 'iss'],
    ['of the issuer with a slash more', () => ({ iss: `${expected.issuer}/` }), 'iss'],
    ['without an issuer', () => ({ iss: undefined }), 'iss'],
    ['for another audience', () => ({ aud: 'api://another' }), 'aud'],
    ['for no audience', () => ({ aud: undefined }), 'aud'],
    ['for others too', () => ({ aud: [entraTenant.audience, 'api://another'] }), 'aud'],
    ['for the audience that all customers share', () => ({ aud: SHARED_AUDIENCE }), 'sharedAudience'],
    [
      'for the shared audience, of version 1, as the empty-token mode has it',
      () => ({ aud: SHARED_AUDIENCE, iss: `https://sts.windows.net/${entraTenant.tenantId}/` }),
      'sharedAudience',
    ],
    ['of another subject', () => ({ sub: 'another' }), 'sub'],
    ['without a subject', () => ({ sub: undefined }), 'sub'],
    ['of another application', () => ({ appid: 'another' }), 'azp'],
    ['of two applications', () => ({ azp: 'another' }), 'azp'],
    ['of no application', () => ({ appid: undefined }), 'azp'],
    ['that has expired', () => ({ exp: seconds() - 61 }), 'exp'],
    ['that never expires', () => ({ exp: undefined }), 'exp'],
    ['that lives for more than a day', () => ({ exp: seconds() + 86_400 + 120 }), 'exp'],
    ['that is not valid yet', () => ({ nbf: seconds() + 90 }), 'nbf'],
    ['from the future', () => ({ iat: seconds() + 90 }), 'iat'],
    ['older than a day', () => ({ iat: seconds() - 86_400 - 90, nbf: undefined }), 'iat'],
    ['of no age', () => ({ iat: undefined }), 'iat'],
    ['without uti and jti', () => ({ uti: undefined }), 'uti'],
    ['with an empty uti', () => ({ uti: '' }), 'uti'],
    ['with an endless uti', () => ({ uti: 'x'.repeat(257) }), 'uti'],
    ['with a uti that is no text', () => ({ uti: 7 }), 'uti'],
  ] as const)('%s', async (_, overrides, problem) => {
    expect(await verify(await issuer.sign(claims(overrides())), expected)).toEqual({ problem });
  });

  it('that is unsigned', async () => {
    const unsigned = new UnsecuredJWT(claims()).encode();
    expect(await verify(unsigned, expected)).toEqual({ problem: 'algorithm' });
    const [header, payload] = (await issuer.sign(claims())).split('.');
    expect(await verify(`${header}.${payload}.`, expected)).toEqual({ problem: 'signature' });
  });

  it('that is signed by an algorithm that nobody uses here, with a key of the issuer', async () => {
    expect(await verify(await issuer.sign(claims(), { alg: 'Ed25519' }), expected)).toEqual({ problem: 'algorithm' });
  });

  it('that is signed with the public key as a shared secret', async () => {
    const [key] = await issuer.keys();
    for (const secret of [JSON.stringify(key), String((key as { n: string }).n)]) {
      const forged = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: 'RS256-0' })
        .sign(new TextEncoder().encode(secret));
      expect(await verify(forged, expected)).toEqual({ problem: 'algorithm' });
    }
  });

  it('that is signed by a key of its own, also where it brings that key along or names an address of it', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const { exportJWK } = await import('jose');
    const jwk = await exportJWK(publicKey);
    for (const header of [{}, { jwk }, { jku: 'https://evil.example/keys' }, { x5u: 'https://evil.example/cert' }]) {
      const forged = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'RS256', kid: 'RS256-0', ...header })
        .sign(privateKey);
      expect(await verify(forged, expected)).toEqual({ problem: 'signature' });
    }
  });

  it('with the id of another key, of a key of another algorithm, or of none', async () => {
    expect(await verify(await issuer.sign(claims(), { alg: 'RS256', kid: 'PS256-0' }), expected)).toHaveProperty(
      'problem',
    );
    expect(await verify(await issuer.sign(claims(), { alg: 'ES256', kid: 'RS256-0' }), expected)).toHaveProperty(
      'problem',
    );
    expect(await verify(await issuer.sign(claims(), { kid: 'unknown' }), expected)).toEqual({ problem: 'signature' });
  });

  it('that was changed behind its signature', async () => {
    const [header, , signature] = (await issuer.sign(claims({ sub: 'another' }))).split('.');
    const payload = Buffer.from(JSON.stringify(claims())).toString('base64url');
    expect(await verify(`${header}.${payload}.${signature}`, expected)).toEqual({ problem: 'signature' });
  });

  it.each(['', 'x', 'a.b', 'a.b.c', 'a.b.c.d.e', 'eyJhbGciOiJSUzI1NiJ9.e30.sig', '😀.😀.😀'])(
    'that is none: %s',
    async (text) => {
      expect(['form', 'signature', 'algorithm']).toContain(
        ((await verify(text, expected)) as { problem: string }).problem,
      );
    },
  );

  it('whose payload is no object', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    for (const payload of ['null', '[]', '7', 'x']) {
      const text = await new CompactSign(new TextEncoder().encode(payload))
        .setProtectedHeader({ alg: 'RS256' })
        .sign(privateKey);
      expect(await verify(text, expected)).toEqual({ problem: 'form' });
    }
  });
});

describe('the keys of an issuer', () => {
  it('are read once an hour, and anew for an unknown key id, but not more often than every 30 seconds', async () => {
    const before = issuer.reads();
    for (let count = 0; count < 5; count += 1) await verify(await issuer.sign(claims()), expected);
    expect(issuer.reads()).toBe(before + 1);
    for (let count = 0; count < 5; count += 1)
      await verify(await issuer.sign(claims(), { kid: `made-up ${count}` }), expected);
    expect(issuer.reads()).toBe(before + 1);
    await issuer.rotate();
    expect(await verify(await issuer.sign(claims()), expected)).toEqual({ problem: 'signature' });
    now = new Date(now.getTime() + 31_000);
    expect(await verify(await issuer.sign(claims()), expected)).toHaveProperty('id');
    expect(issuer.reads()).toBe(before + 2);
  });

  it('are asked for once by many at the same time', async () => {
    const before = issuer.reads();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => issuer.sign(claims())));
    const verified = await Promise.all(tokens.map((token) => verify(token, expected)));
    for (const each of verified) expect(each).toHaveProperty('id');
    expect(issuer.reads()).toBe(before + 1);
  });

  it('stay good for a day while the issuer does not answer, and then nobody can tell', async () => {
    expect(await verify(await issuer.sign(claims()), expected)).toHaveProperty('id');
    issuer.answerWith(500);
    try {
      now = new Date(now.getTime() + 7_200_000);
      expect(await verify(await issuer.sign(claims()), expected)).toHaveProperty('id');
      expect(failures).toHaveLength(1);
      now = new Date(now.getTime() + 86_400_000);
      expect(await verify(await issuer.sign(claims()), expected)).toEqual({ problem: 'keys' });
      expect(await newVerifier()(await issuer.sign(claims()), expected)).toEqual({ problem: 'keys' });
    } finally {
      issuer.answerWith(200);
    }
  });

  it('are not taken from the metadata of another issuer', async () => {
    const elsewhere = { ...expected, issuer: `${issuer.url}/a/v2.0/` };
    expect(await verify(await issuer.sign(claims({ iss: elsewhere.issuer })), elsewhere)).toEqual({ problem: 'keys' });
    expect(String(failures[0])).toContain('another issuer');
  });

  it('are not asked for at an address of this machine in production', async () => {
    const before = issuer.reads();
    expect(await newVerifier(false)(await issuer.sign(claims()), expected)).toEqual({ problem: 'keys' });
    expect(issuer.reads()).toBe(before);
  });
});
