import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Group } from '../groups/group.entity.ts';
import { User } from '../users/user.entity.ts';
import { PermissionSet } from './permission-set.entity.ts';

/** A permission set given to one group or to one user, on the whole organization. */
export class Grant {
  organizationId!: string;
  id!: string;
  permissionSet!: PermissionSet;
  group!: Group | null;
  user!: User | null;
  /** Who granted it, as `describeActor` writes it. */
  grantedBy!: Record<string, unknown>;
  createdAt!: Date;
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
    grantedBy: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
  },
  checks: [{ name: 'grants_subject_check', expression: 'num_nonnulls(group_id, user_id) = 1' }],
  uniques: [
    { name: 'grants_group_key', properties: ['organizationId', 'group', 'permissionSet'] },
    { name: 'grants_user_key', properties: ['organizationId', 'user', 'permissionSet'] },
  ],
  indexes: [{ name: 'grants_permission_set_index', properties: ['organizationId', 'permissionSet'] }],
});
