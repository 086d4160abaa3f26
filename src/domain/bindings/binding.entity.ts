import { defineEntity, p } from '@mikro-orm/core';
import { belongsTo, organizationTable } from '../../database/organization-table.ts';
import { Connection } from '../connections/connection.entity.ts';

export const bindingWays = ['stableId', 'email', 'justInTime', 'approval'] as const;
/** How a person at the identity provider became a user here. */
export type BindingWay = (typeof bindingWays)[number];

/** Why a binding ended: `ended` by an admin, `approvalWithdrawn` before anybody had signed in by it. */
export type BindingEnd =
  | 'approvalWithdrawn'
  | 'approvedAnother'
  | 'connectionDeleted'
  | 'ended'
  | 'issuerChanged'
  | 'personReplaced'
  | 'recordDeleted'
  | 'subjectReplaced';

/** Who signs in through a connection is which user: by the connection and the subject, for good. */
export class Binding {
  organizationId!: string;
  id!: string;
  connection!: Connection;
  /** OIDC: `sub`. SAML: the persistent NameID, else the stable id. */
  subject!: string;
  /** As it was proved when the binding was made: the `externalId` it was compared with. */
  stableId!: string | null;
  /** Null from an admin's approval until the first sign-in. */
  accountId!: string | null;
  userId!: string;
  /** Null for a user without a record in a directory. */
  directoryUserId!: string | null;
  boundBy!: BindingWay;
  createdAt!: Date;
  lastUsedAt!: Date;
  endedAt!: Date | null;
  endedReason!: BindingEnd | null;
}

export const bindingSchema = defineEntity({
  class: Binding,
  tableName: 'bindings',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    connection: () => belongsTo(Connection, 'connection_id', 'bindings_connection_fkey'),
    subject: p.text(),
    stableId: p.text().nullable(),
    accountId: p.uuid().nullable(),
    userId: p.uuid(),
    directoryUserId: p.uuid().nullable(),
    boundBy: p.text().$type<BindingWay>(),
    createdAt: p.datetime(),
    lastUsedAt: p.datetime(),
    endedAt: p.datetime().nullable(),
    endedReason: p.text().$type<BindingEnd>().nullable(),
  },
  indexes: [
    {
      name: 'bindings_subject_key',
      expression:
        'create unique index "bindings_subject_key" on "bindings" ("organization_id", "connection_id", "subject") where (ended_at is null)',
    },
    {
      name: 'bindings_user_key',
      expression:
        'create unique index "bindings_user_key" on "bindings" ("organization_id", "connection_id", "user_id") where (ended_at is null)',
    },
    { name: 'bindings_subject_index', properties: ['organizationId', 'connection', 'subject'] },
    { name: 'bindings_stable_id_index', properties: ['organizationId', 'stableId'] },
    { name: 'bindings_user_index', properties: ['organizationId', 'userId'] },
    { name: 'bindings_directory_user_index', properties: ['organizationId', 'directoryUserId'] },
  ],
  checks: [
    { name: 'bindings_bound_by_check', expression: "bound_by in ('stableId', 'email', 'justInTime', 'approval')" },
  ],
});

export const bindingRequestReasons = [
  'alreadyBound',
  'ambiguous',
  'protectedUser',
  'emailBoundBefore',
  'otherSignInMethod',
] as const;
/** Why a sign-in was not bound by itself; `otherSignInMethod`: the account with their address is not theirs, the person says. */
export type BindingRequestReason = (typeof bindingRequestReasons)[number];

export const bindingRequestStates = ['pending', 'approved', 'rejected'] as const;
export type BindingRequestState = (typeof bindingRequestStates)[number];

/** A sign-in that waits for an admin: who it proved, and which users it may be. One a connection and subject. */
export class BindingRequest {
  organizationId!: string;
  id!: string;
  connection!: Connection;
  subject!: string;
  stableId!: string | null;
  email!: string | null;
  displayName!: string | null;
  reason!: BindingRequestReason;
  /** The users it may be; an admin chooses where there are several. */
  candidateUserIds!: string[];
  state!: BindingRequestState;
  attempts!: number;
  createdAt!: Date;
  lastTriedAt!: Date;
  decidedBy!: Record<string, unknown> | null;
  decidedAt!: Date | null;
  /** The user that was chosen; null where it is not decided, and for who was approved to be made one. */
  userId!: string | null;
}

export const bindingRequestSchema = defineEntity({
  class: BindingRequest,
  tableName: 'binding_requests',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    connection: () => belongsTo(Connection, 'connection_id', 'binding_requests_connection_fkey'),
    subject: p.text(),
    stableId: p.text().nullable(),
    email: p.text().nullable(),
    displayName: p.text().nullable(),
    reason: p.text().$type<BindingRequestReason>(),
    candidateUserIds: p.json().$type<string[]>(),
    state: p.text().$type<BindingRequestState>(),
    attempts: p.integer(),
    createdAt: p.datetime(),
    lastTriedAt: p.datetime(),
    decidedBy: p.json().$type<Record<string, unknown>>().nullable(),
    decidedAt: p.datetime().nullable(),
    userId: p.uuid().nullable(),
  },
  uniques: [{ name: 'binding_requests_subject_key', properties: ['organizationId', 'connection', 'subject'] }],
  checks: [
    { name: 'binding_requests_state_check', expression: "state in ('pending', 'approved', 'rejected')" },
    {
      name: 'binding_requests_reason_check',
      expression: "reason in ('alreadyBound', 'ambiguous', 'protectedUser', 'emailBoundBefore', 'otherSignInMethod')",
    },
  ],
});
