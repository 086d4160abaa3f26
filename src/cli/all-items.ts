import { PAGE_SIZE_MAX, type Page, type PageRequest } from '../domain/page.ts';

/** All items of a paged list. */
export async function allItems<Item extends { id: string }>(
  read: (page: PageRequest) => Promise<Page<Item>>,
): Promise<Item[]> {
  const all: Item[] = [];
  for (;;) {
    const { items, hasNextPage } = await read({ first: PAGE_SIZE_MAX, after: all.at(-1)?.id ?? null });
    all.push(...items);
    if (!hasNextPage) return all;
  }
}
