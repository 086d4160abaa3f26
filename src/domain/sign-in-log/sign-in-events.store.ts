import { statement } from '../../database/statement.ts';
import type { AuthenticationMethod } from '../accounts/session.entity.ts';
import { OrderedList } from '../ordered-list.ts';
import type { SignInEvent } from './sign-in-event.entity.ts';
import type { SignInRefusalReason } from './sign-in-refusal.ts';

export interface SignInEventRow {
  id: string;
  outcome: SignInEvent['outcome'];
  reason: SignInRefusalReason | null;
  method: AuthenticationMethod;
  connectionId: string | null;
  userId: string | null;
  subject: string | null;
  email: string | null;
  detail: Record<string, unknown>;
  address: string | null;
  createdAt: Date;
}

const COLUMNS = `e.id, e.outcome, e.reason, e.method, e.connection_id as "connectionId", e.user_id as "userId", e.subject,
  e.email, e.detail, e.address, e.created_at as "createdAt"`;

/** `$8` is the texts as JSON. */
export const insertEvent = statement<never>(
  `insert into sign_in_events (organization_id, id, outcome, reason, method, connection_id, user_id, subject, email, detail,
                               address, created_at)
   select $1, $2, $3, $4, $5, $6, $7, said.subject, said.email, said.detail, said.address, $9
     from jsonb_to_record($8::jsonb) as said(subject text, email text, detail jsonb, address text)`,
);

export const selectEvents = statement<SignInEventRow>(
  `select ${COLUMNS} from sign_in_events e where e.organization_id = $1 and e.id = any($2::uuid[])`,
);

/** Ids are made in the order of time, so that a span of time is a range of the primary key. */
export const deleteEvents = statement<never>('delete from sign_in_events where organization_id = $1 and id < $2::uuid');

export type SignInEventOrderField = 'createdAt';

export const signInEventList = new OrderedList<
  SignInEventRow,
  SignInEventOrderField,
  'outcomes' | 'reasons' | 'userId' | 'connectionId' | 'search'
>({
  columns: COLUMNS,
  from: 'sign_in_events e',
  where: 'e.organization_id = $1',
  id: 'e.id',
  filters: {
    outcomes: (outcomes) => `e.outcome = any(${outcomes}::text[])`,
    reasons: (reasons) => `e.reason = any(${reasons}::text[])`,
    userId: (userId) => `e.user_id = ${userId}::uuid`,
    connectionId: (connectionId) => `e.connection_id = ${connectionId}::uuid`,
    // The ids of one second begin alike, so people read out the end of one.
    search: (id, text) => `(lower(e.email) = ${text}::text
      or starts_with(e.id::text, ${id}::text) or right(e.id::text, length(${id}::text)) = ${id}::text)`,
  },
});
