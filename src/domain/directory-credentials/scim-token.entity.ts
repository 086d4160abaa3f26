import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Directory } from '../directories/directory.entity.ts';
import { OAuthClientSecret } from './oauth-client.entity.ts';
import { WorkloadIdentity } from './workload-identity.entity.ts';

/**
 * A bearer of one directory: a long-lived one that an admin made, several of which may live at once, so that a token is
 * replaced without a gap; or an access token, made for an hour by a client secret or a workload identity.
 */
export class ScimToken {
  organizationId!: string;
  id!: string;
  directory!: Directory;
  /** What it may do, as OAuth spells it. */
  scope!: string;
  oauthClientSecret!: OAuthClientSecret | null;
  workloadIdentity!: WorkloadIdentity | null;
  /** HMAC-SHA-256 of the whole token under the service's secret; the token itself is shown once and never stored. */
  hmac!: string;
  /** The last four characters, to tell tokens apart in a list. */
  hint!: string;
  createdBy!: Record<string, unknown>;
  createdAt!: Date;
  expiresAt!: Date | null;
  revokedAt!: Date | null;
  lastUsedAt!: Date | null;
}

export const scimTokenSchema = defineEntity({
  class: ScimToken,
  tableName: 'scim_tokens',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    directory: () => belongsTo(Directory, 'directory_id', 'scim_tokens_directory_fkey'),
    scope: p.text().default('read users:write groups:write'),
    oauthClientSecret: () =>
      belongsTo(OAuthClientSecret, 'oauth_client_secret_id', 'scim_tokens_client_secret_fkey').nullable(),
    workloadIdentity: () =>
      belongsTo(WorkloadIdentity, 'workload_identity_id', 'scim_tokens_workload_identity_fkey').nullable(),
    hmac: p.text(),
    hint: p.text(),
    createdBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
  uniques: [{ name: 'scim_tokens_hmac_key', properties: ['organizationId', 'hmac'] }],
  indexes: [{ name: 'scim_tokens_directory_index', properties: ['organizationId', 'directory'] }],
});
