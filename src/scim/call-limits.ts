import type { GraphCall } from './graph-client.ts';
import { ScimError, scimErrors } from './protocol/scim-error.ts';
import type { ProvisioningLog } from './provisioning-log.ts';

/** How much one directory may ask of one process by one bearer; 0 is without limit. */
export type CallLimitSettings = {
  /** Requests a second in the long run. */
  readonly ratePerSecond: number;
  /** Requests at once, after some time without any. */
  readonly rateBurst: number;
  /** Requests that are being answered. */
  readonly concurrencyMax: number;
};

type Caller = {
  /** Requests that may still come now; below 0 where a bulk request brought more. */
  left: number;
  /** When `left` was right, in milliseconds. */
  at: number;
  running: number;
  /** Refused and not told yet. */
  refused: number;
  toldAt: number;
  /** The last that was refused. */
  last?: { directoryId: string; call: GraphCall; error: ScimError };
  /** Until the rest of a burst is told, if there is one. */
  telling?: NodeJS.Timeout | undefined;
};

const unlimited: CallLimitSettings = { ratePerSecond: 0, rateBurst: 0, concurrencyMax: 0 };
const CALLERS_MAX = 5_000;
/** Longer than any bearer that opens something. */
const AUTHORIZATION_LENGTH_MAX = 512;
const TELL_AFTER_MS = 60_000;
const BUSY_RETRY_SECONDS = 1;

/**
 * Keeps one directory from taking the service away from the others: a token bucket and a cap on what runs, a directory and
 * bearer. It comes before anything is asked of GraphQL, so refusing costs nothing. Entra's 25 requests a second never meet
 * it. Memory is bounded: callers who could ask for a full burst again are forgotten first.
 */
export class CallLimits {
  readonly #log: ProvisioningLog;
  readonly #clock: () => Date;
  readonly #settings: CallLimitSettings;
  readonly #callers = new Map<string, Caller>();

  constructor(parts: { log: ProvisioningLog; clock: () => Date; settings: CallLimitSettings | undefined }) {
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#settings = parts.settings ?? unlimited;
  }

  /** A request begins: what to call when it has been answered, or the 429 or 503 that it is refused with. */
  enter(directoryId: string, call: GraphCall): (() => void) | ScimError {
    const { ratePerSecond, concurrencyMax } = this.#settings;
    if (ratePerSecond === 0 && concurrencyMax === 0) return nothing;
    const caller = this.#callerOf(directoryId, call);
    if (concurrencyMax > 0 && caller.running >= concurrencyMax) {
      const detail = `More than ${concurrencyMax} requests of this directory are being answered; wait for some of them`;
      const headers = { 'Retry-After': String(BUSY_RETRY_SECONDS) };
      return this.#refuse(caller, directoryId, call, new ScimError(503, detail, undefined, headers));
    }
    if (ratePerSecond > 0 && caller.left < 1) {
      const seconds = Math.max(1, Math.ceil((1 - caller.left) / ratePerSecond));
      const detail = `This directory sends more than ${ratePerSecond} requests a second; wait ${seconds} s`;
      return this.#refuse(caller, directoryId, call, scimErrors.tooManyRequests(detail, seconds));
    }
    if (ratePerSecond > 0) caller.left -= 1;
    caller.running += 1;
    return () => {
      caller.running -= 1;
    };
  }

  /** Counts an operation of a bulk request, which runs whatever is left; what comes after it waits for it. */
  count(directoryId: string, call: GraphCall): void {
    if (this.#settings.ratePerSecond > 0) this.#callerOf(directoryId, call).left -= 1;
  }

  /** Tells what was refused and not told yet, for a clean stop. */
  flush(): void {
    for (const caller of this.#callers.values()) this.#tell(caller);
  }

  /** The first is told at once, what follows after a minute, in one event. */
  #refuse(caller: Caller, directoryId: string, call: GraphCall, error: ScimError): ScimError {
    caller.refused += 1;
    caller.last = { directoryId, call, error };
    const wait = TELL_AFTER_MS - (caller.at - caller.toldAt);
    if (wait <= 0) this.#tell(caller);
    else caller.telling ??= setTimeout(() => this.#tell(caller), wait).unref();
    return error;
  }

  /** One provisioning event, with how many were refused since the last. */
  #tell(caller: Caller): void {
    clearTimeout(caller.telling);
    caller.telling = undefined;
    if (caller.refused === 0 || caller.last === undefined) return;
    const { directoryId, call, error } = caller.last;
    const detail = { status: error.status, message: error.detail, count: caller.refused };
    const outcome = error.status === 429 ? 'tooManyRequests' : 'tooManyAtOnce';
    this.#log.add({ kind: 'refusals', directoryId, resourceId: '', call, outcome, detail });
    caller.refused = 0;
    caller.toldAt = this.#clock().getTime();
  }

  /** The caller with what came back to it since it was last seen. */
  #callerOf(directoryId: string, { authorization = '' }: GraphCall): Caller {
    const { ratePerSecond, rateBurst } = this.#settings;
    const now = this.#clock().getTime();
    const key = `${directoryId.toLowerCase()} ${bearerOf(authorization)}`;
    const known = this.#callers.get(key);
    if (known !== undefined) {
      // A clock that was set back gives nothing and takes nothing.
      const seconds = Math.max(0, now - known.at) / 1000;
      known.left = Math.min(rateBurst, known.left + seconds * ratePerSecond);
      known.at = now;
      return known;
    }
    if (this.#callers.size >= CALLERS_MAX) this.#forget(now);
    const caller = { left: rateBurst, at: now, running: 0, refused: 0, toldAt: Number.NEGATIVE_INFINITY };
    this.#callers.set(key, caller);
    return caller;
  }

  /** Those who rest; where nobody does, whoever came first. */
  #forget(now: number): void {
    const { ratePerSecond, rateBurst } = this.#settings;
    for (const [key, { left, at, running }] of this.#callers) {
      if (running === 0 && left + ((now - at) / 1000) * ratePerSecond >= rateBurst) this.#callers.delete(key);
    }
    for (const [key, { running }] of this.#callers) {
      if (this.#callers.size < CALLERS_MAX) return;
      // As many as there are connections at most.
      if (running === 0) this.#callers.delete(key);
    }
  }
}

/** The bearer itself, however its scheme is spelled: spelled anew it has no new limit. */
function bearerOf(authorization: string): string {
  return authorization
    .slice(0, AUTHORIZATION_LENGTH_MAX)
    .replace(/^\s*bearer\s+/i, '')
    .trim();
}

function nothing(): void {
  // Without limits there is nothing to give back.
}
