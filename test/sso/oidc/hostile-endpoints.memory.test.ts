import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OidcSignIn } from '../../../src/sso/oidc/oidc-sign-in.ts';
import { type HostileIssuer, startHostileIssuer } from '../../harness/hostile-oidc-issuer.ts';
import { anExchange, aParty, refusalOf, signIn } from './oidc-exchange.ts';

const log = () => undefined;

describe('what a hostile issuer publishes about itself', () => {
  let issuer: HostileIssuer;
  const asked = vi.fn<typeof fetch>((address, options) => fetch(address, options));
  const oidc = new OidcSignIn({ allowsLoopback: true, log, fetch: asked });
  const start = (metadata: Record<string, unknown>) => {
    issuer.metadata = metadata;
    return refusalOf(oidc.authorizationUrl(aParty({ issuer: issuer.url }), anExchange()));
  };

  beforeAll(async () => {
    issuer = await startHostileIssuer();
  });
  afterAll(() => issuer.close());
  afterEach(() => {
    Object.assign(issuer, { metadata: {}, answer: {}, intercept: undefined, claims: {} });
    asked.mockClear();
  });

  it.each(['https://login.example', 'HTTP://127.0.0.1', undefined, 7])(
    'is refused under the issuer %s',
    async (other) => {
      await expect(start({ issuer: other })).resolves.toMatchObject({ reason: 'responseInvalid' });
    },
  );

  it('is refused under its own name with one more slash', async () => {
    await expect(start({ issuer: `${issuer.url}/` })).resolves.toMatchObject({
      problem: 'metadata',
      receivedIssuer: `${issuer.url}/`,
    });
  });

  it.each([
    ['token_endpoint', 'http://169.254.169.254/latest/meta-data'],
    ['token_endpoint', 'https://10.0.0.1/token'],
    ['token_endpoint', 'https://[fd00::1]/token'],
    ['token_endpoint', 'https://vault.internal/token'],
    ['token_endpoint', 'http://login.example/token'],
    ['token_endpoint', 'https://user:pass@login.example/token'],
    ['jwks_uri', 'file:///etc/passwd'],
    ['jwks_uri', 'https://metadata.google.internal/keys'],
    ['authorization_endpoint', 'javascript:alert(1)'],
    ['authorization_endpoint', 'data:text/html,hello'],
    ['authorization_endpoint', 'https://router.lan/'],
  ])('is refused with the %s %s, which nobody asks', async (name, address) => {
    await expect(start({ [name]: address })).resolves.toMatchObject({ reason: 'responseInvalid', problem: 'address' });
    expect(asked.mock.calls.map(([called]) => called)).toEqual([`${issuer.url}/.well-known/openid-configuration`]);
  });

  it.each(['token_endpoint', 'jwks_uri', 'authorization_endpoint'])('is refused without a %s', async (name) => {
    await expect(start({ [name]: undefined })).resolves.toMatchObject({
      reason: 'responseInvalid',
      problem: 'metadata',
    });
  });

  it('has its userinfo endpoint asked only where that may be', async () => {
    issuer.metadata = { userinfo_endpoint: 'http://169.254.169.254/' };
    issuer.claims = { email: undefined };
    const refusal = refusalOf(signIn(oidc, aParty({ issuer: issuer.url }), issuer));
    await expect(refusal).resolves.toMatchObject({ problem: 'address' });
    expect(asked.mock.calls.map(([called]) => String(called)).join()).not.toContain('169.254');
  });

  it.each(['/.well-known/openid-configuration', '/keys', '/token', '/userinfo'])(
    'leads nobody elsewhere by a redirect of %s',
    async (path) => {
      issuer.claims = { email: undefined };
      const elsewhere = await startHostileIssuer();
      issuer.intercept = (request, response) => {
        if (request.url !== path) return false;
        response.writeHead(307, { location: `${elsewhere.url}${path}` }).end();
        return true;
      };
      const outcome = await signIn(oidc, aParty({ issuer: issuer.url }), issuer).catch((error: unknown) => error);
      expect(elsewhere.requests).toEqual([]);
      if (path === '/userinfo') expect(outcome).toMatchObject({ subject: 'ada', email: null });
      else expect(outcome).toMatchObject({ reason: 'identityProviderError', detail: { error: 'unreachable' } });
      await elsewhere.close();
    },
  );

  it.each(['/.well-known/openid-configuration', '/keys', '/token'])(
    'is not read to its endless end at %s',
    async (path) => {
      issuer.intercept = (request, response) => {
        if (request.url !== path) return false;
        response.writeHead(200, { 'content-type': 'application/json' }).end(`{"a":"${'a'.repeat(600_000)}"}`);
        return true;
      };
      const refusal = refusalOf(signIn(oidc, aParty({ issuer: issuer.url }), issuer));
      await expect(refusal).resolves.toMatchObject({ reason: 'responseInvalid', problem: 'length' });
    },
  );

  it.each([
    [500, 'text/html', '<h1>Oops</h1>', 'unexpected_answer'],
    [404, 'application/json', '{}', 'unexpected_answer'],
  ])('that answers %i tells nobody why', async (status, type, body, error) => {
    issuer.intercept = (_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
      return true;
    };
    const refusal = refusalOf(oidc.authorizationUrl(aParty({ issuer: issuer.url }), anExchange()));
    await expect(refusal).resolves.toMatchObject({ reason: 'identityProviderError', error, status });
  });

  it('that does not answer is waited for no longer than its signal says', async () => {
    const slow = vi.fn<typeof fetch>(async () => Promise.reject(new DOMException('late', 'TimeoutError')));
    const impatient = new OidcSignIn({ allowsLoopback: true, log, fetch: slow });
    const refusal = refusalOf(impatient.authorizationUrl(aParty({ issuer: issuer.url }), anExchange()));
    await expect(refusal).resolves.toMatchObject({ reason: 'identityProviderError', error: 'unreachable' });
    expect(slow.mock.calls[0]?.[1]).toMatchObject({ redirect: 'error', signal: expect.any(AbortSignal) });
  });

  it('is asked at no address of this machine in production', async () => {
    const production = new OidcSignIn({ allowsLoopback: false, log, fetch: asked });
    const refusal = refusalOf(production.authorizationUrl(aParty({ issuer: issuer.url }), anExchange()));
    await expect(refusal).resolves.toMatchObject({ reason: 'responseInvalid', problem: 'address' });
    expect(asked).not.toHaveBeenCalled();
  });

  it('is remembered for an hour and a version', async () => {
    let now = new Date('2026-03-01T08:00:00Z');
    const remembering = new OidcSignIn({ allowsLoopback: true, log, fetch: asked, clock: () => now });
    const party = aParty({ issuer: issuer.url });
    const begin = (version = 1) => remembering.authorizationUrl({ ...party, version }, anExchange());
    await Promise.all([begin(), begin(), begin()]);
    now = new Date('2026-03-01T08:59:00Z');
    await begin();
    expect(asked).toHaveBeenCalledTimes(1);
    now = new Date('2026-03-01T09:00:01Z');
    await begin();
    expect(asked).toHaveBeenCalledTimes(2);
    await begin(2);
    expect(asked).toHaveBeenCalledTimes(3);
  });

  it('is asked again after it could not be read', async () => {
    const party = aParty({ issuer: issuer.url });
    issuer.metadata = { issuer: 'https://login.example' };
    await refusalOf(oidc.authorizationUrl(party, anExchange()));
    issuer.metadata = {};
    await expect(oidc.authorizationUrl(party, anExchange())).resolves.toBeInstanceOf(URL);
  });

  it.each(['/token', '/authorize'])('that sends an error at %s is not repeated word for word', async (path) => {
    const error = {
      error: 'invalid_scope\u0007'.repeat(20),
      error_description: `<b>\r\nforged: line\u202e${'x'.repeat(5000)}`,
    };
    issuer.answer = path === '/authorize' ? { code: undefined, ...error } : {};
    issuer.intercept = (request, response) => {
      if (path !== '/token' || request.url !== path) return false;
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
      return true;
    };
    const refusal = await refusalOf(signIn(oidc, aParty({ issuer: issuer.url }), issuer));
    expect(refusal).toMatchObject({ reason: 'identityProviderError', code: null });
    expect(String(refusal.error).length).toBeLessThanOrEqual(64);
    expect(String(refusal.description).length).toBeLessThanOrEqual(300);
    expect(`${String(refusal.error)}${String(refusal.description)}`).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
