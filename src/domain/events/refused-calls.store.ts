import { statement } from '../../database/statement.ts';
import type { RefusalReason } from './refused-call.entity.ts';

/** One row of counts. */
export interface CountedCalls {
  directoryId: string;
  hour: Date;
  reason: RefusalReason;
  address: string;
  tokenHint: string | null;
  count: number;
  lastMethod: string;
  lastPath: string;
  lastDetail: string | null;
  firstAt: Date;
  lastAt: Date;
}

/** `id` names it among those of its directory: the place to read on behind. */
export type RefusedCallsRow = CountedCalls & { id: string };

/** Makes the reports of several processes wait for each other, or each would count the addresses without the others'. */
export const lockReports = statement<never>(
  `select pg_advisory_xact_lock(hashtextextended('refused_calls ' || $1::uuid::text, 0))`,
);

/** Those of the directories that are there, and stay until the transaction ends: an erasure leaves nothing behind. */
export const lockDirectories = statement<{ id: string }>(
  'select id from directories where organization_id = $1 and id = any($2::uuid[]) order by id for key share',
);

/** The addresses that are counted already, of the hours and directories of a report. */
export const knownAddresses = statement<{ directoryId: string; hour: Date; address: string }>(
  `select distinct directory_id as "directoryId", hour, address from refused_calls
    where organization_id = $1 and directory_id = any($2::uuid[]) and hour = any($3::timestamptz[])`,
);

/** Adds to the counts. No two of the rows have one key. */
export const addCounts = statement<never>(
  `insert into refused_calls as r (organization_id, directory_id, hour, reason, address, token_hint, count, last_method,
     last_path, last_detail, first_at, last_at)
   select $1, "directoryId", "hour", "reason", "address", "tokenHint", "count", "lastMethod", "lastPath", "lastDetail",
          "firstAt", "lastAt"
     from jsonb_to_recordset($2::jsonb)
       as calls("directoryId" uuid, "hour" timestamptz, "reason" text, "address" text, "tokenHint" text, "count" int,
                "lastMethod" text, "lastPath" text, "lastDetail" text, "firstAt" timestamptz, "lastAt" timestamptz)
   on conflict (organization_id, directory_id, hour, reason, address) do update
      set count = least(r.count::bigint + excluded.count, 2147483647),
          first_at = least(r.first_at, excluded.first_at),
          last_at = greatest(r.last_at, excluded.last_at),
          last_method = case when excluded.last_at < r.last_at then r.last_method else excluded.last_method end,
          last_path = case when excluded.last_at < r.last_at then r.last_path else excluded.last_path end,
          last_detail = case when excluded.last_at < r.last_at then r.last_detail else excluded.last_detail end,
          token_hint = case when excluded.last_at < r.last_at then r.token_hint else excluded.token_hint end`,
);

/** The newest hour first, and in it what came last. */
export const list = statement<CountedCalls>(
  `select directory_id as "directoryId", hour, reason, address, token_hint as "tokenHint", count,
          last_method as "lastMethod", last_path as "lastPath", last_detail as "lastDetail", first_at as "firstAt", last_at as "lastAt"
     from refused_calls
    where organization_id = $1 and directory_id = $2
      and ($4::timestamptz is null or hour <= $4 and (hour, last_at, reason, address) < ($4, $5::timestamptz, $6::text, $7::text))
    order by hour desc, last_at desc, reason desc, address desc limit $3`,
);
