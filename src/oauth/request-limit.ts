interface Bucket {
  tokens: number;
  filledAt: number;
}

const BURST = 20;
const REFILL_SECONDS = 5;
const BUCKETS_MAX = 10_000;

/**
 * How often something may happen to one client from one address: twenty times at once and then every five seconds. Memory is
 * bounded: of more clients than there is room for, the one to whom it happened longest ago begins anew.
 */
export class RequestLimit {
  readonly #clock: () => Date;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** The seconds until it may happen again; 0 for now. */
  wait(address: string, clientId: string): number {
    const { tokens } = this.#filled(keyOf(address, clientId));
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * REFILL_SECONDS);
  }

  /** It happened. */
  take(address: string, clientId: string): void {
    const key = keyOf(address, clientId);
    const { tokens, filledAt } = this.#filled(key);
    this.#buckets.delete(key);
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size >= BUCKETS_MAX) this.#buckets.delete(oldest);
    // Never below nothing: whoever sent many at once waits no longer for it.
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, filledAt });
  }

  #filled(key: string): Bucket {
    const now = this.#clock().getTime() / 1000;
    const { tokens, filledAt } = this.#buckets.get(key) ?? { tokens: BURST, filledAt: now };
    return { tokens: Math.min(BURST, tokens + (now - filledAt) / REFILL_SECONDS), filledAt: now };
  }
}

function keyOf(address: string, clientId: string): string {
  return `${address} ${clientId.slice(0, 128)}`;
}
