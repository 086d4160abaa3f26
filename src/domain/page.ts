import { DomainError } from './domain-error.ts';
import { isId } from './id.ts';

export const PAGE_SIZE_DEFAULT = 50;
export const PAGE_SIZE_MAX = 500;

/** A window of a list in the order of ids, which is the order of creation. `after` is the id the window starts behind. */
export interface PageRequest {
  first?: number | null;
  after?: string | null;
}

export interface Page<Item> {
  items: Item[];
  hasNextPage: boolean;
}

/** Reads a page by asking for one item more than wanted. Throws `invalidValue` for a size or a start that cannot be. */
export async function readPage<Item>(
  request: PageRequest,
  read: (after: string | null, limit: number) => Promise<Item[]>,
): Promise<Page<Item>> {
  const first = request.first ?? PAGE_SIZE_DEFAULT;
  if (!Number.isInteger(first) || first < 0 || first > PAGE_SIZE_MAX) {
    throw new DomainError('invalidValue', `first must be a whole number from 0 to ${PAGE_SIZE_MAX}.`, {
      path: 'first',
    });
  }
  if (request.after && !isId(request.after)) {
    throw new DomainError('invalidValue', 'after is no cursor of this list.', { path: 'after' });
  }
  const items = await read(request.after ?? null, first + 1);
  return { items: items.slice(0, first), hasNextPage: items.length > first };
}
