import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';
import type { DeclaredAttribute } from './custom-schema-definition.ts';

export const customResourceTypes = ['User', 'Group'] as const;
export type CustomResourceType = (typeof customResourceTypes)[number];

/** An extension of users or groups that an organization declared, for all its directories. */
export class CustomSchema {
  organizationId!: string;
  id!: string;
  resourceType!: CustomResourceType;
  urn!: string;
  /** In lower case: a URN names one schema in whatever case it is written. */
  urnKey!: string;
  name!: string;
  description!: string;
  attributes!: DeclaredAttribute[];
  /** False while records that were there before are still being carried over. */
  isSettled!: boolean;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const customSchemaSchema = defineEntity({
  class: CustomSchema,
  tableName: 'custom_schemas',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    resourceType: p.text().$type<CustomResourceType>(),
    urn: p.text(),
    urnKey: p.text(),
    name: p.text(),
    description: p.text(),
    attributes: p.json().$type<DeclaredAttribute[]>(),
    isSettled: p.boolean().default(false),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [{ name: 'custom_schemas_urn_key', properties: ['organizationId', 'urnKey'] }],
  checks: [{ name: 'custom_schemas_resource_type_check', expression: "resource_type in ('User', 'Group')" }],
});
