import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';
import { IS_SIGN_IN_CHANGE } from './sign-in-changes.ts';

/** One change, append-only. Read in commit order by (transactionId, id), below the oldest running transaction. */
export class DomainEvent {
  organizationId!: string;
  id!: string;
  transactionId!: string;
  type!: string;
  subjectId!: string;
  actor!: Record<string, unknown>;
  data!: Record<string, unknown>;
  createdAt!: Date;
}

export const domainEventSchema = defineEntity({
  class: DomainEvent,
  tableName: 'domain_events',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    transactionId: p.string().columnType('xid8').defaultRaw('pg_current_xact_id()'),
    type: p.text(),
    subjectId: p.uuid(),
    actor: p.json().$type<Record<string, unknown>>(),
    data: p.json().$type<Record<string, unknown>>(),
    createdAt: p.datetime(),
  },
  indexes: [
    { name: 'domain_events_feed_index', properties: ['organizationId', 'transactionId', 'id'] },
    {
      name: 'domain_events_sign_in_changes_index',
      expression: `create index "domain_events_sign_in_changes_index" on "domain_events" ("organization_id", "type", "id") where ${IS_SIGN_IN_CHANGE}`,
    },
  ],
});
