import { setTimeout as delay } from 'node:timers/promises';

/** Lets `perSecond` requests a second pass, in bursts of one second at most. */
export class RateLimit {
  private readonly gapMs: number;
  private nextAt = 0;

  /** Infinity lets everything pass. */
  constructor(perSecond: number) {
    this.gapMs = 1000 / perSecond;
  }

  /** Resolves when the caller may send; rejects when `signal` is aborted meanwhile. */
  async turn(signal?: AbortSignal): Promise<void> {
    const now = performance.now();
    this.nextAt = Math.max(this.nextAt, now - 1000) + this.gapMs;
    if (this.nextAt > now) await delay(this.nextAt - now, undefined, signal ? { signal } : {});
  }
}
