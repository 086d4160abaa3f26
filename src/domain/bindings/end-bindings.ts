import type { OrganizationTransaction } from '../../database/database.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvents } from '../events/domain-event.ts';
import type { BindingEnd } from './binding.entity.ts';
import type { BindingRow } from './bindings.store.ts';
import * as store from './bindings.store.ts';
import { deleteRequestsThrough } from './write-binding-request.ts';

/** Ends a binding, and with it what its user's sessions have proved, and tells of it; undefined where it had ended. */
export async function endBindingOf(
  transaction: OrganizationTransaction,
  actor: Actor,
  { bindingId, reason, at }: { bindingId: string; reason: BindingEnd; at: Date },
): Promise<BindingRow | undefined> {
  const [ended] = await transaction.rows(store.endBinding, bindingId, at, reason);
  if (!ended) return undefined;
  if (endsSessions(ended, reason)) {
    await endAuthentications(transaction, actor, { userIds: [ended.userId], reason: 'bindingEnded', at });
  }
  await tell(transaction, actor, [ended], { reason, at });
  return ended;
}

function endsSessions({ accountId }: BindingRow, reason: BindingEnd): boolean {
  // Who ends a binding by hand is promised that the user is signed out, by whatever they came in.
  if (reason === 'ended') return true;
  // Under a new subject it is the same person: their other browsers stay signed in. And where nobody has signed in by it yet,
  // the user's sessions are somebody's who came in otherwise.
  return reason !== 'subjectReplaced' && accountId !== null;
}

/**
 * Ends what was decided on the people of a connection, and what waits to be: under another issuer the same subject is somebody
 * else, and they are found anew, as at their first sign-in. Sessions are the caller's.
 */
export async function endBindingsThrough(
  transaction: OrganizationTransaction,
  actor: Actor,
  ending: { connectionId: string; reason: 'issuerChanged' | 'connectionDeleted'; at: Date },
): Promise<void> {
  const { connectionId, reason, at } = ending;
  await tell(transaction, actor, await transaction.rows(store.endBindingsOf, connectionId, at, reason), ending);
  await deleteRequestsThrough(transaction, actor, ending);
}

async function tell(
  transaction: OrganizationTransaction,
  actor: Actor,
  ended: readonly BindingRow[],
  { reason, at }: { reason: BindingEnd; at: Date },
): Promise<void> {
  const events = ended.map(({ id: subjectId, userId, connectionId, subject }) => {
    return { type: 'bindingEnded' as const, subjectId, data: { userId, connectionId, subject, reason } };
  });
  await recordEvents(transaction, actor, at, events);
}
