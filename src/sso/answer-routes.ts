import express, { type Request, type Response, type Router } from 'express';
import type { LoginProvider } from '../domain/accounts/account.entity.ts';
import type { SignInConnection } from '../domain/connections/connections.ts';
import type { VerifiedIdentity } from '../domain/connections/verified-identity.ts';
import { isId } from '../domain/id.ts';
import type { StartedAttempt } from '../domain/sign-in/sign-in.ts';
import { beginSignIn } from './begin-sign-in.ts';
import { requireLoginProvider } from './login-provider.ts';
import { oidcPartyOf } from './oidc/oidc-party.ts';
import { PageError } from './page-error.ts';
import { serviceProviderMetadata } from './saml/metadata.ts';
import { sendRefusal } from './send-refusal.ts';
import { SignInFailure } from './sign-in-failure.ts';
import { addressOf, FORM, formOf, type SsoEdge, searchParamsOf } from './sso-edge.ts';

/** A SAML response of 256 KB in base64, escaped for a form. */
const SAML_FORM_MAX = '640kb';

type Way = { connection: SignInConnection } | { provider: LoginProvider };

/** The addresses that identity providers know: where their answers arrive, our metadata, and tests of a connection. */
export function addAnswerRoutes(router: Router, edge: SsoEdge): void {
  router.get('/connections/:id/oidc/callback', async (request, response) => {
    const connection = await requireConnection(edge, request.params.id, 'oidc');
    const { redirectUri } = edge.addressesOf(connection.id);
    const party = oidcPartyOf(connection);
    const callbackUrl = callbackUrlOf(edge, request);
    await answer(edge, { request, response }, { connection }, searchParamsOf(request).get('state'), (attempt) =>
      edge.oidc.verify(party, { redirectUri, callbackUrl, ...attempt }),
    );
  });

  router.get('/sign-in/:provider/callback', async (request, response) => {
    const { name: provider, party, redirectUri } = requireLoginProvider(edge, request.params.provider);
    const callbackUrl = callbackUrlOf(edge, request);
    await answer(edge, { request, response }, { provider }, searchParamsOf(request).get('state'), (attempt) =>
      edge.oidc.verify(party, { redirectUri, callbackUrl, ...attempt }),
    );
  });

  // It comes from the identity provider's page: the one form of ours that others send.
  const readForm = express.text({ type: FORM, limit: SAML_FORM_MAX, inflate: false });
  router.post('/connections/:id/saml/acs', readForm, async (request: Request<{ id: string }>, response) => {
    const connection = await requireConnection(edge, request.params.id, 'saml');
    const form = formOf(request);
    const samlResponse = form.get('SAMLResponse') ?? '';
    const addresses = edge.addressesOf(connection.id);
    const isUnsolicited = () => edge.saml.isUnsolicited(samlResponse);
    await answer(
      edge,
      { request, response },
      { connection },
      form.get('RelayState'),
      ({ requestId }) =>
        edge.saml.verify(connection, {
          ...addresses,
          samlResponse,
          requestId,
          useAssertion: (id, expiresAt) => edge.domain.signIn.useAssertion(connection, id, expiresAt),
        }),
      isUnsolicited,
    );
  });

  router.get('/connections/:id/saml/metadata', async (request, response) => {
    const { id } = await requireConnection(edge, request.params.id, 'saml');
    response.type('application/samlmetadata+xml').send(serviceProviderMetadata(edge.addressesOf(id)));
  });

  router.get('/connections/:id/test/:secret', async (request, response) => {
    const { id, secret } = request.params;
    edge.requireRoom('miss', addressOf(request));
    const connection = isId(id) ? await edge.domain.connections.readTest(id, secret) : undefined;
    if (!connection) {
      edge.count('miss', addressOf(request));
      throw new PageError('testUnknown');
    }
    await beginSignIn(edge, { request, response }, { purpose: 'test', connection, returnTo: null });
  });
}

/**
 * An answer to an attempt that is under way, verified; then the browser goes on to the last step. No cookie is asked for: of a
 * form that another site sends, browsers send none of ours.
 */
async function answer(
  edge: SsoEdge,
  { request, response }: { request: Request; response: Response },
  way: Way,
  state: string | null,
  verify: (attempt: StartedAttempt) => Promise<VerifiedIdentity>,
  isUnsolicited: () => boolean = () => false,
): Promise<void> {
  const address = addressOf(request);
  const { signIn } = edge.domain;
  const attempt = state === null ? undefined : await signIn.findStarted(state);
  const refuse = async (failure: SignInFailure) => {
    edge.count('refusal', address);
    const { reason, detail } = failure;
    const ended = attempt === undefined ? {} : { state: attempt.state };
    const refusal = await signIn.refuse({ ...way, ...ended, reason, detail, address });
    const isTest = attempt?.purpose === 'test';
    sendRefusal(edge, response, refusal, { returnTo: attempt?.returnTo ?? null, isTest });
  };
  if (!attempt) {
    const idpInitiated = isUnsolicited();
    return refuse(
      idpInitiated ? new SignInFailure('responseInvalid', { idpInitiated }) : new SignInFailure('attemptExpired'),
    );
  }
  // An answer that arrives at another's address is a mix-up of identity providers (RFC 9700 §4.4).
  if (!isOf(attempt, way)) return refuse(new SignInFailure('responseInvalid', { mixUp: true }));
  try {
    const identity = await verify(attempt);
    if (!(await signIn.verified(attempt.state, identity))) return await refuse(new SignInFailure('attemptExpired'));
  } catch (error) {
    if (!(error instanceof SignInFailure)) throw error;
    return refuse(error);
  }
  edge.redirect(response, edge.url(`/sign-in/finish?state=${encodeURIComponent(attempt.state)}`));
}

function isOf({ connectionId, provider }: StartedAttempt, way: Way): boolean {
  return 'connection' in way ? connectionId === way.connection.id : provider === way.provider;
}

async function requireConnection(
  edge: SsoEdge,
  id: string,
  protocol: SignInConnection['protocol'],
): Promise<SignInConnection> {
  const connection = isId(id) ? await edge.domain.connections.findForSignIn(id) : undefined;
  if (connection?.protocol === protocol) return connection;
  throw new PageError('connectionUnknown');
}

/** As the identity provider was told it, whatever `Host` says. */
function callbackUrlOf(edge: SsoEdge, request: Request): URL {
  const { pathname, search } = new URL(request.originalUrl, 'http://localhost');
  return new URL(edge.url(`${pathname}${search}`));
}
