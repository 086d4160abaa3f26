import { LIST_RESPONSE } from '../../attributes/urns.ts';
import { scimErrors } from './scim-error.ts';

export const PAGE_SIZE_DEFAULT = 100;
export const PAGE_SIZE_MAX = 1000;
/** For how long GraphQL takes a cursor back. */
export const CURSOR_TIMEOUT_SECONDS = 3600;
const START_INDEX_MAX = 2_147_483_647;

/**
 * Which page is asked for: by index, `startIndex` counting from 1 and a `count` of 0 asking for the total only, or by cursor,
 * an empty one asking for the first page.
 */
export type Paging =
  | { readonly startIndex: number; readonly count: number; readonly cursor?: never }
  | { readonly cursor: string; readonly count: number; readonly startIndex?: never };

/**
 * By index unless there is a cursor, which then decides alone. RFC 7644 §3.4.2.4: below 1 means 1, a negative count means 0, at
 * most 1,000 a page; 400 `invalidValue` for no integer. RFC 9865 §2: the count is at least 1; else 400 `invalidCount`.
 */
export function readPaging(query: {
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  readonly cursor?: string | undefined;
}): Paging {
  const { cursor } = query;
  if (cursor !== undefined) return { cursor: cursor.trim(), count: positiveCount(query.count) };
  const startIndex = integer('startIndex', query.startIndex) ?? 1;
  const count = integer('count', query.count) ?? PAGE_SIZE_DEFAULT;
  return {
    startIndex: Math.min(Math.max(startIndex, 1), START_INDEX_MAX),
    count: Math.min(Math.max(count, 0), PAGE_SIZE_MAX),
  };
}

function positiveCount(text: string | undefined): number {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return PAGE_SIZE_DEFAULT;
  const count = isInteger(trimmed) ? Number(trimmed) : 0;
  if (count < 1) throw scimErrors.invalidCount(`"count" must be an integer from 1 to ${PAGE_SIZE_MAX}`);
  return Math.min(count, PAGE_SIZE_MAX);
}

function integer(name: string, text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  if (!isInteger(trimmed)) throw scimErrors.invalidValue(`"${name}" must be an integer`);
  return Number(trimmed);
}

function isInteger(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

/** What a list answer says before its `Resources`. */
export type ListEnvelope = {
  schemas: string[];
  totalResults: number;
  itemsPerPage: number;
  startIndex?: number;
  nextCursor?: string;
  previousCursor?: string;
};

/** `itemsPerPage` is the number of resources; a page by cursor has no index, and the last one no `nextCursor` (RFC 9865 §2). */
export function listEnvelope(page: {
  readonly totalResults: number;
  readonly itemsPerPage: number;
  readonly startIndex?: number | undefined;
  readonly nextCursor?: string | null;
  readonly previousCursor?: string | null;
}): ListEnvelope {
  const { totalResults, startIndex, itemsPerPage, nextCursor, previousCursor } = page;
  return {
    schemas: [LIST_RESPONSE],
    totalResults,
    ...(startIndex === undefined ? {} : { startIndex }),
    itemsPerPage,
    ...(previousCursor ? { previousCursor } : {}),
    ...(nextCursor ? { nextCursor } : {}),
  };
}
