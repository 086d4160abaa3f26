import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, requirePermission, type UserActor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import {
  IS_SIGN_IN_CHANGE,
  SIGN_IN_CHANGE_TYPES,
  type SignInChangeType,
  signInSettings,
} from '../events/sign-in-changes.ts';
import { firstIdAt } from '../id-at.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { hasAccess } from '../permissions/has-access.ts';

export interface SignInChange {
  id: string;
  type: SignInChangeType;
  /** The name of the connection, the user or the default permission set, the domain; null where it is gone. */
  subjectName: string | null;
  actor: Record<string, unknown>;
  data: Record<string, unknown>;
  createdAt: Date;
}

/** More are told where there are more kinds than these. */
const SHOWN_MAX = 12;
/** So that nobody pushes what they did off the list by doing something else often. */
const OF_A_KIND_MAX = 3;
const READ_OF_A_TYPE_MAX = 1_000;
const SHOWN_MILLISECONDS = 30 * 24 * 60 * 60_000;

/** SQL of what an event of the alias n changed: of a connection or the settings each field is a kind of its own. */
const FIELDS = `jsonb_object_keys(case n.type
  when 'connectionUpdated' then coalesce(n.data->'changes', '{}') || (n.data - 'changes')
  when 'organizationUpdated' then (select jsonb_object_agg(key, '') from jsonb_each(n.data) where key = any($4::text[]))
  else '{"":""}' end)`;

/**
 * The newest of each kind are told, however often something else was done after it: the second and third of a kind fill what
 * is left. What is read out of the data is read before the joins: row-level security lets no function that is not leakproof
 * into a condition of an index. `offset 0` keeps the planner from reading all users instead, which it would choose while the
 * table has no statistics.
 */
const selectChanges = statement<SignInChange>(
  `with newest as materialized (
     select event.* from unnest(${SIGN_IN_CHANGE_TYPES}) as kind(name)
      cross join lateral (
        select * from domain_events
         where organization_id = $1 and type = kind.name and id >= $2::uuid and ${IS_SIGN_IN_CHANGE}
         order by id desc limit ${READ_OF_A_TYPE_MAX}) event
   ), told as (
     select id, min(place) as place from (
       select n.id, row_number() over (partition by n.type, field order by n.id desc) as place
         from newest n cross join lateral ${FIELDS} as field) ranked
      where place <= ${OF_A_KIND_MAX} group by id
   ), chosen as (
     select id from (select id, place, row_number() over (order by place, id desc) as line from told) ordered
      where place = 1 or line <= $3
   )
   select e.id, e.type, e.actor, e.data, e.created_at as "createdAt",
          coalesce(c.name, s.name, u.user_name, e.data->>'domain') as "subjectName"
     from (select newest.*, (newest.data->>'defaultPermissionSetId')::uuid as set_id,
                  coalesce((newest.data->>'userId')::uuid, newest.subject_id) as user_id
             from newest where id in (select id from chosen) offset 0) e
     left join lateral (
       select name from connections where organization_id = $1 and id = e.subject_id offset 0) c on true
     left join lateral (
       select name from permission_sets where organization_id = $1 and id = e.set_id offset 0) s on true
     left join lateral (
       select user_name from users where organization_id = $1 and id = e.user_id offset 0) u on true
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

  /**
   * The latest changes of the last 30 days to how people sign in, the latest first: the newest of each kind and, up to twelve
   * in all, two more of it. Throws `forbidden`.
   */
  async recentChanges(actor: Actor): Promise<SignInChange[]> {
    requirePermission(actor, 'rollcall:audit');
    const since = firstIdAt(new Date(this.#clock().getTime() - SHOWN_MILLISECONDS));
    return this.#database.run(actor.organizationId, selectChanges, since, SHOWN_MAX, signInSettings);
  }
}
