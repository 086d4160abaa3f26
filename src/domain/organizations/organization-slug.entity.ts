import { defineEntity, p } from '@mikro-orm/core';

/**
 * Finds an organization by its SSO slug before the organization is known, so it stands outside row-level security and
 * without a foreign key. Rows are never deleted: a released slug is never handed to others.
 */
export class OrganizationSlug {
  slug!: string;
  organizationId!: string;
  kind!: 'current' | 'alias' | 'released';
  createdAt!: Date;
}

export const organizationSlugSchema = defineEntity({
  class: OrganizationSlug,
  tableName: 'organization_slugs',
  properties: {
    slug: p.text().primary(),
    organizationId: p.uuid(),
    kind: p.text().$type<OrganizationSlug['kind']>(),
    createdAt: p.datetime(),
  },
  indexes: [{ name: 'organization_slugs_organization_index', properties: ['organizationId'] }],
});

/** The look of a slug (`slugSkeleton`): whoever has it first keeps look-alikes out, for good. Outside row-level security. */
export class SlugSkeleton {
  skeleton!: string;
  organizationId!: string;
}

export const slugSkeletonSchema = defineEntity({
  class: SlugSkeleton,
  tableName: 'slug_skeletons',
  properties: { skeleton: p.text().primary(), organizationId: p.uuid() },
});
