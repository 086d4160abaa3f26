import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import type { Plan } from '../organizations/plan.ts';
import type { ConnectionCertificate, ConnectionProtocol, ConnectionStatus } from './connection.entity.ts';

/** A connection as sign-in needs it. The opened client secret is in it: it is never logged nor shown. */
export interface SignInConnection {
  id: string;
  organizationId: string;
  name: string;
  protocol: ConnectionProtocol;
  status: ConnectionStatus;
  version: number;
  issuer: string;
  clientId: string | null;
  clientSecret: string | null;
  tenantId: string | null;
  ssoUrl: string | null;
  certificates: ConnectionCertificate[] | null;
  stableIdClaim: string;
  allowsJustInTime: boolean;
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
  acceptsOtherMethods: boolean;
  /** The enabled ones, the oldest first. */
  connections: SignInConnection[];
  /** Whether there is any that was not deleted. */
  hasConnections: boolean;
}
