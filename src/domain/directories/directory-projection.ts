import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { absorbManualMembers } from '../links/absorption.ts';
import { makeWaitingUser } from '../links/make-waiting-user.ts';
import { linkNewGroup } from '../links/place-group.ts';
import { placeUsers } from '../links/place-user.ts';
import { renameLinkedGroup } from '../links/rename-group.ts';
import { settleUsers } from '../links/settle-users.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { againAfterRaces, userNameRaces } from '../races.ts';
import type { DirectoryStatus } from './directory.entity.ts';
import * as store from './directory-projection.store.ts';

const PEOPLE_PER_PORTION = 500;
const MEMBERS_PER_PORTION = 1_000;
const GROUPS_PER_PORTION = 50;

/** A user or a group that came at this moment. */
const races: ReadonlySet<string> = new Set([
  ...userNameRaces,
  'groups_name_key',
  'group_links_active_group_key',
  'group_links_directory_group_key',
]);

/** Which directory is carried over, by whom, and what ends that early. */
interface Course {
  actor: Actor;
  directoryId: string;
  whileIn: readonly DirectoryStatus[];
  signal: AbortSignal | undefined;
}

/**
 * Carries an active directory over to the product: after it was activated, and after its precedence changed. It goes in
 * portions of a transaction each, beside the directory's own writes, which wait for no more than a portion. Each leaves
 * alone what stands as it should, so that it may be done again: after a crash the next maintenance does.
 */
export class DirectoryProjection {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor(parts: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
  }

  /**
   * Releases held members and people, links records without a link as if they were created now, in the order of their
   * making, people first, and carries profiles and names over.
   */
  async project(actor: Actor, directoryId: string, signal?: AbortSignal): Promise<void> {
    const [begun] = await this.#database.run(actor.organizationId, store.versionOf, directoryId);
    const course: Course = { actor, directoryId, whileIn: ['active'], signal };
    // Before their people: what somebody has in groups decides whether they may come back by themselves.
    const releaseMembers = (transaction: OrganizationTransaction) => this.#releaseMembers(transaction, course);
    while ((await this.#portion(course, releaseMembers)) === MEMBERS_PER_PORTION);
    await this.#inPortions(course, await this.#ids(course, store.idsOfPeople), PEOPLE_PER_PORTION, (transaction, ids) =>
      this.#projectPeople(transaction, actor, ids),
    );
    await this.#inPortions(course, await this.#ids(course, store.idsOfGroups), GROUPS_PER_PORTION, (transaction, ids) =>
      this.#projectGroups(transaction, course, ids),
    );
    await this.#database.run(actor.organizationId, store.markSettled, directoryId, begun?.version ?? 0);
  }

  /** Works out anew the profiles of people whom other directories have too. */
  async reorder(actor: Actor, directoryId: string, signal?: AbortSignal): Promise<void> {
    const [begun] = await this.#database.run(actor.organizationId, store.versionOf, directoryId);
    const course: Course = { actor, directoryId, whileIn: ['active', 'paused'], signal };
    const userIds = await this.#ids(course, store.idsOfSharedUsers);
    await this.#inPortions(course, userIds, PEOPLE_PER_PORTION, (transaction, ids) =>
      this.#settle(transaction, actor, ids),
    );
    await this.#database.run(actor.organizationId, store.markSettled, directoryId, begun?.version ?? 0);
  }

  /** Goes on with what a crash left undone in an organization. Throws when the signal is aborted in between. */
  async resume(actor: Actor, signal: AbortSignal): Promise<void> {
    for (const { id, status } of await this.#database.run(actor.organizationId, store.unsettled)) {
      await (status === 'active' ? this.project(actor, id, signal) : this.reorder(actor, id, signal));
    }
  }

  async #projectPeople(transaction: OrganizationTransaction, actor: Actor, directoryUserIds: string[]): Promise<void> {
    const at = this.#clock();
    await transaction.rows(store.releasePeople, directoryUserIds);
    const links = await transaction.rows(store.linksOfPeople, directoryUserIds);
    const catalogue = this.#catalogue;
    await placeUsers(transaction, actor, { directoryUserIds, at, catalogue });
    for (const { linkId, state, directoryUserId } of links) {
      if (state === 'conflict') await makeWaitingUser(transaction, actor, { directoryUserId, linkId, at, catalogue });
    }
    const linked = links.filter((link) => link.state === 'active');
    await this.#settle(
      transaction,
      actor,
      linked.map((link) => link.userId),
    );
  }

  #settle(transaction: OrganizationTransaction, actor: Actor, userIds: readonly string[]): Promise<void> {
    return settleUsers(transaction, actor, { userIds, at: this.#clock(), catalogue: this.#catalogue });
  }

  /** Answers how many it released. */
  async #releaseMembers(transaction: OrganizationTransaction, { actor, directoryId }: Course): Promise<number> {
    const released = await transaction.rows(store.releaseMembers, directoryId, MEMBERS_PER_PORTION);
    const userIds = [...new Set(released.flatMap(({ userId }) => (userId === null ? [] : [userId])))];
    if (userIds.length > 0) await absorbManualMembers(transaction, actor, { userIds, at: this.#clock() });
    return released.length;
  }

  async #projectGroups(
    transaction: OrganizationTransaction,
    { actor, directoryId }: Course,
    ids: string[],
  ): Promise<void> {
    const [directory] = await transaction.rows(store.holdStatus, directoryId);
    if (!directory) return;
    const rules = { groupMatching: directory.groupMatching, catalogue: this.#catalogue };
    const groups = await transaction.rows(store.groupsToProject, ids);
    for (const { id, displayName, externalId, linkState, linkReason } of groups) {
      const group = { id, directoryId, displayName, at: this.#clock() };
      if (linkState === null) {
        await linkNewGroup(transaction, actor, { ...group, externalId, provisioningEventId: null }, rules);
      } else if (linkState === 'conflict' || linkReason === 'renamed_while_paused') {
        await renameLinkedGroup(transaction, actor, group, rules);
      }
    }
  }

  async #ids({ actor, directoryId }: Course, ids: typeof store.idsOfPeople): Promise<string[]> {
    return (await this.#database.run(actor.organizationId, ids, directoryId)).map((row) => row.id);
  }

  async #inPortions(
    course: Course,
    ids: readonly string[],
    size: number,
    work: (transaction: OrganizationTransaction, ids: string[]) => Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < ids.length; start += size) {
      await this.#portion(course, (transaction) => work(transaction, ids.slice(start, start + size)));
    }
  }

  /** One transaction; undefined, and nothing is done, where the directory has left the status that asks for it. */
  async #portion<Result>(
    course: Course,
    work: (transaction: OrganizationTransaction) => Promise<Result>,
  ): Promise<Result | undefined> {
    const { actor, directoryId, whileIn, signal } = course;
    signal?.throwIfAborted();
    return againAfterRaces(races, () =>
      this.#database.transaction(actor.organizationId, async (transaction) => {
        // Whoever pauses or retires the directory meanwhile waits for this portion, and the next ones do nothing.
        const [directory] = await transaction.rows(store.holdStatus, directoryId);
        return directory && whileIn.includes(directory.status) ? work(transaction) : undefined;
      }),
    );
  }
}
