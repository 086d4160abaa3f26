/** What an If-Match or If-None-Match header allows. Entries that are not ours are left out, so that they match nothing. */
export type VersionCondition = { readonly kind: 'any' } | { readonly kind: 'versions'; readonly versions: number[] };

const VERSION_MAX = 2_147_483_647;

/** The weak ETag of a version (RFC 7644 §3.14). */
export function etag(version: number): string {
  return `W/"${version}"`;
}

/** Reads weak and strong ETags, one or a list; undefined when there is no header. */
export function readIfMatch(header: string | undefined): VersionCondition | undefined {
  const trimmed = header?.trim() ?? '';
  if (trimmed === '') return undefined;
  if (trimmed === '*') return { kind: 'any' };
  const versions = trimmed.split(',').flatMap((entry) => {
    const digits = /^(?:W\/)?"(\d{1,15})"$/i.exec(entry.trim())?.[1];
    // A version beyond GraphQL's Int is none of ours either.
    return digits === undefined || Number(digits) > VERSION_MAX ? [] : [Number(digits)];
  });
  return { kind: 'versions', versions };
}
