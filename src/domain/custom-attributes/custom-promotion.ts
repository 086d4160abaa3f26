import type { ResourceTable, SchemaTable } from '../../attributes/attribute.ts';
import type { AttributeProblem } from '../../attributes/attribute-value.ts';
import { readExtension } from '../../attributes/canonical-extension.ts';
import { isJsonObject, type Json, type ResourceJson } from '../../attributes/json.ts';
import { spelledKey } from '../../attributes/open-attribute.ts';
import type { Database } from '../../database/database.ts';
import { customKeysOf, type UserKey } from './custom-keys.ts';
import type { CustomResourceType } from './custom-schema.entity.ts';
import { schemaTableOf } from './custom-schema-definition.ts';
import type { CustomSchemaRow } from './custom-schemas.store.ts';
import * as store from './custom-schemas.store.ts';
import type { OrganizationTables } from './custom-tables.ts';

/** What is there already of an extension that is being declared. */
export interface Stock {
  /** Records that have the extension. */
  recordsCount: number;
  /** Values that do not fit: they stay as they are until somebody writes another. */
  misfitsCount: number;
  /** By attribute path, how many values stand on several users where each must be the only one. */
  duplicates: ReadonlyMap<string, number>;
}

type Declared = Pick<CustomSchemaRow, 'urn' | 'name' | 'description' | 'attributes' | 'resourceType'>;

const PORTION_SIZE = 200;

/** Looks at what the records of the organization have of an extension, and changes nothing. */
export async function takeStock(
  database: Database,
  organizationId: string,
  schema: Declared,
  table: ResourceTable,
): Promise<Stock> {
  const extended = withSchema(table, schemaTableOf(schema));
  const seen = new Set<string>();
  const twice = new Map<string, Set<string>>();
  let recordsCount = 0;
  let misfitsCount = 0;
  for await (const ids of portions(database, organizationId, schema)) {
    const records = await database.run(organizationId, store.recordsById[schema.resourceType], ids);
    recordsCount += records.length;
    for (const { directoryId, resource } of records) {
      const carried = carryOver(extended, resource as ResourceJson, schema.urn);
      misfitsCount += carried.misfitsCount;
      for (const { attribute, key } of uniqueKeys(extended, carried.resource)) {
        const place = `${directoryId} ${attribute} ${key}`;
        if (seen.has(place)) twice.set(attribute, (twice.get(attribute) ?? new Set()).add(place));
        else seen.add(place);
      }
    }
  }
  return { recordsCount, misfitsCount, duplicates: new Map([...twice].map(([path, keys]) => [path, keys.size])) };
}

/**
 * Carries the records that have the extension over to its declaration, in portions: names and values as declared, and their
 * key rows. What does not fit stays as it is, and so does what another user has by now. It can be done again.
 */
export async function carryRecordsOver(
  database: Database,
  organizationId: string,
  schema: CustomSchemaRow,
  { tables, now, signal }: { tables: OrganizationTables; now: () => Date; signal?: AbortSignal | undefined },
): Promise<void> {
  const table = schema.resourceType === 'User' ? tables.user : tables.group;
  for await (const ids of portions(database, organizationId, schema)) {
    signal?.throwIfAborted();
    await database.transaction(organizationId, async (transaction) => {
      const records = await transaction.rows(store.lockedRecords[schema.resourceType], ids);
      const carried = records.map(({ id, directoryId, resource }) => {
        const { resource: after } = carryOver(table, resource as ResourceJson, schema.urn);
        return { id, directoryId, resource: after, keys: keysUnder(schema, customKeysOf(table, after)) };
      });
      const documents = JSON.stringify(Object.fromEntries(carried.map(({ id, resource }) => [id, resource])));
      await transaction.rows(store.rewriteRecords[schema.resourceType], ids, documents, now());
      if (schema.resourceType === 'Group') return;
      await transaction.rows(store.clearKeys, ids, pathsOf(schema));
      const rows = JSON.stringify(carried.map(({ id, directoryId, keys }) => ({ id, directoryId, keys })));
      await transaction.rows(store.insertKeys, rows, false);
      // What another user has is found all the same.
      await transaction.rows(store.insertKeys, rows, true);
    });
  }
}

/** The canonical paths of a schema's attributes. */
export function pathsOf({ urn, attributes }: Pick<Declared, 'urn' | 'attributes'>): string[] {
  return attributes.map(({ name }) => `${urn}:${name}`);
}

async function* portions(
  database: Database,
  organizationId: string,
  { resourceType, urn }: { resourceType: CustomResourceType; urn: string },
): AsyncGenerator<string[], void, undefined> {
  const rows = await database.run(organizationId, store.extendedIds[resourceType], urn.toLowerCase());
  const ids = rows.map(({ id }) => id);
  for (let start = 0; start < ids.length; start += PORTION_SIZE) yield ids.slice(start, start + PORTION_SIZE);
}

/** The document with the extension as declared; only what fits is changed. */
function carryOver(
  table: ResourceTable,
  before: ResourceJson,
  urn: string,
): { resource: ResourceJson; misfitsCount: number } {
  const schema = table.extensions.find(({ id }) => id === urn);
  const key = spelledKey(before, urn);
  if (!schema || key === undefined) return { resource: before, misfitsCount: 0 };
  const { [key]: extension = null, ...rest } = before;
  const problems: AttributeProblem[] = [];
  // Measured against itself nothing is refused; without it, whatever does not fit is.
  const resource = read(table, schema, rest, extension, before, []);
  read(table, schema, rest, extension, undefined, problems);
  const misfits = schema.attributes.filter(({ name }) => problems.some((problem) => isOf(problem, `${urn}:${name}`)));
  return { resource, misfitsCount: misfits.length };
}

function isOf(problem: AttributeProblem, path: string): boolean {
  return problem.path.startsWith(path) && ['', '.', '['].includes(problem.path.charAt(path.length));
}

function read(
  table: ResourceTable,
  schema: SchemaTable,
  rest: ResourceJson,
  extension: Json,
  before: ResourceJson | undefined,
  problems: AttributeProblem[],
): ResourceJson {
  const resource = { ...rest };
  readExtension({ table, resource, problems, before }, schema, extension);
  return resource;
}

function withSchema(table: ResourceTable, schema: SchemaTable): ResourceTable {
  const others = table.extensions.filter(({ id }) => id.toLowerCase() !== schema.id.toLowerCase());
  return { ...table, extensions: [...others, schema] };
}

function keysUnder({ urn }: { urn: string }, keys: UserKey[]): UserKey[] {
  return keys.filter(({ attribute }) => attribute.startsWith(`${urn}:`));
}

function uniqueKeys(table: ResourceTable, resource: ResourceJson): UserKey[] {
  return isJsonObject(resource) ? customKeysOf(table, resource).filter(({ isUnique }) => isUnique) : [];
}
