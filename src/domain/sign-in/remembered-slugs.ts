import { timingSafeEqual } from 'node:crypto';
import type { CredentialHasher } from '../actors/credential.ts';

const SIGNED = /^([a-z0-9-]{1,63})\.([\w-]{43})$/;

/**
 * The slug that a browser keeps, signed: it was given to somebody who signed in there, so whoever shows one tries nothing out.
 * It opens nothing.
 */
export class RememberedSlugs {
  readonly #hasher: CredentialHasher;

  constructor({ hasher }: { hasher: CredentialHasher }) {
    this.#hasher = hasher;
  }

  sign(slug: string): string {
    return `${slug}.${this.#hmacOf(slug)}`;
  }

  /** The slug; undefined for one that was not signed here. */
  read(signed: string): string | undefined {
    const [, slug, hmac] = SIGNED.exec(signed) ?? [];
    if (slug === undefined || hmac === undefined) return undefined;
    return timingSafeEqual(Buffer.from(this.#hmacOf(slug)), Buffer.from(hmac)) ? slug : undefined;
  }

  #hmacOf(slug: string): string {
    return this.#hasher.hmacOf(`remembered slug ${slug}`);
  }
}
