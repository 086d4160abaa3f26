import type { Request } from 'express';
import { actorOf, type CurrentSession } from '../domain/accounts/current-session.ts';
import type { UserActor } from '../domain/actors/actor.ts';
import { holds } from '../domain/actors/actor.ts';
import { DomainError } from '../domain/domain-error.ts';
import { planIncludes } from '../domain/organizations/plan.ts';
import { SIGN_IN_PATH, signInPath } from '../domain/sign-in-addresses.ts';
import { PageError } from './page-error.ts';
import type { PageRoutes } from './page-routes.ts';
import { changedBy, changeText } from './pages/change-texts.ts';
import { type LandingFacts, landingPage } from './pages/landing-page.ts';
import { queryOf } from './pages/links.ts';
import { setLogoHeaders } from './security-headers.ts';
import { formOf, type SsoEdge } from './sso-edge.ts';

/** The plain page after a sign-in, with what it leads to: another organization, and the end of the session. */
export function addLandingRoutes(routes: PageRoutes, edge: SsoEdge): void {
  routes.get('/', async (request, response) => {
    const session = await edge.domain.sessions.find(edge.cookies.sessionOf(request.headers));
    if (!session) return edge.redirect(response, edge.url(SIGN_IN_PATH));
    edge.send(response, landingPage(edge.site, await factsOf(edge, session)));
  });

  routes.post('/session/switch', async (request, response) => {
    const organizationId = formOf(request).get('organizationId') ?? '';
    edge.redirect(response, edge.url(await switchTo(edge, request, organizationId)));
  });

  routes.post('/session/leave', async (request, response) => {
    await edge.domain.sessions.signOut(edge.cookies.sessionOf(request.headers));
    edge.cookies.clearSession(response);
    edge.redirect(response, edge.url(`${SIGN_IN_PATH}${queryOf({ signedOut: '' })}`));
  });

  // Browsers ask for it whatever the page says.
  routes.asset('/favicon.ico', (_request, response) => {
    response.set('Cache-Control', 'public, max-age=86400').status(204).end();
  });

  routes.asset('/sign-in/logo', (_request, response) => {
    const { logo } = edge.theme;
    if (!logo) throw new PageError('notFound');
    setLogoHeaders(response);
    response.type(logo.type).send(logo.content);
  });
}

/** Where that leads: to the landing page, or to the sign-in that the organization asks for. */
async function switchTo(edge: SsoEdge, request: Request, organizationId: string): Promise<string> {
  try {
    await edge.domain.sessions.switchOrganization(edge.cookies.sessionOf(request.headers), organizationId);
    return '/';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, details } = error;
    if (code === 'signInRequired' && typeof details.slug === 'string' && details.hasConnection === true)
      return `${signInPath(details.slug)}${queryOf({ choose: '' })}`;
    return code === 'credentialInvalid' || code === 'signInRequired' ? SIGN_IN_PATH : '/';
  }
}

async function factsOf(edge: SsoEdge, session: CurrentSession): Promise<LandingFacts> {
  const { accounts, ownSessions } = edge.domain;
  const [account, memberships, logins, sessions] = await Promise.all([
    accounts.find(session.accountId),
    accounts.memberships(session.accountId, session.sessionId),
    accounts.listLogins(session.accountId),
    ownSessions.list(session),
  ]);
  const user = session.authentication?.user;
  const actor = session.authentication ? actorOf(session) : undefined;
  return {
    name: (user ? user.displayName : account?.displayName) ?? null,
    email: (user ? (user.email ?? user.userName) : account?.email) ?? null,
    organization: actor ? await organizationOf(edge, actor) : null,
    ended: actor ? null : await endedOf(edge, session, memberships),
    lacksConnection: actor ? await lackOf(edge, actor) : null,
    memberships,
    logins: logins.map(({ provider }) => provider),
    sessionCount: sessions.length,
    changes: actor && holds(actor, 'rollcall:audit') ? await changesOf(edge, actor) : null,
    productUrl: edge.productUrl,
  };
}

async function organizationOf(edge: SsoEdge, actor: UserActor): Promise<LandingFacts['organization']> {
  const { signInConnections, signInOverview } = edge.domain;
  const [organization, hasAccess] = await Promise.all([
    signInConnections.organizationOf(actor.organizationId),
    signInOverview.holdsAnything(actor),
  ]);
  if (!organization) return null;
  const { id, name, signInContact: contact } = organization;
  return { id, name, contact, hasAccess };
}

/** The organization to sign in to again, where the person still belongs to it. */
async function endedOf(
  edge: SsoEdge,
  { organizationId }: CurrentSession,
  memberships: LandingFacts['memberships'],
): Promise<LandingFacts['ended']> {
  if (!memberships.some((each) => each.organizationId === organizationId && each.isActive)) return null;
  const organization = await edge.domain.signInConnections.organizationOf(organizationId ?? '');
  if (!organization) return null;
  const { id, name, slug, signInContact: contact, connections, takesOtherMethods } = organization;
  const hasOthers = takesOtherMethods && Object.values(edge.loginProviders).length > 0;
  return { id, name, slug, contact, by: connections.length > 0 ? 'sso' : hasOthers ? 'others' : null };
}

async function lackOf(edge: SsoEdge, actor: UserActor): Promise<LandingFacts['lacksConnection']> {
  if (!holds(actor, 'rollcall:connections')) return null;
  const organization = await edge.domain.signInConnections.organizationOf(actor.organizationId);
  if (!organization || organization.hasConnections) return null;
  return { slug: organization.slug, isPlanIncluded: planIncludes(organization.plan, 'sso') };
}

async function changesOf(edge: SsoEdge, actor: UserActor): Promise<LandingFacts['changes']> {
  const changes = await edge.domain.signInOverview.recentChanges(actor);
  return changes.map((change) => ({ what: changeText(change), by: changedBy(change), at: change.createdAt }));
}
