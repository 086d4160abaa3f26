import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, requirePermission, type UserActor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { IS_SIGN_IN_CHANGE, type SignInChangeType } from '../events/sign-in-changes.ts';
import { firstIdAt } from '../id-at.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { hasAccess } from '../permissions/has-access.ts';

export interface SignInChange {
  id: string;
  type: SignInChangeType;
  /** The connection's or the user's name, the domain; null where it is gone. */
  subjectName: string | null;
  actor: Record<string, unknown>;
  data: Record<string, unknown>;
  createdAt: Date;
}

const SHOWN_MAX = 10;
const SHOWN_MILLISECONDS = 30 * 24 * 60 * 60_000;

const selectChanges = statement<SignInChange>(
  `select e.id, e.type, e.actor, e.data, e.created_at as "createdAt",
          coalesce(c.name, u.user_name, e.data->>'domain') as "subjectName"
     from (select * from domain_events
            where organization_id = $1 and id >= $2::uuid and ${IS_SIGN_IN_CHANGE}
            order by id desc limit $3) e
     left join connections c on c.organization_id = $1 and c.id = e.subject_id
     left join users u on u.organization_id = $1 and u.id = e.subject_id
    order by e.id desc`,
);

/** What the plain page after a sign-in tells about the organization that one is signed in to. */
export class SignInOverview {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor({ database, clock, catalogue }: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#clock = clock;
    this.#catalogue = catalogue;
  }

  /** Whether the person who is signed in holds any permission, on the organization or on a space. */
  async holdsAnything({ organizationId, userId }: Pick<UserActor, 'organizationId' | 'userId'>): Promise<boolean> {
    return this.#database.transaction(organizationId, (transaction) => hasAccess(transaction, userId, this.#catalogue));
  }

  /** The latest changes of the last 30 days to how people sign in, the latest first. Throws `forbidden`. */
  async recentChanges(actor: Actor): Promise<SignInChange[]> {
    requirePermission(actor, 'rollcall:audit');
    const since = firstIdAt(new Date(this.#clock().getTime() - SHOWN_MILLISECONDS));
    return this.#database.run(actor.organizationId, selectChanges, since, SHOWN_MAX);
  }
}
