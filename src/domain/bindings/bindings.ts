import type { Database } from '../../database/database.ts';
import { type Actor, requireFreshSignIn, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { notFound } from '../domain-error.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { requireOwnerToTouch } from '../permissions/owners.ts';
import type { BindingOrderField, BindingRow } from './bindings.store.ts';
import * as store from './bindings.store.ts';
import { endBindingOf } from './end-bindings.ts';

export interface BindingFilter {
  userId?: string | null | undefined;
  connectionId?: string | null | undefined;
  /** True: ended ones only; false: those that hold. */
  isEnded?: boolean | null | undefined;
}

/** Who signs in through a connection is which user, as admins see it. All needs `rollcall:connections`. */
export class Bindings {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** The bindings that pass the filter, ended ones too. Throws `invalidValue`. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<BindingOrderField>,
    { userId, connectionId, isEnded }: BindingFilter = {},
  ): Promise<Page<BindingRow>> {
    requirePermission(actor, 'rollcall:connections');
    if ([userId, connectionId].some((id) => id != null && !isId(id))) return { items: [], hasNextPage: false };
    const filters = { userId: given(userId), connectionId: given(connectionId), isEnded: given(isEnded) };
    return store.bindingList.read(this.#database, actor.organizationId, page, { filters });
  }

  /** The bindings in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(BindingRow | undefined)[]> {
    requirePermission(actor, 'rollcall:connections');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.selectBindings, ids.filter(isId)));
  }

  /**
   * Ends a binding and the user's sessions. Who signs in by the same subject is matched anew: by the stable id they get in
   * again, by an e-mail address only when an admin approves. Ending twice changes nothing. Throws `notFound`,
   * `freshSignInRequired`; `forbidden` for the binding of an owner.
   */
  async end(actor: Actor, id: string): Promise<BindingRow> {
    requirePermission(actor, 'rollcall:connections');
    requireFreshSignIn(actor, this.#clock());
    requireId('binding', id);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const [binding] = await transaction.rows(store.lockBinding, id);
      if (!binding) throw notFound('binding', id);
      if (binding.endedAt) return binding;
      await requireOwnerToTouch(transaction, actor, binding.userId);
      const ended = await endBindingOf(transaction, actor, { bindingId: id, reason: 'ended', at: this.#clock() });
      return ended ?? binding;
    });
  }
}
