/** One SQL statement; a named one is prepared once a connection. Parameters are `$1`…; `$1` is the organization. */
export interface Statement<Row> {
  readonly text: string;
  readonly name?: string;
  /** Touches a large part of a table, so the planner may hash and merge; every other statement goes by its keys. */
  readonly isWide?: true;
  /** Ended by the server when it runs longer; without it, at the limit of all statements. */
  readonly timeoutMilliseconds?: number;
  /** Only for the type of the rows. */
  readonly rows?: Row[];
}

/** A statement that is prepared under its name: for what runs often. Names are unique in the service. */
export function prepared<Row>(name: string, text: string): Statement<Row> {
  return { name, text };
}

/** A statement that is parsed each time: for what an admin does now and then, or whose text varies. */
export function statement<Row>(text: string): Statement<Row> {
  return { text };
}

/** A statement over a large part of a table: a list of all members, a count over an organization. */
export function wide<Row>(text: string): Statement<Row> {
  return { text, isWide: true };
}

/** A wide statement that somebody else's question shaped, so that nobody knows how much it reads: it is given a time. */
export function search<Row>(text: string, timeoutMilliseconds: number): Statement<Row> {
  return { text, isWide: true, timeoutMilliseconds };
}
