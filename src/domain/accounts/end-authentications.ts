import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { NamedActor } from '../actors/actor.ts';
import { recordEvents } from '../events/domain-event.ts';
import type { EndByOthers, OwnEnd } from './session.entity.ts';

/** Whose authentications end: those that any of the lists names. */
export interface AuthenticationsToEnd {
  userIds?: readonly string[];
  directoryUserIds?: readonly string[];
  connectionIds?: readonly string[];
  sessionIds?: readonly string[];
  reason: EndByOthers;
  at: Date;
}

type AnyEnd = Omit<AuthenticationsToEnd, 'reason'> & { reason: OwnEnd | EndByOthers };

const endThem = statement<{ sessionId: string; userId: string }>(
  `update session_authentications set ended_at = $6, ended_reason = $7
    where organization_id = $1 and ended_at is null
      and (user_id = any($2::uuid[]) or directory_user_id = any($3::uuid[])
           or connection_id = any($4::uuid[]) or session_id = any($5::uuid[]))
   returning session_id as "sessionId", user_id as "userId"`,
);

/**
 * Ends, for good, what sessions have proved to the organization, in the transaction of what ends it: from its commit no
 * request of theirs is accepted there. One event a user who had any; answers how many ended.
 */
export async function endAuthentications(
  transaction: OrganizationTransaction,
  actor: NamedActor,
  toEnd: AuthenticationsToEnd,
): Promise<number> {
  return end(transaction, actor, toEnd);
}

/** The same of sessions that the person ended themselves: a login that was proved before still counts. */
export async function endOwnAuthentications(
  transaction: OrganizationTransaction,
  actor: NamedActor,
  toEnd: { sessionIds: readonly string[]; reason: OwnEnd; at: Date },
): Promise<void> {
  await end(transaction, actor, toEnd);
}

async function end(
  transaction: OrganizationTransaction,
  actor: NamedActor,
  { userIds = [], directoryUserIds = [], connectionIds = [], sessionIds = [], reason, at }: AnyEnd,
): Promise<number> {
  if ([...userIds, ...directoryUserIds, ...connectionIds, ...sessionIds].length === 0) return 0;
  const ended = await transaction.rows(endThem, userIds, directoryUserIds, connectionIds, sessionIds, at, reason);
  const byUser = Map.groupBy(ended, (each) => each.userId);
  await recordEvents(
    transaction,
    actor,
    at,
    [...byUser].map(([userId, sessions]) => ({
      type: 'sessionsEnded',
      subjectId: userId,
      data: { reason, sessionIds: sessions.map((each) => each.sessionId) },
    })),
  );
  return ended.length;
}
