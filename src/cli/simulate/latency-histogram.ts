const growth = Math.log(1.02);
const shortestMs = 0.01;

/** Counts durations in buckets 2% apart, so that a million requests take no more memory than ten. */
export class LatencyHistogram {
  private readonly buckets: number[] = [];
  private longest = 0;
  private total = 0;

  get count(): number {
    return this.total;
  }

  get max(): number {
    return this.longest;
  }

  add(milliseconds: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(milliseconds / shortestMs) / growth));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.longest = Math.max(this.longest, milliseconds);
    this.total += 1;
  }

  /** The duration that this share of all durations does not exceed, at most 2% too long. */
  percentile(share: number): number {
    let missing = Math.max(1, Math.ceil(this.total * share));
    for (const [bucket, count = 0] of this.buckets.entries()) {
      missing -= count;
      if (missing <= 0) return Math.min(shortestMs * Math.exp(bucket * growth), this.longest);
    }
    return 0;
  }
}
