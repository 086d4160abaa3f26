import { randomBytes } from 'node:crypto';
import type { OidcExchange, OidcParty } from '../../../src/sso/oidc/oidc-party.ts';
import type { OidcSignIn } from '../../../src/sso/oidc/oidc-sign-in.ts';
import { SignInFailure } from '../../../src/sso/sign-in-failure.ts';

/** Nothing listens there: tests read what stands in the address. */
export const REDIRECT_URI = 'http://127.0.0.1:1/connections/one/oidc/callback';

let made = 0;

export function aParty(overrides: Partial<OidcParty> & { issuer: string }): OidcParty {
  made += 1;
  return {
    id: `party-${made}`,
    version: 1,
    clientId: 'rollcall',
    clientSecret: 'secret',
    tenantId: null,
    stableIdClaim: 'sub',
    ...overrides,
  };
}

export function anExchange(): OidcExchange {
  const random = () => randomBytes(32).toString('base64url');
  return { redirectUri: REDIRECT_URI, state: random(), nonce: random(), codeVerifier: random() };
}

/** One whole sign-in: the identity of who signed in, or the refusal. */
export async function signIn(
  oidc: OidcSignIn,
  party: OidcParty,
  { walk }: { walk(authorizationUrl: URL): Promise<URL> },
) {
  const exchange = anExchange();
  const callbackUrl = await walk(await oidc.authorizationUrl(party, exchange));
  return oidc.verify(party, { ...exchange, callbackUrl });
}

/** The refusal with which something ends; throws where it does not. */
export async function refusalOf(run: Promise<unknown>): Promise<{ reason: string } & Record<string, unknown>> {
  try {
    await run;
  } catch (error) {
    if (error instanceof SignInFailure) return { reason: error.reason, ...error.detail };
    throw error;
  }
  throw new Error('It was not refused.');
}
