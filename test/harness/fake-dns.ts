/** The TXT records of the world, as a test writes them. A name without any does not exist. */
export class FakeDns {
  readonly #records = new Map<string, string[][]>();
  #failure: string | undefined;
  /** The names that were asked for. */
  readonly asked: string[] = [];

  /** For `DomainParts.resolveTxt`. */
  readonly resolveTxt = async (name: string): Promise<string[][]> => {
    this.asked.push(name);
    if (this.#failure !== undefined) throw Object.assign(new Error('DNS failed.'), { code: this.#failure });
    const records = this.#records.get(name);
    if (!records) throw Object.assign(new Error('There is no such name.'), { code: 'ENOTFOUND' });
    return records;
  };

  set(name: string, ...records: (string | string[])[]): void {
    this.#records.set(
      name,
      records.map((record) => (typeof record === 'string' ? [record] : record)),
    );
  }

  delete(name: string): void {
    this.#records.delete(name);
  }

  /** From now on every question fails with this code; undefined: none does. */
  failWith(code: string | undefined): void {
    this.#failure = code;
  }
}
