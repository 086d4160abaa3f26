import type { Request, Response } from 'express';
import type { LoginProvider } from '../domain/accounts/account.entity.ts';
import type { SignInConnection } from '../domain/connections/sign-in-connection.ts';
import type { AttemptPurpose } from '../domain/sign-in/sign-in-attempt.entity.ts';
import type { PendingIdentity, StartedAttempt } from '../domain/sign-in/sign-in-attempts.ts';
import { requireLoginProvider } from './login-provider.ts';
import { openParty } from './open-party.ts';
import { sendRefusal } from './send-refusal.ts';
import { SignInFailure } from './sign-in-failure.ts';
import { addressOf, type SsoEdge } from './sso-edge.ts';

/** Through what: a connection of an organization, or one of the operator's OpenID providers. */
export type Way = { connection: SignInConnection } | { provider: LoginProvider };

export type BeginSignIn = Way & {
  purpose: AttemptPurpose;
  /** Whether the person is to prove anew who they are. */
  asksAnew?: boolean;
  returnTo: string | null;
  pending?: PendingIdentity;
};

/** Begins an attempt that belongs to this browser, and sends the browser to the identity provider. */
export async function beginSignIn(
  edge: SsoEdge,
  { request, response }: { request: Request; response: Response },
  begin: BeginSignIn,
): Promise<void> {
  const address = addressOf(request);
  edge.count('start', address);
  const browser = edge.cookies.ensureBrowser(request, response);
  const attempt = await edge.domain.signInAttempts.start({ ...begin, browser });
  try {
    edge.redirect(response, (await destinationOf(edge, begin, attempt)).href);
  } catch (error) {
    if (!(error instanceof SignInFailure)) throw error;
    const { reason, detail } = error;
    const way = 'connection' in begin ? { connection: begin.connection } : { provider: begin.provider };
    const refusal = await edge.domain.signIn.refuse({ ...way, state: attempt.state, reason, detail, address });
    sendRefusal(edge, response, refusal, { attempt: begin });
  }
}

/** Where the browser goes: an address of the identity provider with the request in it. */
async function destinationOf(edge: SsoEdge, way: Way, attempt: StartedAttempt): Promise<URL> {
  const { state, nonce, codeVerifier, requestId, asksAnew } = attempt;
  if ('provider' in way) {
    const { party, redirectUri } = requireLoginProvider(edge, way.provider);
    return edge.oidc.authorizationUrl(party, { redirectUri, state, nonce, codeVerifier, asksAnew });
  }
  const { connection } = way;
  const addresses = edge.addressesOf(connection.id);
  if (connection.protocol === 'saml') {
    return edge.saml.loginUrl(connection, { ...addresses, requestId, relayState: state, asksAnew });
  }
  const { redirectUri } = addresses;
  const exchange = { redirectUri, state, nonce, codeVerifier, asksAnew };
  return edge.oidc.authorizationUrl(await openParty(edge, connection), exchange);
}
