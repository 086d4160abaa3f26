import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { DirectoryUser } from './directory-user.entity.ts';

/** A group as the identity provider sent it; `resource` is the SCIM document without its members. */
export class DirectoryGroup {
  organizationId!: string;
  id!: string;
  directoryId!: string;
  displayNameKey!: string;
  /** `displayNameKey` while the directory matches groups by name, else null: null lets equal names stand. */
  uniqueNameKey!: string | null;
  externalId!: string | null;
  resource!: Record<string, unknown>;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const directoryGroupSchema = defineEntity({
  class: DirectoryGroup,
  tableName: 'directory_groups',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    directoryId: p.uuid(),
    displayNameKey: p.text(),
    uniqueNameKey: p.text().nullable(),
    externalId: p.text().nullable(),
    resource: p.json().$type<Record<string, unknown>>(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [
    { name: 'directory_groups_display_name_key', properties: ['organizationId', 'directoryId', 'uniqueNameKey'] },
  ],
  indexes: [
    { name: 'directory_groups_directory_index', properties: ['organizationId', 'directoryId', 'id'] },
    { name: 'directory_groups_display_name_index', properties: ['organizationId', 'directoryId', 'displayNameKey'] },
    { name: 'directory_groups_external_id_index', properties: ['organizationId', 'directoryId', 'externalId'] },
  ],
});

export class DirectoryGroupMember {
  organizationId!: string;
  directoryGroup!: DirectoryGroup;
  directoryUser!: DirectoryUser;
  /** Came while the directory was paused: counts in the product when it goes on. */
  isHeld!: boolean;
  /** The request that added the member. */
  provisioningEventId!: string | null;
}

export const directoryGroupMemberSchema = defineEntity({
  class: DirectoryGroupMember,
  tableName: 'directory_group_members',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    directoryGroup: () =>
      belongsTo(DirectoryGroup, 'directory_group_id', 'directory_group_members_group_fkey')
        .primary()
        .deleteRule('cascade'),
    directoryUser: () =>
      belongsTo(DirectoryUser, 'directory_user_id', 'directory_group_members_user_fkey')
        .primary()
        .deleteRule('cascade'),
    isHeld: p.boolean().default(false),
    provisioningEventId: p.uuid().nullable(),
  },
  indexes: [
    {
      name: 'directory_group_members_user_index',
      properties: ['organizationId', 'directoryUser', 'directoryGroup'],
    },
  ],
});
