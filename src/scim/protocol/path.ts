import type { ResourceTable, SchemaTable } from '../../attributes/attribute.ts';
import { type FoundAttribute, findAttribute, findSchema } from '../../attributes/find-attribute.ts';
import { isExtensionUrn } from '../../attributes/open-attribute.ts';
import { type Filter, parseWrittenPath } from './filter.ts';
import { resolveOpenValueFilter, resolveValueFilter } from './resolve-filter.ts';
import { scimErrors } from './scim-error.ts';

/** What a PATCH path names: an attribute or sub-attribute, perhaps by filter; a whole schema; or nothing known here. */
export type PatchPath =
  | { readonly kind: 'attribute'; readonly found: FoundAttribute; readonly filter: Filter | undefined }
  | { readonly kind: 'schema'; readonly schema: SchemaTable }
  | OpenPatchPath
  | { readonly kind: 'unknown' };

/** A URN that nobody declared: an extension, or an attribute of one. Which of them, the resource and the value show. */
export type OpenPatchPath = {
  readonly kind: 'open';
  readonly urn: string;
  /** As an attribute; undefined where the URN can only be an extension's. */
  readonly found: FoundAttribute | undefined;
  readonly filter: Filter | undefined;
};

/**
 * Resolves a PATCH path (RFC 7644 §3.5.2), in any case, with or without a URN. 400 `invalidPath` outside the grammar, 400
 * `invalidFilter` when its filter names what the attribute does not have.
 */
export function parsePath(path: string, table: ResourceTable): PatchPath {
  const { attribute, filter, subAttribute } = parseWrittenPath(path.trim());
  const schema = findSchema(table, attribute);
  if (schema !== undefined && filter === undefined) return { kind: 'schema', schema };
  const parent = findAttribute(table, attribute);
  if (parent === undefined || parent.isOpen) return openPath(table, parent, { attribute, filter, subAttribute });
  if (filter === undefined) return { kind: 'attribute', found: parent, filter };
  if (parent.subAttribute !== undefined || parent.attribute.type !== 'complex')
    throw scimErrors.invalidPath(`"${attribute}" has no sub-attributes to filter by`);
  const found = subAttribute === undefined ? parent : findAttribute(table, `${parent.canonicalPath}.${subAttribute}`);
  if (found === undefined) return { kind: 'unknown' };
  return { kind: 'attribute', found, filter: resolveValueFilter(filter, parent.attribute) };
}

function openPath(
  table: ResourceTable,
  parent: FoundAttribute | undefined,
  written: { attribute: string; filter: Filter | undefined; subAttribute: string | undefined },
): PatchPath {
  const { attribute, filter, subAttribute } = written;
  if (filter === undefined) {
    if (parent === undefined && !isExtensionUrn(attribute)) return { kind: 'unknown' };
    return { kind: 'open', urn: attribute, found: parent, filter };
  }
  if (parent === undefined) return { kind: 'unknown' };
  if (parent.subAttribute !== undefined)
    throw scimErrors.invalidPath(`"${attribute}" has no sub-attributes to filter by`);
  const found = subAttribute === undefined ? parent : findAttribute(table, `${parent.canonicalPath}.${subAttribute}`);
  if (found === undefined) return { kind: 'unknown' };
  return { kind: 'open', urn: attribute, found, filter: resolveOpenValueFilter(filter) };
}
