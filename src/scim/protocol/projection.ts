import type { Attribute, ResourceTable } from '../../attributes/attribute.ts';
import { findAttribute, findSchema } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject, type ResourceJson } from '../../attributes/json.ts';
import { GROUP_SCHEMA, USER_SCHEMA } from '../../attributes/urns.ts';

/** Which attributes a client asked for, as lower-case paths without the URN of a core schema. */
export type Projection = { readonly kind: 'all' } | { readonly kind: 'only' | 'without'; readonly paths: Set<string> };

const corePrefix = new RegExp(`^(?:${USER_SCHEMA}|${GROUP_SCHEMA})[:.]`, 'i');

/**
 * Reads `attributes` and `excludedAttributes`, comma-separated (RFC 7644 §3.9). They exclude each other; when both are there,
 * `attributes` counts.
 */
export function readProjection(query: {
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}): Projection {
  const only = pathsOf(query.attributes);
  if (only.size > 0) return { kind: 'only', paths: only };
  const without = pathsOf(query.excludedAttributes);
  return without.size > 0 ? { kind: 'without', paths: without } : { kind: 'all' };
}

function pathsOf(list: string | undefined): Set<string> {
  const paths = (list ?? '').split(',').map((path) => path.trim().replace(corePrefix, '').toLowerCase());
  return new Set(paths.filter((path) => path !== ''));
}

/** Whether an attribute returned by default is wanted at all; members and groups need not be read otherwise. */
export function wantsAttribute(projection: Projection, name: 'members' | 'groups'): boolean {
  if (projection.kind === 'all') return true;
  if (projection.kind === 'without') return !projection.paths.has(name);
  return [...projection.paths].some((path) => path === name || path.startsWith(`${name}.`));
}

/**
 * The presented resource as far as it was asked for and may be returned (RFC 7643 §7, `returned`): `id` and `schemas` always,
 * `password` never, what is returned on request only by name.
 */
export function project(resource: ResourceJson, projection: Projection, table: ResourceTable): ResourceJson {
  const paths = canonicalPaths(projection, table);
  const projected: ResourceJson = {};
  for (const [key, value] of Object.entries(resource)) {
    const schema = findSchema(table, key);
    const kept =
      schema === undefined || !isJsonObject(value)
        ? projectAttribute(key, value, projection.kind, paths, table)
        : projectExtension(schema.id, value, projection.kind, paths, table);
    if (kept !== undefined) projected[key] = kept;
  }
  return projected;
}

/** Names such as `manager` stand for the enterprise attribute; unknown ones name nothing. */
function canonicalPaths(projection: Projection, table: ResourceTable): Set<string> {
  if (projection.kind === 'all') return new Set();
  return new Set(
    [...projection.paths].flatMap(
      (path) => findAttribute(table, path)?.canonicalPath ?? findSchema(table, path)?.id ?? [],
    ),
  );
}

function projectExtension(
  urn: string,
  extension: JsonObject,
  kind: Projection['kind'],
  paths: Set<string>,
  table: ResourceTable,
): JsonObject | undefined {
  if (paths.has(urn)) return kind === 'without' ? undefined : extension;
  const projected: JsonObject = {};
  for (const [name, value] of Object.entries(extension)) {
    const kept = projectAttribute(`${urn}:${name}`, value, kind, paths, table);
    if (kept !== undefined) projected[name] = kept;
  }
  return Object.keys(projected).length === 0 ? undefined : projected;
}

function projectAttribute(
  path: string,
  value: Json,
  kind: Projection['kind'],
  paths: Set<string>,
  table: ResourceTable,
): Json | undefined {
  const attribute = findAttribute(table, path)?.attribute;
  if (attribute === undefined || attribute.returned === 'never') return undefined;
  if (attribute.returned === 'always') return value;
  const isNamed = paths.has(path);
  if (kind === 'without' && isNamed) return undefined;
  if (kind === 'only' ? isNamed : attribute.returned === 'default' && !namesSub(path, attribute, paths)) return value;
  if (attribute.returned === 'request' && kind !== 'only') return undefined;
  if (attribute.subAttributes === undefined) return undefined;
  return projectItems(value, (name) => paths.has(`${path}.${name}`) === (kind === 'only'));
}

function namesSub(path: string, attribute: Attribute, paths: Set<string>): boolean {
  return paths.size > 0 && (attribute.subAttributes ?? []).some(({ name }) => paths.has(`${path}.${name}`));
}

function projectItems(value: Json, isKept: (subAttribute: string) => boolean): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => projectItems(item, isKept) ?? []);
    return items.length === 0 ? undefined : items;
  }
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value).filter(([name]) => isKept(name));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
