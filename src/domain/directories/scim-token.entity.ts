import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Directory } from './directory.entity.ts';

/** A long-lived bearer of one directory. Several may live at once, so that a token is replaced without a gap. */
export class ScimToken {
  organizationId!: string;
  id!: string;
  directory!: Directory;
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
