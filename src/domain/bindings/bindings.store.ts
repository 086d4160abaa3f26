import { statement } from '../../database/statement.ts';
import { OrderedList } from '../ordered-list.ts';
import type { BindingEnd, BindingWay } from './binding.entity.ts';

export interface BindingRow {
  id: string;
  connectionId: string;
  subject: string;
  stableId: string | null;
  accountId: string | null;
  userId: string;
  directoryUserId: string | null;
  boundBy: BindingWay;
  createdAt: Date;
  lastUsedAt: Date;
  endedAt: Date | null;
  endedReason: BindingEnd | null;
}

const COLUMNS = `b.id, b.connection_id as "connectionId", b.subject, b.stable_id as "stableId", b.account_id as "accountId",
  b.user_id as "userId", b.directory_user_id as "directoryUserId", b.bound_by as "boundBy", b.created_at as "createdAt",
  b.last_used_at as "lastUsedAt", b.ended_at as "endedAt", b.ended_reason as "endedReason"`;

export const selectBindings = statement<BindingRow>(
  `select ${COLUMNS} from bindings b where b.organization_id = $1 and b.id = any($2::uuid[])`,
);

export const lockBinding = statement<BindingRow>(
  `select ${COLUMNS} from bindings b where b.organization_id = $1 and b.id = $2 for update`,
);

/** Who was first is decided by `bindings_subject_key` and `bindings_user_key`. */
export const insertBinding = statement<BindingRow>(
  `insert into bindings as b (organization_id, id, connection_id, subject, stable_id, account_id, user_id,
                              directory_user_id, bound_by, created_at, last_used_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) returning ${COLUMNS}`,
);

/** No row where it has ended meanwhile. */
export const touchBinding = statement<{ id: string }>(
  `update bindings set last_used_at = $3, account_id = $4, directory_user_id = $5
    where organization_id = $1 and id = $2 and ended_at is null returning id`,
);

/** No row where it has ended already. */
export const endBinding = statement<BindingRow>(
  `update bindings b set ended_at = $3, ended_reason = $4
    where b.organization_id = $1 and b.id = $2 and b.ended_at is null returning ${COLUMNS}`,
);

/** All that hold of the connection `$2`. */
export const endBindingsOf = statement<BindingRow>(
  `with ended as (
     update bindings b set ended_at = $3, ended_reason = $4
      where b.organization_id = $1 and b.connection_id = $2 and b.ended_at is null returning *)
   select ${COLUMNS} from ended b order by b.id`,
);

/** `$2` connection, `$3` user, `$4` subject: what stands in the way of a new binding. */
export const bindingsInTheWay = statement<BindingRow>(
  `select ${COLUMNS} from bindings b
    where b.organization_id = $1 and b.connection_id = $2 and (b.user_id = $3 or b.subject = $4) and b.ended_at is null
    order by b.id for update`,
);

export type BindingOrderField = 'createdAt' | 'lastUsedAt';

export const bindingList = new OrderedList<BindingRow, BindingOrderField, 'userId' | 'connectionId' | 'isEnded'>({
  columns: COLUMNS,
  from: 'bindings b',
  where: 'b.organization_id = $1',
  id: 'b.id',
  orders: { lastUsedAt: { sql: 'b.last_used_at', type: 'time' } },
  filters: {
    userId: (userId) => `b.user_id = ${userId}::uuid`,
    connectionId: (connectionId) => `b.connection_id = ${connectionId}::uuid`,
    isEnded: (wanted) => `(b.ended_at is not null) = ${wanted}::boolean`,
  },
});
