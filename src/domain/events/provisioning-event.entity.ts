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
    resourceId: p.uuid().nullable(),
    detail: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
  },
});
