import { DomainError } from './domain-error.ts';
import { isId } from './id.ts';

export const PAGE_SIZE_DEFAULT = 50;
export const PAGE_SIZE_MAX = 500;

/**
 * A window of a list. `after` names the place that the window starts behind: in the order of ids, which is the order of
 * making, the id itself.
 */
export interface PageRequest {
  first?: number | null;
  after?: string | null;
}

export interface Page<Item> {
  items: Item[];
  hasNextPage: boolean;
  /** The places of the items, to start the next window behind; absent where these are the items' ids. */
  places?: readonly string[];
}

/**
 * Reads a page in the order of ids by asking for one item more than wanted; `ordered-list.ts` reads in other orders. Throws
 * `invalidValue` for a size or a place that cannot be.
 */
export async function readPage<Item>(
  request: PageRequest,
  read: (after: string | null, limit: number) => Promise<Item[]>,
): Promise<Page<Item>> {
  const first = readPageSize(request.first);
  if (request.after != null && !isId(request.after)) throw placeUnknown();
  const items = await read(request.after ?? null, first + 1);
  return { items: items.slice(0, first), hasNextPage: items.length > first };
}

/** How many items a page has. Throws `invalidValue`. */
export function readPageSize(wanted: number | null | undefined): number {
  const first = wanted ?? PAGE_SIZE_DEFAULT;
  if (Number.isInteger(first) && first >= 0 && first <= PAGE_SIZE_MAX) return first;
  throw new DomainError('invalidValue', `first must be a whole number from 0 to ${PAGE_SIZE_MAX}.`, { path: 'first' });
}

/** For a place that is none, or none of this list in this order. */
export function placeUnknown(): DomainError {
  return new DomainError('invalidValue', 'after is no cursor of this list in this order.', { path: 'after' });
}
