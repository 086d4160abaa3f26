import { statement } from '../../database/statement.ts';

/** What of a record decides whom it matches. */
export const MATCHED_COLUMNS = `"id" uuid, "directoryId" uuid, "userNameKey" text, "emailKey" text, "externalId" text`;

/** What else it brings to its place: the ids of what is made, and of the user whom it adopts if it is them it matches. */
export const PLACE_COLUMNS = `"userId" uuid, "linkId" uuid, "replaces" uuid, "adoptedId" uuid`;

/** The same, with the profile of the user that it makes. */
const PERSON_COLUMNS = `
  ${MATCHED_COLUMNS}, ${PLACE_COLUMNS}, "active" boolean,
  "profileUserName" text, "profileUserNameKey" text, "displayName" text, "email" text, "profileEmailKey" text,
  "eventId" uuid, "provisioningEventId" uuid, "actor" jsonb, "at" timestamptz`;

/**
 * SQL rows `id` of the user whom each row of `person`, of the alias i, matches: by the userName, else by the work e-mail.
 * But somebody whose work e-mail is that of a user whom this same directory already manages, or whose record this was, is
 * another person. `coalesce(by_name.id, by_email.id)` is the user, or null. `condition` says for which rows it is asked.
 */
export const matchesWhere = (condition: string) => `
       left join lateral (
         select u.id from users u where ${condition} and u.organization_id = $1 and u.user_name_key = i."userNameKey" offset 0
       ) by_name on true
       left join lateral (
         select u.id from users u
          where ${condition} and u.organization_id = $1 and u.email_key = i."emailKey" and u.removed_at is null and by_name.id is null
            and not exists (
              select 1 from user_links l
                join directory_users o on o.organization_id = l.organization_id and o.id = l.directory_user_id
               where l.organization_id = $1 and l.user_id = u.id and o.directory_id = i."directoryId"
                 and (l.state = 'active' or l.state = 'superseded' and l.reason is null and o.id = i."id"))
          order by u.id limit 1 offset 0
       ) by_email on true`;

export const MATCHES = matchesWhere('true');

/** SQL that is true for a row of `matched` that adopts its match: the address they share is proved. */
const IS_ADOPTED = '("existingId" = "adoptedId") is true';

/** SQL of the state of the link of a row of `matched`. */
export const PLACED_STATE = `case when "existingId" is null or ${IS_ADOPTED} then 'active' else 'pending' end`;

/**
 * SQL of the common table expressions that give each row of `matched` its place: nobody matches, so a user is made and
 * the link is active; or somebody does, and the link to them waits, unless they are adopted at once.
 */
export const PLACEMENT = `
   made as (
     insert into users (organization_id, id, user_name, user_name_key, display_name, email, email_key, is_manual,
                        inactive_since, version, created_at, updated_at)
     select $1, "userId", "profileUserName", "profileUserNameKey", "displayName", "email", "profileEmailKey", false,
            case when not "active" then "at" end, 1, "at", "at"
       from matched where "existingId" is null
   ), linked as (
     insert into user_links (organization_id, id, directory_user_id, user_id, state, reason, provisioning_event_id,
                             version, created_at, updated_at)
     select $1, "linkId", "id", coalesce("existingId", "userId"), ${PLACED_STATE},
            case when ${PLACED_STATE} = 'pending' then 'user_exists' end, "provisioningEventId", 1, "at", "at"
       from matched
   ), told_of_place as (
     insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
     select $1, "eventId", case when "existingId" is null then 'userCreated' else 'linkStateChanged' end,
            case when "existingId" is null then "userId" else "linkId" end, "actor",
            jsonb_strip_nulls(case when "existingId" is null
              then jsonb_build_object('userName', "profileUserName", 'directoryUserId', "id", 'linkId', "linkId",
                                      'replaces', "replaces")
              else jsonb_build_object('to', ${PLACED_STATE}, 'reason', case when ${IS_ADOPTED} then null else 'user_exists' end,
                                      'userId', "existingId", 'directoryUserId', "id", 'replaces', "replaces",
                                      'isEmailProved', case when ${IS_ADOPTED} then true end) end),
            "at"
       from matched
   )`;

/**
 * SQL of a join and the beginning of its `where` that leave records without a link, by an SQL expression of their id. One
 * by one, because without statistics, in a first import that is, the planner would read all links for each.
 */
const withoutLink = (record: string) => `left join lateral (
         select true as "hasLink" from user_links l
          where l.organization_id = $1 and l.directory_user_id = ${record} and l.state <> 'superseded' offset 0) link on true
      where link."hasLink" is null`;

export interface PlacedPerson {
  directoryUserId: string;
  userId: string;
  state: 'active' | 'pending';
  /** The link to somebody who was there before is active at once. */
  isAdopted: boolean;
}

/** Places the records of `$2`, a JSON array of locked ones, unless another transaction did before they were locked. */
export const placePeople = statement<PlacedPerson>(
  `with person as materialized (
     select person.* from jsonb_to_recordset($2::jsonb) as person(${PERSON_COLUMNS})
       ${withoutLink('person."id"')}
   ), matched as (
     select i.*, coalesce(by_name.id, by_email.id) as "existingId" from person i${MATCHES}
   ), ${PLACEMENT}
   select "id" as "directoryUserId", coalesce("existingId", "userId") as "userId", ${PLACED_STATE} as state,
          ${IS_ADOPTED} as "isAdopted" from matched`,
);

/** A record that is to be placed. */
export interface RecordToPlace {
  id: string;
  directoryId: string;
  /** By its document, and not held. */
  active: boolean;
  userNameKey: string;
  externalId: string | null;
  resource: Record<string, unknown>;
}

const RECORD = `d.id, d.directory_id as "directoryId", d.active and not d.is_held as active, d.user_name_key as "userNameKey", d.external_id as "externalId", d.resource`;

/** Those of the records that have no link, locked until they have one, in the order of their making. */
export const lockUnlinked = statement<RecordToPlace>(
  `select ${RECORD} from directory_users d
     ${withoutLink('d.id')} and d.organization_id = $1 and d.id = any($2::uuid[])
    order by d.id for no key update of d`,
);

export const lockRecord = statement<RecordToPlace>(
  `select ${RECORD} from directory_users d where d.organization_id = $1 and d.id = $2 for no key update of d`,
);

/** Makes a user of a record, inactive where the record is; no row while another user has the userName. */
export const makeUser = statement<{ id: string }>(
  `insert into users (organization_id, id, user_name, user_name_key, display_name, email, email_key, is_manual,
                      inactive_since, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, false, $8, 1, $9, $9)
   on conflict (organization_id, user_name_key) do nothing returning id`,
);

export const insertActiveLink = statement<{ from: string | null }>(
  `insert into user_links (organization_id, id, directory_user_id, user_id, state, version, created_at, updated_at)
   values ($1, $2, $3, $4, 'active', 1, $5, $5) returning null as "from"`,
);

/** Whoever decided on the link stays named. */
export const pointLink = statement<{ from: string | null }>(
  `update user_links l
      set user_id = $4, state = 'active', reason = null, version = l.version + 1, updated_at = $5
     from user_links old
    where l.organization_id = $1 and l.id = $2 and l.directory_user_id = $3
      and old.organization_id = $1 and old.id = l.id
   returning old.state as "from"`,
);
