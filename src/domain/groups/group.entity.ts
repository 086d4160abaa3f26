import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

/** A named set of users inside one organization: the product's view; it carries permissions by grants. */
export class Group {
  organizationId!: string;
  id!: string;
  name!: string;
  /** `groupNameKey(name)` at `nameKeyVersion`; unique in the organization. */
  nameKey!: string;
  nameKeyVersion!: number;
  description!: string | null;
  /** The directory whose push made this group; null when it was made in the product. */
  createdByDirectoryId!: string | null;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const groupSchema = defineEntity({
  class: Group,
  tableName: 'groups',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    nameKey: p.text(),
    nameKeyVersion: p.integer(),
    description: p.text().nullable(),
    createdByDirectoryId: p.uuid().nullable(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [{ name: 'groups_name_key', properties: ['organizationId', 'nameKey'] }],
});
