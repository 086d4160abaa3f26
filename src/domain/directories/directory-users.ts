import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import { coalesce } from '../../database/coalesce.ts';
import { violatedConstraint } from '../../database/constraint.ts';
import { type Database, isConnectionFailure, type OrganizationTransaction } from '../../database/database.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { type CustomTables, type OrganizationTables, SchemasChanged } from '../custom-attributes/custom-tables.ts';
import { explainTakenValue } from '../custom-attributes/custom-uniqueness.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { recordProvisioningEvent } from '../events/provisioning-events.ts';
import { isId } from '../id.ts';
import { settleUsers } from '../links/settle-users.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { alarmingOwnersLost } from '../permissions/owners.ts';
import { againAfterRaces, userNameRaces } from '../races.ts';
import type { Call } from './call.ts';
import {
  directoryIsRetired,
  requireDirectory,
  requireDirectoryItself,
  requireScope,
  requireStandard,
} from './directory-access.ts';
import { columnsOf, type DirectoryUserColumns, profileOf } from './directory-user-columns.ts';
import type { CreatedUsers, WrittenUser } from './directory-user-writes.store.ts';
import * as writes from './directory-user-writes.store.ts';
import type { DirectoryUserRow } from './directory-users.store.ts';
import * as store from './directory-users.store.ts';
import { replacementOf, storedResource } from './stored-resource.ts';
import { createAlone, type UpdateItem, type WriteItem, writeAlone } from './write-alone.ts';

export interface UserWrite {
  directoryId: string;
  resource: unknown;
  /** See `requireStandard`. */
  isStandard?: boolean | null;
}

type UserReplacement = UserWrite & { id: string; ifVersions?: number[] | null; withGroups?: boolean };

type Created = Pick<CreatedUsers, 'status' | 'schemasVersion'> & { isCreated: boolean; isAlone?: boolean };

const ATTEMPTS_MAX = 5;

/** The people of a directory as its identity provider sent them, and their projection to users. */
export class DirectoryUsers {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #tables: CustomTables;
  readonly #create: (organizationId: string, item: WriteItem) => Promise<Created | undefined>;
  readonly #update: (organizationId: string, item: UpdateItem) => Promise<WrittenUser | undefined>;
  readonly #deactivate: (organizationId: string, item: UpdateItem) => Promise<WrittenUser | undefined>;
  readonly #find: Find;
  readonly #findWithGroups: Find;
  readonly #findByName: Find;

  constructor(parts: { database: Database; clock: Clock; catalogue: PermissionCatalogue; tables: CustomTables }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#tables = parts.tables;
    const runsAgainAlone = (error: unknown) => !isConnectionFailure(error);
    this.#create = coalesce({ run: (id, items) => this.#runCreate(id, items), runsAgainAlone });
    const keyOf = (item: UpdateItem) => item.id;
    this.#update = coalesce({
      run: (id, items) => this.#runUpdate(writes.updateUsers, id, items),
      keyOf,
      runsAgainAlone,
    });
    this.#deactivate = coalesce({
      run: (id, items) => this.#runUpdate(writes.deactivateUsers, id, items),
      keyOf,
      runsAgainAlone,
    });
    this.#find = coalesce({ run: (id, items) => this.#runFind(store.usersById, id, items), runsAgainAlone });
    this.#findWithGroups = coalesce({
      run: (id, items) => this.#runFind(store.usersByIdWithGroups, id, items),
      runsAgainAlone,
    });
    this.#findByName = coalesce({
      run: (id, items) => this.#runFind(store.usersByNameWithGroups, id, items),
      runsAgainAlone,
    });
  }

  /** One directory user, or undefined; `withGroups` adds the groups it is a member of. */
  async find(
    actor: Actor,
    input: { directoryId: string; id: string; withGroups?: boolean },
  ): Promise<DirectoryUserRow | undefined> {
    requireDirectory(actor, input.directoryId);
    if (!isId(input.id) || !isId(input.directoryId)) return undefined;
    requireScope(actor, 'users:read');
    const question = { directoryId: input.directoryId, value: input.id };
    return this.#withRules(
      actor,
      (input.withGroups ? this.#findWithGroups : this.#find)(actor.organizationId, question),
    );
  }

  /** The directory user of a userName, any case, with its groups. */
  async findByUserName(
    actor: Actor,
    input: { directoryId: string; userName: string },
  ): Promise<DirectoryUserRow | undefined> {
    requireDirectory(actor, input.directoryId);
    if (!isId(input.directoryId)) return undefined;
    requireScope(actor, 'users:read');
    const question = { directoryId: input.directoryId, value: foldKey(input.userName) };
    return this.#withRules(actor, this.#findByName(actor.organizationId, question));
  }

  /**
   * Creates a directory user, or revives an inactive one of the same userName. Throws `userNameTaken` while an active one
   * has it, `attributeValueTaken`, `directoryIsStrict`, `invalidValue` or `invalidSyntax` with the path for a document that cannot be stored.
   */
  async create(actor: Actor, call: Call, input: UserWrite): Promise<DirectoryUserRow> {
    requireDirectoryItself(actor, input.directoryId, 'users:write');
    if (!isId(input.directoryId)) throw notFound('directory', input.directoryId);
    requireStandard(actor, input);
    return this.#tables.forWriting(actor.organizationId, (tables) => this.#createBy(tables, actor, call, input));
  }

  /**
   * Writes a whole new document over a directory user; one that says nothing of `active` leaves it as it is. With
   * `ifVersions` only over one of these versions, else `versionConflict`. `withGroups` adds the groups where the statement
   * that writes can tell them. Throws `notFound`, `userNameTaken`, `attributeValueTaken`, `attributeImmutable`, `directoryIsStrict`,
   * `invalidValue`.
   */
  async replace(actor: Actor, call: Call, input: UserReplacement): Promise<DirectoryUserRow> {
    requireDirectoryItself(actor, input.directoryId, 'users:write');
    if (!isId(input.id) || !isId(input.directoryId)) throw notFound('user', input.id);
    requireStandard(actor, input);
    return this.#tables.forWriting(actor.organizationId, (tables) => this.#replaceBy(tables, actor, call, input));
  }

  /** Deletes a directory user with its memberships. Throws `notFound`, `versionConflict`. */
  async delete(
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; ifVersions?: number[] | null },
  ): Promise<void> {
    requireDirectoryItself(actor, input.directoryId, 'users:write');
    if (!isId(input.id) || !isId(input.directoryId)) throw notFound('user', input.id);
    await againAfterRaces(userNameRaces, () =>
      this.#database.transaction(actor.organizationId, async (transaction) => {
        const at = this.#clock();
        const [record] = await transaction.rows(writes.isOwnersRecord, input.id);
        const remove = () => this.#delete(transaction, actor, call, { ...input, at });
        await (record?.isOwners ? alarmingOwnersLost(transaction, actor, at, remove) : remove());
      }),
    );
  }

  async #withRules(
    { organizationId }: Actor,
    finding: Promise<DirectoryUserRow | undefined>,
  ): Promise<DirectoryUserRow | undefined> {
    const [found, { returned }] = await Promise.all([finding, this.#tables.forReading(organizationId)]);
    if (found) found.returnedRules = returned.User;
    return found;
  }

  async #createBy(tables: OrganizationTables, actor: Actor, call: Call, input: UserWrite): Promise<DirectoryUserRow> {
    const resource = storedResource(tables.user, input.resource, { create: true });
    const { directoryId } = input;
    const item = this.#writeItem(actor, call, { directoryId, id: uuid(), resource, tables });
    // Another directory may bring the same person at this moment: looked at anew, they are an existing user.
    const created = await againAfterRaces(userNameRaces, () => this.#createItself(actor, item)).catch(
      (error: unknown) => explainTakenValue(this.#database, actor.organizationId, item, error),
    );
    if (!created) throw notFound('directory', directoryId);
    if (created.status === 'retired') throw directoryIsRetired();
    if (created.schemasVersion > tables.version) throw new SchemasChanged();
    if (!created.isCreated) {
      const revived = await this.#revive(tables, actor, call, { directoryId, resource });
      return revived ?? this.#createBy(tables, actor, call, input);
    }
    const written = { directoryId, id: item.id, version: 1, resource, createdAt: item.at, updatedAt: item.at };
    return { ...written, groups: [], returnedRules: tables.returned.User };
  }

  async #createItself(actor: Actor, item: WriteItem & DirectoryUserColumns): Promise<Created | undefined> {
    const created = await this.#create(actor.organizationId, item);
    if (!created?.isAlone) return created;
    return createAlone(this.#database, { actor, item, catalogue: this.#catalogue });
  }

  async #replaceBy(
    tables: OrganizationTables,
    actor: Actor,
    call: Call,
    input: UserReplacement,
    attempt = 1,
  ): Promise<DirectoryUserRow> {
    const { id, directoryId, ifVersions = null, withGroups = false } = input;
    const resource = replacementOf(tables.user, input.resource);
    if (resource) return this.#write(tables, actor, call, { id, directoryId, ifVersions, withGroups, resource });
    const before = await this.#find(actor.organizationId, { directoryId, value: id });
    if (!before) throw notFound('user', id);
    if (ifVersions && !ifVersions.includes(before.version)) throw versionConflict();
    const beside = storedResource(tables.user, input.resource, { before: before.resource as ResourceJson });
    const write = { id, directoryId, resource: beside, ifVersions: [before.version], withGroups };
    return this.#write(tables, actor, call, write).catch((error: unknown) => {
      const isOutrun = error instanceof DomainError && error.code === 'versionConflict';
      if (!isOutrun || ifVersions || attempt === ATTEMPTS_MAX) throw error;
      return this.#replaceBy(tables, actor, call, input, attempt + 1);
    });
  }

  async #delete(
    transaction: OrganizationTransaction,
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; ifVersions?: number[] | null; at: Date },
  ): Promise<void> {
    const { directoryId, id, at } = input;
    await transaction.rows(writes.lockRecord, id);
    const [row] = await transaction.rows(writes.deleteUser, directoryId, id, input.ifVersions ?? null, uuid());
    if (!row) throw notFound('user', id);
    if (row.status === 'retired') throw directoryIsRetired();
    if (!row.isExpected) throw versionConflict();
    const data = { directoryUserId: id };
    await recordEvent(transaction, actor, { type: 'directoryUserDeleted', subjectId: id, data, at });
    if (row.userId) await settleUsers(transaction, actor, { userIds: [row.userId], at, catalogue: this.#catalogue });
    const userIds = [row.userId ?? row.waitingUserId].filter((userId) => userId !== null);
    await endAuthentications(transaction, actor, { userIds, directoryUserIds: [id], reason: 'recordDeleted', at });
    const event = { directoryId, outcome: 'userDeleted', resourceId: id, at };
    await recordProvisioningEvent(transaction, call, event);
  }

  async #write(
    tables: OrganizationTables,
    actor: Actor,
    call: Call,
    input: Omit<UserReplacement, 'resource'> & { resource: ResourceJson },
  ): Promise<DirectoryUserRow> {
    const item = {
      ...this.#writeItem(actor, call, { ...input, tables }),
      ifVersions: input.ifVersions ?? null,
      isWrittenAlone: false,
      withGroups: input.withGroups ?? false,
    };
    const written = await this.#writeItself(actor, item).catch((error: unknown) => {
      if (violatedConstraint(error) === 'directory_users_user_name_key') throw userNameTaken(input.resource);
      return explainTakenValue(this.#database, actor.organizationId, item, error);
    });
    if (!written) throw notFound('user', input.id);
    if (written.status === 'retired') throw directoryIsRetired();
    if (written.isOutdated) throw new SchemasChanged();
    if (written.version === null) throw versionConflict();
    const { version, createdAt, updatedAt, groups } = written;
    const resource = { ...input.resource, active: written.isActive };
    const row = { id: input.id, directoryId: input.directoryId, resource, version, createdAt, updatedAt };
    return groups === null ? row : { ...row, groups };
  }

  async #writeItself(actor: Actor, item: UpdateItem): Promise<WrittenUser | undefined> {
    const write = item.active === false ? this.#deactivate : this.#update;
    const written = await write(actor.organizationId, item);
    const catalogue = this.#catalogue;
    if (written?.isAlone && written.isExpected) {
      return againAfterRaces(userNameRaces, () =>
        this.#database.transaction(actor.organizationId, (transaction) =>
          writeAlone({ transaction, actor, item, catalogue }, written),
        ),
      );
    }
    if (written?.isOutrun) await this.#settle(actor, item);
    return written;
  }

  /** Works out anew what follows for the user to whom the record's link leads by now. */
  async #settle(actor: Actor, { id, at }: UpdateItem): Promise<void> {
    const [link] = await this.#database.run(actor.organizationId, writes.linkOfRecord, id);
    if (link?.state !== 'active') return;
    const users = { userIds: [link.userId], at, catalogue: this.#catalogue };
    await againAfterRaces(userNameRaces, () =>
      this.#database.transaction(actor.organizationId, (transaction) => settleUsers(transaction, actor, users)),
    );
  }

  /**
   * RFC 7644 §3.3 says 409 for a userName in use; an inactive record of that name is the same person coming back.
   * Undefined where the record went at this moment: its name is free.
   */
  async #revive(
    tables: OrganizationTables,
    actor: Actor,
    call: Call,
    { directoryId, resource }: { directoryId: string; resource: ResourceJson },
  ): Promise<DirectoryUserRow | undefined> {
    const [existing] = await this.#database.run(
      actor.organizationId,
      store.userByName,
      directoryId,
      columnsOf(resource, tables.user).userNameKey,
    );
    if (!existing) return undefined;
    if (existing.active || resource.active === false) throw userNameTaken(resource);
    // Only over the version that was seen inactive: of two revivals at once the second is a conflict.
    return this.#write(tables, actor, call, {
      directoryId,
      id: existing.id,
      resource,
      ifVersions: [existing.version],
    }).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
      if (error.code === 'notFound') return undefined;
      throw error.code === 'versionConflict' ? userNameTaken(resource) : error;
    });
  }

  #writeItem(
    actor: Actor,
    call: Call,
    input: { id: string; directoryId: string; resource: ResourceJson; tables: OrganizationTables },
  ): WriteItem & DirectoryUserColumns {
    const columns = columnsOf(input.resource, input.tables.user);
    const profile = profileOf(input.resource);
    return {
      ...columns,
      ...profile,
      profileUserName: profile.userName,
      profileUserNameKey: columns.userNameKey,
      profileEmailKey: profile.email === null ? null : foldKey(profile.email),
      ...call,
      id: input.id,
      directoryId: input.directoryId,
      resource: input.resource,
      schemasVersion: input.tables.version,
      at: this.#clock(),
      actor: describeActor(actor),
      eventId: uuid(),
      provisioningEventId: uuid(),
    };
  }

  async #runCreate(organizationId: string, items: WriteItem[]): Promise<(Created | undefined)[]> {
    const input = items.map((item) => ({ ...item, userId: uuid(), linkId: uuid(), isPlacedAlone: false }));
    const rows = await this.#database.run(organizationId, writes.createUsers, JSON.stringify(input));
    const directories = new Map(rows.map((row) => [row.directoryId, row]));
    const created = new Set(rows[0]?.createdIds);
    const alone = new Set(rows[0]?.aloneIds);
    return items.map(({ id, directoryId }) => {
      const directory = directories.get(directoryId);
      if (!directory) return undefined;
      const { status, schemasVersion } = directory;
      return { status, schemasVersion, isCreated: created.has(id), isAlone: alone.has(id) };
    });
  }

  async #runUpdate(
    update: typeof writes.updateUsers,
    organizationId: string,
    items: UpdateItem[],
  ): Promise<(WrittenUser | undefined)[]> {
    const rows = await this.#database.run(organizationId, update, JSON.stringify(items));
    const written = new Map(rows.map((row) => [row.id, row]));
    return items.map((item) => written.get(item.id));
  }

  async #runFind(
    lookUp: typeof store.usersById,
    organizationId: string,
    questions: Question[],
  ): Promise<(DirectoryUserRow | undefined)[]> {
    const directoryIds = questions.map((question) => question.directoryId);
    const values = questions.map((question) => question.value);
    const rows = await this.#database.run(organizationId, lookUp, directoryIds, values);
    const found = new Map(rows.map(({ position, ...row }) => [position, row]));
    return questions.map((_, position) => found.get(position + 1));
  }
}

interface Question {
  directoryId: string;
  value: string;
}

type Find = (organizationId: string, question: Question) => Promise<DirectoryUserRow | undefined>;

function userNameTaken(resource: ResourceJson): DomainError {
  return new DomainError('userNameTaken', `The userName ${String(resource.userName)} is taken in this directory.`, {
    path: 'userName',
  });
}

function versionConflict(): DomainError {
  return new DomainError('versionConflict', 'The user was changed since it was read. Read it again and repeat.');
}
