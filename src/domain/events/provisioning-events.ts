import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { requireDirectory } from '../directories/directory-access.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import { readReportedEvents, storableJson } from './reported-events.ts';

export interface ProvisioningEventRow {
  id: string;
  directoryId: string;
  requestId: string;
  method: string;
  path: string;
  outcome: string;
  resourceId: string | null;
  detail: Record<string, unknown>;
  createdAt: Date;
}

const insertOne = statement<never>(
  `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, resource_id, detail, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

const insertMany = prepared<never>(
  'provisioning-events-insert',
  `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, resource_id, detail, created_at)
   select $1, "id", $2, "requestId", "method", "path", "outcome", "resourceId", coalesce("detail", '{}'), "at"
     from jsonb_to_recordset($3::jsonb)
       as event("id" uuid, "requestId" text, "method" text, "path" text, "outcome" text, "resourceId" uuid, "detail" jsonb, "at" timestamptz)`,
);

const list = statement<ProvisioningEventRow>(
  `select id, directory_id as "directoryId", request_id as "requestId", method, path, outcome,
          resource_id as "resourceId", detail, created_at as "createdAt"
     from provisioning_events
    where organization_id = $1 and directory_id = $2 and ($3::uuid is null or id < $3)
    order by id desc limit $4`,
);

/** Writes the provisioning event of a write in the transaction of that write. */
export async function recordProvisioningEvent(
  transaction: OrganizationTransaction,
  call: { requestId: string; method: string; path: string },
  event: { directoryId: string; outcome: string; resourceId: string; detail?: Record<string, unknown>; at: Date },
): Promise<void> {
  const { directoryId, outcome, resourceId, detail = {}, at } = event;
  const { requestId, method, path } = call;
  const values = [uuid(), directoryId, requestId, method, path, outcome, resourceId, JSON.stringify(detail), at];
  await transaction.rows(insertOne, ...values);
}

export class ProvisioningEvents {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Keeps what the facade reports, with the directory's own token, of requests that wrote nothing. Throws `tooMany` above
   * 5,000 events, `invalidValue` for anything but a list of events.
   */
  async report(actor: Actor, directoryId: string, events: unknown): Promise<number> {
    if (actor.kind !== 'directory') throw new DomainError('forbidden', 'A directory reports its own requests.');
    requireDirectory(actor, directoryId);
    const rows = readReportedEvents(events, this.#clock());
    if (rows.length > 0) {
      await this.#database.run(actor.organizationId, insertMany, directoryId, storableJson(rows));
    }
    return rows.length;
  }

  /** The newest first. */
  async list(actor: Actor, directoryId: string, page: PageRequest): Promise<Page<ProvisioningEventRow>> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(directoryId)) return { items: [], hasNextPage: false };
    return readPage(page, (after, limit) => this.#database.run(actor.organizationId, list, directoryId, after, limit));
  }
}
