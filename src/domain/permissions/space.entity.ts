import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

/** A scope inside an organization, such as a team's screens: grants may hold in it alone. */
export class Space {
  organizationId!: string;
  id!: string;
  name!: string;
  /** `groupNameKey(name)`; unique in the organization. */
  nameKey!: string;
  /** The product's own id of what the space stands for; unique where given. */
  externalId!: string | null;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const spaceSchema = defineEntity({
  class: Space,
  tableName: 'spaces',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    name: p.text(),
    nameKey: p.text(),
    externalId: p.text().nullable(),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [
    { name: 'spaces_name_key', properties: ['organizationId', 'nameKey'] },
    { name: 'spaces_external_id_key', properties: ['organizationId', 'externalId'] },
  ],
});
