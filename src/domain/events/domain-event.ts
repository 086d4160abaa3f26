import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, describeActor } from '../actors/actor.ts';

/** The types of domain events: what happened, in the past tense, noun first. */
export const domainEventTypes = [
  'apiKeyCreated',
  'apiKeyRevoked',
  'directoryCreated',
  'directoryGroupCreated',
  'directoryGroupDeleted',
  'directoryGroupMembersChanged',
  'directoryGroupUpdated',
  'directoryUpdated',
  'directoryUserCreated',
  'directoryUserDeleted',
  'directoryUserUpdated',
  'grantCreated',
  'grantRevoked',
  'groupCreated',
  'groupDeleted',
  'groupMembersAdded',
  'groupMembersRemoved',
  'groupUpdated',
  'linkStateChanged',
  'organizationCreated',
  'organizationUpdated',
  'permissionSetCreated',
  'permissionSetDeleted',
  'permissionSetUpdated',
  'scimTokenCreated',
  'scimTokenRevoked',
  'userBlocked',
  'userCreated',
  'userDeactivated',
  'userReactivated',
  'userRemoved',
  'userUnblocked',
  'userUpdated',
] as const;
export type DomainEventType = (typeof domainEventTypes)[number];

const insertEvent = statement<never>(
  `insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

/** Writes one domain event in the transaction of the change it tells of. */
export async function recordEvent(
  transaction: OrganizationTransaction,
  actor: Actor,
  event: { type: DomainEventType; subjectId: string; data?: Record<string, unknown>; at: Date },
): Promise<void> {
  await transaction.rows(
    insertEvent,
    uuid(),
    event.type,
    event.subjectId,
    JSON.stringify(describeActor(actor)),
    JSON.stringify(event.data ?? {}),
    event.at,
  );
}
