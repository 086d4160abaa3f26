import { DomainError } from '../domain-error.ts';

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LENGTH_MIN = 3;
const LENGTH_MAX = 63;

/** Words that stand in our own addresses, or that a person would take for us rather than for a customer. */
const reserved = new Set([
  'account',
  'admin',
  'api',
  'app',
  'auth',
  'console',
  'demo',
  'docs',
  'graphql',
  'health',
  'help',
  'livez',
  'login',
  'logout',
  'mail',
  'metrics',
  'new',
  'oauth',
  'oidc',
  'readyz',
  'register',
  'rollcall',
  'root',
  'saml',
  'scim',
  'security',
  'settings',
  'signup',
  'sso',
  'static',
  'status',
  'support',
  'system',
  'www',
]);

/** Why a text cannot be an SSO slug, or undefined. */
export function slugProblem(slug: string): string | undefined {
  if (slug.length < LENGTH_MIN || slug.length > LENGTH_MAX) {
    return `must have ${LENGTH_MIN} to ${LENGTH_MAX} characters`;
  }
  if (!SLUG.test(slug)) return 'may hold a–z, 0–9 and single hyphens, with a letter or digit at both ends';
  if (reserved.has(slug)) return 'is a reserved word';
  return undefined;
}

/** Letters as they look in an address bar; `1` is left, because it stands for two letters. */
function withoutTricks(slug: string): string {
  return slug.replaceAll('-', '').replaceAll('0', 'o').replaceAll('rn', 'm').replaceAll('vv', 'w');
}

/** In a reserved word `1` may stand for `i` as well as for `l`. */
const reservedLooks = new RegExp(
  `^(${[...reserved].map((word) => withoutTricks(word).replace(/[il]/g, '[$&1]')).join('|')})$`,
);

/**
 * How a slug looks: slugs of one skeleton are taken for each other, so that they belong to one organization. Migration
 * 0002 computes the same in SQL.
 */
export function slugSkeleton(slug: string): string {
  return withoutTricks(slug.replaceAll('1', 'l'));
}

/** Throws `invalidValue` for what cannot be a slug, `slugConfusable` for what reads like a reserved word. */
export function requireSlug(slug: string): void {
  const problem = slugProblem(slug);
  if (problem) throw new DomainError('invalidValue', `The slug ${problem}.`, { path: 'slug' });
  if (!reservedLooks.test(withoutTricks(slug))) return;
  throw new DomainError('slugConfusable', `The slug ${slug} looks like a reserved word.`, { path: 'slug', slug });
}
