import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

export const connectionProtocols = ['oidc', 'saml'] as const;
export type ConnectionProtocol = (typeof connectionProtocols)[number];

export const connectionStatuses = ['draft', 'enabled', 'disabled'] as const;
/** Nobody signs in through a draft but to test it. */
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** A certificate by which a SAML identity provider signs; two live at once while it is replaced. */
export interface ConnectionCertificate {
  pem: string;
  /** SHA-256 of the DER form, in lower-case hexadecimal digits. */
  fingerprint: string;
  notBefore: string;
  notAfter: string;
}

/** One configured SSO identity provider of an organization. */
export class Connection {
  organizationId!: string;
  id!: string;
  name!: string;
  protocol!: ConnectionProtocol;
  status!: ConnectionStatus;
  /** OIDC: the claim `iss`. SAML: the identity provider's entity id. */
  issuer!: string;
  /** OIDC only. */
  clientId!: string | null;
  /** OIDC only, sealed. */
  clientSecret!: string | null;
  /** OIDC only: the Entra tenant that the claim `tid` has to name; null for other issuers. */
  tenantId!: string | null;
  /** SAML only: where requests go (HTTP-Redirect binding). */
  ssoUrl!: string | null;
  /** SAML only. */
  certificates!: ConnectionCertificate[] | null;
  /** The claim or SAML attribute that is the `externalId` of the person's record. */
  stableIdClaim!: string;
  /** Makes users of people nobody provisioned, where the organization has no directory. */
  allowsJustInTime!: boolean;
  version!: number;
  /** When a test sign-in last came back, and with which claims. */
  testedAt!: Date | null;
  testedClaims!: Record<string, unknown> | null;
  createdBy!: Record<string, unknown>;
  createdAt!: Date;
  updatedAt!: Date;
  /** Kept for what its bindings and events name. */
  deletedAt!: Date | null;
}

export const connectionSchema = defineEntity({
  class: Connection,
  tableName: 'connections',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    protocol: p.text().$type<ConnectionProtocol>(),
    status: p.text().$type<ConnectionStatus>(),
    issuer: p.text(),
    clientId: p.text().nullable(),
    clientSecret: p.text().nullable(),
    tenantId: p.text().nullable(),
    ssoUrl: p.text().nullable(),
    certificates: p.json().$type<ConnectionCertificate[]>().nullable(),
    stableIdClaim: p.text(),
    allowsJustInTime: p.boolean(),
    version: p.integer(),
    testedAt: p.datetime().nullable(),
    testedClaims: p.json().$type<Record<string, unknown>>().nullable(),
    createdBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    deletedAt: p.datetime().nullable(),
  },
  checks: [
    { name: 'connections_protocol_check', expression: "protocol in ('oidc', 'saml')" },
    { name: 'connections_status_check', expression: "status in ('draft', 'enabled', 'disabled')" },
  ],
});

/** Finds the organization of a connection by the id in its addresses. Outside row-level security. */
export class ConnectionAddress {
  connectionId!: string;
  organizationId!: string;
}

export const connectionAddressSchema = defineEntity({
  class: ConnectionAddress,
  tableName: 'connection_addresses',
  properties: { connectionId: p.uuid().primary(), organizationId: p.uuid() },
  indexes: [{ name: 'connection_addresses_organization_index', properties: ['organizationId'] }],
});
