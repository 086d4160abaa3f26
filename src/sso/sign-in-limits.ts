import { isIPv6 } from 'node:net';

interface Bucket {
  tokens: number;
  filledAt: number;
}

interface Rate {
  burst: number;
  refillSeconds: number;
}

const BUCKETS_MAX = 10_000;

/**
 * How often what may happen, by the address that it comes from: nothing is shared by all, which a few could use up for
 * everybody. All people of a company may come from one address, in one hour of the morning, and some mistake of a set-up may
 * refuse them all: only what is guessed is limited tightly. Secrets of 256 bits are no guesses.
 */
const rates = {
  /** Any page. */
  page: { burst: 3_000, refillSeconds: 0.01 },
  /** A slug that leads to nothing. */
  slug: { burst: 20, refillSeconds: 5 },
  /** An e-mail address whose domain leads to nothing. */
  email: { burst: 20, refillSeconds: 5 },
  /** Sign-ins that begin. */
  start: { burst: 600, refillSeconds: 0.05 },
  /** Answers of identity providers that are refused. */
  refusal: { burst: 300, refillSeconds: 0.2 },
  /** The same by SAML: each may bring 128 KB to be looked through. */
  samlRefusal: { burst: 100, refillSeconds: 1 },
} as const satisfies Record<string, Rate>;

export type LimitedEvent = keyof typeof rates;

/**
 * Keeps the sign-in pages from being flooded and slugs from being tried out. Memory is bounded: of more callers than there is
 * room for, the one that came longest ago begins anew.
 */
export class SignInLimits {
  readonly #clock: () => Date;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** The seconds until it may happen again; 0 for now. */
  wait(event: LimitedEvent, who: string): number {
    const { refillSeconds } = rates[event];
    const { tokens } = this.#filled(event, keyOf(event, who));
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * refillSeconds);
  }

  /** It happened. Answers the seconds it should have waited; 0 when it was in time. */
  take(event: LimitedEvent, who: string): number {
    const seconds = this.wait(event, who);
    const key = keyOf(event, who);
    const { tokens, filledAt } = this.#filled(event, key);
    this.#buckets.delete(key);
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size >= BUCKETS_MAX) this.#buckets.delete(oldest);
    // Never below nothing: whoever sent many at once waits no longer for it.
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, filledAt });
    return seconds;
  }

  #filled(event: LimitedEvent, key: string): Bucket {
    const { burst, refillSeconds } = rates[event];
    const now = this.#clock().getTime() / 1000;
    const { tokens, filledAt } = this.#buckets.get(key) ?? { tokens: burst, filledAt: now };
    return { tokens: Math.min(burst, tokens + (now - filledAt) / refillSeconds), filledAt: now };
  }
}

function keyOf(event: LimitedEvent, who: string): string {
  return `${event} ${networkOf(who).slice(0, 128)}`;
}

/** One caller of IPv6 holds a network of 64 bits at least, and could come from a new address of it each time. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.toLowerCase().startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('%', 1).join('').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(zeros).fill('0'), ...back].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
