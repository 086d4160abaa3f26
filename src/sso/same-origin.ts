import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a form was sent by one of our own pages, as the browser says: every browser sends one of the two headers with a
 * POST, and no page can change them. Together with cookies that are SameSite=Lax it stands in for tokens in forms.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { 'sec-fetch-site': site, origin } = headers;
  if (site !== undefined) return site === 'same-origin';
  return origin !== undefined && origin === new URL(publicUrl).origin;
}
