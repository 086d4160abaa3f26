/** Which id the service gave to what the model calls by a name. */
export class Names {
  readonly #ids: Map<string, string>;
  readonly #names: Map<string, string>;

  constructor(other?: Names) {
    this.#ids = new Map(other?.entries());
    this.#names = new Map([...this.#ids].map(([name, id]) => [id, name]));
  }

  entries(): Iterable<[string, string]> {
    return this.#ids.entries();
  }

  /** Says that they are one, from now on. Throws where either is something else already. */
  bind(name: string, id: string): void {
    if (this.#ids.get(name) === id) return;
    if (this.#ids.has(name) || this.#names.has(id)) {
      throw new Error(`${name} is ${this.#ids.get(name)}, and ${id} is ${this.#names.get(id)}.`);
    }
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }

  id(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`The service has told no id of ${name}.`);
    return id;
  }

  hasId(name: string): boolean {
    return this.#ids.has(name);
  }

  /** The name of an id, or the id itself where it has none. */
  name(id: string): string {
    return this.#names.get(id) ?? `?${id}`;
  }

  hasName(id: string): boolean {
    return this.#names.has(id);
  }
}
