/**
 * What Entra's tokens say: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference, and "nOAuth", sign-in by an
 * address that another tenant wrote into `email`.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { OidcParty } from '../../../src/sso/oidc/oidc-party.ts';
import { OidcSignIn } from '../../../src/sso/oidc/oidc-sign-in.ts';
import { type HostileIssuer, startHostileIssuer } from '../../harness/hostile-oidc-issuer.ts';
import { aParty, refusalOf, signIn } from './oidc-exchange.ts';

const ORIGIN = 'https://login.microsoftonline.com';
const ACME = '11111111-2222-4333-8444-555555555555';
const EVIL = '66666666-7777-4888-9999-aaaaaaaaaaaa';
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';
const ADA = '6f1d4c1e-9a3b-4c62-8a75-0d0d5a2a7f11';
const issuerOf = (tenant: string) => `${ORIGIN}/${tenant}/v2.0`;

const issuers: HostileIssuer[] = [];
afterEach(async () => {
  for (const issuer of issuers.splice(0)) await issuer.close();
});

/** Entra as it looks from an application: a discovery document of this issuer, and tokens with these claims. */
async function entra(issuer: string, claims: Record<string, unknown>) {
  const server = await startHostileIssuer({ issuer, origin: ORIGIN });
  server.claims = { email_verified: undefined, ...claims };
  issuers.push(server);
  const oidc = new OidcSignIn({ allowsLoopback: false, log: () => undefined, fetch: server.fetch });
  return { server, signIn: (party: OidcParty) => signIn(oidc, party, server) };
}

const connection = () => aParty({ issuer: issuerOf(ACME), tenantId: ACME, stableIdClaim: 'oid' });

describe('a connection to one tenant of Entra', () => {
  it('knows people by sub, and their records by oid', async () => {
    const { signIn: run, server } = await entra(issuerOf(ACME), { tid: ACME, oid: ADA });
    await expect(run(connection())).resolves.toMatchObject({
      subject: 'ada',
      stableId: ADA,
      emailVerification: 'unsaid',
    });
    expect(server.requests.map(({ path }) => path)).not.toContain('/userinfo');
  });

  it.each([
    ['tid', { iss: issuerOf(ACME), tid: EVIL }, EVIL],
    ['tid and issuer', { iss: issuerOf(EVIL), tid: EVIL }, EVIL],
    ['missing tid', { iss: issuerOf(ACME) }, null],
  ])(
    'refuses a person of another tenant by the %s, though the same keys sign',
    async (_what, claims, receivedTenantId) => {
      const { signIn: run } = await entra(issuerOf(ACME), { oid: ADA, ...claims });
      await expect(refusalOf(run(connection()))).resolves.toEqual({
        reason: 'wrongTenant',
        expectedTenantId: ACME,
        receivedTenantId,
      });
    },
  );

  it('refuses the discovery document of another tenant', async () => {
    const { signIn: run } = await entra(issuerOf(EVIL), { tid: EVIL });
    await expect(refusalOf(run(connection()))).resolves.toMatchObject({
      problem: 'metadata',
      receivedIssuer: issuerOf(EVIL),
    });
  });

  it('refuses the discovery document of all tenants', async () => {
    const { signIn: run } = await entra(issuerOf('{tenantid}'), { tid: EVIL, iss: issuerOf(EVIL) });
    await expect(refusalOf(run(connection()))).resolves.toMatchObject({ problem: 'metadata' });
  });

  it.each([
    [{ xms_edov: true }, 'yes'],
    [{ xms_edov: 'true' }, 'yes'],
    [{ xms_edov: 1 }, 'yes'],
    [{ xms_edov: '1' }, 'yes'],
    [{ xms_edov: false }, 'no'],
    [{ xms_edov: '0' }, 'no'],
    [{ xms_edov: null }, 'no'],
    [{}, 'unsaid'],
    // Entra sends none: what is called so was written by an admin of the tenant.
    [{ email_verified: true }, 'unsaid'],
    [{ email_verified: false }, 'no'],
    [{ email_verified: false, xms_edov: true }, 'no'],
  ] as const)('takes an address with %j for verified: %s', async (claims, emailVerification) => {
    const { signIn: run } = await entra(issuerOf(ACME), { tid: ACME, oid: ADA, ...claims });
    await expect(run(connection())).resolves.toMatchObject({ email: 'ada@acme.example', emailVerification });
  });

  it.each(['ada@acme.example', '', 'a'.repeat(513), 7, ['x'], { x: 1 }, null, `${ADA}\n`])(
    'takes %j for nobody’s stable id',
    async (oid) => {
      const { signIn: run } = await entra(issuerOf(ACME), { tid: ACME, oid });
      await expect(run(connection())).resolves.toMatchObject({ stableId: null });
    },
  );
});

describe('Microsoft for everybody', () => {
  const microsoft = (name: 'organizations' | 'common') => aParty({ issuer: `${ORIGIN}/${name}/v2.0` });

  it.each(['organizations', 'common'] as const)('knows people of any tenant of %s by tid and oid', async (name) => {
    const { signIn: run } = await entra(issuerOf('{tenantid}'), { iss: issuerOf(EVIL), tid: EVIL, oid: ADA });
    await expect(run(microsoft(name))).resolves.toMatchObject({
      subject: `${EVIL} ${ADA}`,
      emailVerification: 'unsaid',
    });
  });

  it('refuses a tenant that speaks in the name of another', async () => {
    const { signIn: run } = await entra(issuerOf('{tenantid}'), { iss: issuerOf(EVIL), tid: ACME, oid: ADA });
    await expect(refusalOf(run(microsoft('organizations')))).resolves.toMatchObject({
      reason: 'responseInvalid',
      problem: 'issuer',
    });
  });

  it.each([undefined, '', '{tenantid}', 'common', `${EVIL}/../${ACME}`, 7, ['x'], '$&'])(
    'refuses the tenant %j, which is none',
    async (tid) => {
      const { signIn: run } = await entra(issuerOf('{tenantid}'), { iss: issuerOf(String(tid)), tid, oid: ADA });
      expect(['wrongTenant', 'responseInvalid']).toContain((await refusalOf(run(microsoft('common')))).reason);
    },
  );

  it('takes personal accounts only where they are meant too', async () => {
    const claims = { iss: issuerOf(CONSUMERS), tid: CONSUMERS, oid: ADA };
    const { signIn: run } = await entra(issuerOf('{tenantid}'), claims);
    await expect(run(microsoft('common'))).resolves.toMatchObject({ subject: `${CONSUMERS} ${ADA}` });
    await expect(refusalOf(run(microsoft('organizations')))).resolves.toMatchObject({ reason: 'wrongTenant' });
  });

  it('refuses people without an oid, or with one that is none', async () => {
    for (const oid of [undefined, '', 'ada@acme.example', `${ADA} ${ADA}`]) {
      const { signIn: run } = await entra(issuerOf('{tenantid}'), { iss: issuerOf(EVIL), tid: EVIL, oid });
      await expect(refusalOf(run(microsoft('common')))).resolves.toMatchObject({ problem: 'subject' });
    }
  });

  it('knows people by tid and oid at one tenant too, where that is asked for', async () => {
    const { signIn: run } = await entra(issuerOf(ACME), { tid: ACME, oid: ADA, email_verified: true });
    const oneTenant = aParty({ issuer: issuerOf(ACME), subjectBy: 'tenantAndObject' });
    await expect(run(oneTenant)).resolves.toMatchObject({ subject: `${ACME} ${ADA}`, emailVerification: 'unsaid' });
  });
});

describe('an error of Entra', () => {
  const failing = async (error: Record<string, unknown>) => {
    const { server, signIn: run } = await entra(issuerOf(ACME), { tid: ACME });
    server.intercept = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(error));
      return true;
    };
    return refusalOf(run(connection()));
  };

  it('of the token endpoint is explained by its code, without trace ids', async () => {
    const refusal = await failing({
      error: 'invalid_client',
      error_description:
        "AADSTS7000222: The provided client secret keys for app '0000' are expired.\r\nTrace ID: 1234\r\nCorrelation ID: 5678\r\nTimestamp: 2026-03-01 08:00:00Z",
      error_codes: [7000222],
    });
    expect(refusal).toEqual({
      reason: 'identityProviderError',
      error: 'invalid_client',
      code: 'AADSTS7000222',
      explanation: 'The client secret of the connection has expired.',
      remedy: expect.stringContaining('Certificates & secrets'),
      description: "AADSTS7000222: The provided client secret keys for app '0000' are expired.",
      status: 401,
    });
  });

  it.each([
    ['invalid_grant', 'AADSTS54005: OAuth2 Authorization code was already redeemed', 'attemptExpired'],
    ['invalid_grant', 'AADSTS70008: The provided authorization code or refresh token has expired', 'attemptExpired'],
    ['invalid_grant', 'AADSTS50105: The signed in user is not assigned to a role', 'identityProviderError'],
    ['invalid_grant', 'no code at all', 'attemptExpired'],
    ['invalid_request', 'AADSTS9002327: Tokens issued for the Single-Page Application', 'identityProviderError'],
    ['access_denied', 'AADSTS50020: User account from identity provider does not exist in tenant', 'wrongTenant'],
    ['access_denied', 'AADSTS99999: Something new', 'identityProviderError'],
  ])('%s with %s is a refusal for %s', async (error, description, reason) => {
    await expect(failing({ error, error_description: description })).resolves.toMatchObject({
      reason,
      explanation: expect.stringMatching(/\.$/),
      remedy: expect.stringMatching(/\.$/),
    });
  });
});
