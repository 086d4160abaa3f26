import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

/** One SCIM request and what it did, as the customer's admin reads it. */
export class ProvisioningEvent {
  organizationId!: string;
  id!: string;
  directoryId!: string;
  requestId!: string;
  method!: string;
  path!: string;
  /** What the request did, such as `userCreated`; or the code of the refusal. */
  outcome!: string;
  /** Whether it was refused or failed, so that nothing was changed. */
  isFailure!: boolean;
  resourceId!: string | null;
  detail!: Record<string, unknown>;
  createdAt!: Date;
}

export const provisioningEventSchema = defineEntity({
  class: ProvisioningEvent,
  tableName: 'provisioning_events',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    directoryId: p.uuid(),
    requestId: p.text(),
    method: p.text(),
    path: p.text(),
    outcome: p.text(),
    isFailure: p.boolean().default(false),
    resourceId: p.uuid().nullable(),
    detail: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
  },
  indexes: [
    { name: 'provisioning_events_directory_index', properties: ['organizationId', 'directoryId', 'id'] },
    {
      name: 'provisioning_events_failures_index',
      expression:
        'create index "provisioning_events_failures_index" on "provisioning_events" ("organization_id", "directory_id", "id") where (is_failure)',
    },
  ],
});
