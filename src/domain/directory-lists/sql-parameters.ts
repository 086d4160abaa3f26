/** The values of a statement that is put together of parts; `$1` is the organization. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** The place of a value in the statement, such as `$2`. */
  readonly add = (value: unknown): string => {
    this.values.push(value);
    return `$${this.values.length + 1}`;
  };
}
