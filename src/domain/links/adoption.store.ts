import { statement } from '../../database/statement.ts';
import { isProvedEmail, sharesAddress } from '../email-domains/email-domains.store.ts';
import { isProtectedUser } from '../permissions/protected-user.ts';
import { MATCHED_COLUMNS, MATCHES } from './place-user.store.ts';

/**
 * SQL of a user's own address that is also the record's: the keys are equal, which a released userName has not got. Of the
 * record the key alone is asked, as the directory may say of its people what it likes.
 */
const isShared = (address: string, userKey: string, recordKey: string) =>
  `(${userKey} = ${recordKey} and ${sharesAddress(address, recordKey)})`;

/**
 * SQL that is true where the address that a record and its match share is on a domain which the organization has proved, and
 * the record's work e-mail is on none that it has not. The record is of the alias i, the user of the alias u.
 */
const HAS_PROVED_ADDRESS = `(
  (${isShared('u.email', 'u.email_key', 'i."emailKey"')} or ${isShared('u.user_name', 'u.user_name_key', 'i."userNameKey"')})
  and (i."emailKey" is null or ${isProvedEmail('i."emailKey"')}))`;

/** SQL of what an admin or the product has said of the user, so that an admin decides on the record, too. */
const IS_FOR_AN_ADMIN = `(
  u.blocked_at is not null or u.removed_at is not null
  or exists (select 1 from user_links l
              where l.organization_id = $1 and l.user_id = u.id
                and (l.state <> 'superseded' or l.decided_by is not null or l.directory_user_id = i."id") offset 0)
  or exists (select 1 from bindings b
              where b.organization_id = $1 and b.user_id = u.id and b.ended_at is null
                and b.stable_id is distinct from i."externalId" offset 0))`;

/**
 * SQL that is true where the user of the alias u, whom the record of the alias i matches, is the directory's at once. By hand
 * made or kept alone: whoever came by a directory before may have left, and the address gone to somebody else. The
 * parameters are those of `protectionParameters`. The cheapest comes first.
 */
export function isAdoptable(sensitivePermissions: string, sensitiveSets: string): string {
  return `((u.is_manual and ${HAS_PROVED_ADDRESS} and not ${IS_FOR_AN_ADMIN}
    and not ${isProtectedUser('u.id', sensitivePermissions, sensitiveSets)}) is true)`;
}

/** Whether a record that is about to be made is worth a look at `isAdoptable`, as SQL of the id of its match. */
export function mayBeAdopted(user: string): string {
  return `exists (
    select 1 from users u
     where u.organization_id = $1 and u.id = ${user} and u.is_manual and u.removed_at is null
       and (${isProvedEmail('u.email')} or ${isProvedEmail('u.user_name')}))`;
}

export interface Match {
  directoryUserId: string;
  userId: string;
  isAdoptable: boolean;
}

/**
 * Whom the records of `$4`, a JSON array, match in an organization that has proved a domain, in their order, the users
 * locked: who is blocked or granted something meanwhile waits, and is what they were when the record came.
 */
export const findMatches = statement<Match>(
  `with person as materialized (
     select * from jsonb_to_recordset($4::jsonb) as person(${MATCHED_COLUMNS})
      where exists (select 1 from email_domains e where e.organization_id = $1 and e.status = 'verified')
   ), matched as materialized (
     select i.*, coalesce(by_name.id, by_email.id) as "existingId" from person i${MATCHES}
   )
   select i."id" as "directoryUserId", u.id as "userId", ${isAdoptable('$2', '$3')} as "isAdoptable"
     from matched i join users u on u.organization_id = $1 and u.id = i."existingId"
    order by u.id, i."id" for no key update of u`,
);

/** An adopted user is the directory's from now on: it could not deactivate somebody who stayed manual. */
export const adoptUsers = statement<never>(
  `update users set is_manual = false, version = version + 1, updated_at = $3
    where organization_id = $1 and id = any($2::uuid[])`,
);
