import { statement, wide } from '../../database/statement.ts';
import type { LinkReason, LinkState } from '../links/link.entity.ts';
import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { DirectoryStatus } from './directory.entity.ts';

/** Held against a change of status until the transaction ends. */
export const holdStatus = statement<{ status: DirectoryStatus; groupMatching: GroupMatching }>(
  `select d.status, o.group_matching as "groupMatching"
     from directories d join organizations o on o.organization_id = $1
    where d.organization_id = $1 and d.id = $2 for key share of d`,
);

/** All ids at once, in the order of their making: to page through them would sort them for each page. */
export const idsOfPeople = wide<{ id: string }>(
  'select id from directory_users where organization_id = $1 and directory_id = $2 order by id',
);

export const idsOfGroups = wide<{ id: string }>(
  'select id from directory_groups where organization_id = $1 and directory_id = $2 order by id',
);

/** The users of the directory whom another one has too, by an active link each. */
export const idsOfSharedUsers = wide<{ id: string }>(
  `select l.user_id as id
     from directory_users d
     join user_links l on l.organization_id = $1 and l.directory_user_id = d.id and l.state = 'active'
    where d.organization_id = $1 and d.directory_id = $2
      and exists (select 1 from user_links o
                   where o.organization_id = $1 and o.user_id = l.user_id and o.state = 'active' and o.id <> l.id)
    order by l.user_id`,
);

export const releasePeople = statement<never>(
  `update directory_users set is_held = false where organization_id = $1 and id = any($2::uuid[]) and is_held`,
);

export const linksOfPeople = statement<{ linkId: string; state: LinkState; directoryUserId: string; userId: string }>(
  `select id as "linkId", state, directory_user_id as "directoryUserId", user_id as "userId" from user_links
    where organization_id = $1 and directory_user_id = any($2::uuid[]) and state in ('active', 'conflict')
    order by directory_user_id`,
);

/** Releases up to `$3` held members of the directory's groups; answers the users who have come into them. */
export const releaseMembers = statement<{ userId: string | null }>(
  `with held as (
     select m.directory_group_id, m.directory_user_id
       from directory_groups g
       join directory_group_members m on m.organization_id = $1 and m.directory_group_id = g.id and m.is_held
      where g.organization_id = $1 and g.directory_id = $2
      limit $3 for update of m
   ), released as (
     update directory_group_members m set is_held = false
       from held h
      where m.organization_id = $1 and m.directory_group_id = h.directory_group_id
        and m.directory_user_id = h.directory_user_id
     returning m.directory_user_id
   )
   select l.user_id as "userId" from released r
     left join user_links l on l.organization_id = $1 and l.directory_user_id = r.directory_user_id and l.state = 'active'`,
);

export interface GroupToProject {
  id: string;
  displayName: string;
  externalId: string | null;
  linkState: LinkState | null;
  linkReason: LinkReason | null;
}

/** Locked, in the order of their making. */
export const groupsToProject = statement<GroupToProject>(
  `select d.id, d.resource->>'displayName' as "displayName", d.external_id as "externalId", l.state as "linkState",
          l.reason as "linkReason"
     from directory_groups d
     left join group_links l on l.organization_id = $1 and l.directory_group_id = d.id
    where d.organization_id = $1 and d.id = any($2::uuid[]) order by d.id for no key update of d`,
);

/** The version that a run begins at: what changed the directory since has something left to do. */
export const versionOf = statement<{ version: number }>(
  'select version from directories where organization_id = $1 and id = $2',
);

export const markSettled = statement<never>(
  `update directories set is_settled = true where organization_id = $1 and id = $2 and version = $3`,
);

export const unsettled = statement<{ id: string; status: DirectoryStatus }>(
  `select id, status from directories where organization_id = $1 and not is_settled order by id`,
);
