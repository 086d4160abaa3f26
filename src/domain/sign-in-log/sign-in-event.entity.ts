import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';
import type { AuthenticationMethod } from '../accounts/session.entity.ts';
import type { SignInRefusalReason } from './sign-in-refusal.ts';

/** One sign-in and what became of it, as an admin reads it. Its id stands on the page that the person saw. */
export class SignInEvent {
  organizationId!: string;
  id!: string;
  outcome!: 'signedIn' | 'refused';
  reason!: SignInRefusalReason | null;
  method!: AuthenticationMethod;
  connectionId!: string | null;
  userId!: string | null;
  subject!: string | null;
  email!: string | null;
  /** `foldKey(email)`. */
  emailKey!: string | null;
  /** `signInReference(id)`. */
  reference!: string;
  /** What else explains it, such as the code of the identity provider; no secret, no token. */
  detail!: Record<string, unknown>;
  address!: string | null;
  createdAt!: Date;
}

export const signInEventSchema = defineEntity({
  class: SignInEvent,
  tableName: 'sign_in_events',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    outcome: p.text().$type<SignInEvent['outcome']>(),
    reason: p.text().$type<SignInRefusalReason>().nullable(),
    method: p.text().$type<AuthenticationMethod>(),
    connectionId: p.uuid().nullable(),
    userId: p.uuid().nullable(),
    subject: p.text().nullable(),
    email: p.text().nullable(),
    emailKey: p.text().nullable(),
    reference: p.text(),
    detail: p.json().$type<Record<string, unknown>>(),
    address: p.text().nullable(),
    createdAt: p.datetime(),
  },
  indexes: [
    { name: 'sign_in_events_user_index', properties: ['organizationId', 'userId'] },
    { name: 'sign_in_events_email_index', properties: ['organizationId', 'emailKey', 'id'] },
    { name: 'sign_in_events_reference_index', properties: ['organizationId', 'reference'] },
  ],
  checks: [{ name: 'sign_in_events_outcome_check', expression: "outcome in ('signedIn', 'refused')" }],
});
