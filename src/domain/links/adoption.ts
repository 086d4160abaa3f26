import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { protectionParameters } from '../permissions/protected.ts';
import * as store from './adoption.store.ts';
import { settleUsers } from './settle-users.ts';

/** What of a record decides whom it matches. */
export interface RecordToMatch {
  id: string;
  directoryId: string;
  userNameKey: string;
  emailKey: string | null;
  externalId: string | null;
}

/**
 * Which existing users records match, in the order of the records' making, and whom they would adopt at once because the
 * address they share is on a domain that the organization has proved. Empty while it has proved none.
 */
export async function findMatches(
  transaction: OrganizationTransaction,
  records: readonly RecordToMatch[],
  catalogue: PermissionCatalogue,
): Promise<store.Match[]> {
  const people = records.map(({ id, directoryId, userNameKey, emailKey, externalId }) => ({
    id,
    directoryId,
    userNameKey,
    emailKey,
    externalId,
  }));
  return transaction.rows(store.findMatches, ...protectionParameters(catalogue), JSON.stringify(people));
}

/**
 * Makes users the directory's whose link has just become active for a proved address, as an approval does: they are manual no
 * more, inactive where their record is, and their profile stays until the record changes.
 */
export async function adoptUsers(
  transaction: OrganizationTransaction,
  actor: Actor,
  { userIds, at, catalogue }: { userIds: readonly string[]; at: Date; catalogue: PermissionCatalogue },
): Promise<void> {
  if (userIds.length === 0) return;
  await transaction.rows(store.adoptUsers, userIds, at);
  await settleUsers(transaction, actor, { userIds, isApproved: true, catalogue, at });
}
