import { prepared, statement } from '../../database/statement.ts';

/** A directory user as the edges read it: entity fields of the same name. */
export interface DirectoryUserRow {
  id: string;
  directoryId: string;
  version: number;
  resource: Record<string, unknown>;
  createdAt: Date;
  updatedAt: Date;
  /** The directory groups the person is a direct member of; absent unless it was asked for. */
  groups?: { id: string; displayName: string }[];
}

export const USER_COLUMNS = `d.id, d.directory_id as "directoryId", d.version, d.resource,
  d.created_at as "createdAt", d.updated_at as "updatedAt"`;

export const USER_GROUPS = `(
  select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'displayName', g.resource->>'displayName') order by g.id), '[]')
    from directory_group_members m
    join directory_groups g on g.organization_id = m.organization_id and g.id = m.directory_group_id
   where m.organization_id = $1 and m.directory_user_id = d.id) as groups`;

/**
 * A lookup of many at once: `$2` directories and `$3` values in parallel arrays; each found row carries the position of
 * its question. `offset 0` keeps the planner on the index where the table has no statistics yet.
 */
function lookUp(name: string, column: string, type: string, columns: string) {
  return prepared<DirectoryUserRow & { position: number }>(
    name,
    `select k.position, d.*
       from unnest($2::uuid[], $3::${type}[]) with ordinality k(directory_id, value, position)
      cross join lateral (
        select ${columns} from directory_users d
         where d.organization_id = $1 and d.directory_id = k.directory_id and d.${column} = k.value offset 0) d`,
  );
}

export const usersById = lookUp('directory-users-by-id', 'id', 'uuid', USER_COLUMNS);
export const usersByIdWithGroups = lookUp(
  'directory-users-by-id-with-groups',
  'id',
  'uuid',
  `${USER_COLUMNS}, ${USER_GROUPS}`,
);
export const usersByNameWithGroups = lookUp(
  'directory-users-by-name-with-groups',
  'user_name_key',
  'text',
  `${USER_COLUMNS}, ${USER_GROUPS}`,
);

const WRITTEN_COLUMNS = `
  "id" uuid, "directoryId" uuid, "resource" jsonb, "active" boolean,
  "userNameKey" text, "externalId" text, "emailKey" text, "managerId" text, "keys" jsonb,
  "userName" text, "displayName" text, "email" text, "profileEmailKey" text,
  "profileUserName" text, "profileUserNameKey" text,
  "at" timestamptz, "actor" jsonb, "eventId" uuid, "provisioningEventId" uuid,
  "requestId" text, "method" text, "path" text`;

/**
 * Creates directory users with all that follows: search keys, the product's user or the pending link to an existing one,
 * the domain event and the provisioning event. `$2` is a JSON array. An item without a returned row met an existing
 * userName; nothing of it was written.
 *
 * Somebody whose work e-mail is that of a user whom this same directory already manages is another person.
 */
export const createUsers = prepared<{ id: string; linkState: string }>(
  'directory-users-create',
  `with item as materialized (
     select * from jsonb_to_recordset($2::jsonb) as item(${WRITTEN_COLUMNS}, "userId" uuid, "linkId" uuid)
   ), created as (
     insert into directory_users (organization_id, id, directory_id, user_name_key, external_id, person_external_id,
                                  email_key, active, manager_id, resource, version, created_at, updated_at)
     select $1, "id", "directoryId", "userNameKey", "externalId", "externalId",
            "emailKey", "active", "managerId", "resource", 1, "at", "at"
       from item
     on conflict (organization_id, directory_id, user_name_key) do nothing
     returning id
   ), keyed as (
     insert into directory_user_keys (organization_id, directory_user_id, attribute, key, directory_id)
     select $1, i."id", k.attribute, k.key, i."directoryId"
       from item i join created using (id), jsonb_to_recordset(i."keys") as k(attribute text, key text)
   ), matched as (
     select i.*, coalesce(by_name.id, by_email.id) as "existingId"
       from item i join created using (id)
       left join lateral (
         select u.id from users u where u.organization_id = $1 and u.user_name_key = i."userNameKey" offset 0
       ) by_name on true
       left join lateral (
         select u.id from users u
          where u.organization_id = $1 and u.email_key = i."emailKey" and u.removed_at is null and by_name.id is null
            and not exists (
              select 1 from user_links l
                join directory_users o on o.organization_id = l.organization_id and o.id = l.directory_user_id
               where l.organization_id = $1 and l.user_id = u.id and l.state = 'active' and o.directory_id = i."directoryId")
          order by u.id limit 1 offset 0
       ) by_email on true
   ), made as (
     insert into users (organization_id, id, user_name, user_name_key, display_name, email, email_key, is_manual,
                        version, created_at, updated_at)
     select $1, "userId", "profileUserName", "profileUserNameKey", "displayName", "email", "profileEmailKey", false, 1,
            "at", "at"
       from matched where "existingId" is null
   ), linked as (
     insert into user_links (organization_id, id, directory_user_id, user_id, state, reason, version, created_at, updated_at)
     select $1, "linkId", "id", coalesce("existingId", "userId"),
            case when "existingId" is null then 'active' else 'pending' end,
            case when "existingId" is null then null else 'user_exists' end, 1, "at", "at"
       from matched
   ), told as (
     insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
     select $1, "eventId", case when "existingId" is null then 'userCreated' else 'linkStateChanged' end,
            case when "existingId" is null then "userId" else "linkId" end, "actor",
            case when "existingId" is null
              then jsonb_build_object('userName', "userName", 'directoryUserId', "id", 'linkId', "linkId")
              else jsonb_build_object('to', 'pending', 'reason', 'user_exists', 'userId', "existingId",
                                      'directoryUserId', "id") end,
            "at"
       from matched
   ), reported as (
     insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, resource_id,
                                      detail, created_at)
     select $1, "provisioningEventId", "directoryId", "requestId", "method", "path", 'userCreated', "id",
            jsonb_build_object('userName', "userName",
                               'link', case when "existingId" is null then 'active' else 'pending' end), "at"
       from matched
   )
   select "id", case when "existingId" is null then 'active' else 'pending' end as "linkState" from matched`,
);

/**
 * Writes new documents over existing directory users whose version is one of `ifVersions` (null: any), carries the
 * profile to the linked user and tells of it: of the user where it changed, else of the record. A record that would come back as another person (design: life cycles) is
 * left alone and answered `isNewPerson`; so is one of a version that has passed. Answers one row an item that exists.
 */
export const updateUsers = prepared<{
  id: string;
  version: number | null;
  createdAt: Date;
  updatedAt: Date;
  isActive: boolean;
  isNewPerson: boolean;
}>(
  'directory-users-update',
  `with item as materialized (
     select * from jsonb_to_recordset($2::jsonb) as item(${WRITTEN_COLUMNS}, "ifVersions" int[])
   ), before as materialized (
     select d.id, d.version, d.active as "wasActive", d.created_at, n."isActive", n.resource,
            d.resource is distinct from n.resource as "isChanged",
            (i."ifVersions" is null or d.version = any(i."ifVersions")) as "isExpected",
            (d.person_external_id <> i."externalId"
             and (not d.active and n."isActive" or d.active and d.external_id is null)) is true as "isNewPerson"
       from item i
       join directory_users d on d.organization_id = $1 and d.id = i."id" and d.directory_id = i."directoryId"
      cross join lateral (
        select coalesce(i."active", d.active) as "isActive",
               i."resource" || jsonb_build_object('active', coalesce(i."active", d.active)) as resource) n
      order by d.id
        for update of d
   ), updated as (
     update directory_users d
        set resource = b.resource, active = b."isActive", user_name_key = i."userNameKey", external_id = i."externalId",
            person_external_id = case when b."isActive" then coalesce(i."externalId", d.person_external_id)
                                      else d.person_external_id end,
            email_key = i."emailKey", manager_id = i."managerId",
            version = d.version + b."isChanged"::int,
            updated_at = case when b."isChanged" then i."at" else d.updated_at end
       from item i join before b on b.id = i."id"
      where d.organization_id = $1 and d.id = i."id" and b."isExpected" and not b."isNewPerson"
     returning d.id, d.version, d.updated_at, b."isActive", b."wasActive", b."isChanged"
   ), changed as (
     select i.*, u."isActive", u."wasActive" from item i join updated u on u.id = i."id" where u."isChanged"
   ), unkeyed as (
     delete from directory_user_keys k using changed c
      where k.organization_id = $1 and k.directory_user_id = c."id"
        and not exists (select 1 from jsonb_to_recordset(c."keys") as n(attribute text, key text)
                         where n.attribute = k.attribute and n.key = k.key)
   ), keyed as (
     insert into directory_user_keys (organization_id, directory_user_id, attribute, key, directory_id)
     select $1, c."id", k.attribute, k.key, c."directoryId"
       from changed c, jsonb_to_recordset(c."keys") as k(attribute text, key text)
     on conflict do nothing
   ), projected as (
     update users u
        set user_name = c."profileUserName", user_name_key = c."profileUserNameKey", display_name = c."displayName",
            email = c."email", email_key = c."profileEmailKey", version = u.version + 1, updated_at = c."at"
       from changed c
       join user_links l on l.organization_id = $1 and l.directory_user_id = c."id" and l.state = 'active'
      where u.organization_id = $1 and u.id = l.user_id and u.removed_at is null
        and ((u.user_name, u.display_name, u.email) is distinct from (c."profileUserName", c."displayName", c."email")
             or c."isActive" <> c."wasActive")
     returning u.id, c."id" as "directoryUserId"
   ), settled as (
     update user_links l set reason = null, version = l.version + 1, updated_at = c."at"
       from changed c
      where l.organization_id = $1 and l.directory_user_id = c."id" and l.state = 'active' and l.reason = 'name_is_taken'
        and c."profileUserNameKey" = c."userNameKey"
   ), told as (
     insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
     select $1, c."eventId",
            case when p.id is null then 'directoryUserUpdated'
                 when c."isActive" = c."wasActive" then 'userUpdated'
                 when c."isActive" then 'userReactivated' else 'userDeactivated' end,
            coalesce(p.id, c."id"), c."actor",
            jsonb_build_object('directoryUserId', c."id", 'active', c."isActive"), c."at"
       from changed c left join projected p on p."directoryUserId" = c."id"
   ), reported as (
     insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, resource_id,
                                      detail, created_at)
     select $1, i."provisioningEventId", i."directoryId", i."requestId", i."method", i."path",
            case when not u."isChanged" then 'userUnchanged' when u."isActive" = u."wasActive" then 'userUpdated'
                 when u."isActive" then 'userReactivated' else 'userDeactivated' end,
            i."id", jsonb_build_object('userName', i."userName"), i."at"
       from item i join updated u on u.id = i."id"
   )
   select b.id, u.version, b.created_at as "createdAt", u.updated_at as "updatedAt",
          b."isActive", b."isExpected" and b."isNewPerson" as "isNewPerson"
     from before b left join updated u using (id)`,
);

/** Deletes one directory user, its memberships and links; the product's user stays, deactivated unless manual. */
export const deleteUser = statement<{ id: string; isExpected: boolean; isDeleted: boolean; userId: string | null }>(
  `with before as (
     select d.id, d.active, ($4::int[] is null or d.version = any($4::int[])) as "isExpected"
       from directory_users d where d.organization_id = $1 and d.directory_id = $2 and d.id = $3 for update
   ), link as (
     select l.user_id from user_links l join before b on l.directory_user_id = b.id
      where l.organization_id = $1 and l.state = 'active' and b.active
   ), deleted as (
     delete from directory_users d using before b
      where d.organization_id = $1 and d.id = b.id and b."isExpected" returning d.id
   )
   select b.id, b."isExpected", exists (select 1 from deleted) as "isDeleted",
          (select user_id from link) as "userId" from before b`,
);

export const userByName = statement<{ id: string; active: boolean; version: number }>(
  `select id, active, version from directory_users
    where organization_id = $1 and directory_id = $2 and user_name_key = $3`,
);

export const directoryExists = statement<{ id: string }>(
  'select id from directories where organization_id = $1 and id = $2',
);

/** Marks a record that came without its externalId, or lay inactive, as the next person's; no row when it is theirs. */
export const takeOver = statement<{ id: string }>(
  `update directory_users set person_external_id = $4
    where organization_id = $1 and id = $2 and directory_id = $3 and person_external_id <> $4
      and (not active or external_id is null)
   returning id`,
);

/** Notes on the active link that the product's user keeps its name, and answers that name. */
export const keepUserName = statement<{
  linkId: string;
  userId: string;
  state: string;
  userName: string;
  userNameKey: string | null;
}>(
  `update user_links l set reason = 'name_is_taken', version = l.version + 1, updated_at = $3
     from users u
    where l.organization_id = $1 and l.directory_user_id = $2 and l.state = 'active'
      and u.organization_id = $1 and u.id = l.user_id
   returning l.id as "linkId", u.id as "userId", l.state, u.user_name as "userName", u.user_name_key as "userNameKey"`,
);

/** Ends a record's ties before a new person takes it over: memberships go, the old user's name becomes free. */
export const forgetPerson = statement<{ userId: string }>(
  `with gone as (
     delete from directory_group_members where organization_id = $1 and directory_user_id = $2
   ), superseded as (
     update user_links set state = 'superseded', version = version + 1, updated_at = $3
      where organization_id = $1 and directory_user_id = $2 and state <> 'superseded' returning user_id, state
   )
   update users u set user_name_key = null, version = u.version + 1, updated_at = $3
     from superseded s
    where u.organization_id = $1 and u.id = s.user_id and not u.is_manual
      and not exists (select 1 from user_links o where o.organization_id = $1 and o.user_id = u.id
                         and o.directory_user_id <> $2 and o.state = 'active')
   returning u.id as "userId"`,
);

/**
 * Gives a record to a new person: a new user and an active link. Where somebody else still has the userName, by hand or
 * from another directory, the link waits for an admin to say whether they are the same, as for any existing user.
 */
export const linkNewPerson = statement<{ state: string; userId: string }>(
  `with holder as (
     select id from users where organization_id = $1 and user_name_key = $4
   ), made as (
     insert into users (organization_id, id, user_name, user_name_key, display_name, email, email_key, is_manual,
                        version, created_at, updated_at)
     select $1, $2, $3, $4, $5, $6, $7, false, 1, $10::timestamptz, $10::timestamptz
      where not exists (select 1 from holder)
   )
   insert into user_links (organization_id, id, directory_user_id, user_id, state, reason, version, created_at, updated_at)
   select $1, $8, $9, coalesce((select id from holder), $2::uuid),
          case when exists (select 1 from holder) then 'pending' else 'active' end,
          case when exists (select 1 from holder) then 'user_exists' end, 1, $10::timestamptz, $10::timestamptz
   returning state, user_id as "userId"`,
);
