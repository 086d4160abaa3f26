import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import type { Plan } from '../organizations/plan.ts';
import type { ConnectionCertificate, ConnectionProtocol, ConnectionStatus } from './connection.entity.ts';

/** A connection as sign-in needs it, without its client secret. */
export interface SignInConnection {
  id: string;
  organizationId: string;
  name: string;
  protocol: ConnectionProtocol;
  status: ConnectionStatus;
  version: number;
  issuer: string;
  clientId: string | null;
  tenantId: string | null;
  ssoUrl: string | null;
  certificates: ConnectionCertificate[] | null;
  stableIdClaim: string;
  allowsJustInTime: boolean;
}

/** The same with its client secret, which is never logged nor shown; null for SAML. */
export interface OpenedConnection extends SignInConnection {
  clientSecret: string | null;
}

/** An organization as its sign-in pages need it. */
export interface SignInOrganization {
  id: string;
  name: string;
  /** The current one, also where an earlier one was asked for. */
  slug: string;
  status: OrganizationStatus;
  plan: Plan;
  disclosesName: boolean;
  signInContact: string | null;
  /** Whether Google and Microsoft accounts may act in it. */
  takesOtherMethods: boolean;
  /** The enabled ones, the oldest first. */
  connections: SignInConnection[];
  /** Whether there is any that was not deleted. */
  hasConnections: boolean;
}
