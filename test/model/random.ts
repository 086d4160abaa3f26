/** Numbers that a seed decides: the same seed gives the same history on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0;
  }

  /** From 0 inclusive to 1 exclusive (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items, or undefined of an empty list. */
  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }

  /** One of the items; throws for an empty list. */
  one<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('There is nothing to choose from.');
    return items[this.below(items.length)] as Item;
  }

  /** Up to `most` different items, in their order. */
  some<Item>(items: readonly Item[], most: number): Item[] {
    const wanted = Math.min(items.length, 1 + this.below(most));
    const left = [...items];
    const chosen = new Set<Item>();
    while (chosen.size < wanted) chosen.add(left.splice(this.below(left.length), 1)[0] as Item);
    return items.filter((item) => chosen.has(item));
  }

  /** A name by its weight. */
  weighted<Name extends string>(weights: readonly (readonly [Name, number])[]): Name {
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.next() * total;
    for (const [name, weight] of weights) {
      left -= weight;
      if (left < 0) return name;
    }
    return (weights[0] as readonly [Name, number])[0];
  }
}
