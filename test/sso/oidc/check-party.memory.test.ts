import { describe, expect, it, onTestFinished } from 'vitest';
import { OidcSignIn } from '../../../src/sso/oidc/oidc-sign-in.ts';
import { startHostileIssuer } from '../../harness/hostile-oidc-issuer.ts';
import { startOidcProvider } from '../../harness/oidc-provider.ts';
import { aParty } from './oidc-exchange.ts';

const oidc = new OidcSignIn({ allowsLoopback: true, log: () => undefined });

async function aProvider() {
  const provider = await startOidcProvider();
  onTestFinished(() => provider.close());
  return aParty({ issuer: provider.issuer, clientId: provider.clientId, clientSecret: provider.clientSecret });
}

async function checkWith(metadata: Record<string, unknown>, issuerEnd = '') {
  const issuer = await startHostileIssuer();
  onTestFinished(() => issuer.close());
  issuer.metadata = metadata;
  const checks = await oidc.check(aParty({ issuer: `${issuer.url}${issuerEnd}` }));
  return { url: issuer.url, issuer, checks, failures: checks.filter(({ isOk }) => !isOk) };
}

describe('the checks of an OpenID Connect connection', () => {
  it('all pass at a real OpenID Provider', async () => {
    const checks = await oidc.check(await aProvider());
    expect(checks.filter(({ isOk }) => !isOk)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      'discovery',
      'issuer',
      'endpoints',
      'codeFlow',
      'pkce',
      'idTokenAlgorithms',
      'keys',
      'clientAuthentication',
      'clientSecret',
    ]);
  });

  it('find a wrong client secret before anybody signs in', async () => {
    const checks = await oidc.check({ ...(await aProvider()), clientSecret: 'wrong' });
    expect(checks.filter(({ isOk }) => !isOk)).toEqual([
      { name: 'clientSecret', isOk: false, message: expect.stringContaining('does not accept the client id') },
    ]);
  });

  it('say how the issuer names itself', async () => {
    const { url, failures } = await checkWith({}, '/');
    expect(failures).toEqual([
      {
        name: 'issuer',
        isOk: false,
        message: `${url}/.well-known/openid-configuration names the issuer ${url}. Enter the issuer exactly so.`,
      },
    ]);
  });

  it('say that nothing answers at the issuer', async () => {
    const { failures } = await checkWith({}, '/elsewhere');
    expect(failures.map(({ name }) => name)).toEqual(['issuer']);
    const nobody = await oidc.check(aParty({ issuer: 'http://127.0.0.1:1' }));
    expect(nobody).toEqual([
      { name: 'discovery', isOk: false, message: expect.stringContaining('http://127.0.0.1:1/.well-known/') },
    ]);
  });

  it.each([
    ['codeFlow', { response_types_supported: ['id_token'] }],
    ['pkce', { code_challenge_methods_supported: ['plain'] }],
    ['idTokenAlgorithms', { id_token_signing_alg_values_supported: ['HS256', 'none'] }],
    ['clientAuthentication', { token_endpoint_auth_methods_supported: ['private_key_jwt'] }],
    ['endpoints', { token_endpoint: 'https://vault.internal/token' }],
  ])('fail for %s with %j', async (name, metadata) => {
    const { failures } = await checkWith(metadata);
    expect(failures.map((failure) => failure.name)).toContain(name);
    for (const { message } of failures) expect(message).toMatch(/\.$/);
  });

  it('fail for keys that cannot be read', async () => {
    const { issuer } = await checkWith({});
    issuer.intercept = (request, response) => {
      if (request.url !== '/keys') return false;
      response.writeHead(503).end();
      return true;
    };
    const checks = await oidc.check(aParty({ issuer: issuer.url }));
    expect(checks.find(({ name }) => name === 'keys')).toMatchObject({
      isOk: false,
      message: `${issuer.url}/keys cannot be read. It answers 503.`,
    });
  });
});
