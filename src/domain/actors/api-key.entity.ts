import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { PermissionSet } from '../permissions/permission-set.entity.ts';

/** A product back end's credential: it acts with the permissions of one permission set. */
export class ApiKey {
  organizationId!: string;
  id!: string;
  name!: string;
  permissionSet!: PermissionSet;
  /** HMAC-SHA-256 of the whole key under the service's secret; the key itself is shown once and never stored. */
  hmac!: string;
  /** The last four characters, to tell keys apart in a list. */
  hint!: string;
  createdBy!: Record<string, unknown>;
  createdAt!: Date;
  expiresAt!: Date | null;
  revokedAt!: Date | null;
  lastUsedAt!: Date | null;
}

export const apiKeySchema = defineEntity({
  class: ApiKey,
  tableName: 'api_keys',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    permissionSet: () => belongsTo(PermissionSet, 'permission_set_id', 'api_keys_permission_set_fkey'),
    hmac: p.text(),
    hint: p.text(),
    createdBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
  uniques: [{ name: 'api_keys_hmac_key', properties: ['organizationId', 'hmac'] }],
});
