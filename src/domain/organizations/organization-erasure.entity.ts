import { defineEntity, p } from '@mikro-orm/core';

/**
 * The proof that an organization was erased: how many rows of which table went. Each portion is counted here in its own
 * transaction, so that a crash loses no count. Outside row-level security, because it outlives the organization.
 */
export class OrganizationErasure {
  organizationId!: string;
  /** Its slugs, which are never handed to others. */
  slugs!: string[];
  deletedCounts!: Record<string, number>;
  begunAt!: Date;
  /** Null while it is under way, or was interrupted. */
  erasedAt!: Date | null;
}

export const organizationErasureSchema = defineEntity({
  class: OrganizationErasure,
  tableName: 'organization_erasures',
  properties: {
    organizationId: p.uuid().primary(),
    slugs: p.json().$type<string[]>(),
    deletedCounts: p.json().$type<Record<string, number>>(),
    begunAt: p.datetime(),
    erasedAt: p.datetime().nullable(),
  },
});
