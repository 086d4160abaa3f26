import { prepared, statement } from '../../database/statement.ts';
import type { ReturnedRules } from '../custom-attributes/custom-tables.ts';
import { CARRIES } from '../links/absorption.ts';
import type { DirectoryStatus } from './directory.entity.ts';
import { heldDirectories } from './held-directories.ts';

/** A directory group as the edges read it, without its members. */
export interface DirectoryGroupRow {
  id: string;
  directoryId: string;
  version: number;
  resource: Record<string, unknown>;
  createdAt: Date;
  updatedAt: Date;
  /** How declared attributes are returned otherwise than by default; absent where it was not looked up. */
  returnedRules?: ReturnedRules | null;
}

export const GROUP_COLUMNS = `d.id, d.directory_id as "directoryId", d.version, d.resource,
  d.created_at as "createdAt", d.updated_at as "updatedAt"`;

/** As `usersById` for groups; never reads a member. */
export const groupsById = prepared<DirectoryGroupRow & { position: number }>(
  'directory-groups-by-id',
  `select k.position, d.*
     from unnest($2::uuid[], $3::uuid[]) with ordinality k(directory_id, value, position)
    cross join lateral (
      select ${GROUP_COLUMNS} from directory_groups d
       where d.organization_id = $1 and d.directory_id = k.directory_id and d.id = k.value offset 0) d`,
);

const DELTA_COLUMNS = `
  "n" int, "directoryId" uuid, "id" uuid, "userIds" uuid[], "at" timestamptz, "actor" jsonb, "eventId" uuid,
  "absorbedEventId" uuid, "provisioningEventId" uuid, "requestId" text, "method" text, "path" text`;

/** Event data names at most this many people; the count is always whole. */
export const NAMED_IN_EVENTS_MAX = 1_000;

/**
 * The items of a batch and the people they name: `wanted` is one row a person and request, `item` one a request with
 * whether its group exists in its directory and whether a strict directory refuses it for an unknown member.
 */
const itemsOf = ({ isRefused, isAlone }: { isRefused: string; isAlone: string }) => `
  given as materialized (
    select * from jsonb_to_recordset($2::jsonb) as given(${DELTA_COLUMNS})
  ), wanted as materialized (
    select distinct i."n", i."id" as group_id, v.id as user_id, u.id is not null as is_known
      from given i cross join lateral unnest(i."userIds") v(id)
      left join directory_users u
        on u.organization_id = $1 and u.id = v.id and u.directory_id = i."directoryId"
  ), directory as materialized (${heldDirectories('given')}
  ), item as materialized (
    select i.*, g.id is not null as "isFound", w.unknown, ${isRefused} as "isRefused",
           d.status = 'paused' as "isPaused", ${isAlone} as "isAlone"
      from given i
      left join directory_groups g on g.organization_id = $1 and g.id = i."id" and g.directory_id = i."directoryId"
      left join directory d on d.id = i."directoryId"
      left join (select "n", jsonb_agg(user_id) as unknown from wanted where not is_known group by "n") w using ("n")
  )`;

/** What follows a batch of deltas; `touched(group_id, user_id)` are the rows that changed. */
const consequences = (kind: 'added' | 'removed') => `
   touched_by as (
     select w."n", count(*) as count, (array_agg(w.user_id))[1:${NAMED_IN_EVENTS_MAX}] as users
       from wanted w join touched t using (group_id, user_id) group by w."n"
   ), versioned as (
     update directory_groups g set version = g.version + 1, updated_at = l.at
       from (select i."id", max(i."at") as at from item i
              where i."id" in (select group_id from touched) group by i."id" order by i."id") l
      where g.organization_id = $1 and g.id = l."id"
   ), told as (
     insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
     select $1, i."eventId", 'directoryGroupMembersChanged', i."id", i."actor",
            jsonb_build_object('${kind}', to_jsonb(t.users), '${kind}Count', t.count), i."at"
       from item i join touched_by t using ("n")
   ), reported as (
     insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, resource_id,
                                      detail, created_at)
     select $1, i."provisioningEventId", i."directoryId", i."requestId", i."method", i."path",
            case when t."n" is null then 'groupUnchanged' else 'groupMembersChanged' end, i."id",
            jsonb_strip_nulls(jsonb_build_object('${kind}', to_jsonb(t.users), '${kind}Count', t.count,
                                                 'unknownMembers', i.unknown)), i."at"
       from item i left join touched_by t using ("n") where i."isFound" and not i."isRefused" and not i."isAlone"
   )`;

/** Manual members of the linked group who came through its directory group now; each group's first item tells of them. */
const ABSORBED = `
   absorbed as (
     delete from group_members gm
      using (select distinct l.group_id, u.user_id, t.group_id as directory_group_id
               from touched t
               join group_links l
                 on l.organization_id = $1 and l.directory_group_id = t.group_id and l.state = 'active'
               join user_links u
                 on u.organization_id = $1 and u.directory_user_id = t.user_id and u.state = 'active'
               join directory_users ad on ad.organization_id = $1 and ad.id = t.user_id
               join users au on au.organization_id = $1 and au.id = u.user_id
              where not t.is_held and ${CARRIES}) arrived
      where gm.organization_id = $1 and gm.group_id = arrived.group_id and gm.user_id = arrived.user_id
     returning gm.group_id, gm.user_id, arrived.directory_group_id
   ), absorbed_told as (
     insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
     select $1, i."absorbedEventId", 'groupMembersAbsorbed', a.group_id, i."actor",
            jsonb_build_object('userIds', to_jsonb(a.users), 'count', a.count), i."at"
       from (select group_id, directory_group_id, count(*) as count,
                    (array_agg(user_id))[1:${NAMED_IN_EVENTS_MAX}] as users
               from absorbed group by group_id, directory_group_id) a
       join (select "id", min("n") as "n" from touched_by join item using ("n") group by "id") first
         on first."id" = a.directory_group_id
       join item i using ("n")
   )`;

/** SQL that is true for a directory group whose link gives its members `owner`. */
function makesOwners(directoryGroup: string): string {
  return `exists (
    select 1 from group_links ol
      join grants og on og.organization_id = $1 and og.group_id = ol.group_id and og.space_id is null
      join permission_sets os on os.organization_id = $1 and os.id = og.permission_set_id and os.built_in = 'owner'
     where ol.organization_id = $1 and ol.directory_group_id = ${directoryGroup} and ol.state = 'active')`;
}

export const groupMakesOwners = statement<{ makesOwners: boolean }>(`select ${makesOwners('$2')} as "makesOwners"`);

export interface DeltaAnswer {
  n: number;
  isFound: boolean;
  isRefused: boolean;
  /** Nothing was done: the item needs a transaction of its own. */
  isAlone: boolean;
  unknown: string[] | null;
}

/**
 * Adds members for many requests at once; `$2` is a JSON array, several items may name one group. Rows that exist stay,
 * unknown members are skipped and named, a group's version rises once a batch and only when something was added.
 */
export const addMembers = prepared<DeltaAnswer>(
  'directory-group-members-add',
  `with ${itemsOf({ isRefused: 'coalesce(d.is_strict and w.unknown is not null, false)', isAlone: 'false' })}, touched as (
     insert into directory_group_members (organization_id, directory_group_id, directory_user_id, is_held, provisioning_event_id)
     select distinct on (w.group_id, w.user_id) $1::uuid, w.group_id, w.user_id, i."isPaused", i."provisioningEventId"
       from wanted w join item i using ("n")
      where i."isFound" and not i."isRefused" and w.is_known
      order by w.group_id, w.user_id, i."n"
     on conflict do nothing
     returning directory_group_id as group_id, directory_user_id as user_id, is_held
   ), ${consequences('added')}, ${ABSORBED}
   select "n", "isFound", "isRefused", "isAlone", unknown from item`,
);

/**
 * Removes exactly the listed members for many requests at once; who is no member is passed over. A group that makes its
 * members owners is left alone: whether an owner is left is asked in a transaction of its own.
 */
export const removeMembers = prepared<DeltaAnswer>(
  'directory-group-members-remove',
  `with ${itemsOf({ isRefused: 'false', isAlone: makesOwners('i."id"') })}, touched as (
     delete from directory_group_members m
      using (select distinct w.group_id, w.user_id from wanted w join item i using ("n")
              where i."isFound" and not i."isAlone") w
      where m.organization_id = $1 and m.directory_group_id = w.group_id and m.directory_user_id = w.user_id
     returning m.directory_group_id as group_id, m.directory_user_id as user_id
   ), ${consequences('removed')}
   select "n", "isFound", "isRefused", "isAlone", null::jsonb as unknown from item`,
);

export const insertGroup = statement<{ id: string }>(
  `with counted as (
     insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
     values ($1, $3, 'Group', $2, 1)
   )
   insert into directory_groups (organization_id, id, directory_id, display_name_key, unique_name_key, external_id,
                                 resource, version, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)`,
);

export const groupForUpdate = statement<DirectoryGroupRow>(
  `select ${GROUP_COLUMNS} from directory_groups d
    where d.organization_id = $1 and d.directory_id = $2 and d.id = $3 for no key update`,
);

export const updateGroup = statement<{ version: number; updatedAt: Date }>(
  `update directory_groups
      set resource = $3, display_name_key = $4, unique_name_key = $5, external_id = $6, version = version + 1,
          updated_at = $7
    where organization_id = $1 and id = $2 returning version, updated_at as "updatedAt"`,
);

/** Ends all memberships in one pass; the cascade would go row by row. */
export const clearMembers = statement<{ userId: string }>(
  `delete from directory_group_members where organization_id = $1 and directory_group_id = $2
   returning directory_user_id as "userId"`,
);

/** `$2` group, `$3` directory, `$4` users, `$5` whether they are held, `$6` provisioning event. */
export const addGroupMembers = statement<{ userId: string }>(
  `insert into directory_group_members (organization_id, directory_group_id, directory_user_id, is_held, provisioning_event_id)
   select distinct $1::uuid, $2::uuid, u.id, $5::boolean, $6::uuid
     from unnest($4::uuid[]) v(id) join directory_users u on u.organization_id = $1 and u.id = v.id
    where u.directory_id = $3 order by 3
   on conflict do nothing returning directory_user_id as "userId"`,
);

export const removeGroupMembers = statement<{ userId: string }>(
  `delete from directory_group_members
    where organization_id = $1 and directory_group_id = $2 and directory_user_id = any($3::uuid[])
   returning directory_user_id as "userId"`,
);

/** Removes every member that is not listed: the first half of a replacement. */
export const keepGroupMembers = statement<{ userId: string }>(
  `delete from directory_group_members
    where organization_id = $1 and directory_group_id = $2 and directory_user_id <> all($3::uuid[])
   returning directory_user_id as "userId"`,
);

export const unknownUsers = statement<{ id: string }>(
  `select v.id from unnest($3::uuid[]) v(id)
    where not exists (select 1 from directory_users u
                       where u.organization_id = $1 and u.directory_id = $2 and u.id = v.id)`,
);

/** What the rules of a directory's groups need: the organization's policy and the directory's settings. */
export const groupRules = statement<{
  groupMatching: 'automatically' | 'ask' | 'never';
  matchesGroupsBy: 'displayName' | 'externalId';
  isStrict: boolean;
  schemasVersion: number;
  status: DirectoryStatus;
}>(
  `select o.group_matching as "groupMatching", d.matches_groups_by as "matchesGroupsBy", d.is_strict as "isStrict",
          d.schemas_version as "schemasVersion", d.status
     from organizations o join directories d on d.organization_id = o.organization_id
    where o.organization_id = $1 and d.id = $2 for key share of d`,
);
