import type { JsonObject } from '../attributes/json.ts';

/** What a PATCH needs of a user to fold its operations. */
export type RecentUser = { readonly version: number; readonly resource: JsonObject };

/** Which user, and by whose bearer: what one has read is remembered for no other, whom nobody may have judged yet. */
export type UserKey = { readonly directoryId: string; readonly id: string; readonly authorization: string | undefined };

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
  readonly #users = new Map<
    string,
    RecentUser & { readonly authorization: string | undefined; readonly length: number }
  >();
  #length = 0;

  get(key: UserKey): RecentUser | undefined {
    const known = this.#users.get(nameOf(key));
    return known?.authorization === key.authorization ? known : undefined;
  }

  keep(key: UserKey, { version, resource }: RecentUser): void {
    const name = nameOf(key);
    this.#drop(name);
    const { length } = JSON.stringify(resource);
    this.#users.set(name, { version, resource, authorization: key.authorization, length });
    this.#length += length;
    for (const oldest of this.#users.keys()) {
      if (this.#users.size <= USERS_MAX && this.#length <= LENGTH_MAX) return;
      this.#drop(oldest);
    }
  }

  forget(key: UserKey): void {
    if (this.get(key) !== undefined) this.#drop(nameOf(key));
  }

  #drop(name: string): void {
    this.#length -= this.#users.get(name)?.length ?? 0;
    this.#users.delete(name);
  }
}

function nameOf({ directoryId, id }: UserKey): string {
  return `${directoryId}/${id}`;
}
