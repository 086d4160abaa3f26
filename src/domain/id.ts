import { notFound } from './domain-error.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** True for the form of the ids that we hand out; anything else names nothing, and PostgreSQL would refuse to compare it. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** Throws `notFound` for a text that cannot be an id. */
export function requireId(noun: string, id: string): void {
  if (!isId(id)) throw notFound(noun, id);
}

/** The rows in the order of the ids that were asked for; undefined where there is none. For loaders. */
export function inOrderOf<Row extends { id: string }>(ids: readonly string[], rows: Row[]): (Row | undefined)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}
