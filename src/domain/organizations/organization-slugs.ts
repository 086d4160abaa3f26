import type { Database } from '../../database/database.ts';
import { type Actor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { selectSlugs, setSlugKind, takeNewSlug } from './organization-slugs.store.ts';
import { lockOrganization, type OrganizationRow, updateSlug } from './organizations.store.ts';
import { requireSlug } from './slug.ts';

const ALIASES_MAX = 10;
const SLUGS_MAX = 20;

/**
 * The sign-in names of an organization: one current, earlier ones as aliases that lead to it too, and released ones,
 * which lead nowhere and are kept from everybody else for good.
 */
export class OrganizationSlugs {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Makes the slug the current one; the one before stays as an alias. A slug that the organization has or had may be
   * taken back. Throws `slugTaken`, `slugConfusable`, `invalidValue`; `tooMany` when there are ten aliases already, or
   * twenty slugs in all: each is kept from everybody else for good.
   */
  async change(actor: Actor, slug: string): Promise<OrganizationRow> {
    requirePermission(actor, 'rollcall:organization');
    requireSlug(slug);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lockOrganization(transaction);
      if (before.slug === slug) return before;
      const known = await transaction.rows(selectSlugs);
      requireFewAliases(known.filter((each) => each.kind !== 'released' && each.slug !== slug).length);
      const at = this.#clock();
      await transaction.rows(setSlugKind, before.slug, 'alias');
      if (known.some((each) => each.slug === slug)) await transaction.rows(setSlugKind, slug, 'current');
      else {
        requireFewSlugs(known.length);
        await takeNewSlug(transaction, slug, at);
      }
      const [after] = await transaction.rows(updateSlug, slug, at);
      const data = { slug, before: before.slug };
      await recordEvent(transaction, actor, { type: 'organizationSlugChanged', subjectId: before.id, data, at });
      return after ?? before;
    });
  }

  /**
   * Ends an alias: it leads nowhere from now on. Releasing it again changes nothing. Throws `notFound` for a slug that the
   * organization never had, `invalidValue` for the current one.
   */
  async release(actor: Actor, slug: string): Promise<OrganizationRow> {
    requirePermission(actor, 'rollcall:organization');
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lockOrganization(transaction);
      const known = (await transaction.rows(selectSlugs)).find((each) => each.slug === slug);
      if (!known) throw new DomainError('notFound', `The organization has no slug ${slug}.`, { path: 'slug', slug });
      if (known.kind === 'current') {
        const message = `The slug ${slug} is the current one. Change to another before you release it.`;
        throw new DomainError('invalidValue', message, { path: 'slug' });
      }
      if (known.kind === 'released') return before;
      await transaction.rows(setSlugKind, slug, 'released');
      const at = this.#clock();
      const [after] = await transaction.rows(updateSlug, before.slug, at);
      const data = { slug };
      await recordEvent(transaction, actor, { type: 'organizationSlugReleased', subjectId: before.id, data, at });
      return after ?? before;
    });
  }

  /** The earlier slugs that still lead to the actor's organization, the oldest first. */
  async listAliases(actor: Actor): Promise<string[]> {
    requireReader(actor);
    const slugs = await this.#database.run(actor.organizationId, selectSlugs);
    return slugs.filter(({ kind }) => kind === 'alias').map(({ slug }) => slug);
  }
}

function requireFewSlugs(count: number): void {
  if (count < SLUGS_MAX) return;
  const message = `An organization has at most ${SLUGS_MAX} slugs, released ones too. Take one of them back.`;
  throw new DomainError('tooMany', message, { path: 'slug', max: SLUGS_MAX });
}

function requireFewAliases(count: number): void {
  if (count <= ALIASES_MAX) return;
  const message = `An organization has at most ${ALIASES_MAX} aliases. Release one first.`;
  throw new DomainError('tooMany', message, { path: 'slug', max: ALIASES_MAX });
}
