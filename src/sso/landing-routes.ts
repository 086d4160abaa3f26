import type { Request, Router } from 'express';
import { actorOf, type CurrentSession, type UserActor } from '../domain/accounts/current-session.ts';
import { holds } from '../domain/actors/actor.ts';
import { DomainError } from '../domain/domain-error.ts';
import { changedBy, changeText } from './pages/change-texts.ts';
import { type LandingFacts, landingPage } from './pages/landing-page.ts';
import { queryOf } from './pages/links.ts';
import { setLogoHeaders } from './security-headers.ts';
import { formOf, type SsoEdge } from './sso-edge.ts';

/** The plain page after a sign-in, with what it leads to: another organization, and the end of the session. */
export function addLandingRoutes(router: Router, edge: SsoEdge): void {
  router.get('/', async (request, response) => {
    const session = await edge.domain.sessions.find(edge.cookies.sessionOf(request.headers));
    if (!session) return edge.redirect(response, edge.url('/sign-in'));
    edge.send(response, landingPage(edge.site, await factsOf(edge, session)));
  });

  router.post('/session/switch', async (request, response) => {
    const organizationId = formOf(request).get('organizationId') ?? '';
    edge.redirect(response, edge.url(await switchTo(edge, request, organizationId)));
  });

  router.post('/session/leave', async (request, response) => {
    await edge.domain.sessions.signOut(edge.cookies.sessionOf(request.headers));
    edge.cookies.clearSession(response);
    edge.redirect(response, edge.url('/sign-in'));
  });

  router.get('/sign-in/logo', (_request, response, next) => {
    const { logo } = edge.theme;
    if (!logo) return next();
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
    if (code === 'signInRequired' && typeof details.slug === 'string')
      return `/sso/${details.slug}${queryOf({ choose: '' })}`;
    return code === 'credentialInvalid' ? '/sign-in' : '/';
  }
}

async function factsOf(edge: SsoEdge, session: CurrentSession): Promise<LandingFacts> {
  const { accounts, userSessions } = edge.domain;
  const [account, memberships, logins, sessions] = await Promise.all([
    accounts.find(session.accountId),
    accounts.memberships(session.accountId, session.sessionId),
    accounts.listLogins(session.accountId),
    userSessions.listOwn(session),
  ]);
  const user = session.authentication?.user;
  const actor = session.authentication ? actorOf(session) : undefined;
  return {
    name: (user ? user.displayName : account?.displayName) ?? null,
    email: (user ? (user.email ?? user.userName) : account?.email) ?? null,
    organization: actor ? await organizationOf(edge, actor) : null,
    memberships,
    logins: logins.map(({ provider }) => provider),
    sessionCount: sessions.length,
    changes: actor && holds(actor, 'rollcall:audit') ? await changesOf(edge, actor) : null,
    productUrl: edge.productUrl,
  };
}

async function organizationOf(edge: SsoEdge, actor: UserActor): Promise<LandingFacts['organization']> {
  const { connections, signInOverview } = edge.domain;
  const [organization, hasAccess] = await Promise.all([
    connections.organizationOf(actor.organizationId),
    signInOverview.holdsAnything(actor),
  ]);
  if (!organization) return null;
  const { id, name, signInContact: contact } = organization;
  return { id, name, contact, hasAccess };
}

async function changesOf(edge: SsoEdge, actor: UserActor): Promise<LandingFacts['changes']> {
  const changes = await edge.domain.signInOverview.recentChanges(actor);
  return changes.map((change) => ({ what: changeText(change), by: changedBy(change), at: change.createdAt }));
}
