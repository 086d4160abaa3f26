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

/** `$3` the reference, `$9` is the texts as JSON. */
export const insertEvent = statement<never>(
  `insert into sign_in_events (organization_id, id, reference, outcome, reason, method, connection_id, user_id, subject, email,
                               email_key, detail, address, created_at)
   select $1, $2, $3, $4, $5, $6, $7, $8, said."subject", said."email", said."emailKey", said."detail", said."address", $10
     from jsonb_to_record($9::jsonb) as said("subject" text, "email" text, "emailKey" text, "detail" jsonb, "address" text)`,
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
  'outcomes' | 'reasons' | 'userId' | 'connectionId' | 'ids' | 'reference' | 'emailKey'
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
    // Each by its index: of 400 days there are millions.
    ids: (from, to) => `e.id between ${from}::uuid and ${to}::uuid`,
    reference: (reference) => `e.reference = ${reference}::text`,
    emailKey: (key) => `e.email_key = ${key}::text`,
  },
});
