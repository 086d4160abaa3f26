/** Work that is done once for all who ask for it while it is under way. It is known in this process alone. */
export class SharedWork<Result> {
  readonly #underWay = new Map<string, Promise<Result>>();

  /** Rejects for all of them as the work does. */
  do(key: string, work: () => Promise<Result>): Promise<Result> {
    const known = this.#underWay.get(key);
    if (known) return known;
    const begun = work().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, begun);
    return begun;
  }
}
