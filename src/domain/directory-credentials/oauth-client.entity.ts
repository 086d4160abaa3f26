import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Directory } from '../directories/directory.entity.ts';

/** An identity provider as it asks for access tokens of one directory by client credentials (RFC 6749 §4.4). */
export class OAuthClient {
  organizationId!: string;
  id!: string;
  directory!: Directory;
  /** As the identity provider names itself; public, and it names the organization. */
  clientId!: string;
  name!: string;
  /** What its access tokens may do at most. */
  scope!: string;
  createdBy!: Record<string, unknown>;
  createdAt!: Date;
  /** Kept, so that its later requests are told of as what they are. */
  deletedAt!: Date | null;
}

export const oauthClientSchema = defineEntity({
  class: OAuthClient,
  tableName: 'oauth_clients',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    directory: () => belongsTo(Directory, 'directory_id', 'oauth_clients_directory_fkey'),
    clientId: p.text(),
    name: p.text(),
    scope: p.text(),
    createdBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
    deletedAt: p.datetime().nullable(),
  },
  uniques: [{ name: 'oauth_clients_client_id_key', properties: ['organizationId', 'clientId'] }],
  indexes: [{ name: 'oauth_clients_directory_index', properties: ['organizationId', 'directory'] }],
});

/** One of the secrets of an OAuth client. Several may live at once, so that one is replaced without a gap. */
export class OAuthClientSecret {
  organizationId!: string;
  id!: string;
  oauthClient!: OAuthClient;
  /** HMAC-SHA-256 of the whole secret under the service's own; the secret itself is shown once and never stored. */
  hmac!: string;
  /** The last four characters, to tell secrets apart in a list. */
  hint!: string;
  createdBy!: Record<string, unknown>;
  createdAt!: Date;
  expiresAt!: Date;
  revokedAt!: Date | null;
  lastUsedAt!: Date | null;
}

export const oauthClientSecretSchema = defineEntity({
  class: OAuthClientSecret,
  tableName: 'oauth_client_secrets',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    oauthClient: () => belongsTo(OAuthClient, 'oauth_client_id', 'oauth_client_secrets_client_fkey'),
    hmac: p.text(),
    hint: p.text(),
    createdBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
  uniques: [{ name: 'oauth_client_secrets_hmac_key', properties: ['organizationId', 'hmac'] }],
  indexes: [{ name: 'oauth_client_secrets_client_index', properties: ['organizationId', 'oauthClient'] }],
});
