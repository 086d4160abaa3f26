import type { Request, Response, Router } from 'express';
import type { SignInConnection, SignInOrganization } from '../domain/connections/connections.ts';
import { beginSignIn } from './begin-sign-in.ts';
import { requireLoginProvider } from './login-provider.ts';
import { PageError } from './page-error.ts';
import { queryOf } from './pages/links.ts';
import { organizationPage } from './pages/organization-page.ts';
import { organizationNotFound, slugPage, startPage } from './pages/start-page.ts';
import { readSlugInput } from './slug-input.ts';
import { addressOf, formOf, type SsoEdge, searchParamsOf } from './sso-edge.ts';

/** How one begins: the start page, the slug, the organization, Google and Microsoft. */
export function addStartRoutes(router: Router, edge: SsoEdge): void {
  router.get('/sign-in', async (request, response) => {
    const returnTo = edge.returnTo(searchParamsOf(request).get('returnTo'));
    const remembered = await rememberedOrganization(edge, request);
    const loginProviders = (['google', 'microsoft'] as const).filter((name) => edge.loginProviders[name]);
    edge.send(response, startPage(edge.site, { remembered, loginProviders, returnTo }));
  });

  router.get('/sso', (request, response) => {
    edge.send(response, slugPage(edge.site, { returnTo: edge.returnTo(searchParamsOf(request).get('returnTo')) }));
  });

  router.post('/sso', async (request, response) => {
    const form = formOf(request);
    const typed = form.get('slug') ?? '';
    const returnTo = edge.returnTo(form.get('returnTo'));
    const slug = await slugOf(edge, request, typed);
    if (slug === undefined) return sendNotFound(edge, request, response, { typed, returnTo });
    edge.redirect(response, edge.url(`/sso/${slug}${queryOf({ choose: '', returnTo })}`));
  });

  router.get('/sso/:slug', async (request, response) => {
    const query = searchParamsOf(request);
    const returnTo = edge.returnTo(query.get('returnTo'));
    const organization = await requireOrganization(edge, request, request.params.slug);
    if (!organization) return sendNotFound(edge, request, response, { typed: request.params.slug, returnTo });
    const [only, ...more] = organization.connections;
    const isRemembered = edge.cookies.organizationOf(request.headers) === organization.slug;
    if (only && more.length === 0 && isRemembered && !query.has('choose')) {
      return beginSignIn(edge, { request, response }, { purpose: 'signIn', connection: only, returnTo });
    }
    sendOrganization(edge, response, { organization, slug: request.params.slug, returnTo });
  });

  router.post('/sso/:slug', async (request, response) => {
    const form = formOf(request);
    const returnTo = edge.returnTo(form.get('returnTo'));
    const { slug } = request.params;
    const organization = await requireOrganization(edge, request, slug);
    if (!organization) return sendNotFound(edge, request, response, { typed: slug, returnTo });
    const connection = chosenConnection(organization, form.get('connection'));
    if (!connection) return sendOrganization(edge, response, { organization, slug, returnTo });
    return beginSignIn(edge, { request, response }, { purpose: 'signIn', connection, returnTo });
  });

  router.get('/sign-in/:provider', async (request, response) => {
    const { name: provider } = requireLoginProvider(edge, request.params.provider);
    const query = searchParamsOf(request);
    const returnTo = edge.returnTo(query.get('returnTo'));
    const link = query.get('link');
    if (link === null) {
      return beginSignIn(edge, { request, response }, { purpose: 'signIn', provider, returnTo });
    }
    const pending = await edge.domain.signIn.findPending(link, edge.cookies.browserOf(request.headers));
    if (!pending) throw new PageError('linkUnknown');
    return beginSignIn(edge, { request, response }, { purpose: 'link', provider, returnTo, pending });
  });
}

/** What somebody typed as a slug: also by a work e-mail address, of a domain that an organization has proved. */
async function slugOf(edge: SsoEdge, request: Request, typed: string): Promise<string | undefined> {
  const input = readSlugInput(typed);
  if (input.kind === 'slug') return input.slug;
  if (input.kind === 'other') return undefined;
  edge.requireRoom('miss', addressOf(request));
  const organizationId = await edge.domain.emailDomains.findOrganization(input.email);
  const organization = organizationId && (await edge.domain.connections.organizationOf(organizationId));
  return organization ? organization.slug : undefined;
}

/** One that takes sign-ins; undefined for every other, whyever. */
async function requireOrganization(
  edge: SsoEdge,
  request: Request,
  slug: string,
): Promise<SignInOrganization | undefined> {
  const input = readSlugInput(slug);
  if (input.kind !== 'slug') return undefined;
  // Who signed in to it before is not held up by others who try out slugs from the same office.
  if (edge.cookies.organizationOf(request.headers) !== input.slug) edge.requireRoom('miss', addressOf(request));
  const organization = await edge.domain.connections.findOrganization(input.slug);
  const takesSignIns = organization?.status === 'active' && organization.connections.length > 0;
  return takesSignIns ? organization : undefined;
}

function sendNotFound(
  edge: SsoEdge,
  request: Request,
  response: Response,
  { typed, returnTo }: { typed: string; returnTo: string | null },
): void {
  edge.count('miss', addressOf(request));
  const shown = typed.trim().slice(0, 200);
  edge.send(response, slugPage(edge.site, { typed: shown, problem: organizationNotFound(shown), returnTo }));
}

function sendOrganization(
  edge: SsoEdge,
  response: Response,
  facts: { organization: SignInOrganization; slug: string; returnTo: string | null },
): void {
  const { organization, slug, returnTo } = facts;
  const { connections, disclosesName, name } = organization;
  // The names of connections could tell whose they are.
  const label = (connection: SignInConnection, index: number) =>
    disclosesName ? connection.name : `sign-in ${index + 1}`;
  const ways = connections.map((connection, index) => ({ id: connection.id, label: label(connection, index) }));
  const heading = disclosesName ? name : slug;
  edge.send(response, organizationPage(edge.site, { slug, heading, connections: ways, returnTo }));
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
  const input = readSlugInput(edge.cookies.organizationOf(request.headers) ?? '');
  if (input.kind !== 'slug') return null;
  const organization = await edge.domain.connections.findOrganization(input.slug);
  if (organization?.status !== 'active' || organization.connections.length === 0) return null;
  const { slug, disclosesName, name } = organization;
  return { slug, label: disclosesName ? name : slug };
}
