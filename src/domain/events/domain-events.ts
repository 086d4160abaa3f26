import type { Database } from '../../database/database.ts';
import { prepared } from '../../database/statement.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../page.ts';

export interface DomainEventRow {
  id: string;
  type: string;
  subjectId: string;
  actor: Record<string, unknown>;
  data: Record<string, unknown>;
  createdAt: Date;
  /** Where the event stands in the feed; give it as `after` to read on. */
  cursor: string;
}

/** Events of running transactions are held back, so that none that commits late is passed over. */
const feed = prepared<DomainEventRow>(
  'domain-events-feed',
  `select id, type, subject_id as "subjectId", actor, data, created_at as "createdAt",
          transaction_id::text || '.' || id as cursor
     from domain_events
    where organization_id = $1 and (transaction_id, id) > ($2::xid8, $3::uuid)
      and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
    order by transaction_id, id limit $4`,
);

const CURSOR = /^(\d{1,20})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const BEGINNING = ['0', '00000000-0000-0000-0000-000000000000'] as const;

/** What changed in an organization, append-only, in the order of commits. */
export class DomainEvents {
  readonly #database: Database;

  constructor({ database }: { database: Database }) {
    this.#database = database;
  }

  /** The events behind a cursor, the oldest first; from the beginning without one. Throws `invalidValue`. */
  async feed(actor: Actor, request: { after?: string | null; first?: number | null }): Promise<DomainEventRow[]> {
    requirePermission(actor, 'rollcall:audit');
    const first = request.first ?? PAGE_SIZE_DEFAULT;
    if (!Number.isInteger(first) || first < 0 || first > PAGE_SIZE_MAX) {
      throw new DomainError('invalidValue', `first must be a whole number from 0 to ${PAGE_SIZE_MAX}.`, {
        path: 'first',
      });
    }
    const [, transactionId, id] = request.after == null ? [null, ...BEGINNING] : (CURSOR.exec(request.after) ?? []);
    if (!transactionId || !id)
      throw new DomainError('invalidValue', 'after is no cursor of this feed.', { path: 'after' });
    return this.#database.run(actor.organizationId, feed, transactionId, id, first);
  }
}
