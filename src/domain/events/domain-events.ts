import type { Database } from '../../database/database.ts';
import { prepared } from '../../database/statement.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import { inOrderOf, isId } from '../id.ts';
import { type Page, type PageRequest, placeUnknown, readPageSize } from '../page.ts';
import { domainEventTypes } from './domain-event.ts';

export interface DomainEventRow {
  id: string;
  type: string;
  subjectId: string;
  actor: Record<string, unknown>;
  data: Record<string, unknown>;
  createdAt: Date;
}

export interface DomainEventFilter {
  types?: readonly string[] | null | undefined;
  subjectId?: string | null | undefined;
  actorKinds?: readonly Actor['kind'][] | null | undefined;
  /** The beginning of a span of time; `until` is its end and no part of it. */
  since?: Date | null | undefined;
  until?: Date | null | undefined;
}

const COLUMNS = `id, type, subject_id as "subjectId", actor, data, created_at as "createdAt"`;

/** Events of running transactions are held back, so that none that commits late is passed over. */
const feed = prepared<DomainEventRow & { place: string }>(
  'domain-events-feed',
  `select ${COLUMNS}, transaction_id::text || '.' || id as place
     from domain_events
    where organization_id = $1 and (transaction_id, id) > ($2::xid8, $3::uuid)
      and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      and ($5::text[] is null or type = any($5)) and ($6::uuid is null or subject_id = $6)
      and ($7::text[] is null or actor->>'kind' = any($7))
      and ($8::timestamptz is null or created_at >= $8) and ($9::timestamptz is null or created_at < $9)
    order by transaction_id, id limit $4`,
);

const selectEvents = prepared<DomainEventRow>(
  'domain-events-get',
  `select ${COLUMNS} from domain_events where organization_id = $1 and id = any($2::uuid[])`,
);

const PLACE = /^(\d{1,20})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const TRANSACTION_MAX = 2n ** 64n - 1n;
const BEGINNING = ['0', '00000000-0000-0000-0000-000000000000'] as const;

/** What changed in an organization, append-only, in the order of commits. */
export class DomainEvents {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** The events behind a place, the oldest first; from the beginning without one. Throws `invalidValue`. */
  async feed(actor: Actor, request: PageRequest, filter: DomainEventFilter = {}): Promise<Page<DomainEventRow>> {
    requirePermission(actor, 'rollcall:audit');
    const first = readPageSize(request.first);
    const behind = request.after == null ? BEGINNING : readPlace(request.after);
    const { types = null, subjectId = null, actorKinds = null, since = null, until = null } = filter;
    requireKnownTypes(types ?? []);
    if (subjectId !== null && !isId(subjectId)) return { items: [], hasNextPage: false };
    const values = [types, subjectId, actorKinds, since, until];
    const rows = await this.#database.run(actor.organizationId, feed, ...behind, first + 1, ...values);
    const shown = rows.slice(0, first);
    return {
      items: shown.map(({ place: _, ...event }) => event),
      hasNextPage: rows.length > first,
      places: shown.map(({ place }) => place),
    };
  }

  /** The events in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(DomainEventRow | undefined)[]> {
    requirePermission(actor, 'rollcall:audit');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, selectEvents, ids.filter(isId)));
  }
}

/** A misspelled type would wait for ever for what never comes. */
function requireKnownTypes(types: readonly string[]): void {
  const unknown = types.find((type) => !domainEventTypes.some((known) => known === type));
  if (unknown === undefined) return;
  throw new DomainError('invalidValue', `There is no domain event of the type ${unknown}.`, { path: 'filter.types' });
}

function readPlace(text: string): readonly [string, string] {
  const [, transactionId, id] = PLACE.exec(text) ?? [];
  if (transactionId === undefined || id === undefined || BigInt(transactionId) > TRANSACTION_MAX) throw placeUnknown();
  return [transactionId, id];
}
