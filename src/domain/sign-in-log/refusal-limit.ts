import type { SignInRefusalReason } from './sign-in-refusal.ts';

interface Window {
  since: number;
  count: number;
  lastId: string;
}

const WINDOW_MILLISECONDS = 60_000;
/** Of one connection, reason and address in a minute. */
const FROM_ONE_ADDRESS_MAX = 20;
/** Of one organization and reason in a minute, from wherever they come. */
const FROM_ANYWHERE_MAX = 300;
const WINDOWS_MAX = 10_000;

interface CountedEvent {
  reason?: SignInRefusalReason | null;
  connectionId?: string | null;
  address: string | null;
  at: Date;
}

/**
 * Bounds how many refusals are written down, in this process: whoever is refused without end shows up often enough, and
 * neither fills the table nor pushes others out of sight. What gets in is never bounded.
 */
export class RefusalLimit {
  readonly #windows = new Map<string, Window>();

  /** Undefined for an event that is to be written; else the id of the last one like it, to show in its place. */
  count(organizationId: string, event: CountedEvent, id: string): string | undefined {
    if (event.reason == null) return undefined;
    const near = this.#windowOf(`${event.connectionId ?? organizationId} ${event.reason} ${event.address}`, event.at);
    if (near.count >= FROM_ONE_ADDRESS_MAX) return near.lastId;
    const all = this.#windowOf(`${organizationId} ${event.reason}`, event.at);
    if (all.count >= FROM_ANYWHERE_MAX) return all.lastId;
    for (const window of [near, all]) {
      window.count += 1;
      window.lastId = id;
    }
    return undefined;
  }

  #windowOf(key: string, at: Date): Window {
    const now = at.getTime();
    const known = this.#windows.get(key);
    if (known && now - known.since < WINDOW_MILLISECONDS) return known;
    this.#windows.delete(key);
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#windows.keys();
    if (oldest !== undefined && this.#windows.size >= WINDOWS_MAX) this.#windows.delete(oldest);
    const fresh = { since: now, count: 0, lastId: '' };
    this.#windows.set(key, fresh);
    return fresh;
  }
}
