import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import { columnsOf, profileOf } from '../directories/directory-user-columns.ts';
import { recordEvent } from '../events/domain-event.ts';
import * as store from './place-user.store.ts';

/**
 * Links records of people that have no link as their creation would: to a new user, `active`, or to the user they match,
 * `pending`. Inactive people too. Records that have a link, or are gone, are passed over. Fails on the key of user names
 * where another transaction took one at this moment: looked at anew, that is a user they match.
 */
export async function placeUsers(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: {
    directoryUserIds: readonly string[];
    at: Date;
    provisioningEventId?: string | undefined;
    /** The user whose record another person took over. */
    replaces?: string | null;
  },
): Promise<{ directoryUserId: string; userId: string; state: 'active' | 'pending' }[]> {
  const records = await transaction.rows(store.lockUnlinked, input.directoryUserIds);
  if (records.length === 0) return [];
  const people = records.map((record) => ({
    ...personOf(record),
    userId: uuid(),
    linkId: uuid(),
    eventId: uuid(),
    provisioningEventId: input.provisioningEventId,
    replaces: input.replaces,
    actor: describeActor(actor),
    at: input.at,
  }));
  return transaction.rows(store.placePeople, JSON.stringify(people));
}

/**
 * Makes a new user for a record, whomever it matches, and points its link to them, `active`; without a link it gets one.
 * Answers `nameTaken`, and changes nothing, while another user has the userName.
 */
export async function makeUserFor(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: { directoryUserId: string; linkId?: string; at: Date },
): Promise<'made' | 'nameTaken'> {
  const { directoryUserId, at } = input;
  const [record] = await transaction.rows(store.lockRecord, directoryUserId);
  if (!record) throw new Error('A record that is to be linked has gone.');
  const { profileUserName, profileUserNameKey, displayName, email, profileEmailKey, active } = personOf(record);
  const profile = [profileUserName, profileUserNameKey, displayName, email, profileEmailKey];
  const userId = uuid();
  const [made] = await transaction.rows(store.makeUser, userId, ...profile, active ? null : at, at);
  if (!made) return 'nameTaken';
  const linkId = input.linkId ?? uuid();
  const point = input.linkId ? store.pointLink : store.insertActiveLink;
  const [link] = await transaction.rows(point, linkId, directoryUserId, userId, at);
  const created = { userName: profileUserName, directoryUserId, linkId };
  await recordEvent(transaction, actor, { type: 'userCreated', subjectId: userId, data: created, at });
  const change = { from: link?.from ?? null, to: 'active', reason: null, userId, directoryUserId };
  await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: linkId, data: change, at });
  return 'made';
}

function personOf({ id, directoryId, active, resource: stored }: store.RecordToPlace) {
  const resource = stored as ResourceJson;
  const { userNameKey, emailKey } = columnsOf(resource);
  const { userName, displayName, email } = profileOf(resource);
  return {
    id,
    directoryId,
    active,
    userNameKey,
    emailKey,
    profileUserName: userName,
    profileUserNameKey: userNameKey,
    displayName,
    email,
    profileEmailKey: email === null ? null : foldKey(email),
  };
}
