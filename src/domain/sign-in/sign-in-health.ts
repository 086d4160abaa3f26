import type { Database } from '../../database/database.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { protectionParameters } from '../permissions/protected.ts';
import type { SignInPersonRow, SignInStanding } from './sign-in-health.store.ts';
import * as store from './sign-in-health.store.ts';

/** How many of the active users could sign in through a connection now. */
export interface SignInHealthFacts {
  usersCount: number;
  canSignInCount: number;
  cannotSignInCount: number;
  /** Every standing, also those of nobody. */
  standings: { standing: SignInStanding; count: number }[];
}

/**
 * How many people could sign in and how many could not, and why: to be looked at before single sign-on is asked for. It goes by
 * what was provisioned, and assumes that identity providers name people by the same.
 */
export class SignInHealth {
  readonly #database: Database;
  readonly #catalogue: PermissionCatalogue;

  constructor({ database, catalogue }: { database: Database; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#catalogue = catalogue;
  }

  /** Needs `rollcall:connections`. Goes through all active users. */
  async read(actor: Actor): Promise<SignInHealthFacts> {
    requirePermission(actor, 'rollcall:connections');
    const parameters = protectionParameters(this.#catalogue);
    const rows = await this.#database.run(actor.organizationId, store.countStandings, ...parameters);
    const counts = new Map(rows.map((row) => [row.standing, row.count]));
    const standings = store.signInStandings.map((standing) => ({ standing, count: counts.get(standing) ?? 0 }));
    const usersCount = standings.reduce((sum, each) => sum + each.count, 0);
    const canSignInCount = standings
      .filter((each) => store.standingsThatSignIn.includes(each.standing))
      .reduce((sum, each) => sum + each.count, 0);
    return { usersCount, canSignInCount, cannotSignInCount: usersCount - canSignInCount, standings };
  }

  /** The people themselves, of these standings or of all. Needs `rollcall:connections`. Throws `invalidValue`. */
  async listPeople(
    actor: Actor,
    page: OrderedPageRequest<'createdAt' | 'userName'>,
    { standings }: { standings?: readonly SignInStanding[] | null | undefined } = {},
  ): Promise<Page<SignInPersonRow>> {
    requirePermission(actor, 'rollcall:connections');
    return store.signInPersonList.read(this.#database, actor.organizationId, page, {
      values: protectionParameters(this.#catalogue),
      filters: { standings: given(standings) },
    });
  }
}
