import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

export const directoryStatuses = ['observing', 'active', 'paused', 'retired'] as const;
export type DirectoryStatus = (typeof directoryStatuses)[number];

export const groupMatchAttributes = ['displayName', 'externalId'] as const;
export type GroupMatchAttribute = (typeof groupMatchAttributes)[number];

/** One connected identity provider of an organization: its SCIM endpoint. */
export class Directory {
  organizationId!: string;
  id!: string;
  name!: string;
  status!: DirectoryStatus;
  /** What the identity provider finds its groups by; by `externalId` two groups may carry one displayName. */
  matchesGroupsBy!: GroupMatchAttribute;
  /** Refuse with 400 what the tolerant default skips, such as unknown members. */
  isStrict!: boolean;
  /** Whose record decides the profile of a person whom several directories have: the lowest number, then the older one. */
  precedence!: number;
  /** False while what a new status or precedence means for the records is still being carried out. */
  isSettled!: boolean;
  /** That of the organization when its schemas last changed; a document that goes by an older one is not written. */
  schemasVersion!: number;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const directorySchema = defineEntity({
  class: Directory,
  tableName: 'directories',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    status: p.text().$type<DirectoryStatus>(),
    matchesGroupsBy: p.text().$type<GroupMatchAttribute>(),
    isStrict: p.boolean(),
    precedence: p.integer().default(1),
    isSettled: p.boolean().default(true),
    schemasVersion: p.integer().default(0),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  checks: [
    { name: 'directories_status_check', expression: "status in ('observing', 'active', 'paused', 'retired')" },
    { name: 'directories_matches_groups_by_check', expression: "matches_groups_by in ('displayName', 'externalId')" },
  ],
});

/** Finds the organization of a Tenant URL before it is known; outside row-level security, without a foreign key. */
export class DirectoryAddress {
  directoryId!: string;
  organizationId!: string;
}

export const directoryAddressSchema = defineEntity({
  class: DirectoryAddress,
  tableName: 'directory_addresses',
  properties: { directoryId: p.uuid().primary(), organizationId: p.uuid() },
});
