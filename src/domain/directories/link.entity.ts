import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Group } from '../groups/group.entity.ts';
import { User } from '../users/user.entity.ts';
import { DirectoryGroup } from './directory-group.entity.ts';
import { DirectoryUser } from './directory-user.entity.ts';

export const linkStates = [
  'active',
  'pending',
  'rejected',
  'out_of_scope',
  'conflict',
  'removed_in_product',
  'superseded',
] as const;
export type LinkState = (typeof linkStates)[number];

export const linkReasons = [
  'organization_asks',
  'group_is_protected',
  'group_is_linked',
  'user_exists',
  'name_is_taken',
] as const;
/** Why a link is not active: a fact that the edges put into words. */
export type LinkReason = (typeof linkReasons)[number];

const linkProperties = {
  organizationId: p.uuid().primary(),
  id: p.uuid().primary(),
  state: p.text().$type<LinkState>(),
  reason: p.text().$type<LinkReason>().nullable(),
  decidedBy: p.json().$type<Record<string, unknown>>().nullable(),
  version: p.integer(),
  createdAt: p.datetime(),
  updatedAt: p.datetime(),
};
const STATES = linkStates.map((state) => `'${state}'`).join(', ');

class Link {
  organizationId!: string;
  id!: string;
  state!: LinkState;
  reason!: LinkReason | null;
  decidedBy!: Record<string, unknown> | null;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

/** Joins a directory user to a user. A superseded link stays as history; at most one other exists a directory user. */
export class UserLink extends Link {
  directoryUser!: DirectoryUser;
  user!: User;
}

export const userLinkSchema = defineEntity({
  class: UserLink,
  tableName: 'user_links',
  ...organizationTable,
  properties: {
    ...linkProperties,
    directoryUser: () =>
      belongsTo(DirectoryUser, 'directory_user_id', 'user_links_directory_user_fkey').deleteRule('cascade'),
    user: () => belongsTo(User, 'user_id', 'user_links_user_fkey').deleteRule('cascade'),
  },
  checks: [{ name: 'user_links_state_check', expression: `state in (${STATES})` }],
  uniques: [
    {
      name: 'user_links_directory_user_key',
      expression:
        'create unique index "user_links_directory_user_key" on "user_links" ("organization_id", "directory_user_id") where (state <> \'superseded\'::text)',
    },
  ],
  indexes: [{ name: 'user_links_user_index', properties: ['organizationId', 'user'] }],
});

/** Joins a directory group to a group; while active, the directory group's people are effective members. */
export class GroupLink extends Link {
  directoryGroup!: DirectoryGroup;
  group!: Group;
}

export const groupLinkSchema = defineEntity({
  class: GroupLink,
  tableName: 'group_links',
  ...organizationTable,
  properties: {
    ...linkProperties,
    directoryGroup: () =>
      belongsTo(DirectoryGroup, 'directory_group_id', 'group_links_directory_group_fkey').deleteRule('cascade'),
    group: () => belongsTo(Group, 'group_id', 'group_links_group_fkey').deleteRule('cascade'),
  },
  checks: [{ name: 'group_links_state_check', expression: `state in (${STATES})` }],
  uniques: [
    { name: 'group_links_directory_group_key', properties: ['organizationId', 'directoryGroup'] },
    {
      name: 'group_links_active_group_key',
      expression:
        'create unique index "group_links_active_group_key" on "group_links" ("organization_id", "group_id") where (state = \'active\'::text)',
    },
  ],
  indexes: [{ name: 'group_links_group_index', properties: ['organizationId', 'group'] }],
});
