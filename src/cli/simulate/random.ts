/** A small seeded generator (sfc32): the same seed gives the same tenant on every machine. Not for secrets. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: string) {
    [this.a, this.b, this.c] = hashSeed(seed);
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** A number in [0, 1). */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, but without, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('Cannot pick from an empty list.');
    return item;
  }

  /** `count` different items in random order; all of them when there are fewer. Costs what is drawn, not what there is. */
  sample<T>(items: readonly T[], count: number): T[] {
    const wanted = Math.min(count, items.length);
    // A shuffle that keeps only the places it has swapped.
    const moved = new Map<number, number>();
    return Array.from({ length: wanted }, (_, index) => {
      const other = index + this.below(items.length - index);
      const chosen = moved.get(other) ?? other;
      moved.set(other, moved.get(index) ?? index);
      return items[chosen] as T;
    });
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join('');
  }

  /** A version 4 UUID as Entra writes object ids: lower case. */
  uuid(): string {
    const word = (): string => (this.next() * 2 ** 32).toString(16).padStart(8, '0');
    const [first, second, third, fourth] = [word(), word(), word(), word()];
    const variant = '89ab'[this.below(4)];
    const middle = `${second.slice(0, 4)}-4${second.slice(5)}-${variant}${third.slice(1, 4)}`;
    return `${first}-${middle}-${third.slice(4)}${fourth}`;
  }
}

/** Three words from a text (FNV-1a with three bases); enough to tell seeds apart. */
function hashSeed(seed: string): [number, number, number] {
  const word = (basis: number): number => {
    let hash = basis;
    for (let index = 0; index < seed.length; index += 1) hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193);
    return hash | 0;
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x85ebca6b)];
}
