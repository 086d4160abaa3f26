import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering, type ConstraintAnswers } from '../constraint-answers.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { readName, readOptionalText } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import type { UserRow } from './users.store.ts';
import * as store from './users.store.ts';

export interface CreateUser {
  userName: string;
  displayName?: string | null | undefined;
  email?: string | null | undefined;
}

export interface UpdateUser {
  userName?: string | null | undefined;
  displayName?: string | null | undefined;
  email?: string | null | undefined;
  ifVersion?: number | null | undefined;
}

export interface UserFilter {
  /** The beginning of the userName or the e-mail address, in any case. */
  search?: string | null | undefined;
  active?: boolean | null | undefined;
  /** True: active, but without any permission yet. False: with some. */
  withoutAccess?: boolean | null | undefined;
}

const NAME_LENGTH_MAX = 512;

/** The users of an organization, as the product sees them. Removed ones stay readable by id, but are not listed. */
export class Users {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor({ database, clock, catalogue }: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#clock = clock;
    this.#catalogue = catalogue;
  }

  /** Makes a manual user, who is active without any directory. Throws `userNameTaken`, `invalidValue`. */
  async create(actor: Actor, input: CreateUser): Promise<UserRow> {
    requirePermission(actor, 'rollcall:users');
    const profile = readProfile(input);
    const id = uuid();
    const at = this.#clock();
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const [user] = await transaction.rows(store.insertUser, id, ...columnsOf(profile), at);
      await recordEvent(transaction, actor, { type: 'userCreated', subjectId: id, data: { ...profile }, at });
      return required(user);
    });
    return answering(nameAnswers(profile.userName), work);
  }

  /** Changes what is given; null clears. Throws `notFound`, `versionConflict`, `userNameTaken`, `invalidValue`. */
  async update(actor: Actor, id: string, input: UpdateUser): Promise<UserRow> {
    requirePermission(actor, 'rollcall:users');
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lock(transaction, id);
      requireVersion(before, input.ifVersion);
      const profile = readProfile({
        userName: input.userName === undefined ? before.userName : input.userName,
        displayName: input.displayName === undefined ? before.displayName : input.displayName,
        email: input.email === undefined ? before.email : input.email,
      });
      const changes = Object.fromEntries(
        Object.entries(profile).filter(([field, value]) => before[field as keyof Profile] !== value),
      );
      if (Object.keys(changes).length === 0) return before;
      const at = this.#clock();
      const [after] = await transaction.rows(store.updateUser, id, ...columnsOf(profile), at);
      await recordEvent(transaction, actor, { type: 'userUpdated', subjectId: id, data: changes, at });
      return required(after);
    });
    return answering(nameAnswers(input.userName ?? ''), work);
  }

  /** Ends the user's access whatever the directory says, until `unblock`. Blocking twice changes nothing. */
  async block(actor: Actor, id: string): Promise<UserRow> {
    return this.#setBlocked(actor, id, 'userBlocked');
  }

  /** Lifts an admin's block; the user is active again if nothing else stands against it. */
  async unblock(actor: Actor, id: string): Promise<UserRow> {
    return this.#setBlocked(actor, id, 'userUnblocked');
  }

  /**
   * Takes the user out of the organization: manual memberships and direct grants fall, active links become
   * `removed_in_product`, the userName is free again. The directory is told nothing. Throws `notFound`.
   */
  async remove(actor: Actor, id: string): Promise<UserRow> {
    requirePermission(actor, 'rollcall:users');
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lock(transaction, id);
      const at = this.#clock();
      await transaction.rows(store.deleteMemberships, id);
      await transaction.rows(store.deleteGrants, id);
      const links = await transaction.rows(store.removeLinks, id, JSON.stringify(describeActor(actor)), at);
      const [user] = await transaction.rows(store.removeUser, id, at);
      for (const { linkId, directoryUserId } of links) {
        const data = { state: 'removed_in_product', userId: id, directoryUserId };
        await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: linkId, data, at });
      }
      const data = { userName: before.userName };
      await recordEvent(transaction, actor, { type: 'userRemoved', subjectId: id, data, at });
      return required(user);
    });
  }

  /** One user, also a removed one. Throws `notFound`. */
  async get(actor: Actor, id: string): Promise<UserRow> {
    const [user] = await this.getMany(actor, [id]);
    if (!user) throw notFound('user', id);
    return user;
  }

  /** The users in the order of the ids, also removed ones; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(UserRow | undefined)[]> {
    requireReader(actor);
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.selectUsers, ids.filter(isId)));
  }

  /** The users in the order of their making, without removed ones. */
  async list(actor: Actor, page: PageRequest, filter: UserFilter = {}): Promise<Page<UserRow>> {
    requireReader(actor);
    const { active = null, withoutAccess = null } = filter;
    const search = readOptionalText(filter.search, 'filter.search', NAME_LENGTH_MAX);
    const values = [search && foldKey(search), active, withoutAccess];
    const names = this.#catalogue.permissions.map((permission) => permission.name);
    return readPage(page, (after, limit) =>
      this.#database.run(
        actor.organizationId,
        store.listUsers,
        after,
        limit,
        ...values,
        names,
        this.#catalogue.grantingSets,
      ),
    );
  }

  async #setBlocked(actor: Actor, id: string, type: 'userBlocked' | 'userUnblocked'): Promise<UserRow> {
    requirePermission(actor, 'rollcall:users');
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lock(transaction, id);
      const isBlocking = type === 'userBlocked';
      if ((before.blockedAt !== null) === isBlocking) return before;
      const at = this.#clock();
      const [user] = await transaction.rows(store.setBlocked, id, isBlocking ? at : null, at);
      await recordEvent(transaction, actor, { type, subjectId: id, at });
      return required(user);
    });
  }
}

interface Profile {
  userName: string;
  displayName: string | null;
  email: string | null;
}

function readProfile(input: UpdateUser): Profile {
  const email = readOptionalText(input.email, 'email', NAME_LENGTH_MAX);
  return {
    userName: readName(input.userName, 'userName', NAME_LENGTH_MAX),
    displayName: readOptionalText(input.displayName, 'displayName', NAME_LENGTH_MAX),
    email: email === null ? null : readName(email, 'email', NAME_LENGTH_MAX),
  };
}

/** The values of the columns of a profile, in the order of the store's statements. */
function columnsOf({ userName, displayName, email }: Profile): (string | null)[] {
  return [userName, foldKey(userName), displayName, email, email === null ? null : foldKey(email)];
}

/** The user, locked until the transaction ends. A removed one is gone for every change. */
async function lock(transaction: OrganizationTransaction, id: string): Promise<UserRow> {
  requireId('user', id);
  const [user] = await transaction.rows(store.lockUser, id);
  if (!user) throw notFound('user', id);
  if (user.removedAt) throw new DomainError('notFound', `The user ${id} was removed.`, { noun: 'user', id });
  return user;
}

function required(user: UserRow | undefined): UserRow {
  if (!user) throw new Error('A written user was not returned.');
  return user;
}

function nameAnswers(userName: string): ConstraintAnswers {
  return {
    users_user_name_key: () =>
      new DomainError('userNameTaken', `The userName ${userName} is taken.`, { path: 'userName', userName }),
  };
}
