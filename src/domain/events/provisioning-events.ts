import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import { requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { requireDirectory } from '../directories/directory-access.ts';
import { DomainError } from '../domain-error.ts';
import { inOrderOf, isId } from '../id.ts';
import { firstIdAt } from '../id-at.ts';
import { given, OrderedList, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { isFailureOutcome } from './provisioning-outcome.ts';
import { readReportedEvents, storableJson } from './reported-events.ts';

export interface ProvisioningEventRow {
  id: string;
  directoryId: string;
  requestId: string;
  method: string;
  path: string;
  outcome: string;
  isFailure: boolean;
  resourceId: string | null;
  detail: Record<string, unknown>;
  createdAt: Date;
}

export interface ProvisioningEventFilter {
  outcomes?: readonly string[] | null | undefined;
  onlyFailures?: boolean | null | undefined;
  resourceId?: string | null | undefined;
  /** The beginning of a span of time; `until` is its end and no part of it. */
  since?: Date | null | undefined;
  until?: Date | null | undefined;
}

export type ProvisioningEventOrderField = 'createdAt';

/** An event gets its id when it is written: after what it tells of, by as long as the facade had to keep it. */
const ID_BEFORE_MILLISECONDS_MAX = 60_000;
const ID_AFTER_MILLISECONDS_MAX = 86_400_000;

const OUTCOME = /^\w{1,64}$/;

const COLUMNS = `id, directory_id as "directoryId", request_id as "requestId", method, path, outcome,
  is_failure as "isFailure", resource_id as "resourceId", detail, created_at as "createdAt"`;

const insertOne = statement<never>(
  `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, resource_id, detail, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

const insertMany = prepared<never>(
  'provisioning-events-insert',
  `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, is_failure, resource_id,
     detail, created_at)
   select $1, "id", $2, "requestId", "method", "path", "outcome", "isFailure", "resourceId", "detail", "at"
     from jsonb_to_recordset($3::jsonb)
       as event("id" uuid, "requestId" text, "method" text, "path" text, "outcome" text, "isFailure" boolean,
                "resourceId" uuid, "detail" jsonb, "at" timestamptz)`,
);

const getMany = statement<ProvisioningEventRow>(
  `select ${COLUMNS} from provisioning_events where organization_id = $1 and id = any($2::uuid[])`,
);

const eventList = new OrderedList<
  ProvisioningEventRow,
  ProvisioningEventOrderField,
  'outcomes' | 'onlyFailures' | 'resourceId' | 'since' | 'until'
>({
  columns: COLUMNS,
  from: 'provisioning_events',
  where: 'organization_id = $1 and directory_id = $2',
  id: 'id',
  filters: {
    outcomes: (outcomes) => `outcome = any(${outcomes}::text[])`,
    onlyFailures: () => 'is_failure',
    resourceId: (resourceId) => `resource_id = ${resourceId}::uuid`,
    since: (since, id) => `created_at >= ${since} and id >= ${id}::uuid`,
    until: (until, id) => `created_at < ${until} and id < ${id}::uuid`,
  },
});

/** Writes the provisioning event of a write in the transaction of that write. */
export async function recordProvisioningEvent(
  transaction: OrganizationTransaction,
  call: { requestId: string; method: string; path: string },
  event: {
    id?: string;
    directoryId: string;
    outcome: string;
    resourceId: string;
    detail?: Record<string, unknown>;
    at: Date;
  },
): Promise<void> {
  const { id = uuid(), directoryId, outcome, resourceId, detail = {}, at } = event;
  const { requestId, method, path } = call;
  const values = [id, directoryId, requestId, method, path, outcome, resourceId, JSON.stringify(detail), at];
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

  /** The events of a directory, the newest first unless asked otherwise. Throws `invalidValue`. */
  async list(
    actor: Actor,
    directoryId: string,
    request: OrderedPageRequest<ProvisioningEventOrderField>,
    filter: ProvisioningEventFilter = {},
  ): Promise<Page<ProvisioningEventRow>> {
    requirePermission(actor, 'rollcall:directories');
    const { outcomes, onlyFailures, resourceId, since, until } = filter;
    const isNowhere = resourceId != null && !isId(resourceId);
    if (!isId(directoryId) || isNowhere) return { items: [], hasNextPage: false };
    const page = {
      ...request,
      orderBy: request.orderBy ?? { field: 'createdAt' as const, direction: 'desc' as const },
    };
    return eventList.read(this.#database, actor.organizationId, page, {
      values: [directoryId],
      filters: {
        // What no outcome is called finds nothing, and PostgreSQL could not even read all of it.
        outcomes: given(outcomes?.filter((outcome) => OUTCOME.test(outcome))),
        // The index of failures serves a list of none but failures too.
        onlyFailures: onlyFailures || outcomes?.every(isFailureOutcome) ? [] : undefined,
        resourceId: given(resourceId),
        since: since ? [since, idAfter(since, -ID_BEFORE_MILLISECONDS_MAX)] : undefined,
        until: until ? [until, idAfter(until, ID_AFTER_MILLISECONDS_MAX)] : undefined,
      },
    });
  }

  /** Those that exist, in the order of the ids. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(ProvisioningEventRow | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, getMany, ids.filter(isId)));
  }
}

function idAfter(time: Date, milliseconds: number): string {
  return firstIdAt(new Date(time.getTime() + milliseconds));
}
