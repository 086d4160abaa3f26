import { statement } from '../../database/statement.ts';
import { OrderedList } from '../ordered-list.ts';
import type { BindingRequestReason, BindingRequestState } from './binding.entity.ts';

export interface BindingRequestRow {
  id: string;
  connectionId: string;
  subject: string;
  stableId: string | null;
  email: string | null;
  displayName: string | null;
  reason: BindingRequestReason;
  candidateUserIds: string[];
  state: BindingRequestState;
  attempts: number;
  createdAt: Date;
  lastTriedAt: Date;
  decidedBy: Record<string, unknown> | null;
  decidedAt: Date | null;
  userId: string | null;
}

const COLUMNS = `r.id, r.connection_id as "connectionId", r.subject, r.stable_id as "stableId", r.email,
  r.display_name as "displayName", r.reason, r.candidate_user_ids as "candidateUserIds", r.state, r.attempts,
  r.created_at as "createdAt", r.last_tried_at as "lastTriedAt", r.decided_by as "decidedBy", r.decided_at as "decidedAt",
  r.user_id as "userId"`;

/** `$2` connection, `$3` subject. */
export const requestOf = statement<BindingRequestRow>(
  `select ${COLUMNS} from binding_requests r where r.organization_id = $1 and r.connection_id = $2 and r.subject = $3`,
);

export const selectRequests = statement<BindingRequestRow>(
  `select ${COLUMNS} from binding_requests r where r.organization_id = $1 and r.id = any($2::uuid[])`,
);

/** The same, held until the transaction ends. */
export const holdRequestOf = statement<{ id: string }>(
  'select id from binding_requests where organization_id = $1 and connection_id = $2 and subject = $3 for update',
);

/**
 * The connection of the request `$2`, held until the transaction ends: before the request, in the order of whoever changes the
 * connection and ends what was asked through it. No row where either is gone.
 */
export const holdConnectionOf = statement<{ id: string }>(
  `select c.id from connections c
    where c.organization_id = $1 and c.deleted_at is null
      and c.id = (select r.connection_id from binding_requests r where r.organization_id = $1 and r.id = $2) for share`,
);

export const lockRequest = statement<BindingRequestRow>(
  `select ${COLUMNS} from binding_requests r where r.organization_id = $1 and r.id = $2 for update`,
);

/**
 * Asks, once more where it was asked before. What was rejected stays so; what was approved waits again, because its binding
 * has ended since. `$3` is the identity as JSON; `isNew` where an admin has something new to look at.
 */
export const askForBinding = statement<BindingRequestRow & { isNew: boolean }>(
  `insert into binding_requests as r (organization_id, id, connection_id, subject, stable_id, email, display_name, reason,
                                      candidate_user_ids, state, attempts, created_at, last_tried_at)
   select $1, $2, $4, said."subject", said."stableId", said."email", said."displayName", $5, $6::jsonb, 'pending', 1, $7, $7
     from jsonb_to_record($3::jsonb) as said("subject" text, "stableId" text, "email" text, "displayName" text)
   on conflict on constraint binding_requests_subject_key do update
      set attempts = r.attempts + 1, last_tried_at = excluded.last_tried_at, stable_id = excluded.stable_id,
          email = excluded.email, display_name = excluded.display_name,
          reason = excluded.reason, candidate_user_ids = excluded.candidate_user_ids,
          state = case r.state when 'rejected' then 'rejected' else 'pending' end,
          decided_by = case r.state when 'rejected' then r.decided_by end,
          decided_at = case r.state when 'rejected' then r.decided_at end, user_id = null
   returning ${COLUMNS}, r.id = $2 as "isNew"`,
);

/** No row where it is not in the state `$3` any more. */
export const decideRequest = statement<BindingRequestRow>(
  `update binding_requests r set state = $4, decided_by = $5, decided_at = $6, user_id = $7
    where r.organization_id = $1 and r.id = $2 and r.state = $3 returning ${COLUMNS}`,
);

/** All of the connection `$2`, decided ones too. */
export const deleteRequestsOf = statement<BindingRequestRow>(
  `with gone as (delete from binding_requests where organization_id = $1 and connection_id = $2 returning *)
   select ${COLUMNS} from gone r order by r.id`,
);

export type BindingRequestOrderField = 'createdAt' | 'lastTriedAt';

export const bindingRequestList = new OrderedList<
  BindingRequestRow,
  BindingRequestOrderField,
  'states' | 'connectionId' | 'candidateId'
>({
  columns: COLUMNS,
  from: 'binding_requests r',
  where: 'r.organization_id = $1',
  id: 'r.id',
  orders: { lastTriedAt: { sql: 'r.last_tried_at', type: 'time' } },
  filters: {
    states: (states) => `r.state = any(${states}::text[])`,
    connectionId: (connectionId) => `r.connection_id = ${connectionId}::uuid`,
    candidateId: (userId) => `r.candidate_user_ids ? (${userId}::uuid)::text`,
  },
});
