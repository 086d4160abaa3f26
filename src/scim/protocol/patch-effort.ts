import { type Json, sortedJson } from '../../attributes/json.ts';
import { scimErrors } from './scim-error.ts';

const COMPARISONS_MAX = 500_000;

/** So many small values, or characters of a long text, take as long to look through as one comparison. */
const WEIGHT_OF_A_COMPARISON = 8;
/** `foldKey` remembers texts up to here; a longer one is folded letter by letter each time. */
const SHORT_TEXT_LENGTH_MAX = 1000;

/** The work of one PATCH, bounded over all its operations, and what is kept of it so that it is done once. */
export class PatchEffort {
  private comparisons = 0;
  private readonly weights = new WeakMap<object, number>();
  private readonly keys = new WeakMap<object, string>();
  private readonly listKeys = new WeakMap<readonly Json[], Set<string>>();

  /** 413 when the PATCH compares more than it may. */
  count(comparisons: number): void {
    this.comparisons += comparisons;
    if (this.comparisons > COMPARISONS_MAX) throw scimErrors.payloadTooLarge('The PATCH compares too many values');
  }

  /** Counts looking through all of a value, so many times. */
  countReading(json: Json, times = 1): void {
    this.count(times * Math.ceil(this.weightOf(json) / WEIGHT_OF_A_COMPARISON));
  }

  /** Counts comparing each value of a list with so many others. */
  countList(list: readonly Json[], times: number): void {
    const weight = this.weightOf(list as Json[]);
    this.count(times * Math.max(list.length, Math.ceil(weight / WEIGHT_OF_A_COMPARISON)));
  }

  /** The same text for values that say the same. */
  keyOf(json: Json): string {
    if (typeof json !== 'object' || json === null) return sortedJson(json);
    const known = this.keys.get(json);
    if (known !== undefined) return known;
    this.count(this.weightOf(json));
    const key = sortedJson(json);
    this.keys.set(json, key);
    return key;
  }

  /** The list with the values that it does not have yet; the keys of a list are made once and go on to the longer one. */
  withAdded(list: readonly Json[], values: readonly Json[]): Json[] {
    const known = this.listKeys.get(list) ?? this.keysOf(list);
    this.listKeys.delete(list);
    const added = values.filter((value) => {
      const key = this.keyOf(value);
      return !known.has(key) && known.add(key);
    });
    const after = [...list, ...added];
    this.listKeys.set(after, known);
    return after;
  }

  private keysOf(list: readonly Json[]): Set<string> {
    this.count(list.length);
    return new Set(list.map((item) => this.keyOf(item)));
  }

  private weightOf(json: Json): number {
    if (typeof json === 'string') return json.length > SHORT_TEXT_LENGTH_MAX ? json.length : 1;
    if (typeof json !== 'object' || json === null) return 1;
    const known = this.weights.get(json);
    if (known !== undefined) return known;
    const parts: Json[] = Array.isArray(json) ? json : Object.values(json);
    const weight = parts.reduce<number>((sum, part) => sum + this.weightOf(part), 1);
    this.weights.set(json, weight);
    return weight;
  }
}
