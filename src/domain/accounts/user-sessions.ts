import type { Database } from '../../database/database.ts';
import { type Actor, requireFreshSignIn, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { notFound } from '../domain-error.ts';
import { isId, requireId } from '../id.ts';
import type { OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { requireOwnerToTouch } from '../permissions/owners.ts';
import { holdUsers } from '../users/hold-users.ts';
import { selectUsers } from '../users/users.store.ts';
import { endAuthentications } from './end-authentications.ts';
import type { UserSessionRow } from './user-sessions.store.ts';
import * as store from './user-sessions.store.ts';

export type UserSessionOrderField = 'createdAt' | 'lastSeenAt';

/** Sessions as the admins of an organization see those of its users, and end them there. */
export class UserSessions {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** A page of the sessions in which each user is signed in to the organization. For loaders. Throws `invalidValue`. */
  async listOfMany(
    actor: Actor,
    userIds: readonly string[],
    page: OrderedPageRequest<UserSessionOrderField>,
  ): Promise<Page<UserSessionRow>[]> {
    requirePermission(actor, 'rollcall:users');
    const known = userIds.filter(isId);
    const selection = { values: [this.#clock()] };
    const { organizationId } = actor;
    const pages = await store.userSessionList.readOfMany(this.#database, organizationId, known, page, selection);
    const byUser = new Map(known.map((id, index) => [id, pages[index]]));
    return userIds.map((id) => byUser.get(id) ?? { items: [], hasNextPage: false });
  }

  /** The same of one user. */
  async listOf(actor: Actor, userId: string, page: OrderedPageRequest<UserSessionOrderField>) {
    const [found] = await this.listOfMany(actor, [userId], page);
    return found ?? { items: [], hasNextPage: false };
  }

  /**
   * Ends a session in this organization. Needs `rollcall:users` and a fresh sign-in, and for an owner's `rollcall:organization`.
   * Throws `notFound`.
   */
  async end(actor: Actor, sessionId: string): Promise<void> {
    this.#requireMayEnd(actor);
    requireId('session', sessionId);
    const { organizationId } = actor;
    await this.#database.transaction(organizationId, async (transaction) => {
      const [open] = await transaction.rows(store.findOpenAuthentication, sessionId);
      if (!open) throw notFound('session', sessionId);
      await requireOwnerToTouch(transaction, actor, open.userId);
      const at = this.#clock();
      await endAuthentications(transaction, actor, { sessionIds: [sessionId], reason: 'endedByAdmin', at });
    });
  }

  /**
   * Ends, in this organization, all sessions of a user, and answers how many. Needs `rollcall:users` and a fresh sign-in, and
   * for an owner's `rollcall:organization`. Throws `notFound`.
   */
  async endAllOf(actor: Actor, userId: string): Promise<number> {
    this.#requireMayEnd(actor);
    requireId('user', userId);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const [user] = await transaction.rows(selectUsers, [userId]);
      if (!user) throw notFound('user', userId);
      await requireOwnerToTouch(transaction, actor, userId);
      // Who signs in or switches at this moment does so before this, and is found here, or after it.
      await transaction.rows(holdUsers, [userId]);
      const at = this.#clock();
      return endAuthentications(transaction, actor, { userIds: [userId], reason: 'endedByAdmin', at });
    });
  }

  #requireMayEnd(actor: Actor): void {
    requirePermission(actor, 'rollcall:users');
    requireFreshSignIn(actor, this.#clock());
  }
}
