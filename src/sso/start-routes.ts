import type { Request, Response } from 'express';
import type { SignInConnection, SignInOrganization } from '../domain/connections/sign-in-connection.ts';
import { SIGN_IN_PATH, signInPath } from '../domain/sign-in-addresses.ts';
import { beginSignIn } from './begin-sign-in.ts';
import { requireLoginProvider } from './login-provider.ts';
import { PageError } from './page-error.ts';
import type { PageRoutes } from './page-routes.ts';
import { queryOf } from './pages/links.ts';
import { organizationPage } from './pages/organization-page.ts';
import { organizationNotFound, slugPage, startPage } from './pages/start-page.ts';
import { readSlugInput } from './slug-input.ts';
import { addressOf, formOf, type SsoEdge, searchParamsOf } from './sso-edge.ts';

/** How one begins: the start page, the slug, the organization, Google and Microsoft. */
export function addStartRoutes(routes: PageRoutes, edge: SsoEdge): void {
  routes.get(SIGN_IN_PATH, async (request, response) => {
    const query = searchParamsOf(request);
    const returnTo = edge.returnTo(query.get('returnTo'));
    const isSignedOut = query.has('signedOut');
    const remembered = await rememberedOrganization(edge, request);
    const loginProviders = (['google', 'microsoft'] as const).filter((name) => edge.loginProviders[name]);
    edge.send(response, startPage(edge.site, { remembered, loginProviders, returnTo, isSignedOut }));
  });

  routes.get('/sso', (request, response) => {
    edge.send(response, slugPage(edge.site, { returnTo: edge.returnTo(searchParamsOf(request).get('returnTo')) }));
  });

  routes.post('/sso', async (request, response) => {
    const form = formOf(request);
    const typed = form.get('slug') ?? '';
    const returnTo = edge.returnTo(form.get('returnTo'));
    const slug = await slugOf(edge, request, typed);
    if (slug === undefined) return sendNotFound(edge, response, { typed, returnTo });
    edge.redirect(response, edge.url(`${signInPath(slug)}${queryOf({ choose: '', returnTo })}`));
  });

  routes.get('/sso/:slug', async (request, response) => {
    const query = searchParamsOf(request);
    const returnTo = edge.returnTo(query.get('returnTo'));
    const organization = await findOrganization(edge, request, request.params.slug);
    if (!organization) return sendNotFound(edge, response, { typed: request.params.slug, returnTo });
    const [only, ...more] = organization.connections;
    const isRemembered = edge.cookies.organizationOf(request.headers) === organization.slug;
    if (only && more.length === 0 && isRemembered && !query.has('choose')) {
      return beginSignIn(edge, { request, response }, { purpose: 'signIn', connection: only, returnTo });
    }
    const asksAnew = query.has('again');
    sendOrganization(edge, response, { organization, slug: request.params.slug, asksAnew, returnTo });
  });

  routes.post('/sso/:slug', async (request, response) => {
    const form = formOf(request);
    const returnTo = edge.returnTo(form.get('returnTo'));
    const { slug } = request.params;
    const organization = await findOrganization(edge, request, slug);
    if (!organization) return sendNotFound(edge, response, { typed: slug, returnTo });
    const connection = chosenConnection(organization, form.get('connection'));
    const asksAnew = form.has('again');
    if (!connection) return sendOrganization(edge, response, { organization, slug, asksAnew, returnTo });
    return beginSignIn(edge, { request, response }, { purpose: 'signIn', connection, asksAnew, returnTo });
  });

  routes.get('/sign-in/:provider', async (request, response) => {
    const { name: provider } = requireLoginProvider(edge, request.params.provider);
    const query = searchParamsOf(request);
    const returnTo = edge.returnTo(query.get('returnTo'));
    const link = query.get('link');
    if (link === null) {
      return beginSignIn(edge, { request, response }, { purpose: 'signIn', provider, returnTo });
    }
    const pending = await edge.domain.signInAttempts.findPending(link, edge.cookies.browserOf(request.headers));
    if (!pending) throw new PageError('linkUnknown');
    return beginSignIn(edge, { request, response }, { purpose: 'link', provider, returnTo, pending });
  });
}

/** What somebody typed as a slug: also by a work e-mail address, of a domain that an organization has proved. */
async function slugOf(edge: SsoEdge, request: Request, typed: string): Promise<string | undefined> {
  const input = readSlugInput(typed);
  if (input.kind === 'slug') return input.slug;
  if (input.kind === 'other') return undefined;
  const { emailDomains, signInConnections } = edge.domain;
  const organization = await guessed(edge, { event: 'email', address: addressOf(request) }, async () => {
    const organizationId = await emailDomains.findOrganization(input.email);
    return organizationId === undefined ? undefined : signInConnections.organizationOf(organizationId);
  });
  return organization?.slug;
}

/** One that takes sign-ins; undefined for every other, whyever. */
async function findOrganization(
  edge: SsoEdge,
  request: Request,
  typed: string,
): Promise<SignInOrganization | undefined> {
  const input = readSlugInput(typed);
  if (input.kind !== 'slug') return undefined;
  const find = () => edge.domain.signInConnections.findOrganization(input.slug);
  // Who signed in to it before is not held up by others who try out slugs from the same office.
  const isRemembered = edge.cookies.organizationOf(request.headers) === input.slug;
  return isRemembered ? inUse(await find()) : guessed(edge, { event: 'slug', address: addressOf(request) }, find);
}

/** Finds what may have been guessed. Throws the page of too many, also where many that come at once were counted meanwhile. */
async function guessed(
  edge: SsoEdge,
  { event, address }: { event: 'slug' | 'email'; address: string },
  find: () => Promise<SignInOrganization | undefined>,
): Promise<SignInOrganization | undefined> {
  edge.requireRoom(event, address);
  const organization = inUse(await find());
  if (organization) edge.requireRoom(event, address);
  else edge.count(event, address);
  return organization;
}

/** Undefined for one that takes no sign-ins: it looks like one that does not exist. */
function inUse(organization: SignInOrganization | undefined): SignInOrganization | undefined {
  return organization?.status === 'active' && organization.connections.length > 0 ? organization : undefined;
}

function sendNotFound(
  edge: SsoEdge,
  response: Response,
  { typed, returnTo }: { typed: string; returnTo: string | null },
): void {
  const shown = typed.trim().slice(0, 200);
  edge.send(response, slugPage(edge.site, { typed: shown, problem: organizationNotFound(shown), returnTo }));
}

function sendOrganization(
  edge: SsoEdge,
  response: Response,
  facts: { organization: SignInOrganization; slug: string; asksAnew: boolean; returnTo: string | null },
): void {
  const { organization, slug, asksAnew, returnTo } = facts;
  const { connections, disclosesName, name } = organization;
  // The names of connections could tell whose they are.
  const label = (connection: SignInConnection, index: number) =>
    disclosesName ? connection.name : `sign-in ${index + 1}`;
  const ways = connections.map((connection, index) => ({ id: connection.id, label: label(connection, index) }));
  const heading = disclosesName ? name : slug;
  edge.send(response, organizationPage(edge.site, { slug, heading, connections: ways, asksAnew, returnTo }));
}

/** The only one needs no choice. */
function chosenConnection({ connections }: SignInOrganization, id: string | null): SignInConnection | undefined {
  const [only, ...more] = connections;
  return more.length === 0 ? only : connections.find((connection) => connection.id === id);
}

async function rememberedOrganization(
  edge: SsoEdge,
  request: Request,
): Promise<{ slug: string; label: string } | null> {
  const remembered = edge.cookies.organizationOf(request.headers);
  if (remembered === undefined) return null;
  const organization = inUse(await edge.domain.signInConnections.findOrganization(remembered));
  if (!organization) return null;
  const { slug, disclosesName, name } = organization;
  return { slug, label: disclosesName ? name : slug };
}
