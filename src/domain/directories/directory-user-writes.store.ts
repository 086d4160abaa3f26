import { prepared, statement } from '../../database/statement.ts';
import { mayBeAdopted } from '../links/adoption.store.ts';
import type { LinkState } from '../links/link.entity.ts';
import { matchesWhere, PLACE_COLUMNS, PLACED_STATE, PLACEMENT } from '../links/place-user.store.ts';
import { isReachedByOwner } from '../permissions/owners.ts';
import type { DirectoryStatus } from './directory.entity.ts';
import { groupsOf } from './directory-users.store.ts';
import { heldDirectories } from './held-directories.ts';

const WRITTEN_COLUMNS = `
  "id" uuid, "directoryId" uuid, "resource" jsonb, "active" boolean,
  "userNameKey" text, "externalId" text, "emailKey" text, "managerId" text, "keys" jsonb, "schemasVersion" int,
  "userName" text, "displayName" text, "email" text, "profileEmailKey" text,
  "profileUserName" text, "profileUserNameKey" text,
  "at" timestamptz, "actor" jsonb, "eventId" uuid, "provisioningEventId" uuid,
  "requestId" text, "method" text, "path" text`;

const keysOf = (source: string) => `
     insert into directory_user_keys (organization_id, directory_user_id, attribute, key, directory_id, is_unique)
     select $1, i."id", k.attribute, k.key, i."directoryId", k."isUnique"
       from ${source}, jsonb_to_recordset(i."keys") as k(attribute text, key text, "isUnique" boolean)
     on conflict (organization_id, directory_user_id, attribute, key) do nothing`;

/** Without hash joins, two of these lists would be joined row by row; an array is searched much faster. */
const IS_CREATED = 'i."id" = any(array(select id from created))';

const REPORT = `
     insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, resource_id,
                                      detail, created_at)
     select $1, i."provisioningEventId", i."directoryId", i."requestId", i."method", i."path"`;

export interface CreatedUsers {
  directoryId: string;
  status: DirectoryStatus;
  schemasVersion: number;
  createdIds: string[];
  aloneIds: string[];
}

/**
 * Creates directory users with all that follows in an active directory: search keys, the product's user or the pending
 * link to an existing one, the domain event and the provisioning event. In any other directory the record is all. `$2` is
 * a JSON array. Answers a row a directory, with the items that were created; the others met an existing userName, or a
 * retired directory, or went by older schemas than their directory's, and nothing of them was written.
 *
 * Nothing is written either of those whose match may be adopted for a proved address: they are answered in `aloneIds`, until
 * they come again with `isPlacedAlone`, with the user to adopt if they may.
 */
export const createUsers = prepared<CreatedUsers>(
  'directory-users-create',
  `with item as materialized (
     select * from jsonb_to_recordset($2::jsonb)
       as item(${WRITTEN_COLUMNS}, ${PLACE_COLUMNS}, "isPlacedAlone" boolean)
   ), directory as materialized (${heldDirectories('item')}
   ), weighed as materialized (
     select i.*, d.status, coalesce(by_name.id, by_email.id) as "existingId"
       from item i
       join directory d on d.id = i."directoryId" and d.status <> 'retired' and d.schemas_version <= i."schemasVersion"
            ${matchesWhere("d.status = 'active'")}
   ), alone as materialized (
     select i."id" from weighed i
      where i."existingId" is not null and not i."isPlacedAlone" and ${mayBeAdopted('i."existingId"')}
   ), created as (
     insert into directory_users (organization_id, id, directory_id, user_name_key, external_id, person_external_id,
                                  email_key, active, manager_id, resource, version, created_at, updated_at)
     select $1, i."id", i."directoryId", i."userNameKey", i."externalId", i."externalId",
            i."emailKey", i."active", i."managerId", i."resource", 1, i."at", i."at"
       from weighed i where not i."id" = any(array(select id from alone))
     on conflict (organization_id, directory_id, user_name_key) do nothing
     returning id, directory_id
   ), counted as (
     insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
     select $1, directory_id, 'User', (array_agg(id))[1], count(*) from created group by directory_id
   ), keyed as (${keysOf(`(select * from item i where ${IS_CREATED}) i`)}
   ), matched as (
     select i.* from weighed i where i.status = 'active' and ${IS_CREATED}
   ), ${PLACEMENT}, unplaced as (
     select i.* from directory d join item i on i."directoryId" = d.id where d.status <> 'active' and ${IS_CREATED}
   ), told as (
     insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
     select $1, i."eventId", 'directoryUserCreated', i."id", i."actor", jsonb_build_object('userName', i."userName"), i."at"
       from unplaced i
   ), reported as (${REPORT}, 'userCreated', i."id", jsonb_build_object('userName', i."userName",
              'link', ${PLACED_STATE}), i."at"
       from matched i
   ), reported_unplaced as (${REPORT}, 'userCreated', i."id",
            jsonb_build_object('userName', i."userName", 'link', null), i."at"
       from unplaced i
   )
   select d.id as "directoryId", d.status, d.schemas_version as "schemasVersion", array(select id from created) as "createdIds",
          array(select id from alone) as "aloneIds"
     from directory d`,
);

/** What became of a written document. */
export interface WrittenUser {
  id: string;
  status: DirectoryStatus;
  /** Null where nothing was written: another version stands, or the item has to be written alone. */
  version: number | null;
  createdAt: Date;
  updatedAt: Date;
  isExpected: boolean;
  /** Nothing was written, because the document goes by older schemas than these of its directory. */
  isOutdated: boolean;
  isActive: boolean;
  wasActive: boolean;
  /** The record comes back as another person. */
  isNewPerson: boolean;
  /** More follows from it than one statement can do: it has to be written by `writeAlone`. */
  isAlone: boolean;
  /** Asked for by `withGroups`; null where what follows may still change them. */
  groups: { id: string; displayName: string }[] | null;
  /** Another transaction may have changed the link or the user meanwhile: what follows for them has to be worked out anew. */
  isOutrun: boolean;
}

/**
 * From the commit on, whom a record had brought in is signed in nowhere in the organization: also who waits for an admin's
 * decision on its link. What a session proved ends for good, so that it is none again when they come back. The event that
 * tells of the record stands for it.
 */
const SIGNED_OUT = `signed_out as (
     update session_authentications s set ended_at = w."at", ended_reason = 'deactivated'
       from weighed w
      where w."isWritten" and w."wasActive" and not w."isActive" and w.state in ('active', 'pending')
        and s.organization_id = $1 and s.user_id = w."userId" and s.ended_at is null
   ), `;

/**
 * Writes new documents over existing directory users whose version is one of `ifVersions` (null: any). In an active
 * directory the profile follows, unless the record is inactive; the user's time of inactivity follows in a paused one
 * too, where people who come back are held. Tells of it: of the user where it changed, else of the record. Answers one
 * row an item that exists.
 *
 * What needs several statements is left alone and answered `isAlone`, until it comes again with `isWrittenAlone`: another
 * person, a userName that the user does not have, a link that waits for the name, a user of several links, one who was
 * away for too long, an owner who is deactivated. Written alone, nothing follows here for the user.
 *
 * A statement that waited for a record sees it as it stands then, but its link as it stood before: a link that was not
 * active may be so by now. `isOutrun` says that it has to be looked at again, which `linkOfRecord` does.
 */
const updateStatement = ({ leaving }: { leaving: boolean }) => `
   with item as materialized (
     select * from jsonb_to_recordset($2::jsonb) as item(${WRITTEN_COLUMNS}, "ifVersions" int[], "isWrittenAlone" boolean, "withGroups" boolean)
   ), directory as materialized (${heldDirectories('item')}
   ), before as materialized (
     select i.*, d.version, d.active as "wasActive", d.is_held as "wasHeld", d.created_at, d.updated_at, s.status,
            n."isActive", n."newResource", d.resource is distinct from n."newResource" as "isChanged",
            d.user_name_key <> i."userNameKey" as "isRenamed",
            s.schemas_version > i."schemasVersion" as "isOutdated",
            (i."ifVersions" is null or d.version = any(i."ifVersions")) and s.status <> 'retired'
              and s.schemas_version <= i."schemasVersion" as "isExpected",
            (d.person_external_id <> i."externalId"
             and (not d.active and n."isActive" or d.active and d.external_id is null)) is true as "isNewPerson",
            n."isActive" and (d.is_held or not d.active and s.status = 'paused') as "isHeld"
       from item i
       join directory s on s.id = i."directoryId"
       join directory_users d on d.organization_id = $1 and d.id = i."id" and d.directory_id = i."directoryId"
      cross join lateral (
        select coalesce(i."active", d.active) as "isActive",
               i."resource" || jsonb_build_object('active', coalesce(i."active", d.active)) as "newResource") n
      order by d.id
        for update of d
   ), weighed as materialized (
     select b.*, l."linkId", l.state, l."userId", l."userVersion", a."isAlone", c."isPresenceChanged", c."isProfileChanged",
            b."isExpected" and (b."isWrittenAlone" or not a."isAlone") as "isWritten",
            b."isExpected" and b."isChanged" and not b."isWrittenAlone" and not a."isAlone"
              and (c."isPresenceChanged" or c."isProfileChanged") as "isProjected"
       from before b
       left join lateral (
         select l.id as "linkId", l.state, l.reason, u.id as "userId", u.version as "userVersion", u.user_name,
                u.user_name_key, u.display_name, u.email, u.is_manual, u.inactive_since
           from user_links l
          cross join lateral (
            select * from users u where u.organization_id = $1 and u.id = l.user_id offset 0) u
          where l.organization_id = $1 and l.directory_user_id = b."id" and l.state <> 'superseded' offset 0) l on true
      cross join lateral (
        select b."isChanged" and (b."isNewPerson" or b."wasHeld" and b.status = 'active' or case l.state
                 when 'conflict' then b."isRenamed"
                 when 'active' then
                   exists (select 1 from user_links o where o.organization_id = $1 and o.user_id = l."userId"
                              and o.state = 'active' and o.id <> l."linkId" offset 0)
                   or b."isActive" and b.status = 'active'
                      and (l.reason is not null or l.user_name_key is distinct from b."userNameKey")
                   or l.is_manual and b."isActive" and not b."wasActive"
                   or b."isActive" and not b."wasActive" and l.inactive_since < b."at" - make_interval(days => (
                        select o.inactivity_days from organizations o where o.organization_id = $1))
                   ${leaving ? `or case when b."wasActive" and not b."isActive" then ${isReachedByOwner('l."userId"')} end` : ''}
                 else false end) is true as "isAlone") a
      cross join lateral (
        select (l.state = 'active' and not l.is_manual
                and (b."isActive" and not b."isHeld") <> (b."wasActive" and not b."wasHeld")) is true as "isPresenceChanged",
               (l.state = 'active' and b."isActive" and b.status = 'active'
                and (l.user_name, l.display_name, l.email)
                    is distinct from (b."profileUserName", b."displayName", b."email")) is true as "isProfileChanged") c
   ), updated as (
     update directory_users d
        set resource = w."newResource", active = w."isActive", user_name_key = w."userNameKey",
            external_id = w."externalId",
            person_external_id = case when w."isActive" or w."isNewPerson" then coalesce(w."externalId", d.person_external_id)
                                      else d.person_external_id end,
            is_held = w."isHeld" and not (w."isAlone" and w.status = 'active'),
            email_key = w."emailKey", manager_id = w."managerId",
            version = d.version + w."isChanged"::int,
            updated_at = case when w."isChanged" then w."at" else d.updated_at end
       from weighed w
      where w."isWritten" and d.organization_id = $1 and d.id = w."id"
   ), unkeyed as (
     delete from directory_user_keys k using weighed w
      where w."isWritten" and w."isChanged" and k.organization_id = $1 and k.directory_user_id = w."id"
        and not exists (select 1 from jsonb_to_recordset(w."keys") as n(attribute text, key text)
                         where n.attribute = k.attribute and n.key = k.key)
   ), keyed as (${keysOf('(select * from weighed where "isWritten" and "isChanged") i')}
   ), projected as (
     update users u
        set user_name = case when w."isProfileChanged" then w."profileUserName" else u.user_name end,
            display_name = case when w."isProfileChanged" then w."displayName" else u.display_name end,
            email = case when w."isProfileChanged" then w."email" else u.email end,
            email_key = case when w."isProfileChanged" then w."profileEmailKey" else u.email_key end,
            inactive_since = case when not w."isPresenceChanged" then u.inactive_since
                                  when not w."isActive" then w."at" end,
            version = u.version + 1, updated_at = w."at"
       from weighed w
      where w."isProjected" and u.organization_id = $1 and u.id = w."userId" and u.version = w."userVersion"
     returning w."id"
   ), ${leaving ? SIGNED_OUT : ''}told as (
     insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
     select $1, w."eventId",
            case when not w."isTold" then 'directoryUserUpdated'
                 when not w."isPresenceChanged" then 'userUpdated'
                 when w."isActive" then 'userReactivated' else 'userDeactivated' end,
            case when w."isTold" then w."userId" else w."id" end, w."actor",
            jsonb_build_object('directoryUserId', w."id", 'active', w."isActive"), w."at"
       from (select *, "isProjected" and "id" = any(array(select id from projected)) as "isTold" from weighed) w
      where w."isWritten" and w."isChanged"
   ), reported as (${REPORT},
            case when not i."isChanged" then 'userUnchanged' when i."isNewPerson" then 'userReplaced'
                 when i."isActive" = i."wasActive" then 'userUpdated'
                 when i."isActive" then 'userReactivated' else 'userDeactivated' end,
            i."id", jsonb_strip_nulls(jsonb_build_object('userName', i."userName", 'isHeld', nullif(i."isHeld", false))),
            i."at"
       from weighed i where i."isWritten"
   )
   select w."id", w.status, w.created_at as "createdAt", w."isExpected", w."isOutdated", w."isActive", w."wasActive", w."isNewPerson",
          w."isAlone" and not w."isWrittenAlone" as "isAlone",
          case when w."isWritten" then w.version + w."isChanged"::int end as version,
          case when w."isChanged" then w."at" else w.updated_at end as "updatedAt",
          case when w."withGroups" and w."isWritten" then ${groupsOf('w."id"')} end as groups,
          w."isWritten" and w."isChanged" and not w."isWrittenAlone"
            and case when w.state = 'active' then w."isProjected" and not w."id" = any(array(select id from projected))
                     else w.status in ('active', 'paused') end as "isOutrun"
     from weighed w`;

/** For documents that leave the person in, or as they are. */
export const updateUsers = prepared<WrittenUser>('directory-users-update', updateStatement({ leaving: false }));

/** For documents of inactive people: whether an owner goes is asked of these alone, because it costs as much again. */
export const deactivateUsers = prepared<WrittenUser>('directory-users-deactivate', updateStatement({ leaving: true }));

/** The link of a record, in whatever state but superseded. */
export const linkOfRecord = statement<{ linkId: string; state: LinkState; userId: string }>(
  `select id as "linkId", state, user_id as "userId" from user_links
    where organization_id = $1 and directory_user_id = $2 and state <> 'superseded'`,
);

/** Before its deletion, so that the next statement sees the link as it stands then. */
export const lockRecord = statement<{ id: string }>(
  'select id from directory_users where organization_id = $1 and id = $2 for update',
);

/** Whether a grant of `owner` reaches the user of a record, and so its deletion may leave nobody who owns. */
export const isOwnersRecord = statement<{ isOwners: boolean }>(
  `select ${isReachedByOwner('l.user_id')} as "isOwners" from user_links l
    where l.organization_id = $1 and l.directory_user_id = $2 and l.state = 'active'`,
);

/**
 * Deletes one directory user, its memberships and links; answers the user of its active link, and of one that waits for a
 * decision. `$5` is an id for the count.
 */
export const deleteUser = statement<{
  status: DirectoryStatus;
  isExpected: boolean;
  userId: string | null;
  waitingUserId: string | null;
}>(
  `with directory as materialized (${heldDirectories('(select $2::uuid as "directoryId") asked')}
   ), before as (
     select d.id, s.status, ($4::int[] is null or d.version = any($4::int[])) and s.status <> 'retired' as "isExpected"
       from directory_users d join directory s on s.id = d.directory_id
      where d.organization_id = $1 and d.directory_id = $2 and d.id = $3 for update of d
   ), link as (
     select l.user_id, l.state from user_links l join before b on l.directory_user_id = b.id
      where l.organization_id = $1 and l.state in ('active', 'pending')
   ), deleted as (
     delete from directory_users d using before b where d.organization_id = $1 and d.id = b.id and b."isExpected"
     returning d.directory_id
   ), counted as (
     insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
     select $1, directory_id, 'User', $5::uuid, -1 from deleted
   )
   select b.status, b."isExpected", (select user_id from link where state = 'active') as "userId",
          (select user_id from link where state = 'pending') as "waitingUserId" from before b`,
);

/**
 * Ends a record's ties before a new person takes it over: memberships and the link go. `isOwn` is true where the link was,
 * or had been, active: only then is its user the one whom the record was about, which a reason of null keeps saying.
 */
export const endTies = statement<{ linkId: string; userId: string; from: string; isOwn: boolean }>(
  `with gone as (
     delete from directory_group_members where organization_id = $1 and directory_user_id = $2
   ), ending as (
     select l.id, l.state, l.state in ('active', 'removed_in_product') or l.reason in ('unlinked', 'long_absence') as own
       from user_links l
      where l.organization_id = $1 and l.directory_user_id = $2 and l.state <> 'superseded' for update
   )
   update user_links l
      set state = 'superseded', reason = case when e.own is true then null else 'user_exists' end, version = l.version + 1,
          updated_at = $3
     from ending e where l.organization_id = $1 and l.id = e.id
   returning l.id as "linkId", l.user_id as "userId", e.state as "from", coalesce(e.own, false) as "isOwn"`,
);

/** Takes the userName from a user whom nothing holds active any more; answers the name that is free now. */
export const releaseName = statement<{ userNameKey: string }>(
  `update users u set user_name_key = null, version = u.version + 1, updated_at = $3
     from users old
    where u.organization_id = $1 and u.id = $2 and u.user_name_key is not null and not u.is_manual
      and not exists (select 1 from user_links l
                        join directory_users d on d.organization_id = $1 and d.id = l.directory_user_id
                       where l.organization_id = $1 and l.user_id = u.id and l.state = 'active'
                         and d.active and not d.is_held)
      and old.organization_id = $1 and old.id = u.id
   returning old.user_name_key as "userNameKey"`,
);

/** Points a link in conflict to the user who has the record's userName. */
export const pointConflict = statement<never>(
  `update user_links l set user_id = u.id, version = l.version + 1, updated_at = $3
     from directory_users d join users u on u.organization_id = $1 and u.user_name_key = d.user_name_key
    where l.organization_id = $1 and l.id = $2 and l.state = 'conflict' and l.user_id <> u.id
      and d.organization_id = $1 and d.id = l.directory_user_id`,
);
