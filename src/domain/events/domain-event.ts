import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { describeActor, type NamedActor } from '../actors/actor.ts';

/** The types of domain events: what happened, in the past tense, noun first. */
export const domainEventTypes = [
  'accessTokenIssued',
  'apiKeyCreated',
  'apiKeyRevoked',
  'bindingCreated',
  'bindingEnded',
  'bindingRequestCreated',
  'bindingRequestDecided',
  'bindingRequestDeleted',
  'connectionCreated',
  'connectionDeleted',
  'connectionStatusChanged',
  'connectionTested',
  'connectionUpdated',
  'customSchemaCreated',
  'customSchemaDeleted',
  'customSchemaUpdated',
  'directoryCreated',
  'directoryGroupCreated',
  'directoryGroupDeleted',
  'directoryGroupMembersChanged',
  'directoryGroupUpdated',
  'directoryStatusChanged',
  'directoryUpdated',
  'directoryUserCreated',
  'directoryUserDeleted',
  'directoryUserUpdated',
  'emailDomainAdded',
  'emailDomainLost',
  'emailDomainRemoved',
  'emailDomainVerified',
  'grantCreated',
  'grantRevoked',
  'groupCreated',
  'groupDeleted',
  'groupMembersAbsorbed',
  'groupMembersAdded',
  'groupMembersRemoved',
  'groupUpdated',
  'linkStateChanged',
  'oauthClientCreated',
  'oauthClientDeleted',
  'oauthClientSecretCreated',
  'oauthClientSecretRevoked',
  'oneTimeLinkCreated',
  'oneTimeLinkUsed',
  'organizationCreated',
  'organizationSlugChanged',
  'organizationSlugReleased',
  'organizationStatusChanged',
  'organizationUpdated',
  'ownersUnreachable',
  'permissionSetCreated',
  'permissionSetDeleted',
  'permissionSetUpdated',
  'scimTokenCreated',
  'scimTokenExpirySet',
  'scimTokenRevoked',
  'sessionsEnded',
  'spaceCreated',
  'spaceDeleted',
  'spaceUpdated',
  'userAccessLapsed',
  'userBlocked',
  'userCreated',
  'userDeactivated',
  'userKept',
  'userReactivated',
  'userRemoved',
  'userUnblocked',
  'userUpdated',
  'workloadIdentityRemoved',
  'workloadIdentitySet',
] as const;
export type DomainEventType = (typeof domainEventTypes)[number];

const insertEvent = statement<never>(
  `insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

const insertEvents = statement<never>(
  `insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
   select $1, "id", "type", "subjectId", $2, "data", $3
     from jsonb_to_recordset($4::jsonb) as event("id" uuid, "type" text, "subjectId" uuid, "data" jsonb)`,
);

/** Writes one domain event in the transaction of the change it tells of. */
export async function recordEvent(
  transaction: OrganizationTransaction,
  actor: NamedActor,
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

/** Writes many domain events of one moment at once, in their order. */
export async function recordEvents(
  transaction: OrganizationTransaction,
  actor: NamedActor,
  at: Date,
  events: readonly { type: DomainEventType; subjectId: string; data: Record<string, unknown> }[],
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({ id: uuid(), ...event }));
  await transaction.rows(insertEvents, JSON.stringify(describeActor(actor)), at, JSON.stringify(rows));
}
