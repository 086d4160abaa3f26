import type { Request, Response } from 'express';
import { connectionTestUrl } from '../domain/connections/connection-addresses.ts';
import type { SignInConnection } from '../domain/connections/sign-in-connection.ts';
import type { VerifiedIdentity } from '../domain/connections/verified-identity.ts';
import { isId } from '../domain/id.ts';
import type { StartedAttempt } from '../domain/sign-in/sign-in-attempts.ts';
import type { SignInRefusal } from '../domain/sign-in/sign-in-outcome.ts';
import { beginSignIn, type Way } from './begin-sign-in.ts';
import { requireLoginProvider } from './login-provider.ts';
import { openParty } from './open-party.ts';
import { PageError } from './page-error.ts';
import type { PageRoutes } from './page-routes.ts';
import { serviceProviderMetadata } from './saml/metadata.ts';
import { sendRefusal } from './send-refusal.ts';
import { SignInFailure } from './sign-in-failure.ts';
import type { LimitedEvent } from './sign-in-limits.ts';
import { addressOf, formOf, type SsoEdge, searchParamsOf, targetOf } from './sso-edge.ts';

/** The addresses that identity providers know: where their answers arrive, our metadata, and tests of a connection. */
export function addAnswerRoutes(routes: PageRoutes, edge: SsoEdge): void {
  routes.get('/connections/:id/oidc/callback', async (request, response) => {
    const connection = await requireConnection(edge, request.params.id, 'oidc');
    const { redirectUri } = edge.addressesOf(connection.id);
    const callbackUrl = callbackUrlOf(edge, request);
    await answer(edge, response, {
      way: { connection },
      state: searchParamsOf(request).get('state'),
      address: addressOf(request),
      limited: 'refusal',
      verify: async (attempt) =>
        edge.oidc.verify(await openParty(edge, connection), { redirectUri, callbackUrl, ...attempt }),
    });
  });

  routes.get('/sign-in/:provider/callback', async (request, response) => {
    const { name: provider, party, redirectUri } = requireLoginProvider(edge, request.params.provider);
    const callbackUrl = callbackUrlOf(edge, request);
    await answer(edge, response, {
      way: { provider },
      state: searchParamsOf(request).get('state'),
      address: addressOf(request),
      limited: 'refusal',
      verify: (attempt) => edge.oidc.verify(party, { redirectUri, callbackUrl, ...attempt }),
    });
  });

  routes.postFromElsewhere('/connections/:id/saml/acs', 'samlRefusal', async (request, response) => {
    const connection = await requireConnection(edge, request.params.id, 'saml');
    const form = formOf(request);
    const samlResponse = form.get('SAMLResponse') ?? '';
    const addresses = edge.addressesOf(connection.id);
    await answer(edge, response, {
      way: { connection },
      state: form.get('RelayState'),
      address: addressOf(request),
      limited: 'samlRefusal',
      isUnsolicited: () => edge.saml.isUnsolicited(samlResponse),
      verify: ({ requestId }) =>
        edge.saml.verify(connection, {
          ...addresses,
          samlResponse,
          requestId,
          useAssertion: (id, expiresAt) => edge.domain.signIn.useAssertion(connection, id, expiresAt),
        }),
    });
  });

  routes.get('/connections/:id/saml/metadata', async (request, response) => {
    const { id } = await requireConnection(edge, request.params.id, 'saml');
    response.type('application/samlmetadata+xml').send(serviceProviderMetadata(edge.addressesOf(id)));
  });

  routes.get('/connections/:id/test/:secret', async (request, response) => {
    const { id, secret } = request.params;
    const connection = isId(id) ? await edge.domain.connectionTests.read(id, secret) : undefined;
    if (!connection) throw new PageError('testUnknown');
    await beginSignIn(
      edge,
      { request, response },
      {
        purpose: 'test',
        connection,
        // So that the test shows whether a fresh sign-in would be one.
        asksAnew: true,
        // Where the page of a failed test begins the next one.
        returnTo: connectionTestUrl('', id, secret),
      },
    );
  });
}

interface ReceivedAnswer {
  way: Way;
  state: string | null;
  /** Where it comes from. */
  address: string;
  /** As what it counts where it is refused. */
  limited: LimitedEvent;
  /** Asked only for an attempt that is under way, through what takes its answer. */
  verify(attempt: StartedAttempt): Promise<VerifiedIdentity>;
  /** Whether an answer without an attempt was sent without a request: a cheap look, as anybody can have it taken. */
  isUnsolicited?(): boolean;
}

/**
 * An answer to an attempt that is under way, verified; then the browser goes on to the last step. No cookie is asked for: of a
 * form that another site sends, browsers send none of ours. The same answer twice at the same time, as of somebody who presses a
 * key twice, is verified once: identity providers take back what they gave for a code that comes again (RFC 6749 §4.1.2).
 */
async function answer(edge: SsoEdge, response: Response, received: ReceivedAnswer): Promise<void> {
  const { way, state, address, limited, verify } = received;
  edge.requireRoom(limited, address);
  const attempt = state === null ? undefined : await edge.domain.signInAttempts.findStarted(state);
  const refuse = (failure: SignInFailure, person?: VerifiedIdentity) =>
    refuseAnswer(edge, { received, attempt, person }, failure);
  let refusal: SignInRefusal | undefined;
  if (!attempt) {
    const idpInitiated = received.isUnsolicited?.() === true;
    refusal = await refuse(
      idpInitiated ? new SignInFailure('responseInvalid', { idpInitiated }) : new SignInFailure('attemptExpired'),
    );
  } else if (!isOf(attempt, way)) {
    // An answer that arrives at another's address is a mix-up of identity providers (RFC 9700 §4.4).
    refusal = await refuse(new SignInFailure('responseInvalid', { mixUp: true }));
  } else if (!takesAnswers(way, attempt)) {
    refusal = await refuse(new SignInFailure('connectionDisabled'));
  } else {
    refusal = await edge.answers.do(attempt.id, async () => {
      const failed = await failureOf(edge, way, attempt, () => verify(attempt));
      return failed && refuse(failed.failure, failed.person);
    });
    if (!refusal) {
      return edge.redirect(response, edge.url(`/sign-in/finish?state=${encodeURIComponent(attempt.state)}`));
    }
  }
  sendRefusal(edge, response, refusal, { attempt });
}

/** Why an answer counts for nothing; undefined where it was verified, which happens once. */
async function failureOf(
  edge: SsoEdge,
  way: Way,
  { state }: StartedAttempt,
  verify: () => Promise<VerifiedIdentity>,
): Promise<{ failure: SignInFailure; person?: VerifiedIdentity } | undefined> {
  try {
    const identity = await verify();
    const verification = await edge.domain.signInAttempts.verified(state, identity);
    if (verification === 'notProvedAnew') return { failure: notProvedAnew(way, identity), person: identity };
    return verification === 'verified' ? undefined : { failure: new SignInFailure('attemptExpired') };
  } catch (error) {
    if (error instanceof SignInFailure) return { failure: error };
    throw error;
  }
}

/** What an admin reads of it, and what mends it. */
function notProvedAnew(way: Way, { authTime }: VerifiedIdentity): SignInFailure {
  if (authTime !== null) {
    return new SignInFailure('notProvedAnew', {
      isUnsaid: false,
      explanation:
        'The identity provider let the person through without having them prove who they are, as it was asked to.',
    });
  }
  const isSaml = 'connection' in way && way.connection.protocol === 'saml';
  const isOperators = 'provider' in way;
  const claim =
    'has to send the claim auth_time in its id token. In Microsoft Entra that is an optional claim under “Token configuration”';
  return new SignInFailure('notProvedAnew', {
    isUnsaid: true,
    explanation: 'The identity provider did not say when the person proved who they are, as it was asked to.',
    remedy: isSaml
      ? 'The identity provider has to say in its assertion when the person signed in: AuthnInstant.'
      : `${isOperators ? 'The application that whoever runs this service has registered' : 'The identity provider'} ${claim}.`,
  });
}

async function refuseAnswer(
  edge: SsoEdge,
  {
    received: { way, address, limited },
    attempt,
    person,
  }: { received: ReceivedAnswer; attempt: StartedAttempt | undefined; person: VerifiedIdentity | undefined },
  { reason, detail }: SignInFailure,
): Promise<SignInRefusal> {
  edge.count(limited, address);
  // Another process may be verifying the same answer, and this one came second to the identity provider or to the used assertions.
  const isCopy = reason === 'attemptExpired' || detail.problem === 'assertionReplayed';
  const { signIn } = edge.domain;
  return signIn.refuse({ ...way, ...(attempt && { state: attempt.state }), reason, person, detail, address, isCopy });
}

function isOf({ connectionId, provider }: StartedAttempt, way: Way): boolean {
  return 'connection' in way ? connectionId === way.connection.id : provider === way.provider;
}

/** Through a draft, or a connection that was disabled meanwhile, nobody gets in: nothing of theirs is looked at. */
function takesAnswers(way: Way, { purpose }: StartedAttempt): boolean {
  return purpose === 'test' || !('connection' in way) || way.connection.status === 'enabled';
}

async function requireConnection(
  edge: SsoEdge,
  id: string,
  protocol: SignInConnection['protocol'],
): Promise<SignInConnection> {
  const connection = isId(id) ? await edge.domain.signInConnections.find(id) : undefined;
  if (connection?.protocol === protocol) return connection;
  throw new PageError('connectionUnknown');
}

/** As the identity provider was told it, whatever `Host` says. */
function callbackUrlOf(edge: SsoEdge, request: Request): URL {
  const { pathname, search } = targetOf(request);
  return new URL(edge.url(`${pathname}${search}`));
}
