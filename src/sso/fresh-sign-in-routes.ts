import type { CurrentSession } from '../domain/accounts/current-session.ts';
import type { SignInOrganization } from '../domain/connections/sign-in-connection.ts';
import { FRESH_SIGN_IN_PATH, isSignInThatWaits, SIGN_IN_PATH, signInPath } from '../domain/sign-in-addresses.ts';
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
    const way = session && wayOf(edge, session, organization, returnTo);
    if (way) return beginSignIn(edge, { request, response }, { ...way, purpose: 'signIn', asksAnew: true, returnTo });
    if (organization && organization.connections.length > 0) {
      const again = authentication || isSignInThatWaits(returnTo) ? '' : null;
      const query = queryOf({ choose: '', again, returnTo });
      return edge.redirect(response, edge.url(`${signInPath(organization.slug)}${query}`));
    }
    if (authentication?.method === 'oneTimeLink') throw new PageError('onceOnly');
    edge.redirect(response, edge.url(`${SIGN_IN_PATH}${queryOf({ returnTo })}`));
  });
}

async function organizationOf(edge: SsoEdge, { organizationId }: CurrentSession) {
  const { signInConnections } = edge.domain;
  const organization = organizationId === null ? undefined : await signInConnections.organizationOf(organizationId);
  return organization?.status === 'active' ? organization : undefined;
}

/**
 * As they signed in: by Google also since a connection was enabled, as who came so stays until the session ends. Else the only
 * connection; where there are several, people choose. A session that opens no organization any more proves its account by the
 * login that it has, unless it is the organization that is to be opened again and that takes no login.
 */
function wayOf(
  { loginProviders }: SsoEdge,
  { authentication, loginProvider }: CurrentSession,
  organization: SignInOrganization | undefined,
  returnTo: string | null,
): Way | undefined {
  if (!authentication) {
    const isTaken = organization?.takesOtherMethods !== false || isSignInThatWaits(returnTo);
    return loginProvider && loginProviders[loginProvider] && isTaken ? { provider: loginProvider } : undefined;
  }
  const { method, connectionId } = authentication;
  const isProvider = method === 'google' || method === 'microsoft';
  if (isProvider && loginProviders[method]) return { provider: method };
  const { connections = [] } = organization ?? {};
  const only = connections.length === 1 ? connections[0] : undefined;
  const connection = connections.find(({ id }) => id === connectionId) ?? only;
  return connection && { connection };
}
