import type { CurrentSession, LiveAuthentication } from '../domain/accounts/current-session.ts';
import { FRESH_SIGN_IN_PATH, signInPath } from '../domain/connections/connection-addresses.ts';
import type { SignInOrganization } from '../domain/connections/sign-in-connection.ts';
import { beginSignIn, type Way } from './begin-sign-in.ts';
import { PageError } from './page-error.ts';
import type { PageRoutes } from './page-routes.ts';
import { queryOf } from './pages/links.ts';
import { type SsoEdge, searchParamsOf } from './sso-edge.ts';

/**
 * Where the product sends somebody who is signed in and is to prove anew who they are: through what they signed in by, which is
 * told to ask them although it knows the browser. To be added before the routes of `/sign-in/{provider}`.
 */
export function addFreshSignInRoutes(routes: PageRoutes, edge: SsoEdge): void {
  routes.get(FRESH_SIGN_IN_PATH, async (request, response) => {
    const returnTo = edge.returnTo(searchParamsOf(request).get('returnTo'));
    const session = await edge.domain.sessions.find(edge.cookies.sessionOf(request.headers));
    const organization = session && (await organizationOf(edge, session));
    const authentication = session?.authentication;
    const way = authentication && wayOf(edge, authentication, organization);
    if (way) return beginSignIn(edge, { request, response }, { ...way, purpose: 'signIn', asksAnew: true, returnTo });
    if (organization && organization.connections.length > 0) {
      return edge.redirect(response, edge.url(`${signInPath(organization.slug)}${queryOf({ choose: '', returnTo })}`));
    }
    if (!authentication) return edge.redirect(response, edge.url(`/sign-in${queryOf({ returnTo })}`));
    throw new PageError('onceOnly');
  });
}

async function organizationOf(edge: SsoEdge, { organizationId }: CurrentSession) {
  const { signInConnections } = edge.domain;
  const organization = organizationId === null ? undefined : await signInConnections.organizationOf(organizationId);
  return organization?.status === 'active' ? organization : undefined;
}

/** As they signed in, as long as that is open; a one-time link is not, so that the only connection takes its place. */
function wayOf(
  { loginProviders }: SsoEdge,
  { method, connectionId }: LiveAuthentication,
  organization: SignInOrganization | undefined,
): Way | undefined {
  if (method === 'google' || method === 'microsoft') return loginProviders[method] && { provider: method };
  const [only, ...more] = organization?.connections ?? [];
  const connection =
    [only, ...more].find((each) => each?.id === connectionId) ?? (more.length === 0 ? only : undefined);
  return connection && { connection };
}
