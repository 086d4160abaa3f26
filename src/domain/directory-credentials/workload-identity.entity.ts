import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Directory } from '../directories/directory.entity.ts';

/**
 * What the assertions must say by which Entra asks for access tokens of a directory without a secret (RFC 7523 §2.2): all of
 * it is compared, because every tenant's tokens are signed by the same keys. At most one a directory.
 */
export class WorkloadIdentity {
  organizationId!: string;
  id!: string;
  directory!: Directory;
  /** As Entra names itself in its requests; public, and it names the organization. */
  clientId!: string;
  /** The claim `iss`; its keys are found by OpenID discovery unless `jwksUri` says where. */
  issuer!: string;
  jwksUri!: string | null;
  /** The claim `tid`. */
  tenantId!: string;
  /** The claim `aud`. */
  audience!: string;
  /** The claim `sub`. */
  subject!: string;
  /** The claim `azp`, which Entra also calls `appid`. */
  authorizedParty!: string;
  /** What its access tokens may do at most. */
  scope!: string;
  setBy!: Record<string, unknown>;
  createdAt!: Date;
  updatedAt!: Date;
  /** Kept, so that later requests are told of as what they are, and a new one has the same client id. */
  removedAt!: Date | null;
  lastUsedAt!: Date | null;
}

export const workloadIdentitySchema = defineEntity({
  class: WorkloadIdentity,
  tableName: 'workload_identities',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    directory: () => belongsTo(Directory, 'directory_id', 'workload_identities_directory_fkey'),
    clientId: p.text(),
    issuer: p.text(),
    jwksUri: p.text().nullable(),
    tenantId: p.text(),
    audience: p.text(),
    subject: p.text(),
    authorizedParty: p.text(),
    scope: p.text(),
    setBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    removedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
  uniques: [
    { name: 'workload_identities_directory_key', properties: ['organizationId', 'directory'] },
    { name: 'workload_identities_client_id_key', properties: ['organizationId', 'clientId'] },
  ],
});

/** An assertion that has been redeemed, so that it is not again. */
export class UsedAssertion {
  organizationId!: string;
  /** A digest of the issuer and the id that it gave the assertion. */
  assertionKey!: string;
  /** From when on the assertion would be refused for its age. */
  expiresAt!: Date;
}

export const usedAssertionSchema = defineEntity({
  class: UsedAssertion,
  tableName: 'used_assertions',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    assertionKey: p.text().primary(),
    expiresAt: p.datetime(),
  },
});
