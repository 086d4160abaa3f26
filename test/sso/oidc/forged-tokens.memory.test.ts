import { exportSPKI, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OidcSignIn } from '../../../src/sso/oidc/oidc-sign-in.ts';
import {
  type HostileIssuer,
  type KeyPair,
  makeKeyPair,
  startHostileIssuer,
} from '../../harness/hostile-oidc-issuer.ts';
import { anExchange, aParty, refusalOf, signIn } from './oidc-exchange.ts';

const oidc = new OidcSignIn({ allowsLoopback: true, log: () => undefined });
const now = () => Math.floor(Date.now() / 1000);
const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
let ownKey: Promise<KeyPair> | undefined;
const byKey = async (claims: JWTPayload, header: object = {}) => {
  ownKey ??= makeKeyPair();
  const { privateKey } = await ownKey;
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'published', ...header }).sign(privateKey);
};

describe('id tokens of a hostile issuer', () => {
  let issuer: HostileIssuer;
  const own = () => aParty({ issuer: issuer.url });

  beforeAll(async () => {
    issuer = await startHostileIssuer();
  });
  afterAll(() => issuer.close());
  beforeEach(() => {
    Object.assign(issuer, { claims: {}, header: {}, idToken: undefined, userInfo: {}, metadata: {}, requests: [] });
  });

  it('are taken where nothing is forged, and carry the proof of the code verifier', async () => {
    await expect(signIn(oidc, own(), issuer)).resolves.toMatchObject({ subject: 'ada', email: 'ada@acme.example' });
    const { form, authorization } = issuer.requests.find(({ path }) => path === '/token') ?? {};
    expect(form?.get('code_verifier')).toMatch(/^[\w-]{43}$/);
    expect(authorization).toBe(`Basic ${Buffer.from('rollcall:secret').toString('base64')}`);
  });

  it.each<[string, (claims: JWTPayload) => string | Promise<string>, string]>([
    ['are signed by nothing', (claims) => `${encoded({ alg: 'none' })}.${encoded(claims)}.`, 'algorithm'],
    [
      'are signed by the client secret',
      (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from('secret'.padEnd(32, '!'))),
      'algorithm',
    ],
    [
      'are signed by the public key as if it were a shared one',
      async (claims) =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: 'published' })
          .sign(Buffer.from(await exportSPKI(issuer.publicKey))),
      'algorithm',
    ],
    ['are signed by another key under the id of the published one', (claims) => byKey(claims), 'signature'],
    ['are signed by a key that nobody published', (claims) => byKey(claims, { kid: 'own' }), 'keys'],
    ['bring their own key', (claims) => byKey(claims, { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }), 'signature'],
    [
      'are signed for claims that were changed afterwards',
      async (claims) => {
        const [header, , signature] = (await issuer.sign(claims)).split('.');
        return `${header}.${encoded({ ...claims, sub: 'admin' })}.${signature}`;
      },
      'signature',
    ],
    ['are encrypted', () => 'a.b.c.d.e', 'algorithm'],
    ['are none', () => 'nothing', 'form'],
    [
      'say that a critical header must be understood',
      (claims) => issuer.sign(claims, { crit: ['b64'], b64: true }),
      'algorithm',
    ],
  ])('are refused when they %s', async (_what, idToken, problem) => {
    issuer.idToken = idToken;
    await expect(refusalOf(signIn(oidc, own(), issuer))).resolves.toMatchObject({ reason: 'responseInvalid', problem });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['of another issuer', { iss: 'https://login.example' }, 'issuer'],
    ['without issuer', { iss: undefined }, 'issuer'],
    ['for another OAuth client', { aud: 'another' }, 'audience'],
    ['for several OAuth clients', { aud: ['rollcall', 'another'], azp: 'rollcall' }, 'audience'],
    ['that another OAuth client asked for', { azp: 'another' }, 'audience'],
    ['of another attempt', { nonce: 'of another attempt' }, 'nonce'],
    ['of no attempt', { nonce: undefined }, 'nonce'],
    ['that expired more than a minute ago', { exp: now() - 70 }, 'expired'],
    ['that never expire', { exp: undefined }, 'form'],
    ['that were made in more than a minute', { iat: now() + 90 }, 'notYetValid'],
    ['that are good in more than a minute', { nbf: now() + 90 }, 'notYetValid'],
    ['of nobody', { sub: undefined }, 'form'],
    ['of somebody without a name', { sub: '' }, 'subject'],
    ['of somebody with a number for a name', { sub: 42 }, 'form'],
    ['of somebody whose name ends a line', { sub: 'ada\n' }, 'subject'],
    ['of somebody whose name the database refuses', { sub: 'ada\u0000' }, 'subject'],
    ['of somebody whose name is endless', { sub: 'a'.repeat(513) }, 'subject'],
  ])('are refused %s', async (_what, claims, problem) => {
    issuer.claims = claims;
    await expect(refusalOf(signIn(oidc, own(), issuer))).resolves.toMatchObject({ reason: 'responseInvalid', problem });
  });

  it('may be a minute early or late', async () => {
    issuer.claims = { iat: now() + 45, nbf: now() + 45, exp: now() + 600 };
    await expect(signIn(oidc, own(), issuer)).resolves.toMatchObject({ subject: 'ada' });
    issuer.claims = { iat: now() - 600, exp: now() - 45 };
    await expect(signIn(oidc, own(), issuer)).resolves.toMatchObject({ subject: 'ada' });
  });

  it('are refused where none is sent', async () => {
    issuer.intercept = (request, response) => {
      if (!request.url?.startsWith('/token')) return false;
      const body = JSON.stringify({ access_token: 'access', token_type: 'Bearer' });
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      return true;
    };
    const refusal = await refusalOf(signIn(oidc, own(), issuer));
    issuer.intercept = undefined;
    expect(refusal).toMatchObject({ reason: 'responseInvalid', problem: 'form' });
  });

  it('are refused of an honest issuer that another OAuth client of its has got', async () => {
    const other = await startHostileIssuer({ keyPair: await makeKeyPair() });
    issuer.idToken = (claims) => other.sign({ ...claims, iss: other.url });
    await expect(refusalOf(signIn(oidc, own(), issuer))).resolves.toMatchObject({ problem: 'issuer' });
    issuer.idToken = (claims) => other.sign(claims);
    await expect(refusalOf(signIn(oidc, own(), issuer))).resolves.toMatchObject({ problem: 'signature' });
    await other.close();
  });

  it('reads the keys at most once a minute, whatever key ids are made up', async () => {
    const party = own();
    issuer.idToken = (claims) => byKey(claims, { kid: `made up ${Math.random()}` });
    for (let attempt = 0; attempt < 3; attempt += 1) await refusalOf(signIn(oidc, party, issuer));
    expect(issuer.requests.filter(({ path }) => path === '/keys')).toHaveLength(1);
  });

  it('give their code to no other issuer (mix-up)', async () => {
    const honest = await startHostileIssuer();
    honest.answer = { iss: honest.url };
    const exchange = anExchange();
    const toHonest = await oidc.authorizationUrl(aParty({ issuer: honest.url }), exchange);
    const callbackUrl = await honest.walk(toHonest);
    const refusal = await refusalOf(oidc.verify(own(), { ...exchange, callbackUrl }));
    expect(refusal).toMatchObject({ reason: 'responseInvalid', problem: 'issuer' });
    expect(issuer.requests.map(({ path }) => path)).not.toContain('/token');
    await honest.close();
  });

  it('are no excuse for the userinfo of another person', async () => {
    issuer.claims = { email: undefined, email_verified: undefined };
    issuer.userInfo = { sub: 'bob', email: 'bob@acme.example', email_verified: true };
    await expect(refusalOf(signIn(oidc, own(), issuer))).resolves.toMatchObject({ problem: 'subject' });
  });

  it('lend their email_verified to no address of the userinfo endpoint', async () => {
    issuer.claims = { email: undefined, email_verified: true };
    issuer.userInfo = { email: 'root@acme.example' };
    await expect(signIn(oidc, own(), issuer)).resolves.toMatchObject({
      email: 'root@acme.example',
      emailVerification: 'unsaid',
    });
  });
});
