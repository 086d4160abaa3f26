import type { ResourceJson } from '../../attributes/json.ts';
import { LIST_RESPONSE } from '../../attributes/urns.ts';
import { scimErrors } from './scim-error.ts';

export const PAGE_SIZE_DEFAULT = 100;
export const PAGE_SIZE_MAX = 1000;
const START_INDEX_MAX = 2_147_483_647;

/** `startIndex` counts from 1; a `count` of 0 asks for the total only. */
export type Paging = { readonly startIndex: number; readonly count: number };

/** RFC 7644 §3.4.2.4: below 1 means 1, a negative count means 0, at most 1,000 a page; 400 `invalidValue` for no integer. */
export function readPaging(query: {
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
}): Paging {
  const startIndex = integer('startIndex', query.startIndex) ?? 1;
  const count = integer('count', query.count) ?? PAGE_SIZE_DEFAULT;
  return {
    startIndex: Math.min(Math.max(startIndex, 1), START_INDEX_MAX),
    count: Math.min(Math.max(count, 0), PAGE_SIZE_MAX),
  };
}

function integer(name: string, text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  if (!/^[+-]?\d+$/.test(trimmed)) throw scimErrors.invalidValue(`"${name}" must be an integer`);
  return Number(trimmed);
}

/** The body of a list answer; `itemsPerPage` is the number of resources it holds. */
export function listResponse(page: {
  readonly resources: ResourceJson[];
  readonly totalResults: number;
  readonly startIndex: number;
}): { schemas: string[]; totalResults: number; startIndex: number; itemsPerPage: number; Resources: ResourceJson[] } {
  return {
    schemas: [LIST_RESPONSE],
    totalResults: page.totalResults,
    startIndex: page.startIndex,
    itemsPerPage: page.resources.length,
    Resources: page.resources,
  };
}
