import type { Request, Response } from 'express';
import type { FinishInput, SignInOutcome } from '../domain/sign-in/sign-in-outcome.ts';
import { FINISH_PATH, isSignInThatWaits } from '../domain/sign-in-addresses.ts';
import { PageError } from './page-error.ts';
import type { PageRoutes } from './page-routes.ts';
import { chooseAccountPage } from './pages/choose-account-page.ts';
import { testedPage } from './pages/tested-page.ts';
import { sendRefusal } from './send-refusal.ts';
import { formOf, type SsoEdge, searchParamsOf } from './sso-edge.ts';

/** The last step of every sign-in, in the browser in which it began. */
export function addFinishRoutes(routes: PageRoutes, edge: SsoEdge): void {
  routes.get(FINISH_PATH, async (request, response) => {
    await finish(edge, { request, response }, searchParamsOf(request).get('state') ?? '');
  });

  routes.post(FINISH_PATH, async (request, response) => {
    const form = formOf(request);
    const asked = form.get('choice');
    const choice = asked === 'sameAccount' || asked === 'separate' ? asked : undefined;
    const account = form.get('account') ?? undefined;
    await finish(edge, { request, response }, form.get('state') ?? '', { choice, account });
  });

  routes.post(`${FINISH_PATH}/ask-admin`, async (request, response) => {
    const state = formOf(request).get('state') ?? '';
    await show(edge, response, state, await edge.domain.signIn.askForOwnAccount(state, edge.visitOf(request)));
  });
}

async function finish(
  edge: SsoEdge,
  { request, response }: { request: Request; response: Response },
  state: string,
  chosen: Pick<FinishInput, 'choice' | 'account'> = {},
): Promise<void> {
  await show(edge, response, state, await edge.domain.signIn.finish(state, { ...edge.visitOf(request), ...chosen }));
}

async function show(edge: SsoEdge, response: Response, state: string, outcome: SignInOutcome): Promise<void> {
  switch (outcome.kind) {
    case 'signedIn':
      return goOn(edge, response, outcome);
    case 'refused': {
      const attempt = await edge.domain.signInAttempts.find(state);
      return sendRefusal(edge, response, outcome.refusal, { attempt, state });
    }
    case 'chooseAccount':
      return edge.send(response, chooseAccountPage(edge.site, outcome));
    case 'tested': {
      const connection = await edge.domain.signInConnections.find(outcome.connectionId);
      if (!connection) throw new PageError('connectionUnknown');
      return edge.send(response, testedPage(edge.site, connection, outcome));
    }
  }
}

/** To where the product wants people, unless they can see nothing there; a sign-in that waits for this one goes on in any case. */
function goOn(edge: SsoEdge, response: Response, outcome: Extract<SignInOutcome, { kind: 'signedIn' }>): void {
  const { cookie, organization, returnTo, hasPermissions } = outcome;
  edge.cookies.setSession(response, cookie);
  if (organization) edge.cookies.rememberOrganization(response, organization.slug);
  const wanted = returnTo?.startsWith('/') ? edge.url(returnTo) : (returnTo ?? edge.productUrl);
  const isReady = isSignInThatWaits(returnTo) || (organization !== null && hasPermissions);
  edge.redirect(response, (isReady ? wanted : null) ?? edge.url('/'));
}
