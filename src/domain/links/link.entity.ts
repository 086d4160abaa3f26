import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { DirectoryGroup } from '../directories/directory-group.entity.ts';
import { DirectoryUser } from '../directories/directory-user.entity.ts';
import { Group } from '../groups/group.entity.ts';
import { User } from '../users/user.entity.ts';

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
  'earlier_decision',
  'long_absence',
  'unlinked',
  'directory_retired',
  'renamed_while_paused',
] as const;
/** Why a link stands as it does: a fact that the edges put into words. */
export type LinkReason = (typeof linkReasons)[number];

const linkProperties = {
  organizationId: p.uuid().primary(),
  id: p.uuid().primary(),
  state: p.text().$type<LinkState>(),
  reason: p.text().$type<LinkReason>().nullable(),
  decidedBy: p.json().$type<Record<string, unknown>>().nullable(),
  decidedAt: p.datetime().nullable(),
  provisioningEventId: p.uuid().nullable(),
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
  /** Who approved, rejected, unlinked or separated it last, and when; null while nobody had to. */
  decidedBy!: Record<string, unknown> | null;
  decidedAt!: Date | null;
  /** The request that made the link; null where an admin's act did. */
  provisioningEventId!: string | null;
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
    // Whole, not partial: the foreign key finds the links of a deleted record by it.
    {
      name: 'user_links_directory_user_key',
      expression:
        'create unique index "user_links_directory_user_key" on "user_links" ("organization_id", "directory_user_id", (case when state <> \'superseded\'::text then true end))',
    },
  ],
  indexes: [
    { name: 'user_links_user_index', properties: ['organizationId', 'user'] },
    {
      name: 'user_links_waiting_index',
      expression:
        'create index "user_links_waiting_index" on "user_links" ("organization_id", "state", "id") where (state <> all (array[\'active\'::text, \'superseded\'::text]))',
    },
  ],
});

/** A state that a link had before its directory group was deleted and pushed again. */
export interface EarlierDecision {
  state: LinkState;
  decidedBy: Record<string, unknown> | null;
  decidedAt: string | null;
}

/** Joins a directory group to a group; while active, the directory group's people are effective members. */
export class GroupLink extends Link {
  directoryGroup!: DirectoryGroup;
  /** Null when the group was removed in the product; an active link always has one. */
  group!: Group | null;
  earlier!: EarlierDecision | null;
}

export const groupLinkSchema = defineEntity({
  class: GroupLink,
  tableName: 'group_links',
  ...organizationTable,
  properties: {
    ...linkProperties,
    directoryGroup: () =>
      belongsTo(DirectoryGroup, 'directory_group_id', 'group_links_directory_group_fkey').deleteRule('cascade'),
    group: () => belongsTo(Group, 'group_id', 'group_links_group_fkey').nullable(),
    earlier: p.json().$type<EarlierDecision>().nullable(),
  },
  checks: [
    { name: 'group_links_state_check', expression: `state in (${STATES})` },
    { name: 'group_links_target_check', expression: "state <> 'active' or group_id is not null" },
  ],
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

/** What is remembered of a deleted directory group for 30 days, so that pushing it again finds its link. */
export class GroupTombstone {
  organizationId!: string;
  directoryId!: string;
  externalId!: string;
  /** The product's group; null when it went too. It may be deleted meanwhile, so there is no foreign key. */
  groupId!: string | null;
  state!: LinkState;
  decidedBy!: Record<string, unknown> | null;
  decidedAt!: Date | null;
  /** `grantsDigest` of the product's group at the deletion. */
  grantsDigest!: string;
  deletedAt!: Date;
}

export const groupTombstoneSchema = defineEntity({
  class: GroupTombstone,
  tableName: 'group_tombstones',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    directoryId: p.uuid().primary(),
    externalId: p.text().primary(),
    groupId: p.uuid().nullable(),
    state: p.text().$type<LinkState>(),
    decidedBy: p.json().$type<Record<string, unknown>>().nullable(),
    decidedAt: p.datetime().nullable(),
    grantsDigest: p.text(),
    deletedAt: p.datetime(),
  },
  checks: [{ name: 'group_tombstones_state_check', expression: `state in (${STATES})` }],
});
