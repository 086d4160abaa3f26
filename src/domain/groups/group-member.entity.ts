import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { User } from '../users/user.entity.ts';
import { Group } from './group.entity.ts';

/** A manual member: somebody an admin put into the group. Members by link are not copied here. */
export class GroupMember {
  organizationId!: string;
  group!: Group;
  user!: User;
  /** Who put them there, as `describeActor` writes it; null for members from before it was kept. */
  addedBy!: Record<string, unknown> | null;
  createdAt!: Date;
}

export const groupMemberSchema = defineEntity({
  class: GroupMember,
  tableName: 'group_members',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    group: () => belongsTo(Group, 'group_id', 'group_members_group_fkey').primary(),
    user: () => belongsTo(User, 'user_id', 'group_members_user_fkey').primary(),
    addedBy: p.json().$type<Record<string, unknown>>().nullable(),
    createdAt: p.datetime(),
  },
  indexes: [{ name: 'group_members_user_index', properties: ['organizationId', 'user'] }],
});
