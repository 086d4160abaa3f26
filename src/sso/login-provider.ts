import { type LoginProvider, loginProviders } from '../domain/accounts/account.entity.ts';
import type { OidcParty } from './oidc/oidc-party.ts';
import { PageError } from './page-error.ts';
import type { SsoEdge } from './sso-edge.ts';

/** One of the operator's OpenID providers, with where it sends people back. Throws the page of a way that is not offered. */
export function requireLoginProvider(
  edge: SsoEdge,
  name: unknown,
): { name: LoginProvider; party: OidcParty; redirectUri: string } {
  const known = loginProviders.find((provider) => provider === name);
  const settings = known && edge.loginProviders[known];
  if (!known || !settings) throw new PageError('methodUnknown');
  const party: OidcParty = {
    id: known,
    version: 1,
    ...settings,
    tenantId: null,
    stableIdClaim: known === 'microsoft' ? 'oid' : 'sub',
    subjectBy: known === 'microsoft' ? 'tenantAndObject' : 'sub',
  };
  return { name: known, party, redirectUri: edge.url(`/sign-in/${known}/callback`) };
}
