import { isEmailAddress } from '../domain/email-address.ts';
import { slugProblem } from '../domain/organizations/slug.ts';

export type SlugInput =
  | { kind: 'slug'; slug: string }
  | { kind: 'email'; email: string }
  /** Nothing that could be either. */
  | { kind: 'other' };

const LENGTH_MAX = 2_048;
const SSO_ADDRESS = /\/sso\/([^/?#\s]+)/;

/** What somebody typed or pasted where the slug is asked for: also the whole address of their sign-in page, or their e-mail. */
export function readSlugInput(typed: string): SlugInput {
  const text = typed.normalize('NFKC').trim();
  if (text.length > LENGTH_MAX) return { kind: 'other' };
  if (isEmailAddress(text)) return { kind: 'email', email: text };
  const [, pasted] = SSO_ADDRESS.exec(text.toLowerCase()) ?? [];
  const slug =
    pasted ??
    text
      .toLowerCase()
      .replace(/[\s_]+/g, '-')
      .replace(/^\/+|\/+$/g, '');
  return slugProblem(slug) === undefined ? { kind: 'slug', slug } : { kind: 'other' };
}
