import type { Attribute, ResourceTable, SchemaTable } from './attribute.ts';
import { commonAttributes } from './common-attributes.ts';
import { openAttribute, openSchema, readOpenPath } from './open-attribute.ts';

export type FoundAttribute = {
  readonly schema: SchemaTable;
  readonly attribute: Attribute;
  readonly subAttribute?: Attribute;
  /** `emails.value`; attributes of an extension are qualified with its URN. */
  readonly canonicalPath: string;
  /**
   * Nobody declared it: its value is any JSON, its names are matched in any case, and `attribute` says no more than the name.
   * The canonical path is spelled as it was written, which need not be as it is stored.
   */
  readonly isOpen?: true;
};

type Index = { readonly paths: Map<string, FoundAttribute>; readonly schemas: Map<string, SchemaTable> };

const indexes = new WeakMap<ResourceTable, Index>();

/**
 * The attribute that a dotted path names, in any case and with or without its schema's URN, or undefined. Attributes of
 * an extension are also found without the URN where the core schema has no such name: Entra asks for `manager`. Behind the
 * URN of an extension every name is found, as an open attribute where nobody declared it.
 */
export function findAttribute(table: ResourceTable, path: string): FoundAttribute | undefined {
  const { paths } = indexOf(table);
  return paths.get(path) ?? paths.get(path.toLowerCase()) ?? findOpenAttribute(table, path);
}

/** The core schema or extension of that URN, in any case, or undefined. */
export function findSchema(table: ResourceTable, urn: string): SchemaTable | undefined {
  const { schemas } = indexOf(table);
  return schemas.get(urn) ?? schemas.get(urn.toLowerCase());
}

function findOpenAttribute(table: ResourceTable, path: string): FoundAttribute | undefined {
  const open = readOpenPath(table, path);
  if (open === undefined || findSchema(table, path) !== undefined) return undefined;
  const { urn, name, subName } = open;
  const schema = findSchema(table, urn) ?? openSchema(urn);
  // The sub-attributes of declared attributes are known: another is none.
  if (subName !== undefined && schema.attributes.some((known) => known.name.toLowerCase() === name.toLowerCase()))
    return undefined;
  const found = {
    schema,
    attribute: openAttribute(name),
    canonicalPath: `${schema.id}:${name}`,
    isOpen: true,
  } as const;
  if (subName === undefined) return found;
  return { ...found, subAttribute: openAttribute(subName), canonicalPath: `${found.canonicalPath}.${subName}` };
}

function indexOf(table: ResourceTable): Index {
  let index = indexes.get(table);
  if (index === undefined) {
    index = buildIndex(table);
    indexes.set(table, index);
  }
  return index;
}

function buildIndex(table: ResourceTable): Index {
  const paths = new Map<string, FoundAttribute>();
  const schemas = new Map<string, SchemaTable>();
  for (const schema of [table.schema, ...table.extensions]) {
    const isCore = schema === table.schema;
    schemas.set(schema.id, schema).set(schema.id.toLowerCase(), schema);
    for (const attribute of isCore ? [...commonAttributes, ...schema.attributes] : schema.attributes) {
      const canonicalName = isCore ? attribute.name : `${schema.id}:${attribute.name}`;
      addPaths(paths, attribute.name, { schema, attribute, canonicalPath: canonicalName });
      for (const subAttribute of attribute.subAttributes ?? []) {
        const canonicalPath = `${canonicalName}.${subAttribute.name}`;
        addPaths(paths, `${attribute.name}.${subAttribute.name}`, { schema, attribute, subAttribute, canonicalPath });
      }
    }
  }
  return { paths, schemas };
}

/** Enters a path bare, after `URN:` and after `URN.` (a Microsoft collection writes the dot); the core schema came first. */
function addPaths(paths: Map<string, FoundAttribute>, path: string, found: FoundAttribute): void {
  for (const written of [path, `${found.schema.id}:${path}`, `${found.schema.id}.${path}`]) {
    // The declared spelling is entered as well: most names come in it and need no lowering.
    for (const key of [written, written.toLowerCase()]) {
      if (!paths.has(key)) paths.set(key, found);
    }
  }
}
