import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import { userTable } from '../../attributes/resource-tables.ts';
import { coalesce } from '../../database/coalesce.ts';
import { violatedConstraint } from '../../database/constraint.ts';
import { type Database, isConnectionFailure, type OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { recordProvisioningEvent } from '../events/provisioning-events.ts';
import { isId } from '../id.ts';
import { settleUsers } from '../links/settle-users.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { alarmingOwnersLost } from '../permissions/owners.ts';
import { againAfterRaces, userNameRaces } from '../races.ts';
import type { Call } from './call.ts';
import type { DirectoryStatus } from './directory.entity.ts';
import { directoryIsRetired, requireDirectory, requireDirectoryItself } from './directory-access.ts';
import { columnsOf, profileOf } from './directory-user-columns.ts';
import type { WrittenUser } from './directory-user-writes.store.ts';
import * as writes from './directory-user-writes.store.ts';
import type { DirectoryUserRow } from './directory-users.store.ts';
import * as store from './directory-users.store.ts';
import { storedResource } from './stored-resource.ts';
import { type UpdateItem, type WriteItem, writeAlone } from './write-alone.ts';

export interface UserWrite {
  directoryId: string;
  resource: unknown;
}

type Created = { status: DirectoryStatus; isCreated: boolean };

/** The people of a directory as its identity provider sent them, and their projection to users. */
export class DirectoryUsers {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #create: (organizationId: string, item: WriteItem) => Promise<Created | undefined>;
  readonly #update: (organizationId: string, item: UpdateItem) => Promise<WrittenUser | undefined>;
  readonly #deactivate: (organizationId: string, item: UpdateItem) => Promise<WrittenUser | undefined>;
  readonly #find: Find;
  readonly #findWithGroups: Find;
  readonly #findByName: Find;

  constructor(parts: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
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
    const question = { directoryId: input.directoryId, value: input.id };
    return input.withGroups
      ? this.#findWithGroups(actor.organizationId, question)
      : this.#find(actor.organizationId, question);
  }

  /** The directory user of a userName, any case, with its groups. */
  async findByUserName(
    actor: Actor,
    input: { directoryId: string; userName: string },
  ): Promise<DirectoryUserRow | undefined> {
    requireDirectory(actor, input.directoryId);
    if (!isId(input.directoryId)) return undefined;
    return this.#findByName(actor.organizationId, { directoryId: input.directoryId, value: foldKey(input.userName) });
  }

  /**
   * Creates a directory user, or revives an inactive one of the same userName. Throws `userNameTaken` while an active one
   * has it, `invalidValue` or `invalidSyntax` with the path for a document that cannot be stored.
   */
  async create(actor: Actor, call: Call, input: UserWrite): Promise<DirectoryUserRow> {
    requireDirectoryItself(actor, input.directoryId);
    if (!isId(input.directoryId)) throw notFound('directory', input.directoryId);
    const resource = storedResource(userTable, input.resource, { create: true });
    const item = this.#writeItem(actor, call, { ...input, id: uuid(), resource });
    // Another directory may bring the same person at this moment: looked at anew, they are an existing user.
    const created = await againAfterRaces(userNameRaces, () => this.#create(actor.organizationId, item));
    if (!created) throw notFound('directory', input.directoryId);
    if (created.status === 'retired') throw directoryIsRetired();
    if (!created.isCreated) {
      const revived = await this.#revive(actor, call, input.directoryId, resource);
      return revived ?? this.create(actor, call, input);
    }
    return { ...input, id: item.id, version: 1, resource, createdAt: item.at, updatedAt: item.at, groups: [] };
  }

  /**
   * Writes a whole new document over a directory user; one that says nothing of `active` leaves it as it is. With `ifVersions` only over one of these versions, else
   * `versionConflict`. Throws `notFound`, `userNameTaken`, `invalidValue`.
   */
  async replace(
    actor: Actor,
    call: Call,
    input: UserWrite & { id: string; ifVersions?: number[] | null },
  ): Promise<DirectoryUserRow> {
    requireDirectoryItself(actor, input.directoryId);
    if (!isId(input.id) || !isId(input.directoryId)) throw notFound('user', input.id);
    const resource = storedResource(userTable, input.resource, { create: false });
    return this.#write(actor, call, { ...input, resource });
  }

  /** Deletes a directory user with its memberships. Throws `notFound`, `versionConflict`. */
  async delete(
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; ifVersions?: number[] | null },
  ): Promise<void> {
    requireDirectoryItself(actor, input.directoryId);
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

  async #delete(
    transaction: OrganizationTransaction,
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; ifVersions?: number[] | null; at: Date },
  ): Promise<void> {
    const { directoryId, id, at } = input;
    await transaction.rows(writes.lockRecord, id);
    const [row] = await transaction.rows(writes.deleteUser, directoryId, id, input.ifVersions ?? null);
    if (!row) throw notFound('user', id);
    if (row.status === 'retired') throw directoryIsRetired();
    if (!row.isExpected) throw versionConflict();
    const data = { directoryUserId: id };
    await recordEvent(transaction, actor, { type: 'directoryUserDeleted', subjectId: id, data, at });
    if (row.userId) await settleUsers(transaction, actor, { userIds: [row.userId], at, catalogue: this.#catalogue });
    const event = { directoryId, outcome: 'userDeleted', resourceId: id, at };
    await recordProvisioningEvent(transaction, call, event);
  }

  async #write(
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; resource: ResourceJson; ifVersions?: number[] | null },
  ): Promise<DirectoryUserRow> {
    const item = {
      ...this.#writeItem(actor, call, input),
      ifVersions: input.ifVersions ?? null,
      isWrittenAlone: false,
    };
    const written = await this.#writeItself(actor, item).catch((error: unknown) => {
      if (violatedConstraint(error) === 'directory_users_user_name_key') throw userNameTaken(input.resource);
      throw error;
    });
    if (!written) throw notFound('user', input.id);
    if (written.status === 'retired') throw directoryIsRetired();
    if (written.version === null) throw versionConflict();
    const { version, createdAt, updatedAt } = written;
    const resource = { ...input.resource, active: written.isActive };
    return { id: input.id, directoryId: input.directoryId, resource, version, createdAt, updatedAt };
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
    actor: Actor,
    call: Call,
    directoryId: string,
    resource: ResourceJson,
  ): Promise<DirectoryUserRow | undefined> {
    const [existing] = await this.#database.run(
      actor.organizationId,
      store.userByName,
      directoryId,
      columnsOf(resource).userNameKey,
    );
    if (!existing) return undefined;
    if (existing.active || resource.active === false) throw userNameTaken(resource);
    // Only over the version that was seen inactive: of two revivals at once the second is a conflict.
    return this.#write(actor, call, {
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

  #writeItem(actor: Actor, call: Call, input: { id: string; directoryId: string; resource: ResourceJson }): WriteItem {
    const columns = columnsOf(input.resource);
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
      at: this.#clock(),
      actor: describeActor(actor),
      eventId: uuid(),
      provisioningEventId: uuid(),
    };
  }

  async #runCreate(organizationId: string, items: WriteItem[]): Promise<(Created | undefined)[]> {
    const input = items.map((item) => ({ ...item, userId: uuid(), linkId: uuid() }));
    const rows = await this.#database.run(organizationId, writes.createUsers, JSON.stringify(input));
    const statuses = new Map(rows.map((row) => [row.directoryId, row.status]));
    const created = new Set(rows[0]?.createdIds);
    return items.map(({ id, directoryId }) => {
      const status = statuses.get(directoryId);
      return status && { status, isCreated: created.has(id) };
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
