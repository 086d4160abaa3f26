import type { JsonObject } from '../attributes/json.ts';

/** What a PATCH needs of a user to fold its operations. */
export type RecentUser = { readonly version: number; readonly resource: JsonObject };

const USERS_MAX = 10_000;
/** Of all documents together, as JSON. */
const LENGTH_MAX = 16_000_000;

/**
 * The documents of users whom this process has just read or written. Identity providers read a user before they change
 * them, so a PATCH rarely has to read once more: it folds its operations into what is remembered and writes with that
 * version, and where somebody else was faster the write is refused and the user read after all. Nothing is answered from
 * here, so what is remembered is never more than a guess.
 */
export class RecentUsers {
  readonly #users = new Map<string, RecentUser & { readonly length: number }>();
  #length = 0;

  get(key: string): RecentUser | undefined {
    return this.#users.get(key);
  }

  keep(key: string, { version, resource }: RecentUser): void {
    this.forget(key);
    const { length } = JSON.stringify(resource);
    this.#users.set(key, { version, resource, length });
    this.#length += length;
    for (const oldest of this.#users.keys()) {
      if (this.#users.size <= USERS_MAX && this.#length <= LENGTH_MAX) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    this.#length -= this.#users.get(key)?.length ?? 0;
    this.#users.delete(key);
  }
}
