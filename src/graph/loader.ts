interface Waiting<Value> {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers the keys that resolvers ask for in one turn into one read, each key once. It remembers nothing afterwards, so
 * that a later field of a mutation never sees an older state.
 */
export class Loader<Value> {
  readonly #read: (keys: string[]) => Promise<readonly Value[]>;
  #waiting = new Map<string, Waiting<Value>>();

  /** `read` answers the keys in their order. */
  constructor(read: (keys: string[]) => Promise<readonly Value[]>) {
    this.#read = read;
  }

  load(key: string): Promise<Value> {
    const known = this.#waiting.get(key);
    if (known) return known.promise;
    // A tick that is asked for by a microtask comes after every promise that is ready now, so after all sibling fields.
    if (this.#waiting.size === 0) queueMicrotask(() => process.nextTick(() => void this.#dispatch()));
    const waiting = Promise.withResolvers<Value>();
    this.#waiting.set(key, waiting);
    return waiting.promise;
  }

  async #dispatch(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new Map();
    try {
      const values = await this.#read([...batch.keys()]);
      if (values.length !== batch.size) throw new Error('A loader answers each of its keys.');
      [...batch.values()].forEach(({ resolve }, position) => {
        resolve(values[position] as Value);
      });
    } catch (error) {
      for (const { reject } of batch.values()) reject(error);
    }
  }
}
