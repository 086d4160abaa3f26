import type { SignInConnection } from '../domain/connections/sign-in-connection.ts';
import { SealError } from '../domain/secrets/sealed-text.ts';
import { type OidcParty, oidcPartyOf } from './oidc/oidc-party.ts';
import { SignInFailure } from './sign-in-failure.ts';
import type { SsoEdge } from './sso-edge.ts';

/**
 * A connection as an OAuth client of its identity provider, with its client secret. Throws the failure `connectionDisabled` for one
 * that was deleted meanwhile, and where its secret cannot be opened, of which the operator is told: only a new secret helps, or the
 * key under which it was sealed.
 */
export async function openParty(
  { domain, log }: Pick<SsoEdge, 'domain' | 'log'>,
  connection: SignInConnection,
): Promise<OidcParty> {
  const { id: connectionId, organizationId } = connection;
  const opened = await domain.signInConnections.open(connection).catch((error: unknown) => {
    if (!(error instanceof SealError)) throw error;
    log('error', 'a client secret cannot be opened', { organizationId, connectionId, reason: error.message });
    throw new SignInFailure('connectionDisabled', { secretLost: true });
  });
  if (!opened) throw new SignInFailure('connectionDisabled');
  return oidcPartyOf(opened);
}
