import type { Clock } from '../clock.ts';

/** What a stored credential says about its own life. */
export interface StoredCredential {
  organizationId: string;
  id: string;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

export interface CredentialCacheOptions<Found extends StoredCredential> {
  clock: Clock;
  /** Reads a credential that is not revoked by its HMAC. */
  load: (organizationId: string, hmac: string) => Promise<Found | undefined>;
  /** Writes the time of use. The caller of `find` does not wait for it. */
  touch: (found: Found, at: Date) => Promise<unknown>;
  /** Told when `touch` failed: nothing but the shown time of use is lost. */
  onTouchFailed?: (error: unknown) => void;
  entriesMax?: number;
}

interface Entry<Found> {
  organizationId: string;
  loadedAt: number;
  found: Promise<Found | undefined>;
}

/** A revocation by another process is seen after at most this long. */
const AGE_MAX_MILLISECONDS = 1000;
const TOUCH_AFTER_MILLISECONDS = 60_000;

/**
 * Remembers credentials for at most a second, so that a busy caller costs one query a second. `forget` takes effect at
 * once in this process, also on a read that is under way. Unknown credentials are not remembered.
 */
export class CredentialCache<Found extends StoredCredential> {
  readonly #options: CredentialCacheOptions<Found>;
  readonly #entriesMax: number;
  readonly #entries = new Map<string, Entry<Found>>();
  readonly #touches = new Set<Promise<unknown>>();

  constructor(options: CredentialCacheOptions<Found>) {
    this.#options = options;
    this.#entriesMax = options.entriesMax ?? 1000;
  }

  /** The credential with this HMAC, or undefined when there is none, or it is revoked or expired. */
  async find(organizationId: string, hmac: string): Promise<Found | undefined> {
    const now = this.#options.clock();
    const found = await this.#remembered(organizationId, hmac, now);
    return found && (found.expiresAt === null || found.expiresAt > now) ? found : undefined;
  }

  forget(hmac: string): void {
    this.#entries.delete(hmac);
  }

  /** The same for all credentials of an organization. */
  forgetOrganization(organizationId: string): void {
    for (const [hmac, entry] of this.#entries) {
      if (entry.organizationId === organizationId) this.#entries.delete(hmac);
    }
  }

  /** Resolves when no time of use is being written: before the database is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#touches);
  }

  #remembered(organizationId: string, hmac: string, now: Date): Promise<Found | undefined> {
    const known = this.#entries.get(hmac);
    if (known && now.getTime() - known.loadedAt < AGE_MAX_MILLISECONDS) return known.found;
    const entry = { organizationId, loadedAt: now.getTime(), found: this.#load(organizationId, hmac, now) };
    this.#entries.delete(hmac);
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= this.#entriesMax) this.#entries.delete(oldest);
    this.#entries.set(hmac, entry);
    const drop = () => this.#entries.get(hmac) === entry && this.#entries.delete(hmac);
    entry.found.then((found) => found ?? drop(), drop);
    return entry.found;
  }

  async #load(organizationId: string, hmac: string, now: Date): Promise<Found | undefined> {
    const found = await this.#options.load(organizationId, hmac);
    if (found && now.getTime() - (found.lastUsedAt?.getTime() ?? 0) >= TOUCH_AFTER_MILLISECONDS)
      this.#touch(found, now);
    return found;
  }

  #touch(found: Found, now: Date): void {
    if (found.expiresAt !== null && found.expiresAt <= now) return;
    const touch = this.#options
      .touch(found, now)
      .catch((error: unknown) => this.#options.onTouchFailed?.(error))
      .finally(() => this.#touches.delete(touch));
    this.#touches.add(touch);
  }
}
