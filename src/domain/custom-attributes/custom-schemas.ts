import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering } from '../constraint-answers.ts';
import { getDirectory } from '../directories/directories.store.ts';
import { requireDirectory } from '../directories/directory-access.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { DESCRIPTION_LENGTH_MAX, readName, readOptionalText } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import { carryRecordsOver, pathsOf, type Stock, takeStock } from './custom-promotion.ts';
import { type CustomResourceType, customResourceTypes } from './custom-schema.entity.ts';
import { type AttributeInput, readAttributes, readUrn } from './custom-schema-definition.ts';
import type { CustomSchemaRow } from './custom-schemas.store.ts';
import * as store from './custom-schemas.store.ts';
import type { CustomTables, ReturnedRules } from './custom-tables.ts';

export interface CreateCustomSchema {
  urn: string;
  resourceType: CustomResourceType;
  /** By default the URN. */
  name?: string | null | undefined;
  description?: string | null | undefined;
  attributes: readonly AttributeInput[];
}

export interface UpdateCustomSchema {
  name?: string | null | undefined;
  description?: string | null | undefined;
  /** All of them, as they are to be. */
  attributes?: readonly AttributeInput[] | null | undefined;
  ifVersion?: number | null | undefined;
}

/** A schema as it now stands, and what the records had of it already. */
export interface DeclaredSchema {
  customSchema: CustomSchemaRow;
  recordsCount: number;
  misfitsCount: number;
}

const SCHEMAS_MAX = 20;

/** The extensions of users and groups that organizations declare. */
export class CustomSchemas {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #tables: CustomTables;

  constructor({ database, clock, tables }: { database: Database; clock: Clock; tables: CustomTables }) {
    this.#database = database;
    this.#clock = clock;
    this.#tables = tables;
  }

  /**
   * Declares a schema, and carries records that had the extension already over to it before it answers. Values that do not
   * fit stay as they are and are counted. Throws `customSchemaTaken`, `invalidValue`, `tooMany` beyond 20 schemas, and
   * `attributeValueTaken` where several users have a value that shall be unique.
   */
  async create(actor: Actor, input: CreateCustomSchema): Promise<DeclaredSchema> {
    requirePermission(actor, 'rollcall:directories');
    const urn = readUrn(input.urn);
    const resourceType = readResourceType(input.resourceType);
    const name = input.name == null ? urn : readName(input.name, 'name');
    const description = readDescription(input.description);
    const attributes = readAttributes(resourceType, input.attributes);
    const stock = await this.#takeStock(actor, { urn, resourceType, name, description, attributes });
    const id = uuid();
    const at = this.#clock();
    const taken = () => new DomainError('customSchemaTaken', `The URN ${urn} is declared already.`, { path: 'urn' });
    const created = this.#change(actor, async (transaction, { count }) => {
      if (count >= SCHEMAS_MAX) {
        throw new DomainError('tooMany', `An organization declares at most ${SCHEMAS_MAX} schemas.`, { path: 'urn' });
      }
      const values = [id, resourceType, urn, urn.toLowerCase(), name, description, JSON.stringify(attributes), at];
      const [schema] = await transaction.rows(store.insertSchema, ...values);
      const data = { urn, resourceType, name, ...stock.counts };
      await recordEvent(transaction, actor, { type: 'customSchemaCreated', subjectId: id, data, at });
      return required(schema);
    });
    return this.#settled(actor, await answering({ custom_schemas_urn_key: taken }, created), stock.counts);
  }

  /**
   * Changes a schema; absent leaves. New attributes stand for all of them, and records are carried over as by `create`.
   * Throws `notFound`, `versionConflict`, `invalidValue`, `attributeValueTaken`.
   */
  async update(actor: Actor, id: string, input: UpdateCustomSchema): Promise<DeclaredSchema> {
    requirePermission(actor, 'rollcall:directories');
    const former = await this.get(actor, id);
    const name = input.name == null ? former.name : readName(input.name, 'name');
    const description = input.description === undefined ? former.description : readDescription(input.description);
    const { urn, resourceType } = former;
    const attributes = input.attributes == null ? former.attributes : readAttributes(resourceType, input.attributes);
    const stock = input.attributes == null ? noStock : await this.#takeStock(actor, { ...former, attributes });
    const at = this.#clock();
    const updated = await this.#change(actor, async (transaction) => {
      const [before] = await transaction.rows(store.lockSchema, id);
      if (!before) throw notFound('custom schema', id);
      requireVersion(before, input.ifVersion);
      // Without new attributes the records stay as they are, carried over or not.
      const isSettled = input.attributes == null && before.isSettled;
      const kept = input.attributes == null ? before.attributes : attributes;
      const values = [id, name, description, JSON.stringify(kept), isSettled, at];
      const [after] = await transaction.rows(store.updateSchema, ...values);
      const gone = pathsOf(before).filter((path) => !pathsOf({ urn, attributes: kept }).includes(path));
      if (gone.length > 0) await transaction.rows(store.deleteKeys, gone);
      const data = { urn, name, ...stock.counts };
      await recordEvent(transaction, actor, { type: 'customSchemaUpdated', subjectId: id, data, at });
      return required(after);
    });
    return this.#settled(actor, updated, stock.counts);
  }

  /** Takes a declaration back. The values stay, as those of an extension that nobody declared. Throws `notFound`. */
  async delete(actor: Actor, id: string): Promise<void> {
    requirePermission(actor, 'rollcall:directories');
    requireId('custom schema', id);
    await this.#change(actor, async (transaction) => {
      const [schema] = await transaction.rows(store.lockSchema, id);
      if (!schema) throw notFound('custom schema', id);
      await transaction.rows(store.deleteSchema, id);
      await transaction.rows(store.deleteKeys, pathsOf(schema));
      const { urn, resourceType, name } = schema;
      const data = { urn, resourceType, name };
      await recordEvent(transaction, actor, { type: 'customSchemaDeleted', subjectId: id, data, at: this.#clock() });
    });
  }

  /** Throws `notFound`. */
  async get(actor: Actor, id: string): Promise<CustomSchemaRow> {
    const [schema] = await this.getMany(actor, [id]);
    if (!schema) throw notFound('custom schema', id);
    return schema;
  }

  /** The schemas in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(CustomSchemaRow | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.getSchemas, ids.filter(isId)));
  }

  /** All schemas of the organization, in the order of their making. */
  async list(actor: Actor): Promise<CustomSchemaRow[]> {
    requirePermission(actor, 'rollcall:directories');
    return this.#database.run(actor.organizationId, store.listSchemas);
  }

  /** What a directory's resources are extended by, for the directory itself too; at most a second old. Throws `notFound`. */
  async listFor(actor: Actor, directoryId: string): Promise<readonly CustomSchemaRow[]> {
    requireDirectory(actor, directoryId);
    requireId('directory', directoryId);
    // A directory that asks is there.
    if (actor.kind !== 'directory') {
      const [directory] = await this.#database.run(actor.organizationId, getDirectory, directoryId);
      if (!directory) throw notFound('directory', directoryId);
    }
    return (await this.#tables.forReading(actor.organizationId)).schemas;
  }

  /** Which attributes of a directory's records are returned otherwise than by default; null for none. */
  async returnedRules(actor: Actor, resourceType: CustomResourceType): Promise<ReturnedRules | null> {
    return (await this.#tables.forReading(actor.organizationId)).returned[resourceType];
  }

  /** Goes on with what a crash left undone. */
  async resume(actor: Actor, signal?: AbortSignal): Promise<void> {
    for (const schema of await this.#database.run(actor.organizationId, store.unsettledSchemas)) {
      await this.#carryOver(actor.organizationId, schema, signal);
    }
  }

  async #takeStock(
    actor: Actor,
    schema: Parameters<typeof takeStock>[2],
  ): Promise<{ counts: Pick<Stock, 'recordsCount' | 'misfitsCount'> }> {
    const { user, group } = await this.#tables.forReading(actor.organizationId);
    const table = schema.resourceType === 'User' ? user : group;
    const { duplicates, ...counts } = await takeStock(this.#database, actor.organizationId, schema, table);
    for (const [path, count] of duplicates) {
      const values = count === 1 ? `1 value of ${path} stands` : `${count} values of ${path} stand`;
      const message = `${values} on several users of a directory, so the attribute cannot be unique.`;
      throw new DomainError('attributeValueTaken', message, { path, count });
    }
    return { counts };
  }

  /** One change after the other. Writes by the schemas of before have committed when it has, and none follows. */
  async #change<Result>(
    actor: Actor,
    work: (transaction: OrganizationTransaction, state: { count: number }) => Promise<Result>,
  ): Promise<Result> {
    const changed = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [state] = await transaction.rows(store.lockSchemas);
      if (!state) throw notFound('organization', actor.organizationId);
      await transaction.rows(store.lockDirectories);
      await transaction.rows(store.setVersion, state.next);
      return work(transaction, state);
    });
    this.#tables.forget(actor.organizationId);
    return changed;
  }

  async #settled(
    actor: Actor,
    schema: CustomSchemaRow,
    counts: Pick<Stock, 'recordsCount' | 'misfitsCount'>,
  ): Promise<DeclaredSchema> {
    const customSchema = schema.isSettled ? schema : await this.#carryOver(actor.organizationId, schema);
    return { customSchema, ...counts };
  }

  async #carryOver(organizationId: string, schema: CustomSchemaRow, signal?: AbortSignal): Promise<CustomSchemaRow> {
    // What is remembered may be older than the schema, which another process may have declared.
    this.#tables.forget(organizationId);
    const tables = await this.#tables.forReading(organizationId);
    await carryRecordsOver(this.#database, organizationId, schema, { tables, now: this.#clock, signal });
    const [settled] = await this.#database.run(organizationId, store.markSettled, schema.id, schema.version);
    this.#tables.forget(organizationId);
    return settled ?? schema;
  }
}

const noStock = { counts: { recordsCount: 0, misfitsCount: 0 } };

function readResourceType(resourceType: string): CustomResourceType {
  const found = customResourceTypes.find((known) => known === resourceType);
  if (found) return found;
  throw new DomainError('invalidValue', 'resourceType must be User or Group.', { path: 'resourceType' });
}

function readDescription(description: string | null | undefined): string {
  return readOptionalText(description, 'description', DESCRIPTION_LENGTH_MAX) ?? '';
}

function required(schema: CustomSchemaRow | undefined): CustomSchemaRow {
  if (!schema) throw new Error('A written custom schema was not returned.');
  return schema;
}
