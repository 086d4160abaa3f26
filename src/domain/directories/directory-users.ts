import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import { userTable } from '../../attributes/resource-tables.ts';
import { coalesce } from '../../database/coalesce.ts';
import { violatedConstraint } from '../../database/constraint.ts';
import { type Database, isConnectionFailure } from '../../database/database.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { recordProvisioningEvent } from '../events/provisioning-events.ts';
import { isId } from '../id.ts';
import type { Call } from './call.ts';
import { requireDirectory, requireDirectoryItself } from './directory-access.ts';
import { columnsOf, profileOf } from './directory-user-columns.ts';
import type { DirectoryUserRow } from './directory-users.store.ts';
import * as store from './directory-users.store.ts';
import { adoptNewPerson } from './new-person.ts';
import { storedResource } from './stored-resource.ts';
import { updateWithTakenName } from './taken-name.ts';

export interface UserWrite {
  directoryId: string;
  resource: unknown;
}

interface WriteItem {
  id: string;
  directoryId: string;
  resource: ResourceJson;
  at: Date;
  [column: string]: unknown;
}

const CREATE_ATTEMPTS_MAX = 5;

type UpdateItem = WriteItem & { ifVersions: number[] | null };
type Updated = {
  id: string;
  version: number | null;
  createdAt: Date;
  updatedAt: Date;
  isActive: boolean;
  isNewPerson: boolean;
};

/** The people of a directory as its identity provider sent them, and their projection to users. */
export class DirectoryUsers {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #create: (organizationId: string, item: WriteItem) => Promise<{ linkState: string } | undefined>;
  readonly #update: (organizationId: string, item: UpdateItem) => Promise<Updated | undefined>;
  readonly #find: Find;
  readonly #findWithGroups: Find;
  readonly #findByName: Find;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
    const runsAgainAlone = (error: unknown) => !isConnectionFailure(error);
    this.#create = coalesce({ run: (id, items) => this.#runCreate(id, items), runsAgainAlone });
    this.#update = coalesce({
      run: (id, items) => this.#runUpdate(id, items),
      keyOf: (item) => item.id,
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
    await this.#requireKnownDirectory(actor, input.directoryId);
    const resource = storedResource(userTable, input.resource, { create: true });
    const item = this.#writeItem(actor, call, { ...input, id: uuid(), resource });
    const created = await this.#createOnce(actor.organizationId, item);
    if (!created) return this.#revive(actor, call, input.directoryId, resource);
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
    await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [row] = await transaction.rows(store.deleteUser, input.directoryId, input.id, input.ifVersions ?? null);
      if (!row) throw notFound('user', input.id);
      if (!row.isExpected) throw versionConflict();
      const at = this.#clock();
      const data = { directoryUserId: input.id };
      await recordEvent(transaction, actor, { type: 'directoryUserDeleted', subjectId: input.id, data, at });
      if (row.userId) {
        await recordEvent(transaction, actor, { type: 'userDeactivated', subjectId: row.userId, data, at });
      }
      await recordProvisioningEvent(transaction, call, {
        directoryId: input.directoryId,
        outcome: 'userDeleted',
        resourceId: input.id,
        at,
      });
    });
  }

  /** Another directory may bring the same person at this moment: looked at anew, they are an existing user. */
  async #createOnce(organizationId: string, item: WriteItem, attempt = 1): Promise<{ linkState: string } | undefined> {
    return this.#create(organizationId, item).catch((error: unknown) => {
      if (violatedConstraint(error) !== 'users_user_name_key' || attempt === CREATE_ATTEMPTS_MAX) throw error;
      return this.#createOnce(organizationId, item, attempt + 1);
    });
  }

  async #write(
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; resource: ResourceJson; ifVersions?: number[] | null },
  ): Promise<DirectoryUserRow> {
    const item = { ...this.#writeItem(actor, call, input), ifVersions: input.ifVersions ?? null };
    const updated = await this.#update(actor.organizationId, item).catch((error: unknown) => {
      const constraint = violatedConstraint(error);
      if (constraint === 'directory_users_user_name_key') throw userNameTaken(input.resource);
      if (constraint === 'users_user_name_key') return this.#updateBesideTakenName(actor, item);
      throw error;
    });
    if (!updated) throw notFound('user', input.id);
    if (updated.isNewPerson) return this.#writeNewPerson(actor, call, input);
    if (updated.version === null) throw versionConflict();
    const { version, createdAt, updatedAt } = updated;
    const resource = { ...input.resource, active: updated.isActive };
    return { id: input.id, directoryId: input.directoryId, resource, version, createdAt, updatedAt };
  }

  /** RFC 7644 §3.3 says 409 for a userName in use; an inactive record of that name is the same person coming back. */
  async #revive(actor: Actor, call: Call, directoryId: string, resource: ResourceJson): Promise<DirectoryUserRow> {
    const [existing] = await this.#database.run(
      actor.organizationId,
      store.userByName,
      directoryId,
      columnsOf(resource).userNameKey,
    );
    if (!existing) throw new DomainError('versionConflict', 'The user of this userName went away just now. Try again.');
    if (existing.active || resource.active === false) throw userNameTaken(resource);
    // Only over the version that was seen inactive: of two revivals at once the second is a conflict.
    const revived = await this.#write(actor, call, {
      directoryId,
      id: existing.id,
      resource,
      ifVersions: [existing.version],
    }).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'versionConflict') throw userNameTaken(resource);
      throw error;
    });
    return revived;
  }

  async #writeNewPerson(
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; resource: ResourceJson; ifVersions?: number[] | null },
  ): Promise<DirectoryUserRow> {
    await this.#database.transaction(actor.organizationId, (transaction) =>
      adoptNewPerson(transaction, actor, { ...input, at: this.#clock() }),
    );
    return this.#write(actor, call, input);
  }

  async #updateBesideTakenName(actor: Actor, item: UpdateItem): Promise<Updated | undefined> {
    return this.#database.transaction(actor.organizationId, (transaction) =>
      updateWithTakenName(transaction, actor, item),
    );
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

  async #runCreate(organizationId: string, items: WriteItem[]): Promise<({ linkState: string } | undefined)[]> {
    const input = items.map((item) => ({ ...item, userId: uuid(), linkId: uuid() }));
    const rows = await this.#database.run(organizationId, store.createUsers, JSON.stringify(input));
    const created = new Map(rows.map((row) => [row.id, row]));
    return items.map((item) => created.get(item.id));
  }

  async #runUpdate(organizationId: string, items: UpdateItem[]): Promise<(Updated | undefined)[]> {
    const rows = await this.#database.run(organizationId, store.updateUsers, JSON.stringify(items));
    const updated = new Map(rows.map((row) => [row.id, row]));
    return items.map((item) => updated.get(item.id));
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

  /** A directory token has been checked with its directory; an admin's input has not. */
  async #requireKnownDirectory(actor: Actor, directoryId: string): Promise<void> {
    if (actor.kind === 'directory') return;
    const [known] = isId(directoryId)
      ? await this.#database.run(actor.organizationId, store.directoryExists, directoryId)
      : [];
    if (!known) throw notFound('directory', directoryId);
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
