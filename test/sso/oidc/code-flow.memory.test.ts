import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OidcExchange } from '../../../src/sso/oidc/oidc-party.ts';
import { OidcSignIn } from '../../../src/sso/oidc/oidc-sign-in.ts';
import { startHostileIssuer } from '../../harness/hostile-oidc-issuer.ts';
import { startOidcProvider, type TestOidcProvider } from '../../harness/oidc-provider.ts';
import { anExchange, aParty, REDIRECT_URI, refusalOf, signIn } from './oidc-exchange.ts';

const log = vi.fn();
const oidc = new OidcSignIn({ allowsLoopback: true, log });

/** By tokens as Google's look. */
async function aSignInByGoogle(exchange: OidcExchange, claims: Record<string, unknown> = {}) {
  const issuer = 'https://accounts.google.com';
  const server = await startHostileIssuer({ issuer, origin: issuer });
  server.claims = claims;
  const asked = new OidcSignIn({ allowsLoopback: false, log, fetch: server.fetch });
  const party = aParty({ issuer });
  const google = await asked.authorizationUrl(party, exchange);
  const verified = await asked.verify(party, { ...exchange, callbackUrl: await server.walk(google) });
  await server.close();
  return { google, verified };
}

describe('sign-in at a real OpenID Provider', () => {
  let provider: TestOidcProvider;
  const party = (overrides = {}) =>
    aParty({
      issuer: provider.issuer,
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
      ...overrides,
    });

  beforeAll(async () => {
    provider = await startOidcProvider();
    provider.person('ada', {
      email: 'ada@acme.example',
      email_verified: true,
      name: 'Ada Lovelace',
      oid: '6f1d4c1e-9a3b-4c62-8a75-0d0d5a2a7f11',
      groups: ['Engineering', 'Admins'],
    });
    provider.person('bob', { email: 'bob@acme.example', email_verified: false });
    provider.signInAs('ada');
  });
  afterAll(() => provider.close());

  it('asks for a code with PKCE, state and nonce at the redirect address', async () => {
    const exchange = anExchange();
    const url = await oidc.authorizationUrl(party(), exchange);
    expect(url.origin).toBe(provider.issuer);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: provider.clientId,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email',
      state: exchange.state,
      nonce: exchange.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(url.href).not.toContain(exchange.codeVerifier);
  });

  it('asks for a fresh sign-in by prompt and max_age, and Google, which asks nobody, by the choice of an account', async () => {
    const exchange = { ...anExchange(), asksAnew: true };
    const { searchParams } = await oidc.authorizationUrl(party(), exchange);
    expect(Object.fromEntries(searchParams)).toMatchObject({ prompt: 'login', max_age: '900' });
    const { google, verified } = await aSignInByGoogle(exchange);
    expect(Object.fromEntries(google.searchParams)).toMatchObject({ prompt: 'select_account', max_age: '900' });
    expect(Date.now() / 1000 - Number(verified.authTime)).toBeLessThan(60);
    expect((await aSignInByGoogle({ ...exchange, asksAnew: false })).verified.authTime).toBeNull();
    expect((await aSignInByGoogle(exchange, { auth_time: 1_700_000_000 })).verified.authTime).toBe(1_700_000_000);
  });

  it('answers who signed in, by sub and the stable id that was named', async () => {
    const identity = await signIn(oidc, party({ stableIdClaim: 'oid' }), provider);
    expect(identity).toEqual({
      subject: 'ada',
      stableId: '6f1d4c1e-9a3b-4c62-8a75-0d0d5a2a7f11',
      email: 'ada@acme.example',
      emailVerification: 'yes',
      displayName: 'Ada Lovelace',
      authTime: null,
      claims: expect.objectContaining({ sub: 'ada', groups: ['Engineering', 'Admins'], iss: provider.issuer }),
    });
    expect(identity.claims).not.toHaveProperty('nonce');
  });

  it.each(['PS256', 'ES256'] as const)('takes id tokens that are signed by %s', async (algorithm) => {
    const other = await startOidcProvider({ algorithm, clientAuthentication: 'client_secret_post' });
    other.person('ada');
    other.signInAs('ada');
    const own = aParty({ issuer: other.issuer, clientId: other.clientId, clientSecret: other.clientSecret });
    await expect(signIn(oidc, own, other)).resolves.toMatchObject({ subject: 'ada', email: null });
    await other.close();
  });

  it('asks the userinfo endpoint where the id token lacks the e-mail address', async () => {
    const other = await startOidcProvider({ conformIdTokenClaims: true });
    other.person('ada', { email: 'ada@acme.example', email_verified: true, employee_id: '4711' });
    other.signInAs('ada');
    const own = aParty({ issuer: other.issuer, clientId: other.clientId, clientSecret: other.clientSecret });
    const identity = await signIn(oidc, { ...own, stableIdClaim: 'employee_id' }, other);
    expect(identity).toMatchObject({ email: 'ada@acme.example', emailVerification: 'yes', stableId: '4711' });
    await other.close();
  });

  it('refuses a code that was used before', async () => {
    const own = party();
    const exchange = anExchange();
    const callbackUrl = await provider.walk(await oidc.authorizationUrl(own, exchange));
    await oidc.verify(own, { ...exchange, callbackUrl });
    const again = refusalOf(oidc.verify(own, { ...exchange, callbackUrl }));
    await expect(again).resolves.toMatchObject({ reason: 'attemptExpired', error: 'invalid_grant' });
  });

  it('refuses a code of another attempt, whose code verifier it does not fit', async () => {
    const own = party();
    const [victim, attacker] = [anExchange(), anExchange()];
    const stolen = await provider.walk(await oidc.authorizationUrl(own, victim));
    const callbackUrl = new URL(stolen);
    callbackUrl.searchParams.set('state', attacker.state);
    const refusal = refusalOf(oidc.verify(own, { ...attacker, callbackUrl }));
    await expect(refusal).resolves.toMatchObject({ reason: 'attemptExpired', error: 'invalid_grant' });
  });

  it('refuses a code whose attempt has another nonce, with the code verifier known', async () => {
    const own = party();
    const exchange = anExchange();
    const callbackUrl = await provider.walk(await oidc.authorizationUrl(own, exchange));
    const refusal = refusalOf(oidc.verify(own, { ...exchange, nonce: anExchange().nonce, callbackUrl }));
    await expect(refusal).resolves.toMatchObject({ reason: 'responseInvalid', problem: 'nonce' });
  });

  it('takes no code back that was asked for without PKCE', async () => {
    const exchange = anExchange();
    const url = await oidc.authorizationUrl(party(), exchange);
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const callbackUrl = await provider.walk(url);
    const refusal = refusalOf(oidc.verify(party(), { ...exchange, callbackUrl }));
    await expect(refusal).resolves.toMatchObject({ reason: 'identityProviderError', error: 'invalid_request' });
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'another'), 'state'],
    ['no state', (url: URL) => url.searchParams.delete('state'), 'state'],
    ['two states', (url: URL) => url.searchParams.append('state', 'another'), 'state'],
    ['the issuer of another (mix-up)', (url: URL) => url.searchParams.set('iss', 'https://evil.example'), 'issuer'],
    ['no issuer, though it always sends one', (url: URL) => url.searchParams.delete('iss'), 'issuer'],
    ['an id token beside the code', (url: URL) => url.searchParams.set('id_token', 'a.b.c'), 'algorithm'],
  ])('refuses an answer with %s', async (_what, change, problem) => {
    const own = party();
    const exchange = anExchange();
    const callbackUrl = await provider.walk(await oidc.authorizationUrl(own, exchange));
    change(callbackUrl);
    const refusal = refusalOf(oidc.verify(own, { ...exchange, callbackUrl }));
    await expect(refusal).resolves.toMatchObject({ reason: 'responseInvalid', problem });
  });

  it('takes the redirect address from the connection, not from the address that was called', async () => {
    const own = party();
    const exchange = anExchange();
    const callbackUrl = await provider.walk(await oidc.authorizationUrl(own, exchange));
    const behindProxy = new URL(`http://10.0.0.7:8080/elsewhere${callbackUrl.search}`);
    await expect(oidc.verify(own, { ...exchange, callbackUrl: behindProxy })).resolves.toMatchObject({
      subject: 'ada',
    });
  });

  it('tells a wrong client secret, and how to mend it', async () => {
    const own = party({ clientSecret: 'of somebody else' });
    await expect(refusalOf(signIn(oidc, own, provider))).resolves.toMatchObject({
      reason: 'identityProviderError',
      error: 'invalid_client',
      remedy: expect.stringContaining('new client secret'),
    });
  });

  it('logs no secret, token, code or state', async () => {
    const exchange = anExchange();
    const own = party({ clientSecret: 'of somebody else' });
    const callbackUrl = await provider.walk(await oidc.authorizationUrl(own, exchange));
    await refusalOf(oidc.verify(own, { ...exchange, callbackUrl }));
    const logged = JSON.stringify(log.mock.calls);
    expect(logged).toContain('invalid_client');
    const secrets = [
      'of somebody else',
      exchange.state,
      exchange.codeVerifier,
      callbackUrl.searchParams.get('code') ?? '',
    ];
    for (const text of secrets) expect(logged).not.toContain(text);
  });
});

describe('what is remembered of an identity provider', () => {
  it('takes new keys after a minute, without being told', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const provider = await startOidcProvider();
    try {
      provider.person('ada');
      provider.signInAs('ada');
      const own = aParty({ issuer: provider.issuer, clientId: provider.clientId, clientSecret: provider.clientSecret });
      await signIn(oidc, own, provider);
      await signIn(oidc, own, provider);
      expect(provider.keyReads()).toBe(1);
      await provider.rotateKeys();
      await expect(refusalOf(signIn(oidc, own, provider))).resolves.toMatchObject({ problem: 'keys' });
      expect(provider.keyReads()).toBe(1);
      vi.setSystemTime(Date.now() + 61_000);
      await expect(signIn(oidc, own, provider)).resolves.toMatchObject({ subject: 'ada' });
      expect(provider.keyReads()).toBe(2);
    } finally {
      vi.useRealTimers();
      await provider.close();
    }
  });
});
