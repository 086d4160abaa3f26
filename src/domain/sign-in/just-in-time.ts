import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import { keyProblem, textProblem } from '../../attributes/text.ts';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Actor } from '../actors/actor.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import { recordEvent } from '../events/domain-event.ts';
import { isActiveUser } from '../users/active-user.ts';
import { PROFILE_LENGTH_MAX, profileColumns } from '../users/user-profile.ts';
import { insertUser } from '../users/users.store.ts';
import { deactivated, notProvisioned, type PersonToMatch, type RefusedPerson } from './person-decision.ts';

const hasDirectory = statement<{ id: string }>(
  `select id from directories where organization_id = $1 and status <> 'retired' limit 1`,
);

/**
 * Users who may be this person: by the name `$2` that they would get, folded `$3`, also of removed ones, or because a record,
 * also one of a directory that is connected no more, or an earlier binding has their stable id `$4`. Inactive ones first. Each
 * part goes by an index of its own; the keys of removed users are gone, so that all of those are looked at.
 */
const earlierUsers = statement<{ userId: string; isActive: boolean }>(
  `select u.id as "userId", ${isActiveUser('u')} as "isActive"
     from (select n.id from users n where n.organization_id = $1 and n.user_name_key = $3
           union
           select n.id from users n where n.organization_id = $1 and n.email_key = $3
           union
           select n.id from users n
            where n.organization_id = $1 and n.removed_at is not null and lower(n.user_name) in (lower($2::text), $3)
           union
           select l.user_id from directories dir
             join directory_users d on d.organization_id = $1 and d.directory_id = dir.id and d.external_id = $4
             join user_links l on l.organization_id = $1 and l.directory_user_id = d.id
            where dir.organization_id = $1
           union
           select b.user_id from bindings b where b.organization_id = $1 and b.stable_id = $4) earlier
     join users u on u.organization_id = $1 and u.id = earlier.id
    order by "isActive", u.id limit 1`,
);

/**
 * Why no user is made for somebody whom nothing here is; undefined where one may be. Only a connection that allows it makes
 * users, and only where no directory says who there is. Nobody whom SCIM or an admin took out comes back by it.
 */
export async function mayCreateUser({
  transaction,
  connection,
  identity,
}: PersonToMatch & { transaction: OrganizationTransaction }): Promise<RefusedPerson | undefined> {
  if (!connection.allowsJustInTime) return notProvisioned({});
  const [directory] = await transaction.rows(hasDirectory);
  const name = nameOf(identity);
  if (directory || name === undefined) return notProvisioned({});
  const [earlier] = await transaction.rows(earlierUsers, name, foldKey(name), identity.stableId);
  if (!earlier) return undefined;
  return earlier.isActive ? notProvisioned({ userExists: true }) : deactivated(earlier.userId);
}

/**
 * Makes the user: manual, without any permission. Fails on the key of user names where another transaction took the name at
 * this moment.
 */
export async function createUserJustInTime(
  transaction: OrganizationTransaction,
  actor: Actor,
  { identity, connectionId, at }: { identity: VerifiedIdentity; connectionId: string; at: Date },
): Promise<string> {
  const id = uuid();
  const userName = nameOf(identity);
  if (userName === undefined) throw new Error('Somebody whose name cannot be stored was let through.');
  const email = identity.email !== null && isStorable(identity.email) ? identity.email : null;
  const displayName = identity.displayName !== null && isStorable(identity.displayName) ? identity.displayName : null;
  const profile = { userName, displayName, email };
  await transaction.rows(insertUser, id, ...profileColumns(profile), at);
  const data = { ...profile, connectionId };
  await recordEvent(transaction, actor, { type: 'userCreated', subjectId: id, data, at });
  return id;
}

/** What they would be called; undefined where it could be no userName. */
function nameOf({ email, subject }: VerifiedIdentity): string | undefined {
  const name = email ?? subject;
  return isStorable(name) ? name : undefined;
}

function isStorable(text: string): boolean {
  return text.trim() !== '' && textProblem(text, PROFILE_LENGTH_MAX) === undefined && keyProblem(text) === undefined;
}
