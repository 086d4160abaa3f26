/** Names of which none is given twice, in whatever case. */
export class FreeNames {
  private readonly taken = new Set<string>();
  // Without it the hundredth John Smith would try ninety-nine names.
  private readonly nextNumbers = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.taken.add(name.toLowerCase());
  }

  /** Takes the first free one of `base` and its numbered forms from 2 on, as `spell` writes them. */
  take(base: string, spell: (number: number | undefined) => string = (number) => withNumber(base, number)): string {
    const key = spell(undefined).toLowerCase();
    let number = this.nextNumbers.get(key);
    let name = spell(number);
    while (this.taken.has(name.toLowerCase())) {
      number = (number ?? 1) + 1;
      name = spell(number);
    }
    this.taken.add(name.toLowerCase());
    if (number !== undefined) this.nextNumbers.set(key, number + 1);
    return name;
  }
}

const withNumber = (base: string, number: number | undefined): string =>
  number === undefined ? base : `${base} ${number}`;
