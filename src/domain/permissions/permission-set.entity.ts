import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';

export const builtInSets = ['owner', 'admin', 'reader'] as const;
export type BuiltInSet = (typeof builtInSets)[number];

/** A named list of permissions. What a built-in set holds comes from the catalogue, not from rows. */
export class PermissionSet {
  organizationId!: string;
  id!: string;
  name!: string;
  nameKey!: string;
  description!: string | null;
  builtIn!: BuiltInSet | null;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const permissionSetSchema = defineEntity({
  class: PermissionSet,
  tableName: 'permission_sets',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    nameKey: p.text(),
    description: p.text().nullable(),
    builtIn: p.text().$type<BuiltInSet>().nullable(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [
    { name: 'permission_sets_name_key', properties: ['organizationId', 'nameKey'] },
    { name: 'permission_sets_built_in_key', properties: ['organizationId', 'builtIn'] },
  ],
});

export class PermissionSetPermission {
  organizationId!: string;
  permissionSet!: PermissionSet;
  permission!: string;
}

export const permissionSetPermissionSchema = defineEntity({
  class: PermissionSetPermission,
  tableName: 'permission_set_permissions',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    permissionSet: () =>
      belongsTo(PermissionSet, 'permission_set_id', 'permission_set_permissions_set_fkey')
        .primary()
        .deleteRule('cascade'),
    permission: p.text().primary(),
  },
});
