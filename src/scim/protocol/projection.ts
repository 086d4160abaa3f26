import type { Attribute, ResourceTable } from '../../attributes/attribute.ts';
import { findAttribute, findSchema } from '../../attributes/find-attribute.ts';
import { isJsonObject, type Json, type JsonObject, type ResourceJson } from '../../attributes/json.ts';
import { isUrn } from '../../attributes/open-attribute.ts';
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

/** Attributes that nobody but the organization knows and that are not returned by default, by their path in lower case. */
export type ReturnedRules = ReadonlyMap<string, 'always' | 'request'>;

/** What is shown of a resource: the named paths are canonical, those of open attributes in lower case. */
type View = {
  readonly kind: Projection['kind'];
  readonly paths: ReadonlySet<string>;
  readonly table: ResourceTable;
  readonly returned: ReturnedRules | undefined;
};

/**
 * The presented resource as far as it was asked for and may be returned (RFC 7643 §7, `returned`): `id` and `schemas` always,
 * `password` never, what is returned on request only by name.
 */
export function project(
  resource: ResourceJson,
  projection: Projection,
  table: ResourceTable,
  returned?: ReturnedRules,
): ResourceJson {
  const view: View = { kind: projection.kind, paths: canonicalPaths(projection, table), table, returned };
  const projected: ResourceJson = {};
  for (const [key, value] of Object.entries(resource)) {
    const kept =
      isUrn(key) && isJsonObject(value) ? projectExtension(key, value, view) : projectAttribute(key, value, view);
    if (kept !== undefined) projected[key] = kept;
  }
  return projected;
}

/**
 * Names such as `manager` stand for the enterprise attribute; unknown ones name nothing. URNs that nobody declared are
 * left in lower case, in which they are compared with what the resource has.
 */
function canonicalPaths(projection: Projection, table: ResourceTable): Set<string> {
  if (projection.kind === 'all') return new Set();
  return new Set(
    [...projection.paths].flatMap((path) => {
      const found = findAttribute(table, path);
      if (found?.isOpen) return found.canonicalPath.toLowerCase();
      return found?.canonicalPath ?? findSchema(table, path)?.id ?? (isUrn(path) ? path : []);
    }),
  );
}

function projectExtension(urn: string, extension: JsonObject, view: View): JsonObject | undefined {
  const isNamed = view.paths.has(urn) || view.paths.has(urn.toLowerCase());
  const projected: JsonObject = {};
  for (const [name, value] of Object.entries(extension)) {
    const path = `${urn}:${name}`;
    const rule = view.returned?.get(path.toLowerCase());
    const isOpen = findAttribute(view.table, path)?.isOpen;
    const kept = isNamed
      ? partOfNamed(value, rule, view)
      : isOpen
        ? projectOpen(path.toLowerCase(), value, rule, view)
        : projectAttribute(path, value, view);
    if (kept !== undefined) projected[name] = kept;
  }
  return Object.keys(projected).length === 0 ? undefined : projected;
}

/** An attribute of an extension that was named as a whole, which does not ask for what is returned on request. */
function partOfNamed(value: Json, rule: 'always' | 'request' | undefined, { kind }: View): Json | undefined {
  if (rule === 'always') return value;
  return kind === 'only' && rule === undefined ? value : undefined;
}

/** `path` is in lower case. */
function projectOpen(
  path: string,
  value: Json,
  rule: 'always' | 'request' | undefined,
  { kind, paths }: View,
): Json | undefined {
  if (rule === 'always') return value;
  const isOnly = kind === 'only';
  if (paths.has(path)) return isOnly ? value : undefined;
  if (rule === 'request' && !isOnly) return undefined;
  const namesParts = [...paths].some((named) => named.startsWith(`${path}.`));
  if (!namesParts) return isOnly ? undefined : value;
  return projectItems(value, (name) => paths.has(`${path}.${name.toLowerCase()}`) === isOnly);
}

function projectAttribute(path: string, value: Json, { kind, paths, table }: View): Json | undefined {
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

function namesSub(path: string, attribute: Attribute, paths: ReadonlySet<string>): boolean {
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
