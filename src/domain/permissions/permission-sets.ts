import { v7 as uuid } from 'uuid';
import { groupNameKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requireFreshSignIn, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering, type ConstraintAnswers } from '../constraint-answers.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, readName, readOptionalText } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import type { PermissionCatalogue } from './catalogue.ts';
import { requireGrantedUnlinked } from './linked-groups.ts';
import { requireOwn } from './own-permissions.ts';
import type { PermissionSetOrderField, PermissionSetRow } from './permission-sets.store.ts';
import * as store from './permission-sets.store.ts';

export interface CreatePermissionSet {
  name: string;
  description?: string | null | undefined;
  permissions?: readonly string[] | undefined;
}

export interface UpdatePermissionSet {
  name?: string | null | undefined;
  description?: string | null | undefined;
  /** All that the set shall hold; or else `addPermissions` and `removePermissions`. */
  permissions?: readonly string[] | undefined;
  addPermissions?: readonly string[] | undefined;
  removePermissions?: readonly string[] | undefined;
  /** That a directory decides who gets what comes in, where that is sensitive and a linked group has the set. */
  confirmsDirectoryMembership?: boolean | null | undefined;
  ifVersion?: number | null | undefined;
}

export interface PermissionSetFilter {
  /** The beginning of the name, compared as names are. */
  search?: string | null | undefined;
  isBuiltIn?: boolean | null | undefined;
}

/** The permission sets of an organization: the built-in ones, whose content is the catalogue's, and its own. */
export class PermissionSets {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor({ database, clock, catalogue }: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#clock = clock;
    this.#catalogue = catalogue;
  }

  /**
   * Makes a permission set of permissions that the actor holds. Throws `permissionSetNameTaken`, `unknownPermission`,
   * `permissionsExceedOwn`, `invalidValue`.
   */
  async create(actor: Actor, input: CreatePermissionSet): Promise<PermissionSetRow> {
    requirePermission(actor, 'rollcall:permission-sets');
    const { name, description } = readTexts(input);
    const permissions = [...new Set(input.permissions)];
    this.#requireAddable(actor, permissions);
    const id = uuid();
    const at = this.#clock();
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      await transaction.rows(store.insertSet, id, name, groupNameKey(name), description, at);
      await transaction.rows(store.addPermissions, id, permissions);
      const data = { name, description, permissions };
      await recordEvent(transaction, actor, { type: 'permissionSetCreated', subjectId: id, data, at });
      return required(await this.#read(transaction, id));
    });
    return answering(nameAnswers(name), work);
  }

  /**
   * Changes what is given; null clears the description. Only permissions that come into the set must be the actor's own.
   * Throws `permissionSetBuiltIn`, `versionConflict` and what `create` throws; for a sensitive permission that comes in,
   * `sensitiveDefault` when every user holds the set, `confirmationRequired` when it is granted to a linked group,
   * `freshSignInRequired` when anybody or any API key has it.
   */
  async update(actor: Actor, id: string, input: UpdatePermissionSet): Promise<PermissionSetRow> {
    requirePermission(actor, 'rollcall:permission-sets');
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await this.#lock(transaction, id);
      requireVersion(before, input.ifVersion);
      const { name, description } = readTexts({
        name: input.name === undefined ? before.name : input.name,
        description: input.description === undefined ? before.description : input.description,
      });
      const permissions = wantedPermissions(before, input);
      const added = permissions.filter((permission) => !before.permissions.includes(permission));
      const isSameList = added.length === 0 && permissions.length === before.permissions.length;
      if (name === before.name && description === before.description && isSameList) return before;
      this.#requireAddable(actor, added);
      if (this.isSensitive({ permissions: added })) {
        if (await isDefault(transaction, id)) throw sensitiveDefault(before.name, 'permissions');
        if (actor.kind === 'user' && (await isInUse(transaction, id))) requireFreshSignIn(actor, this.#clock());
        if (!input.confirmsDirectoryMembership) await requireGrantedUnlinked(transaction, before.name, id);
      }
      const at = this.#clock();
      await transaction.rows(store.updateSet, id, name, groupNameKey(name), description, at);
      if (!isSameList) {
        await transaction.rows(store.dropPermissions, id, permissions);
        await transaction.rows(store.addPermissions, id, added);
      }
      const data = { name, description, permissions };
      await recordEvent(transaction, actor, { type: 'permissionSetUpdated', subjectId: id, data, at });
      return required(await this.#read(transaction, id));
    });
    return answering(nameAnswers(input.name ?? ''), work);
  }

  /** Deletes a set that nobody uses. Throws `permissionSetInUse` while it is granted, the default, or an API key acts by it. */
  async delete(actor: Actor, id: string): Promise<void> {
    requirePermission(actor, 'rollcall:permission-sets');
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const { name } = await this.#lock(transaction, id);
      if (await isDefault(transaction, id)) {
        throw new DomainError(
          'permissionSetInUse',
          'Every user holds the permission set. Choose another default first.',
        );
      }
      await transaction.rows(store.deleteRevokedKeys, id);
      await transaction.rows(store.deleteSet, id);
      const at = this.#clock();
      await recordEvent(transaction, actor, { type: 'permissionSetDeleted', subjectId: id, data: { name }, at });
    });
    await answering(useAnswers, work);
  }

  async get(actor: Actor, id: string): Promise<PermissionSetRow> {
    const [set] = await this.getMany(actor, [id]);
    if (!set) throw notFound('permission set', id);
    return set;
  }

  /** The sets in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(PermissionSetRow | undefined)[]> {
    requireReader(actor);
    const rows = await this.#database.run(actor.organizationId, store.selectSets, ids.filter(isId));
    return inOrderOf(
      ids,
      rows.map((row) => this.#resolved(row)),
    );
  }

  /** The sets that pass the filter; in the order of making the built-in ones come first. Throws `invalidValue`. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<PermissionSetOrderField>,
    filter: PermissionSetFilter = {},
  ): Promise<Page<PermissionSetRow>> {
    requireReader(actor);
    const search = readOptionalText(filter.search, 'filter.search', NAME_LENGTH_MAX);
    const filters = { search: given(search && groupNameKey(search)), isBuiltIn: given(filter.isBuiltIn) };
    const sets = await store.permissionSetList.read(this.#database, actor.organizationId, page, { filters });
    return { ...sets, items: sets.items.map((row) => this.#resolved(row)) };
  }

  /**
   * The set that an actor is about to give to somebody, held unchanged until the transaction ends. Throws `notFound`;
   * `permissionsExceedOwn` when the set holds more than the actor.
   */
  async requireGivable(transaction: OrganizationTransaction, actor: Actor, id: string): Promise<PermissionSetRow> {
    requireId('permission set', id);
    await transaction.rows(store.holdSet, id);
    const set = await this.#read(transaction, id);
    if (!set) throw notFound('permission set', id);
    requireOwn(actor, set.permissions);
    return set;
  }

  /**
   * The set that every active user is about to hold, held unchanged until the transaction ends. Throws what
   * `requireGivable` throws; `sensitiveDefault` when it holds anything sensitive.
   */
  async requireDefaultable(transaction: OrganizationTransaction, actor: Actor, id: string): Promise<PermissionSetRow> {
    const set = await this.requireGivable(transaction, actor, id);
    if (this.isSensitive(set)) throw sensitiveDefault(set.name, 'defaultPermissionSetId');
    return set;
  }

  /** Whether the set holds owner, admin or any other sensitive permission. */
  isSensitive({ permissions }: Pick<PermissionSetRow, 'permissions'>): boolean {
    return this.#catalogue.holdsSensitive(permissions);
  }

  #requireAddable(actor: Actor, permissions: readonly string[]): void {
    const unknown = permissions.filter((name) => !this.#catalogue.has(name));
    if (unknown.length > 0) {
      const message = `There is no permission ${unknown.join(', ')} in the catalogue.`;
      throw new DomainError('unknownPermission', message, { path: 'permissions', permissions: unknown });
    }
    requireOwn(actor, permissions);
  }

  /** A set of the organization's own, locked until the transaction ends. */
  async #lock(transaction: OrganizationTransaction, id: string): Promise<PermissionSetRow> {
    requireId('permission set', id);
    await transaction.rows(store.lockSet, id);
    const set = await this.#read(transaction, id);
    if (!set) throw notFound('permission set', id);
    if (set.builtIn === null) return set;
    throw new DomainError('permissionSetBuiltIn', `${set.name} is built in and cannot be changed.`, { id });
  }

  async #read(transaction: OrganizationTransaction, id: string): Promise<PermissionSetRow | undefined> {
    const [row] = await transaction.rows(store.selectSets, [id]);
    return row && this.#resolved(row);
  }

  #resolved(row: PermissionSetRow): PermissionSetRow {
    return { ...row, permissions: this.#catalogue.resolve(row.builtIn, row.permissions).sort() };
  }
}

function readTexts(input: UpdatePermissionSet): { name: string; description: string | null } {
  const name = readName(input.name, 'name');
  if (groupNameKey(name) === '') {
    throw new DomainError('invalidValue', 'name must hold a visible character.', { path: 'name' });
  }
  return { name, description: readOptionalText(input.description, 'description', DESCRIPTION_LENGTH_MAX) };
}

/** All that the set shall hold, each once. */
function wantedPermissions(before: PermissionSetRow, input: UpdatePermissionSet): string[] {
  const { permissions, addPermissions, removePermissions } = input;
  if (permissions === undefined) {
    const kept = before.permissions.filter((permission) => !removePermissions?.includes(permission));
    return [...new Set([...kept, ...(addPermissions ?? [])])];
  }
  if (addPermissions === undefined && removePermissions === undefined) return [...new Set(permissions)];
  const message = 'Give either all permissions, or those to add and to remove.';
  throw new DomainError('invalidValue', message, { path: 'permissions' });
}

async function isDefault(transaction: OrganizationTransaction, id: string): Promise<boolean> {
  return (await transaction.rows(store.selectDefault, id)).length > 0;
}

/** Whether somebody holds the set, or an API key acts by it. */
async function isInUse(transaction: OrganizationTransaction, id: string): Promise<boolean> {
  return (await transaction.rows(store.selectUse, id)).length > 0;
}

function required(set: PermissionSetRow | undefined): PermissionSetRow {
  if (!set) throw new Error('A written permission set was not found.');
  return set;
}

function sensitiveDefault(name: string, path: string): DomainError {
  const message = `What every user holds must not be sensitive, and "${name}" would be.`;
  return new DomainError('sensitiveDefault', message, { path });
}

function nameAnswers(name: string): ConstraintAnswers {
  return {
    permission_sets_name_key: () =>
      new DomainError('permissionSetNameTaken', `A permission set with the name ${name} exists.`, {
        path: 'name',
        name,
      }),
  };
}

const useAnswers: ConstraintAnswers = {
  grants_permission_set_fkey: () =>
    new DomainError('permissionSetInUse', 'The permission set is granted. Revoke its grants first.'),
  api_keys_permission_set_fkey: () =>
    new DomainError('permissionSetInUse', 'An API key acts by the permission set. Revoke the key first.'),
};
