import { DomainError } from '../domain-error.ts';

/** Throws `confirmationRequired` unless whoever does this typed the current slug of the organization. */
export function requireConfirmedSlug({ slug }: { slug: string }, typed: string | undefined, act: string): void {
  if (typed === slug) return;
  const message = `To ${act} the organization, confirm it by its current slug, ${slug}.`;
  throw new DomainError('confirmationRequired', message, { path: 'confirmSlug' });
}
