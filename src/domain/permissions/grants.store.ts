import { prepared, statement } from '../../database/statement.ts';
import type { ActorRecord } from '../actors/actor.ts';
import { OrderedList } from '../ordered-list.ts';

export interface GrantRow {
  id: string;
  permissionSetId: string;
  /** Either a group or a user has the grant. */
  groupId: string | null;
  userId: string | null;
  /** Null: on the whole organization. */
  spaceId: string | null;
  grantedBy: ActorRecord;
  createdAt: Date;
}

export type GrantOrderField = 'createdAt';

const COLUMNS = `id, permission_set_id as "permissionSetId", group_id as "groupId", user_id as "userId",
  space_id as "spaceId", granted_by as "grantedBy", created_at as "createdAt"`;

export const selectGrants = prepared<GrantRow>(
  'grants_get',
  `select ${COLUMNS} from grants where organization_id = $1 and id = any($2::uuid[])`,
);

export const insertGrant = statement<GrantRow>(
  `insert into grants (organization_id, id, permission_set_id, group_id, user_id, space_id, granted_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning ${COLUMNS}`,
);

export const selectStanding = statement<GrantRow>(
  `select ${COLUMNS} from grants
    where organization_id = $1 and permission_set_id = $2 and (group_id = $3 or user_id = $4)
      and space_id is not distinct from $5`,
);

/** Who revokes it twice at once waits here, and finds it gone. */
export const lockGrant = statement<GrantRow & { isOwner: boolean }>(
  `select ${COLUMNS}, space_id is null and exists (
            select 1 from permission_sets s
             where s.organization_id = $1 and s.id = grants.permission_set_id and s.built_in = 'owner') as "isOwner"
     from grants where organization_id = $1 and id = $2 for update`,
);

export const deleteGrant = statement<never>('delete from grants where organization_id = $1 and id = $2');

// Held until the grant stands, so that neither is deleted or removed meanwhile.
export const holdGroup = statement<{ id: string }>(
  'select id from groups where organization_id = $1 and id = $2 for share',
);
export const holdUser = statement<{ id: string }>(
  'select id from users where organization_id = $1 and id = $2 and removed_at is null for share',
);

export const grantList = new OrderedList<
  GrantRow,
  GrantOrderField,
  'groupId' | 'userId' | 'permissionSetId' | 'spaceId' | 'isOrganizationWide'
>({
  columns: COLUMNS,
  from: 'grants',
  where: 'organization_id = $1',
  id: 'id',
  filters: {
    groupId: (id) => `group_id = ${id}`,
    userId: (id) => `user_id = ${id}`,
    permissionSetId: (id) => `permission_set_id = ${id}`,
    spaceId: (id) => `space_id = ${id}`,
    isOrganizationWide: () => 'space_id is null',
  },
});

/** The same of each of many groups. */
export const grantsOfGroups = new OrderedList<GrantRow, GrantOrderField>({
  columns: 'held.*',
  from: `(select ${COLUMNS} from grants where organization_id = $1 and group_id = owner.id) held`,
  where: 'true',
  id: 'held.id',
});
