import { statement, wide } from '../../database/statement.ts';
import { isAdoptable } from '../links/adoption.store.ts';
import type { LinkState } from '../links/link.entity.ts';
import { MATCHES } from '../links/place-user.store.ts';
import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';
import { isProtectedGroup } from '../permissions/protected.ts';
import type { DirectoryStatus } from './directory.entity.ts';

export const directoryToPreview = statement<{ status: DirectoryStatus; groupMatching: GroupMatching }>(
  `select d.status, o.group_matching as "groupMatching"
     from directories d join organizations o on o.organization_id = $1
    where d.organization_id = $1 and d.id = $2`,
);

/** The people of the directory `$2` whom activation would link, with the names that `MATCHES` asks for. */
const UNLINKED = `
  select d.id, d.directory_id as "directoryId", d.user_name_key as "userNameKey", d.email_key as "emailKey",
         d.external_id as "externalId", d.active,
         d.resource->>'userName' as "userName"
    from directory_users d
   where d.organization_id = $1 and d.directory_id = $2
     and not exists (select 1 from user_links l
                      where l.organization_id = $1 and l.directory_user_id = d.id and l.state <> 'superseded')`;

export interface PeopleCounts {
  newPeopleCount: number;
  /** Of the new ones, those whom the identity provider has as inactive. */
  newInactivePeopleCount: number;
  matchingPeopleCount: number;
  /** Those whom a user matches with an address on a proved domain: linked at once. */
  adoptedPeopleCount: number;
  /** People with a link who came back while the directory was paused. */
  heldPeopleCount: number;
}

/**
 * `$3` and `$4` of protection. Of several people whom one user matches the first decides: where that one adopts the user, the
 * others of their e-mail are somebody else, as they would be if they came one by one.
 */
export const countPeople = wide<PeopleCounts>(
  `with matched as materialized (
     select i.*, coalesce(by_name.id, by_email.id) as "existingId", by_name.id is null as "isByEmail"
       from (${UNLINKED}) i${MATCHES}
   ), weighed as materialized (
     select i.id, i.active, i."existingId", i."isByEmail",
            first_value(${isAdoptable('$3', '$4')}) over of_user as "isAdopted", row_number() over of_user = 1 as "isFirst"
       from matched i join users u on u.organization_id = $1 and u.id = i."existingId"
     window of_user as (partition by i."existingId" order by i.id)
   ), outcome as (
     select active, 'new' as becomes from matched where "existingId" is null
      union all
     select active, case when not "isAdopted" then 'waits' when "isFirst" then 'adopted' when "isByEmail" then 'new'
                         else 'waits' end
       from weighed
   )
   select count(*) filter (where becomes = 'new') as "newPeopleCount",
          count(*) filter (where becomes = 'new' and not active) as "newInactivePeopleCount",
          count(*) filter (where becomes = 'waits') as "matchingPeopleCount",
          count(*) filter (where becomes = 'adopted') as "adoptedPeopleCount",
          (select count(*) from directory_users h
             join user_links l on l.organization_id = $1 and l.directory_user_id = h.id and l.state = 'active'
            where h.organization_id = $1 and h.directory_id = $2 and h.is_held) as "heldPeopleCount"
     from outcome`,
);

/** A person of the directory and the user whom they may be. */
export interface MatchingPerson {
  /** The directory user. */
  id: string;
  userName: string;
  userId: string;
}

/** `$3` and `$4` of protection, `$5` the id to start behind, `$6` how many. */
export const listMatching = wide<MatchingPerson>(
  `select i.id, i."userName", u.id as "userId"
     from (${UNLINKED} and ($5::uuid is null or d.id > $5)) i${MATCHES}
     join users u on u.organization_id = $1 and u.id = coalesce(by_name.id, by_email.id)
    where not ${isAdoptable('$3', '$4')}
    order by i.id limit $6`,
);

export const countHeldMembers = wide<{ heldMembersCount: number }>(
  `select count(*) as "heldMembersCount"
     from directory_groups g
     join directory_group_members m on m.organization_id = $1 and m.directory_group_id = g.id and m.is_held
    where g.organization_id = $1 and g.directory_id = $2`,
);

/** A group of the directory to which activation may do something. */
export interface GroupToPlace {
  id: string;
  displayName: string;
  externalId: string | null;
  /** Null where it has none, and is placed like a new group. */
  linkId: string | null;
  groupId: string | null;
  /** Its name is to be carried over to the group that this directory made of it. */
  isRenamed: boolean;
}

/** In the order of their making. */
export const groupsToPlace = wide<GroupToPlace>(
  `select d.id, d.resource->>'displayName' as "displayName", d.external_id as "externalId", l.id as "linkId",
          l.group_id as "groupId",
          (l.reason = 'renamed_while_paused' and g.created_by_directory_id = d.directory_id) is true as "isRenamed"
     from directory_groups d
     left join group_links l on l.organization_id = $1 and l.directory_group_id = d.id
     left join groups g on g.organization_id = $1 and g.id = l.group_id
    where d.organization_id = $1 and d.directory_id = $2
      and (l.id is null or l.state = 'conflict' or l.state = 'active' and l.reason = 'renamed_while_paused')
    order by d.id`,
);

/** A link in conflict that is tried again when a name becomes free. */
export interface GroupInConflict {
  linkId: string;
  displayName: string;
  groupId: string | null;
}

/** Those of active directories and of `$2`, which is about to be one. */
export const conflictsToRetry = wide<GroupInConflict>(
  `select l.id as "linkId", d.resource->>'displayName' as "displayName", l.group_id as "groupId"
     from group_links l
     join directory_groups d on d.organization_id = $1 and d.id = l.directory_group_id
     join directories s on s.organization_id = $1 and s.id = d.directory_id
    where l.organization_id = $1 and l.state = 'conflict' and (s.id = $2 or s.status = 'active')
    order by l.id`,
);

export interface GroupInTheWay {
  id: string;
  name: string;
  nameKey: string;
  hasActiveLink: boolean;
  isProtected: boolean;
}

const GROUP_IN_THE_WAY = `g.id, g.name, g.name_key as "nameKey",
  exists (select 1 from group_links l
           where l.organization_id = $1 and l.group_id = g.id and l.state = 'active') as "hasActiveLink",
  ${isProtectedGroup('g.id', '$2', '$3')} as "isProtected"`;

/** `$2` and `$3` of protection, `$4` keys, `$5` ids. */
export const groupsInTheWay = wide<GroupInTheWay>(
  `select ${GROUP_IN_THE_WAY} from groups g
    where g.organization_id = $1 and (g.name_key = any($4::text[]) or g.id = any($5::uuid[]))`,
);

/** What is remembered of deleted groups that were pushed again, after `$4`. */
export const tombstonesOf = statement<{
  externalId: string;
  groupId: string | null;
  state: LinkState;
  grantsDigest: string;
}>(
  `select external_id as "externalId", group_id as "groupId", state, grants_digest as "grantsDigest"
     from group_tombstones
    where organization_id = $1 and directory_id = $2 and external_id = any($3::text[]) and deleted_at > $4`,
);

/** What grants of the groups `$2` give. */
export const grantedToGroups = statement<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from grants g
     join permission_sets s on s.organization_id = $1 and s.id = g.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
    where g.organization_id = $1 and g.group_id = any($2::uuid[])`,
);
