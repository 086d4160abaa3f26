import { defineEntity, p } from '@mikro-orm/core';

/**
 * A link that signs in once: the way in of an owner without any connection, and of whoever sets a new installation up.
 * Outside row-level security: its secret is all that is known when it is opened.
 */
export class OneTimeLink {
  /** Of the secret in the address, which is shown once and never stored. */
  hmac!: string;
  kind!: 'owner' | 'setUp';
  /** Null for `setUp`: there is no organization yet. */
  organizationId!: string | null;
  userId!: string | null;
  createdAt!: Date;
  expiresAt!: Date;
  usedAt!: Date | null;
}

export const oneTimeLinkSchema = defineEntity({
  class: OneTimeLink,
  tableName: 'one_time_links',
  properties: {
    hmac: p.text().primary(),
    kind: p.text().$type<OneTimeLink['kind']>(),
    organizationId: p.uuid().nullable(),
    userId: p.uuid().nullable(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
  },
  indexes: [{ name: 'one_time_links_user_index', properties: ['organizationId', 'userId'] }],
  checks: [
    { name: 'one_time_links_kind_check', expression: "kind in ('owner', 'setUp')" },
    {
      name: 'one_time_links_user_check',
      expression: "(kind = 'setUp') = (organization_id is null) and (organization_id is null) = (user_id is null)",
    },
  ],
});
