import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import { keepUserName, updateUsers } from './directory-users.store.ts';

type Item = { id: string; at: Date; [column: string]: unknown };

/**
 * Writes a directory user whose new userName another user of the organization has: the directory layer takes it, the
 * product's user keeps the name it had, and the link says why. Locking a person out over a name would help nobody.
 */
export async function updateWithTakenName(transaction: OrganizationTransaction, actor: Actor, item: Item) {
  const [kept] = await transaction.rows(keepUserName, item.id, item.at);
  const named = kept ? { ...item, profileUserName: kept.userName, profileUserNameKey: kept.userNameKey } : item;
  const [updated] = await transaction.rows(updateUsers, JSON.stringify([named]));
  if (kept && updated?.version) {
    const data = { state: kept.state, reason: 'name_is_taken', userId: kept.userId };
    await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: kept.linkId, data, at: item.at });
  }
  return updated;
}
