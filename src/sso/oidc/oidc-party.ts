import type { OpenedConnection } from '../../domain/connections/sign-in-connection.ts';

/** An identity provider with which this service is registered as an OAuth client: a connection's, Google or Microsoft. */
export interface OidcParty {
  /** A connection's id, or the name of the provider. */
  id: string;
  /** What is remembered of an older version is not used. */
  version: number;
  /**
   * Exactly as the identity provider names itself. Only `https://login.microsoftonline.com/organizations/v2.0` and
   * `…/common/v2.0` stand for many issuers.
   */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The Entra tenant that `tid` has to name; null for other issuers. */
  tenantId: string | null;
  stableIdClaim: string;
  /**
   * By what a person is known here. `sub`, unless the issuer stands for many tenants, differs from one OAuth client to the next at
   * Entra: `tenantAndObject` is `{tid} {oid}`, which is also what other applications know.
   */
  subjectBy?: 'sub' | 'tenantAndObject';
}

/** Google asks nobody for a password because an application wants it: it shows whom one is signed in as, to choose from. */
const GOOGLE = 'https://accounts.google.com';

/** How a party is asked for a sign-in in which the person proves anew who they are. */
export function asksAnewBy({ issuer }: Pick<OidcParty, 'issuer'>): 'login' | 'select_account' {
  return issuer === GOOGLE ? 'select_account' : 'login';
}

/** What one attempt sent along, which only the answer to it can repeat. */
export interface OidcExchange {
  redirectUri: string;
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Whether the person is to prove anew who they are. */
  asksAnew?: boolean;
}

/** A connection as an OAuth client of its identity provider. Throws for one of another protocol. */
export function oidcPartyOf(connection: OpenedConnection): OidcParty {
  const { id, version, issuer, clientId, clientSecret, tenantId, stableIdClaim } = connection;
  if (clientId === null || clientSecret === null) throw new Error('The connection is none of OpenID Connect.');
  return { id, version, issuer, clientId, clientSecret, tenantId, stableIdClaim };
}
