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
