import type { Request, Response } from 'express';
import type { OneTimeLinkView } from '../domain/accounts/one-time-links.ts';
import type { OneTimeSignIn } from '../domain/accounts/one-time-sign-in.ts';
import { DomainError } from '../domain/domain-error.ts';
import { PageError } from './page-error.ts';
import type { PageRoutes } from './page-routes.ts';
import { ownerLinkPage, type SetUpField, setUpFieldNames, setUpPage } from './pages/one-time-link-page.ts';
import { formOf, type SsoEdge } from './sso-edge.ts';

/** The one-time links of owners, and the one that sets a new installation up. */
export function addLinkRoutes(routes: PageRoutes, edge: SsoEdge): void {
  routes.get('/sign-in/link/:secret', async (request, response) => {
    const { secret } = request.params;
    const link = await requireLink(edge, secret);
    if (link.organization && link.user) {
      const userName = link.user.displayName ?? link.user.userName;
      edge.send(response, ownerLinkPage(edge.site, { secret, organizationName: link.organization.name, userName }));
    } else {
      edge.send(response, setUpPage(edge.site, { secret, values: emptySetUp, problem: null }));
    }
  });

  routes.post('/sign-in/link/:secret', async (request, response) => {
    const { secret } = request.params;
    const link = await requireLink(edge, secret);
    if (link.kind === 'setUp') return setUp(edge, { request, response }, secret);
    goOn(edge, response, await edge.domain.oneTimeLinks.use(secret, edge.visitOf(request)));
  });
}

const emptySetUp = valuesOf(new URLSearchParams());

/** It is not counted how many are tried: among 256 random bits nobody finds one, and who holds one is held up by nobody. */
async function requireLink(edge: SsoEdge, secret: string): Promise<OneTimeLinkView> {
  const link = await edge.domain.oneTimeLinks.peek(secret);
  if (!link) throw new PageError('linkUnknown');
  return link;
}

async function setUp(
  edge: SsoEdge,
  { request, response }: { request: Request; response: Response },
  secret: string,
): Promise<void> {
  const values = valuesOf(formOf(request));
  const input = { ...values, slug: values.slug.toLowerCase() };
  try {
    goOn(edge, response, await edge.domain.setUp.complete(secret, input, edge.visitOf(request)));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const field = fieldOf(error.details.path);
    edge.send(response, setUpPage(edge.site, { secret, values, problem: { field, message: messageOf(error, field) } }));
  }
}

function valuesOf(form: URLSearchParams): Record<SetUpField, string> {
  const text = (field: SetUpField) => (form.get(field) ?? '').trim();
  return {
    organizationName: text('organizationName'),
    slug: text('slug'),
    displayName: text('displayName'),
    email: text('email'),
  };
}

/** The organization's name has another name in the domain than in the form. */
function fieldOf(path: unknown): SetUpField | null {
  if (path === 'name') return 'organizationName';
  return setUpFieldNames.find((name) => name === path) ?? null;
}

const labels: Record<SetUpField, string> = {
  organizationName: 'The name of the organization',
  slug: 'The slug',
  displayName: 'Your name',
  email: 'Your e-mail address',
};

/** The domain's sentence begins with the name of a field that people do not see. */
function messageOf({ message }: DomainError, field: SetUpField | null): string {
  return field === null ? message : message.replace(/^(name|organizationName|displayName|email)(?= )/, labels[field]);
}

function goOn(edge: SsoEdge, response: Response, signedIn: OneTimeSignIn): void {
  if (signedIn.kind === 'refused') {
    const { reason, eventId } = signedIn;
    throw new PageError(reason === 'attemptExpired' ? 'linkUnknown' : 'linkDeactivated', { eventId });
  }
  edge.cookies.setSession(response, signedIn.cookie);
  edge.redirect(response, edge.url('/'));
}
