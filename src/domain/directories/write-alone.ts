import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import { adoptUsers, findMatches } from '../links/adoption.ts';
import { makeUserFor } from '../links/make-user.ts';
import { placeUsers } from '../links/place-user.ts';
import { settleUsers } from '../links/settle-users.ts';
import { giveUserNames } from '../links/user-profiles.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { alarmingOwnersLost } from '../permissions/owners.ts';
import type { DirectoryUserColumns } from './directory-user-columns.ts';
import * as store from './directory-user-writes.store.ts';

/** A document to write, as `createUsers` and `updateUsers` take it. */
export interface WriteItem {
  id: string;
  directoryId: string;
  at: Date;
  provisioningEventId: string;
  [column: string]: unknown;
}

export type UpdateItem = WriteItem & { ifVersions: number[] | null; isWrittenAlone: boolean; withGroups: boolean };

interface Writing {
  transaction: OrganizationTransaction;
  actor: Actor;
  item: UpdateItem;
  catalogue: PermissionCatalogue;
}

/**
 * Creates a directory user whose match may be adopted, because the address they share is on a domain which the organization
 * has proved. Undefined where there is no such directory.
 */
export async function createAlone(
  database: Database,
  { actor, item, catalogue }: { actor: Actor; item: WriteItem & DirectoryUserColumns; catalogue: PermissionCatalogue },
): Promise<(store.CreatedUsers & { isCreated: boolean }) | undefined> {
  return database.transaction(actor.organizationId, async (transaction) => {
    const [match] = await findMatches(transaction, [item], catalogue);
    const adoptedId = match?.isAdoptable ? match.userId : null;
    const place = { userId: uuid(), linkId: uuid(), adoptedId, isPlacedAlone: true };
    const [answer] = await transaction.rows(store.createUsers, JSON.stringify([{ ...item, ...place }]));
    const [link] = adoptedId === null ? [] : await transaction.rows(store.linkOfRecord, item.id);
    // Somebody else may have come by the record's userName at this moment: then it waits for that one.
    if (link?.state === 'active' && link.userId === adoptedId) {
      await adoptUsers(transaction, actor, { userIds: [link.userId], at: item.at, catalogue });
    }
    return answer && { ...answer, isCreated: answer.createdIds.length > 0 };
  });
}

/**
 * Writes over a directory user what one statement for many cannot: the document first, then what follows from it for the
 * link and the users. Answers as `updateUsers` does; undefined where there is no such record.
 */
export async function writeAlone(writing: Writing, seen: store.WrittenUser): Promise<store.WrittenUser | undefined> {
  const { transaction, actor, item } = writing;
  const write = async () => {
    const document = JSON.stringify([{ ...item, isWrittenAlone: true, withGroups: false }]);
    const [written] = await transaction.rows(store.updateUsers, document);
    if (written && written.version !== null) {
      await signOut(writing, written);
      await follow(writing, written);
    }
    return written;
  };
  const mayTakeOwner = seen.wasActive && (!seen.isActive || seen.isNewPerson);
  return mayTakeOwner ? alarmingOwnersLost(transaction, actor, item.at, write) : write();
}

/** Of somebody who leaves, and of whoever another person replaces: before the link is changed. */
async function signOut({ transaction, actor, item }: Writing, written: store.WrittenUser): Promise<void> {
  if (!written.isNewPerson && (!written.wasActive || written.isActive)) return;
  const { id, at } = item;
  const [link] = await transaction.rows(store.linkOfRecord, id);
  const userIds = link && (link.state === 'active' || link.state === 'pending') ? [link.userId] : [];
  const reason = written.isNewPerson ? 'personReplaced' : 'deactivated';
  await endAuthentications(transaction, actor, { userIds, directoryUserIds: [id], reason, at });
}

async function follow(writing: Writing, written: store.WrittenUser): Promise<void> {
  if (written.isNewPerson) return followNewPerson(writing, written);
  const { transaction, actor, item, catalogue } = writing;
  const { id, at } = item;
  const [link] = await transaction.rows(store.linkOfRecord, id);
  if (link?.state === 'active') {
    await settleUsers(transaction, actor, { userIds: [link.userId], at, catalogue });
  } else if (link?.state === 'conflict' && written.status === 'active') {
    const made = await makeUserFor(transaction, actor, { directoryUserId: id, linkId: link.linkId, at });
    if (made === 'nameTaken') await transaction.rows(store.pointConflict, link.linkId, at);
  }
}

/**
 * A reused userName (security 33): the old user stays, deactivated and without the name, and the record is linked like a
 * new one. The new person starts without memberships, grants or sign-in binding.
 */
async function followNewPerson({ transaction, actor, item, catalogue }: Writing, written: store.WrittenUser) {
  const { id, at, provisioningEventId } = item;
  const [ended] = await transaction.rows(store.endTies, id, at);
  // A link that only waited had no user of its own: who it waited for loses nothing.
  const replaces = ended?.isOwn ? ended.userId : null;
  if (ended) {
    const data = { from: ended.from, to: 'superseded', userId: ended.userId, directoryUserId: id };
    await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: ended.linkId, data, at });
  }
  const [freed] = replaces ? await transaction.rows(store.releaseName, replaces, at) : [];
  if (written.status === 'active') {
    const record = { directoryUserIds: [id], at, provisioningEventId, replaces };
    await placeUsers(transaction, actor, { ...record, catalogue });
  }
  if (replaces) await settleUsers(transaction, actor, { userIds: [replaces], at, catalogue });
  // The new person comes first; whoever else waits for the name gets what they leave.
  if (freed) await giveUserNames(transaction, actor, { userNameKeys: [freed.userNameKey], at, catalogue });
}
