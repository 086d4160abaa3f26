import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

/**
 * By how many the users or groups of a directory became more or fewer, written with the records themselves. Nobody waits for
 * anybody, as they would at one number that all writers raise; whoever reads adds up, and makes one row of many.
 */
export class DirectoryCount {
  organizationId!: string;
  directoryId!: string;
  resourceType!: 'User' | 'Group';
  id!: string;
  difference!: number;
}

export const directoryCountSchema = defineEntity({
  class: DirectoryCount,
  tableName: 'directory_counts',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    directoryId: p.uuid().primary(),
    resourceType: p.text().$type<'User' | 'Group'>().primary(),
    id: p.uuid().primary(),
    difference: p.integer(),
  },
});
