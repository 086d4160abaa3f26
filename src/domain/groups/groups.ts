import { v7 as uuid } from 'uuid';
import { foldKey, GROUP_NAME_KEY_VERSION, groupNameKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { Statement } from '../../database/statement.ts';
import { type Actor, describeActor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering, type ConstraintAnswers } from '../constraint-answers.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { retryConflictsWith, retryGroupLink } from '../links/retry-group.ts';
import { untieLinks } from '../links/untie-links.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { permissionsGrantedTo } from '../permissions/granted-permissions.ts';
import { requireMayHandOn, requireOwn } from '../permissions/own-permissions.ts';
import { keepingAnOwner, requireOwnerToTouchGroup } from '../permissions/owners.ts';
import { protectionParameters } from '../permissions/protected.ts';
import { DESCRIPTION_LENGTH_MAX, NAME_LENGTH_MAX, readName, readOptionalText } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import type { MemberSource } from './effective-members.ts';
import { groupKey } from './group-key.ts';
import { type GroupMemberOrderField, type GroupOrderField, groupList, groupMemberList } from './group-list.store.ts';
import type { GroupMemberRow, GroupOfUserRow, GroupRow } from './groups.store.ts';
import * as store from './groups.store.ts';

export interface CreateGroup {
  name: string;
  description?: string | null | undefined;
}

export interface UpdateGroup {
  name?: string | null | undefined;
  description?: string | null | undefined;
  ifVersion?: number | null | undefined;
}

export interface GroupFilter {
  /** The beginning of the name, compared as names are. */
  search?: string | null | undefined;
  isLinked?: boolean | null | undefined;
  isProtected?: boolean | null | undefined;
  createdByDirectoryId?: string | null | undefined;
}

export interface GroupMemberFilter {
  /** The beginning of the userName or the e-mail address, in any case. */
  search?: string | null | undefined;
  sources?: readonly MemberSource[] | null | undefined;
}

/** The most users that one change of a group's manual members may name. */
export const MEMBERS_PER_CHANGE_MAX = 1000;

/** The groups of an organization and their members, by hand and through linked directory groups. */
export class Groups {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #protection: [string[], string[]];

  constructor({ database, clock, catalogue }: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#clock = clock;
    this.#catalogue = catalogue;
    this.#protection = protectionParameters(catalogue);
  }

  /** Makes a group without members or permissions. Throws `groupNameTaken` for a name of the same key, `invalidValue`. */
  async create(actor: Actor, input: CreateGroup): Promise<GroupRow> {
    requirePermission(actor, 'rollcall:groups');
    const text = readTexts(input);
    const id = uuid();
    const at = this.#clock();
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const [group] = await this.#rows(transaction, store.insertGroup, id, ...columnsOf(text), at);
      await recordEvent(transaction, actor, { type: 'groupCreated', subjectId: id, data: { ...text }, at });
      return required(group);
    });
    return answering(nameAnswers(text.name), work);
  }

  /**
   * Changes what is given; null clears the description. Members do not change the version. A new name needs all that the
   * group grants. Throws `notFound`, `versionConflict`, `groupNameTaken`, `invalidValue`, `permissionsExceedOwn`.
   */
  async update(actor: Actor, id: string, input: UpdateGroup): Promise<GroupRow> {
    requirePermission(actor, 'rollcall:groups');
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await this.#lock(transaction, id);
      requireVersion(before, input.ifVersion);
      const text = readTexts({
        name: input.name === undefined ? before.name : input.name,
        description: input.description === undefined ? before.description : input.description,
      });
      if (text.name === before.name && text.description === before.description) return before;
      // Under another name the next pushed group may join it: that lets people in, as adding them would.
      if (text.name !== before.name) requireOwn(actor, await permissionsGrantedTo(transaction, id, this.#catalogue));
      const at = this.#clock();
      const [after] = await this.#rows(transaction, store.updateGroup, id, ...columnsOf(text), at);
      await recordEvent(transaction, actor, { type: 'groupUpdated', subjectId: id, data: { ...text }, at });
      if (groupKey(text.name) !== groupKey(before.name)) {
        await retryConflictsWith(transaction, actor, { groupId: id, at });
      }
      return required(after);
    });
    return answering(nameAnswers(input.name ?? ''), work);
  }

  /**
   * Deletes a group with its members and grants. The directory is told nothing: a directory group that filled it stays,
   * `removed_in_product`; one that waited for it is placed anew. Throws `notFound`, `lastOwner`; `forbidden` for a group of
   * owners.
   */
  async delete(actor: Actor, id: string): Promise<void> {
    requirePermission(actor, 'rollcall:groups');
    await this.#database.transaction(actor.organizationId, (transaction) =>
      keepingAnOwner(transaction, async () => {
        const group = await this.#lock(transaction, id, store.lockGroupForDelete);
        await requireOwnerToTouchGroup(transaction, actor, id);
        const at = this.#clock();
        const waiting = await untieLinks(transaction, actor, { groupId: id, at });
        await transaction.rows(store.deleteMembers, id);
        await transaction.rows(store.deleteGrants, id);
        await transaction.rows(store.deleteGroup, id);
        const data = { name: group.name };
        await recordEvent(transaction, actor, { type: 'groupDeleted', subjectId: id, data, at });
        for (const linkId of waiting) await retryGroupLink(transaction, actor, { linkId, at });
      }),
    );
  }

  /**
   * Puts up to 1,000 users into a group; who is a manual member already stays one. The actor must hold all that the group
   * grants. Throws `notFound`, `groupIsLinked`, `permissionsExceedOwn`, `freshSignInRequired` where that is sensitive,
   * `tooMany`, `invalidValue` naming unknown users.
   */
  async addMembers(actor: Actor, id: string, userIds: readonly string[]): Promise<GroupRow> {
    requirePermission(actor, 'rollcall:groups');
    requireFew(userIds);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const group = await this.#lock(transaction, id);
      if (group.isLinked) throw groupIsLinked(group);
      const at = this.#clock();
      const catalogue = this.#catalogue;
      requireMayHandOn(actor, await permissionsGrantedTo(transaction, id, catalogue), { catalogue, at });
      const by = JSON.stringify(describeActor(actor));
      const [change] = await transaction.rows(store.addMembers, id, userIds.filter(isId), at, by);
      requireKnown(userIds, change?.known ?? []);
      const added = change?.added ?? [];
      if (added.length > 0) {
        const data = { userIds: added };
        await recordEvent(transaction, actor, { type: 'groupMembersAdded', subjectId: id, data, at });
      }
      return group;
    });
  }

  /**
   * Takes up to 1,000 manual members out of a group, linked or not; who is none is passed over. Throws `notFound`,
   * `lastOwner`; `forbidden` for a group of owners.
   */
  async removeMembers(actor: Actor, id: string, userIds: readonly string[]): Promise<GroupRow> {
    requirePermission(actor, 'rollcall:groups');
    requireFew(userIds);
    return this.#database.transaction(actor.organizationId, (transaction) =>
      keepingAnOwner(transaction, async () => {
        const group = await this.#lock(transaction, id);
        await requireOwnerToTouchGroup(transaction, actor, id);
        const removed = await transaction.rows(store.removeMembers, id, userIds.filter(isId));
        if (removed.length > 0) {
          const data = { userIds: removed.map((row) => row.userId) };
          await recordEvent(transaction, actor, {
            type: 'groupMembersRemoved',
            subjectId: id,
            data,
            at: this.#clock(),
          });
        }
        return group;
      }),
    );
  }

  async get(actor: Actor, id: string): Promise<GroupRow> {
    const [group] = await this.getMany(actor, [id]);
    if (!group) throw notFound('group', id);
    return group;
  }

  /** The groups in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(GroupRow | undefined)[]> {
    requireReader(actor);
    const values = [...this.#protection, ids.filter(isId)];
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.selectGroups, ...values));
  }

  /** The groups that pass the filter. Throws `invalidValue`. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<GroupOrderField>,
    filter: GroupFilter = {},
  ): Promise<Page<GroupRow>> {
    requireReader(actor);
    const { isLinked, isProtected, createdByDirectoryId = null } = filter;
    if (createdByDirectoryId !== null && !isId(createdByDirectoryId)) return { items: [], hasNextPage: false };
    const search = readOptionalText(filter.search, 'filter.search', NAME_LENGTH_MAX);
    return groupList.read(this.#database, actor.organizationId, page, {
      values: this.#protection,
      filters: {
        search: given(search && groupNameKey(search)),
        isLinked: given(isLinked),
        isProtected: given(isProtected),
        createdByDirectoryId: given(createdByDirectoryId),
      },
    });
  }

  /** The effective members of a group: active users only, each with how they are in it. Throws `notFound`. */
  async listMembers(
    actor: Actor,
    id: string,
    page: OrderedPageRequest<GroupMemberOrderField>,
    filter: GroupMemberFilter = {},
  ): Promise<Page<GroupMemberRow>> {
    requireId('group', id);
    const [members] = await this.listMembersOfMany(actor, [id], page, filter);
    if (!members || members.items.length === 0) await this.get(actor, id);
    return members ?? { items: [], hasNextPage: false };
  }

  /** The same page of each of many groups, in their order. For loaders. */
  async listMembersOfMany(
    actor: Actor,
    groupIds: readonly string[],
    page: OrderedPageRequest<GroupMemberOrderField>,
    filter: GroupMemberFilter = {},
  ): Promise<Page<GroupMemberRow>[]> {
    requireReader(actor);
    const search = readOptionalText(filter.search, 'filter.search', NAME_LENGTH_MAX);
    return groupMemberList.readOfMany(this.#database, actor.organizationId, groupIds, page, {
      filters: { search: given(search && foldKey(search)), sources: given(filter.sources) },
    });
  }

  /** The groups that a user is effectively in; none for an inactive or unknown user. */
  async listGroupsOf(actor: Actor, userId: string): Promise<GroupOfUserRow[]> {
    const [groups = []] = await this.listGroupsOfMany(actor, [userId]);
    return groups;
  }

  /** The same for many users, in their order. For loaders. */
  async listGroupsOfMany(actor: Actor, userIds: readonly string[]): Promise<GroupOfUserRow[][]> {
    requireReader(actor);
    const values = [...this.#protection, userIds.filter(isId)];
    const rows = await this.#database.run(actor.organizationId, store.listGroupsOf, ...values);
    const byUser = Map.groupBy(rows, (row) => row.userId);
    return userIds.map((id) => byUser.get(id) ?? []);
  }

  async #lock(
    transaction: OrganizationTransaction,
    id: string,
    lock: Statement<{ id: string }> = store.lockGroup,
  ): Promise<GroupRow> {
    requireId('group', id);
    await transaction.rows(lock, id);
    // Read apart: the statement that waited for the lock does not see a link that was made meanwhile.
    const [group] = await this.#rows(transaction, store.selectGroups, [id]);
    if (!group) throw notFound('group', id);
    return group;
  }

  #rows(
    transaction: OrganizationTransaction,
    statement: Statement<GroupRow>,
    ...values: unknown[]
  ): Promise<GroupRow[]> {
    return transaction.rows(statement, ...this.#protection, ...values);
  }
}

interface Texts {
  name: string;
  description: string | null;
}

function readTexts(input: UpdateGroup): Texts {
  const name = readName(input.name, 'name');
  if (groupNameKey(name) === '') {
    throw new DomainError('invalidValue', 'name must hold a visible character.', { path: 'name' });
  }
  return { name, description: readOptionalText(input.description, 'description', DESCRIPTION_LENGTH_MAX) };
}

/** The values of the columns, in the order of the store's statements. */
function columnsOf({ name, description }: Texts): unknown[] {
  return [name, groupKey(name), GROUP_NAME_KEY_VERSION, description];
}

function requireFew(userIds: readonly string[]): void {
  if (userIds.length <= MEMBERS_PER_CHANGE_MAX) return;
  throw new DomainError('tooMany', `At most ${MEMBERS_PER_CHANGE_MAX} users are changed at once.`, {
    path: 'userIds',
    max: MEMBERS_PER_CHANGE_MAX,
  });
}

function requireKnown(userIds: readonly string[], known: readonly string[]): void {
  const found = new Set(known);
  const unknown = userIds.filter((id) => !found.has(id));
  if (unknown.length === 0) return;
  throw new DomainError('invalidValue', `There are no users with the ids ${unknown.join(', ')}.`, {
    path: 'userIds',
    userIds: unknown,
  });
}

function required(group: GroupRow | undefined): GroupRow {
  if (!group) throw new Error('A written group was not returned.');
  return group;
}

function groupIsLinked(group: GroupRow): DomainError {
  return new DomainError('groupIsLinked', `A directory group fills ${group.name}; its members are managed there.`, {
    id: group.id,
  });
}

function nameAnswers(name: string): ConstraintAnswers {
  return {
    groups_name_key: () =>
      new DomainError('groupNameTaken', `A group with the name ${name} exists.`, { path: 'name', name }),
  };
}
