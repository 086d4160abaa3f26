import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import { type Actor, describeActor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering, type ConstraintAnswers } from '../constraint-answers.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent, recordEvents } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import type { LinkState } from '../links/link.entity.ts';
import { permissionsOfUser } from '../links/link-preview.ts';
import { settleUsers } from '../links/settle-users.ts';
import { giveUserNames } from '../links/user-profiles.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { requireMayHandOn } from '../permissions/own-permissions.ts';
import { keepingAnOwner, requireOwnerToTouch } from '../permissions/owners.ts';
import { requireFreshToRename } from '../permissions/protected-user.ts';
import { againAfterRaces, userNameRaces } from '../races.ts';
import { readOptionalText } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import { type UserOrderField, userList } from './user-list.store.ts';
import {
  type CreateUser,
  PROFILE_LENGTH_MAX,
  profileColumns,
  readProfile,
  type UpdateUser,
  type UserProfile,
} from './user-profile.ts';
import type { UserRow } from './users.store.ts';
import * as store from './users.store.ts';

export interface UserFilter {
  /** The beginning of the userName or the e-mail address, in any case. */
  search?: string | null | undefined;
  active?: boolean | null | undefined;
  /** True: active, but without any permission yet. False: with some. */
  withoutAccess?: boolean | null | undefined;
  isBlocked?: boolean | null | undefined;
  isManual?: boolean | null | undefined;
  /** True: removed users only. They are left out otherwise. */
  isRemoved?: boolean | null | undefined;
  /** Effective members of this group. */
  groupId?: string | null | undefined;
  /** Those with a link to a record of this directory, in one of `linkStates` or in any but superseded. */
  directoryId?: string | null | undefined;
  linkStates?: readonly LinkState[] | null | undefined;
}

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
      const [user] = await transaction.rows(store.insertUser, id, ...profileColumns(profile), at);
      await recordEvent(transaction, actor, { type: 'userCreated', subjectId: id, data: { ...profile }, at });
      return required(user);
    });
    return answering(nameAnswers(profile.userName), work);
  }

  /**
   * Changes what is given; null clears. Throws `notFound`, `versionConflict`, `userNameTaken`, `invalidValue`; for the
   * userName or e-mail `forbidden` of an owner, `freshSignInRequired` of a protected user.
   */
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
        Object.entries(profile).filter(([field, value]) => before[field as keyof UserProfile] !== value),
      );
      if (Object.keys(changes).length === 0) return before;
      const at = this.#clock();
      // By these a product may know who somebody is, and so does a sign-in.
      if ('userName' in changes || 'email' in changes) {
        await requireOwnerToTouch(transaction, actor, id);
        await requireFreshToRename(transaction, actor, { userId: id, catalogue: this.#catalogue, at });
      }
      const [after] = await transaction.rows(store.updateUser, id, ...profileColumns(profile), at);
      await recordEvent(transaction, actor, { type: 'userUpdated', subjectId: id, data: changes, at });
      if (foldKey(profile.userName) !== foldKey(before.userName)) await this.#giveName(transaction, actor, before, at);
      return required(after);
    });
    return answering(nameAnswers(input.userName ?? ''), work);
  }

  /**
   * Ends the user's access whatever the directory says, until `unblock`. Blocking twice changes nothing. Throws `notFound`,
   * `lastOwner`; `forbidden` for an owner.
   */
  async block(actor: Actor, id: string): Promise<UserRow> {
    return this.#setBlocked(actor, id, 'userBlocked');
  }

  /**
   * Lifts an admin's block; the user is active again if nothing else stands against it. Throws `notFound`,
   * `permissionsExceedOwn` when they would hold more than the actor, `freshSignInRequired` when that is sensitive;
   * `forbidden` for an owner.
   */
  async unblock(actor: Actor, id: string): Promise<UserRow> {
    return this.#setBlocked(actor, id, 'userUnblocked');
  }

  /**
   * Takes the user out of the organization: manual memberships and direct grants fall, active links become
   * `removed_in_product`, waiting ones `rejected`, and the userName is free for the record that waits for it (see
   * `giveUserNames`). The directory is told nothing. Throws `notFound`, `lastOwner`.
   */
  async remove(actor: Actor, id: string): Promise<UserRow> {
    requirePermission(actor, 'rollcall:users');
    // Who waits for the name gets it, unless somebody else takes it at this moment.
    return againAfterRaces(userNameRaces, () => this.#remove(actor, id));
  }

  async #remove(actor: Actor, id: string): Promise<UserRow> {
    return this.#database.transaction(actor.organizationId, (transaction) =>
      keepingAnOwner(transaction, async () => {
        const before = await lock(transaction, id);
        await requireOwnerToTouch(transaction, actor, id);
        const at = this.#clock();
        await transaction.rows(store.deleteMemberships, id);
        await transaction.rows(store.deleteGrants, id);
        const links = await transaction.rows(store.endLinks, id, JSON.stringify(describeActor(actor)), at);
        const [user] = await transaction.rows(store.removeUser, id, at);
        await endAuthentications(transaction, actor, { userIds: [id], reason: 'removed', at });
        const decisions = links.map(({ linkId, from, to, directoryUserId }) => ({
          type: 'linkStateChanged' as const,
          subjectId: linkId,
          data: { from, to, userId: id, directoryUserId },
        }));
        await recordEvents(transaction, actor, at, decisions);
        const data = { userName: before.userName };
        await recordEvent(transaction, actor, { type: 'userRemoved', subjectId: id, data, at });
        await this.#giveName(transaction, actor, before, at);
        return required(user);
      }),
    );
  }

  /**
   * Keeps an inactive user by hand: manual and active again, whatever becomes of their records. After a long absence what
   * they were given by hand has fallen away. Who is manual already stays as they are. Throws `notFound`, `invalidValue`
   * for somebody whom a directory has as active, `permissionsExceedOwn` when they would hold more than the actor,
   * `freshSignInRequired` when that is sensitive, `userNameTaken` when the name went to somebody else.
   */
  async keep(actor: Actor, id: string): Promise<UserRow> {
    requirePermission(actor, 'rollcall:users');
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lock(transaction, id);
      if (before.isManual) return before;
      const { userName } = before;
      const at = this.#clock();
      const [kept] = await transaction.rows(store.keepUser, id, foldKey(userName), at);
      if (!kept) throw isInDirectory();
      const catalogue = this.#catalogue;
      await settleUsers(transaction, actor, { userIds: [id], isApproved: true, catalogue, at });
      requireMayHandOn(actor, await permissionsOfUser(transaction, { userId: id }, catalogue), { catalogue, at });
      await recordEvent(transaction, actor, { type: 'userKept', subjectId: id, data: { userName }, at });
      return lock(transaction, id);
    });
    return answering({ users_user_name_key: nameWentToSomebodyElse }, work);
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

  /** The users that pass the filter, without removed ones unless it asks for them. Throws `invalidValue`. */
  async list(actor: Actor, page: OrderedPageRequest<UserOrderField>, filter: UserFilter = {}): Promise<Page<UserRow>> {
    requireReader(actor);
    const { withoutAccess, groupId = null, directoryId = null, linkStates = null } = filter;
    if ([groupId, directoryId].some((id) => id !== null && !isId(id))) return { items: [], hasNextPage: false };
    const search = readOptionalText(filter.search, 'filter.search', PROFILE_LENGTH_MAX);
    const names = this.#catalogue.permissions.map((permission) => permission.name);
    return userList.read(this.#database, actor.organizationId, page, {
      filters: {
        search: given(search && foldKey(search)),
        active: given(filter.active),
        withoutAccess: given(withoutAccess) && [withoutAccess, names, this.#catalogue.grantingSets],
        isBlocked: given(filter.isBlocked),
        isManual: given(filter.isManual),
        isRemoved: [filter.isRemoved ?? false],
        groupId: given(groupId),
        links: given(directoryId ?? linkStates) && [directoryId, linkStates],
      },
    });
  }

  async #setBlocked(actor: Actor, id: string, type: 'userBlocked' | 'userUnblocked'): Promise<UserRow> {
    requirePermission(actor, 'rollcall:users');
    return this.#database.transaction(actor.organizationId, (transaction) =>
      keepingAnOwner(transaction, async () => {
        const before = await lock(transaction, id);
        const isBlocking = type === 'userBlocked';
        if ((before.blockedAt !== null) === isBlocking) return before;
        await requireOwnerToTouch(transaction, actor, id);
        const at = this.#clock();
        const catalogue = this.#catalogue;
        if (!isBlocking) {
          requireMayHandOn(actor, await permissionsOfUser(transaction, { userId: id }, catalogue), { catalogue, at });
        }
        const [user] = await transaction.rows(store.setBlocked, id, isBlocking ? at : null, at);
        await recordEvent(transaction, actor, { type, subjectId: id, at });
        if (isBlocking) await endAuthentications(transaction, actor, { userIds: [id], reason: 'blocked', at });
        return required(user);
      }),
    );
  }

  /** Gives the name that a user had to the record that waits for it. */
  async #giveName(transaction: OrganizationTransaction, actor: Actor, before: UserRow, at: Date): Promise<void> {
    const freed = { userNameKeys: [foldKey(before.userName)], at, catalogue: this.#catalogue };
    await giveUserNames(transaction, actor, freed);
  }
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

function nameWentToSomebodyElse(): DomainError {
  const message = 'The userName went to somebody else. Give the user another one first.';
  return new DomainError('userNameTaken', message, { path: 'id' });
}

function isInDirectory(): DomainError {
  const message = 'A directory has the user as active. Undo its link to keep them by hand.';
  return new DomainError('invalidValue', message, { path: 'id' });
}
