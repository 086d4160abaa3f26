import { type ResourceTable, subAttributeNamed } from '../../attributes/attribute.ts';
import { type FoundAttribute, findAttribute } from '../../attributes/find-attribute.ts';
import { scimErrors } from './scim-error.ts';

/** By which attribute, as its canonical path, and in which order. */
export type Sort = { readonly attribute: string; readonly order: 'ASC' | 'DESC' };

const orders = new Map<string, Sort['order']>([
  ['', 'ASC'],
  ['ascending', 'ASC'],
  ['descending', 'DESC'],
]);

/**
 * RFC 7644 §3.4.2.3: ascending by default, the order in any case, without `sortBy` nothing. The RFC does not say what an
 * attribute means that no searched type has, or a complex one without a `value`: both are 400 `invalidValue`, because a client
 * would take what it gets for sorted.
 */
export function readSort(
  query: { readonly sortBy?: string | undefined; readonly sortOrder?: string | undefined },
  tables: readonly ResourceTable[],
): Sort | null {
  const path = query.sortBy?.trim() ?? '';
  if (path === '') return null;
  const order = orders.get(query.sortOrder?.trim().toLowerCase() ?? '');
  if (order === undefined) throw scimErrors.invalidValue('"sortOrder" must be "ascending" or "descending"');
  const found = tables.flatMap((table) => findAttribute(table, path) ?? [])[0];
  if (found === undefined || found.attribute.returned === 'never')
    throw scimErrors.invalidValue(`There is no attribute "${path}" to sort by`);
  return { attribute: sortedPath(found), order };
}

function sortedPath({ attribute, subAttribute, canonicalPath }: FoundAttribute): string {
  if (subAttribute !== undefined || attribute.type !== 'complex') return canonicalPath;
  const value = subAttributeNamed(attribute, 'value');
  if (value !== undefined) return `${canonicalPath}.${value.name}`;
  throw scimErrors.invalidValue(
    `"${canonicalPath}" has no value of its own to sort by; name one of its sub-attributes`,
  );
}
