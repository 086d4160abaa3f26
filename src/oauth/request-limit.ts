interface Bucket {
  tokens: number;
  filledAt: number;
}

const BURST = 20;
const REFILL_SECONDS = 5;
const BUCKETS_MAX = 10_000;

/**
 * How often one client may ask from one address: a client needs one access token an hour. Memory is bounded: of more clients
 * than there is room for, whoever asked longest ago begins anew.
 */
export class RequestLimit {
  readonly #clock: () => Date;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** The seconds to wait for a request that is one too many; 0 for one that may pass. */
  take(address: string, clientId: string): number {
    const key = `${address} ${clientId.slice(0, 128)}`;
    const now = this.#clock().getTime() / 1000;
    const { tokens, filledAt } = this.#buckets.get(key) ?? { tokens: BURST, filledAt: now };
    const filled = Math.min(BURST, tokens + (now - filledAt) / REFILL_SECONDS);
    const mayPass = filled >= 1;
    this.#buckets.delete(key);
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size >= BUCKETS_MAX) this.#buckets.delete(oldest);
    this.#buckets.set(key, { tokens: mayPass ? filled - 1 : filled, filledAt: now });
    return mayPass ? 0 : Math.ceil((1 - filled) * REFILL_SECONDS);
  }
}
