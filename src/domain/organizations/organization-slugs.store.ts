import type { OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import { DomainError } from '../domain-error.ts';
import type { OrganizationSlug } from './organization-slug.entity.ts';
import { slugSkeleton } from './slug.ts';

// The slugs are global, so `$1` is no organization here. A released slug leads nowhere.
export const lookUpSlug = prepared<{ organizationId: string }>(
  'organization_slug_look_up',
  `select organization_id as "organizationId" from organization_slugs where slug = $1 and kind <> 'released'`,
);
export const listCurrentSlugs = statement<{ id: string; slug: string }>(
  `select organization_id as id, slug from organization_slugs where kind = 'current' order by organization_id`,
);

export const selectSlugs = statement<Pick<OrganizationSlug, 'slug' | 'kind'>>(
  'select slug, kind from organization_slugs where organization_id = $1 order by created_at, slug',
);
export const setSlugKind = statement<never>(
  'update organization_slugs set kind = $3 where organization_id = $1 and slug = $2',
);
const insertSlug = statement<{ slug: string }>(
  `insert into organization_slugs (slug, organization_id, kind, created_at) values ($2, $1, 'current', $3)
   on conflict do nothing returning slug`,
);
const insertSkeleton = statement<never>(
  'insert into slug_skeletons (skeleton, organization_id) values ($2, $1) on conflict do nothing',
);
const selectSkeleton = statement<{ skeleton: string }>(
  'select skeleton from slug_skeletons where organization_id = $1 and skeleton = $2',
);

/**
 * Gives the organization a slug that nobody had before as its current one. Of several that ask at once the keys let one
 * have it. Throws `slugTaken`; `slugConfusable` for the look of a slug that is, or was, another organization's.
 */
export async function takeNewSlug(transaction: OrganizationTransaction, slug: string, at: Date): Promise<void> {
  const [taken] = await transaction.rows(insertSlug, slug, at);
  if (!taken) throw new DomainError('slugTaken', `The slug ${slug} is taken.`, { path: 'slug', slug });
  const skeleton = slugSkeleton(slug);
  await transaction.rows(insertSkeleton, skeleton);
  // A statement of its own: it sees what committed while the insertion waited for another organization's.
  const [own] = await transaction.rows(selectSkeleton, skeleton);
  if (own) return;
  const message = `The slug ${slug} looks like one that another organization has or had.`;
  throw new DomainError('slugConfusable', message, { path: 'slug', slug });
}
