import { statement } from '../../database/statement.ts';
import type { ActorRecord } from '../actors/actor.ts';
import { isActiveUser } from '../users/active-user.ts';
import { accessPathsOf } from './grant-paths.ts';
import type { BuiltInSet } from './permission-set.entity.ts';

export type InactiveReason = 'blocked' | 'removed' | 'inactiveInDirectory';

/** How a grant reaches a user: given to them, by a manual membership, by a linked directory group; or as every user has it. */
export type AccessSource = 'direct' | 'manual' | 'directory' | 'default';

export interface PathLink {
  id: string;
  createdAt: Date;
  /** Who approved it, and when; null where nobody had to. */
  decidedBy: ActorRecord | null;
  decidedAt: Date | null;
}

/** One way on which a permission reaches a user, step by step; what a way does not pass is null. */
export interface AccessPath {
  source: AccessSource;
  /** False while the directory record it goes through is inactive. */
  isEffective: boolean;
  permissionSet: { id: string; name: string; builtIn: BuiltInSet | null };
  /** Null for the default permission set. */
  grant: {
    id: string;
    grantedBy: ActorRecord;
    grantedAt: Date;
    /** Null: on the whole organization. */
    space: { id: string; name: string } | null;
  } | null;
  group: { id: string; name: string } | null;
  /** Of a member by hand. */
  membership: { addedBy: ActorRecord | null; addedAt: Date } | null;
  /** What joins the directory group to the group. */
  groupLink: PathLink | null;
  directoryGroup: { id: string; name: string } | null;
  /** The request of the identity provider that made the person a member; null when it is not known any more. */
  memberRequest: { id: string; method: string; path: string; requestId: string; at: Date } | null;
  directoryUser: { id: string; userName: string; active: boolean; directoryId: string; directoryName: string } | null;
  /** What joins the directory user to the user. */
  userLink: PathLink | null;
}

/** A user, and one path by its columns, or nulls where none reaches them. */
export interface ExplanationRow {
  inactiveReason: InactiveReason | null;
  source: AccessSource | null;
  permissionSetId: string;
  permissionSetName: string;
  builtIn: BuiltInSet | null;
  grantId: string | null;
  grantedBy: ActorRecord;
  grantedAt: Date;
  spaceId: string | null;
  spaceName: string;
  groupId: string | null;
  groupName: string;
  addedAt: Date | null;
  addedBy: ActorRecord | null;
  groupLinkId: string | null;
  groupLinkedAt: Date;
  groupDecidedBy: ActorRecord | null;
  groupDecidedAt: Date | null;
  directoryGroupId: string | null;
  directoryGroupName: string;
  requestEventId: string | null;
  requestMethod: string;
  requestPath: string;
  requestId: string;
  requestedAt: Date;
  directoryUserId: string | null;
  directoryUserName: string;
  isRecordActive: boolean;
  isRecordHeld: boolean;
  directoryId: string;
  directoryName: string;
  userLinkId: string | null;
  userLinkedAt: Date;
  userDecidedBy: ActorRecord | null;
  userDecidedAt: Date | null;
}

/** `$2` user, `$3` permission, `$4` the built-in sets that hold it. A user whom no path reaches has one row. */
export const selectPaths = statement<ExplanationRow>(
  `select case when u.removed_at is not null then 'removed' when u.blocked_at is not null then 'blocked'
               when not ${isActiveUser('u')} then 'inactiveInDirectory' end as "inactiveReason",
          held.*
     from users u
     left join lateral (
       select path.source, s.id as "permissionSetId", s.name as "permissionSetName", s.built_in as "builtIn",
              gr.id as "grantId", gr.granted_by as "grantedBy", gr.created_at as "grantedAt",
              sp.id as "spaceId", sp.name as "spaceName", g.id as "groupId", g.name as "groupName",
              m.created_at as "addedAt", m.added_by as "addedBy",
              gl.id as "groupLinkId", gl.created_at as "groupLinkedAt", gl.decided_by as "groupDecidedBy",
              gl.decided_at as "groupDecidedAt",
              dg.id as "directoryGroupId", dg.resource ->> 'displayName' as "directoryGroupName",
              e.id as "requestEventId", e.method as "requestMethod", e.path as "requestPath",
              e.request_id as "requestId", e.created_at as "requestedAt",
              du.id as "directoryUserId", du.resource ->> 'userName' as "directoryUserName",
              du.active as "isRecordActive", du.is_held as "isRecordHeld", d.id as "directoryId",
              d.name as "directoryName", ul.id as "userLinkId", ul.created_at as "userLinkedAt",
              ul.decided_by as "userDecidedBy", ul.decided_at as "userDecidedAt"
         from (${accessPathsOf('u.id', 'all')}) path
         join permission_sets s on s.organization_id = $1 and s.id = path.permission_set_id
         left join grants gr on gr.organization_id = $1 and gr.id = path.grant_id
         left join spaces sp on sp.organization_id = $1 and sp.id = path.space_id
         left join groups g on g.organization_id = $1 and g.id = path.group_id
         left join group_members m
           on m.organization_id = $1 and path.source = 'manual' and m.group_id = path.group_id and m.user_id = u.id
         left join group_links gl on gl.organization_id = $1 and gl.id = path.group_link_id
         left join directory_groups dg on dg.organization_id = $1 and dg.id = path.directory_group_id
         left join directory_group_members dm
           on dm.organization_id = $1 and dm.directory_group_id = path.directory_group_id
          and dm.directory_user_id = path.directory_user_id
         left join provisioning_events e on e.organization_id = $1 and e.id = dm.provisioning_event_id
         left join directory_users du on du.organization_id = $1 and du.id = path.directory_user_id
         left join directories d on d.organization_id = $1 and d.id = du.directory_id
         left join user_links ul
           on ul.organization_id = $1 and ul.directory_user_id = du.id and ul.user_id = u.id and ul.state = 'active'
        where s.built_in = any($4::text[])
           or exists (select 1 from permission_set_permissions p
                       where p.organization_id = $1 and p.permission_set_id = s.id and p.permission = $3)) held on true
    where u.organization_id = $1 and u.id = $2
    order by held.source, held."groupName", held."grantId", held."directoryGroupId", held."directoryUserId"`,
);

/** The path of a row; null where no path reaches the user. */
export function pathOf(row: ExplanationRow): AccessPath | null {
  if (row.source === null) return null;
  return {
    source: row.source,
    isEffective: row.directoryUserId === null || (row.isRecordActive && !row.isRecordHeld),
    permissionSet: { id: row.permissionSetId, name: row.permissionSetName, builtIn: row.builtIn },
    grant: step(row.grantId, (id) => ({
      id,
      grantedBy: row.grantedBy,
      grantedAt: row.grantedAt,
      space: step(row.spaceId, (spaceId) => ({ id: spaceId, name: row.spaceName })),
    })),
    group: step(row.groupId, (id) => ({ id, name: row.groupName })),
    membership: step(row.addedAt, (addedAt) => ({ addedBy: row.addedBy, addedAt })),
    groupLink: step(row.groupLinkId, (id) => ({
      id,
      createdAt: row.groupLinkedAt,
      decidedBy: row.groupDecidedBy,
      decidedAt: row.groupDecidedAt,
    })),
    directoryGroup: step(row.directoryGroupId, (id) => ({ id, name: row.directoryGroupName })),
    memberRequest: step(row.requestEventId, (id) => ({
      id,
      method: row.requestMethod,
      path: row.requestPath,
      requestId: row.requestId,
      at: row.requestedAt,
    })),
    directoryUser: step(row.directoryUserId, (id) => ({
      id,
      userName: row.directoryUserName,
      active: row.isRecordActive,
      directoryId: row.directoryId,
      directoryName: row.directoryName,
    })),
    userLink: step(row.userLinkId, (id) => ({
      id,
      createdAt: row.userLinkedAt,
      decidedBy: row.userDecidedBy,
      decidedAt: row.userDecidedAt,
    })),
  };
}

function step<Key, Step>(key: Key | null, make: (key: Key) => Step): Step | null {
  return key === null ? null : make(key);
}
