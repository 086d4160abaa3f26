import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import { recordEvent, recordEvents } from '../events/domain-event.ts';
import { storableJson } from '../events/reported-events.ts';
import type { BindingEnd, BindingRequestReason } from './binding.entity.ts';
import type { BindingRequestRow } from './binding-requests.store.ts';
import * as store from './binding-requests.store.ts';

/** Lets a sign-in wait for an admin; told once, however often it is tried. */
export async function askAdmin(
  transaction: OrganizationTransaction,
  actor: Actor,
  asked: {
    connectionId: string;
    identity: VerifiedIdentity;
    reason: BindingRequestReason;
    candidateUserIds: string[];
    at: Date;
  },
): Promise<BindingRequestRow> {
  const { connectionId, identity, reason, candidateUserIds, at } = asked;
  const { subject, stableId, email, displayName } = identity;
  const said = storableJson({ subject, stableId, email, displayName });
  const values = [uuid(), said, connectionId, reason, JSON.stringify(candidateUserIds), at];
  const [request] = await transaction.rows(store.askForBinding, ...values);
  if (!request) throw new Error('The binding request was not returned.');
  const { isNew, ...row } = request;
  if (isNew) {
    const data = { connectionId, reason, candidateUserIds };
    await recordEvent(transaction, actor, { type: 'bindingRequestCreated', subjectId: row.id, data, at });
  }
  return row;
}

export interface RequestDecision {
  request: BindingRequestRow;
  state: 'approved' | 'rejected';
  /** The user that was chosen. */
  userId: string | null;
  /** What else the event tells. */
  data?: Record<string, unknown>;
  at: Date;
}

/** Decides a request and tells of it; undefined where it was decided otherwise meanwhile. */
export async function decideRequest(
  transaction: OrganizationTransaction,
  actor: Actor,
  { request, state, userId, data: more, at }: RequestDecision,
): Promise<BindingRequestRow | undefined> {
  const { id, state: from, connectionId } = request;
  const by = JSON.stringify(describeActor(actor));
  const [decided] = await transaction.rows(store.decideRequest, id, from, state, by, at, userId);
  if (!decided) return undefined;
  const data = { from, state, userId, connectionId, ...more };
  await recordEvent(transaction, actor, { type: 'bindingRequestDecided', subjectId: id, data, at });
  return decided;
}

/** Closes the request of somebody who has got in without it, because what stood in the way has gone. */
export async function closeRequest(
  transaction: OrganizationTransaction,
  actor: Actor,
  { connectionId, subject, userId, at }: { connectionId: string; subject: string; userId: string; at: Date },
): Promise<void> {
  const [request] = await transaction.rows(store.requestOf, connectionId, subject);
  if (request?.state === 'pending') await decideRequest(transaction, actor, { request, state: 'approved', userId, at });
}

/** Takes back all that was asked through a connection, decided or not, and tells of it. */
export async function deleteRequestsThrough(
  transaction: OrganizationTransaction,
  actor: Actor,
  { connectionId, reason, at }: { connectionId: string; reason: BindingEnd; at: Date },
): Promise<void> {
  const deleted = await transaction.rows(store.deleteRequestsOf, connectionId);
  const events = deleted.map(({ id: subjectId, subject, state }) => {
    return { type: 'bindingRequestDeleted' as const, subjectId, data: { connectionId, subject, state, reason } };
  });
  await recordEvents(transaction, actor, at, events);
}
