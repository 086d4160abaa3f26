import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import { columnsOf, profileOf } from './directory-user-columns.ts';
import { forgetPerson, linkNewPerson, takeOver } from './directory-users.store.ts';

/**
 * Turns an inactive record over to another person, whose externalId differs (a reused userName): the old user stays,
 * deactivated and without the name; the new one starts without memberships, grants or sign-in binding. The document
 * itself is written afterwards.
 */
export async function adoptNewPerson(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: { directoryId: string; id: string; resource: ResourceJson; at: Date },
): Promise<void> {
  const { id, at } = input;
  const { userNameKey, externalId } = columnsOf(input.resource);
  const [taken] = await transaction.rows(takeOver, id, input.directoryId, externalId);
  // Somebody else was first: the record is active again, or already this person's.
  if (!taken) return;
  const [old] = await transaction.rows(forgetPerson, id, at);
  const profile = profileOf(input.resource);
  const userId = uuid();
  const linkId = uuid();
  const [link] = await transaction.rows(
    linkNewPerson,
    userId,
    profile.userName,
    userNameKey,
    profile.displayName,
    profile.email,
    profile.email === null ? null : foldKey(profile.email),
    linkId,
    id,
    at,
  );
  const replaces = old?.userId ?? null;
  if (link?.state === 'active') {
    const data = { directoryUserId: id, linkId, replaces };
    await recordEvent(transaction, actor, { type: 'userCreated', subjectId: userId, data, at });
  } else {
    const data = { to: 'pending', reason: 'user_exists', userId: link?.userId, directoryUserId: id, replaces };
    await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: linkId, data, at });
  }
}
