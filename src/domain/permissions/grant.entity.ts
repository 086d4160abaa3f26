import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Group } from '../groups/group.entity.ts';
import { User } from '../users/user.entity.ts';
import { PermissionSet } from './permission-set.entity.ts';
import { Space } from './space.entity.ts';

/** A permission set given to one group or to one user, on the whole organization or on one space. */
export class Grant {
  organizationId!: string;
  id!: string;
  permissionSet!: PermissionSet;
  group!: Group | null;
  user!: User | null;
  /** Null: on the whole organization. */
  space!: Space | null;
  /** Who granted it, as `describeActor` writes it. */
  grantedBy!: Record<string, unknown>;
  createdAt!: Date;
}

/** In a unique key nulls differ, so that grants without a space have keys of their own. */
function organizationWide(name: string, subject: string) {
  const columns = `"organization_id", "${subject}", "permission_set_id"`;
  return { name, expression: `create unique index "${name}" on "grants" (${columns}) where (space_id is null)` };
}

export const grantSchema = defineEntity({
  class: Grant,
  tableName: 'grants',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    permissionSet: () => belongsTo(PermissionSet, 'permission_set_id', 'grants_permission_set_fkey'),
    group: () => belongsTo(Group, 'group_id', 'grants_group_fkey').nullable(),
    user: () => belongsTo(User, 'user_id', 'grants_user_fkey').nullable(),
    space: () => belongsTo(Space, 'space_id', 'grants_space_fkey').nullable(),
    grantedBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
  },
  checks: [{ name: 'grants_subject_check', expression: 'num_nonnulls(group_id, user_id) = 1' }],
  uniques: [
    organizationWide('grants_group_key', 'group_id'),
    organizationWide('grants_user_key', 'user_id'),
    { name: 'grants_group_space_key', properties: ['organizationId', 'group', 'permissionSet', 'space'] },
    { name: 'grants_user_space_key', properties: ['organizationId', 'user', 'permissionSet', 'space'] },
  ],
  indexes: [
    { name: 'grants_permission_set_index', properties: ['organizationId', 'permissionSet'] },
    { name: 'grants_space_index', properties: ['organizationId', 'space'] },
  ],
});
