import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { ResourceJson } from '../../attributes/json.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { columnsOf, profileOf } from '../directories/directory-user-columns.ts';
import { recordEvent } from '../events/domain-event.ts';
import * as store from './place-user.store.ts';

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

/** What a record brings to its place: its keys, and the profile of the user it makes. */
export function personOf({ id, directoryId, active, externalId, resource: stored }: store.RecordToPlace) {
  const resource = stored as ResourceJson;
  const { userNameKey, emailKey } = columnsOf(resource);
  const { userName, displayName, email } = profileOf(resource);
  return {
    id,
    directoryId,
    active,
    externalId,
    userNameKey,
    emailKey,
    profileUserName: userName,
    profileUserNameKey: userNameKey,
    displayName,
    email,
    profileEmailKey: email === null ? null : foldKey(email),
  };
}
