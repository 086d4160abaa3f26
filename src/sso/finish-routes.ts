import type { Request, Response } from 'express';
import type { FinishInput, SignInOutcome } from '../domain/sign-in/sign-in.ts';
import { PageError } from './page-error.ts';
import type { PageRoutes } from './page-routes.ts';
import { chooseAccountPage } from './pages/choose-account-page.ts';
import { testedPage } from './pages/tested-page.ts';
import { sendRefusal } from './send-refusal.ts';
import { addressOf, formOf, type SsoEdge, searchParamsOf, userAgentOf } from './sso-edge.ts';

/** The last step of every sign-in, in the browser in which it began. */
export function addFinishRoutes(routes: PageRoutes, edge: SsoEdge): void {
  routes.get('/sign-in/finish', async (request, response) => {
    await finish(edge, { request, response }, searchParamsOf(request).get('state') ?? '');
  });

  routes.post('/sign-in/finish', async (request, response) => {
    const form = formOf(request);
    const asked = form.get('choice');
    const choice = asked === 'sameAccount' || asked === 'separate' ? asked : undefined;
    await finish(edge, { request, response }, form.get('state') ?? '', choice);
  });

  routes.post('/sign-in/finish/ask-admin', async (request, response) => {
    const state = formOf(request).get('state') ?? '';
    await show(edge, response, state, await edge.domain.signIn.askForOwnAccount(state, visitOf(edge, request)));
  });
}

async function finish(
  edge: SsoEdge,
  { request, response }: { request: Request; response: Response },
  state: string,
  choice?: FinishInput['choice'],
): Promise<void> {
  await show(edge, response, state, await edge.domain.signIn.finish(state, { ...visitOf(edge, request), choice }));
}

function visitOf(edge: SsoEdge, request: Request): FinishInput {
  return {
    browser: edge.cookies.browserOf(request.headers),
    sessionCookie: edge.cookies.sessionOf(request.headers),
    userAgent: userAgentOf(request),
    address: addressOf(request),
  };
}

async function show(edge: SsoEdge, response: Response, state: string, outcome: SignInOutcome): Promise<void> {
  switch (outcome.kind) {
    case 'signedIn':
      return goOn(edge, response, outcome);
    case 'refused':
      return sendRefusal(edge, response, outcome.refusal, { state });
    case 'chooseAccount':
      return edge.send(response, chooseAccountPage(edge.site, outcome));
    case 'tested': {
      const connection = await edge.domain.signInConnections.find(outcome.connectionId);
      if (!connection) throw new PageError('connectionUnknown');
      return edge.send(response, testedPage(edge.site, connection, outcome));
    }
  }
}

/** To where the product wants people, unless they can see nothing there. */
function goOn(edge: SsoEdge, response: Response, outcome: Extract<SignInOutcome, { kind: 'signedIn' }>): void {
  const { cookie, organization, returnTo, hasPermissions } = outcome;
  edge.cookies.setSession(response, cookie);
  if (organization) edge.cookies.rememberOrganization(response, organization.slug);
  const wanted = returnTo?.startsWith('/') ? edge.url(returnTo) : (returnTo ?? edge.productUrl);
  const isReady = organization !== null && hasPermissions;
  edge.redirect(response, (isReady ? wanted : null) ?? edge.url('/'));
}
