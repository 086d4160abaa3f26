import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createSecret, readSecret, type SecretKind } from '../domain/actors/credential.ts';
import type { PublicAddress } from '../domain/public-address.ts';
import type { RememberedSlugs } from '../domain/sign-in/remembered-slugs.ts';

const names = {
  session: 'rollcall_session',
  browser: 'rollcall_browser',
  organization: 'rollcall_organization',
} as const;
type CookieName = keyof typeof names;

const YEAR_SECONDS = 365 * 24 * 60 * 60;
/** A signed slug, or a secret of ours; nothing that a cookie would have to escape. */
const VALUE = /^[\w.-]{0,128}$/;

/**
 * Our cookies, all of them for us alone: no script reads them, no other site's request but a followed link brings them, and over
 * https no subdomain can set them (`__Host-`, RFC 6265bis §4.1.3.2). Plain http, which is for this machine alone, knows no such
 * names.
 */
export class Cookies {
  readonly #prefix: string;
  readonly #attributes: string;
  readonly #slugs: RememberedSlugs;

  constructor({ publicUrl }: PublicAddress, slugs: RememberedSlugs) {
    this.#slugs = slugs;
    const isSecure = publicUrl.startsWith('https:');
    this.#prefix = isSecure ? '__Host-' : '';
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  }

  /** The cookie of the session, or undefined. */
  sessionOf(headers: IncomingHttpHeaders): string | undefined {
    return this.#secretOf(headers, 'session');
  }

  /** What tells this browser from others, or undefined. */
  browserOf(headers: IncomingHttpHeaders): string | undefined {
    return this.#secretOf(headers, 'browser');
  }

  /** The slug of the organization that somebody last signed in to in this browser, or undefined; none that others wrote there. */
  organizationOf(headers: IncomingHttpHeaders): string | undefined {
    const signed = this.#read(headers, 'organization');
    return signed === undefined ? undefined : this.#slugs.read(signed);
  }

  /** What tells this browser from others, given to it now where it has none. */
  ensureBrowser({ headers }: Pick<IncomingMessage, 'headers'>, response: ServerResponse): string {
    const known = this.browserOf(headers);
    if (known !== undefined) return known;
    const made = createSecret('browser');
    this.#set(response, 'browser', made, YEAR_SECONDS);
    return made;
  }

  /** The session goes with the browser's own: what ends it earlier is decided here. */
  setSession(response: ServerResponse, cookie: string): void {
    this.#set(response, 'session', cookie);
  }

  clearSession(response: ServerResponse): void {
    this.#set(response, 'session', '', 0);
  }

  rememberOrganization(response: ServerResponse, slug: string): void {
    this.#set(response, 'organization', this.#slugs.sign(slug), YEAR_SECONDS);
  }

  #secretOf(headers: IncomingHttpHeaders, name: Extract<CookieName, SecretKind>): string | undefined {
    const value = this.#read(headers, name);
    return value !== undefined && readSecret(value) === name ? value : undefined;
  }

  #read({ cookie = '' }: IncomingHttpHeaders, name: CookieName): string | undefined {
    const start = `${this.#prefix}${names[name]}=`;
    const pair = cookie
      .split(';')
      .map((each) => each.trim())
      .find((each) => each.startsWith(start));
    const value = pair?.slice(start.length);
    return value && VALUE.test(value) ? value : undefined;
  }

  #set(response: ServerResponse, name: CookieName, value: string, maxAgeSeconds?: number): void {
    if (!VALUE.test(value)) throw new Error(`The cookie ${name} cannot hold this.`);
    const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
    response.appendHeader('Set-Cookie', `${this.#prefix}${names[name]}=${value}; ${this.#attributes}${age}`);
  }
}
