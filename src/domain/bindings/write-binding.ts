import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import { recordEvent } from '../events/domain-event.ts';
import { storableJson } from '../events/reported-events.ts';
import type { BindingRequestReason, BindingWay } from './binding.entity.ts';
import type { BindingRequestRow } from './binding-requests.store.ts';
import * as requests from './binding-requests.store.ts';
import type { BindingRow } from './bindings.store.ts';
import * as store from './bindings.store.ts';

/** Why a binding ended. */
export type BindingEnd = 'recordDeleted' | 'personReplaced' | 'subjectReplaced' | 'approvedAnother' | 'ended';

export interface NewBinding {
  connectionId: string;
  subject: string;
  stableId: string | null;
  /** Null where nobody has signed in yet. */
  accountId: string | null;
  userId: string;
  directoryUserId: string | null;
  boundBy: BindingWay;
  at: Date;
}

/** Makes a binding and tells of it. Fails on its unique keys where another transaction was first. */
export async function makeBinding(
  transaction: OrganizationTransaction,
  actor: Actor,
  binding: NewBinding,
): Promise<BindingRow> {
  const { connectionId, subject, stableId, accountId, userId, directoryUserId, boundBy, at } = binding;
  const id = uuid();
  const values = [id, connectionId, subject, stableId, accountId, userId, directoryUserId, boundBy, at];
  const [made] = await transaction.rows(store.insertBinding, ...values);
  if (!made) throw new Error('The new binding was not returned.');
  const data = { userId, connectionId, subject, directoryUserId, boundBy };
  await recordEvent(transaction, actor, { type: 'bindingCreated', subjectId: id, data, at });
  return made;
}

/** Ends a binding, and with it what its user's sessions have proved, and tells of it; undefined where it had ended. */
export async function endBindingOf(
  transaction: OrganizationTransaction,
  actor: Actor,
  { bindingId, reason, at }: { bindingId: string; reason: BindingEnd; at: Date },
): Promise<BindingRow | undefined> {
  const [ended] = await transaction.rows(store.endBinding, bindingId, at, reason);
  if (!ended) return undefined;
  const { userId, connectionId, subject } = ended;
  // Under a new subject it is the same person: their other browsers stay signed in.
  if (reason !== 'subjectReplaced') {
    await endAuthentications(transaction, actor, { userIds: [userId], reason: 'bindingEnded', at });
  }
  const data = { userId, connectionId, subject, reason };
  await recordEvent(transaction, actor, { type: 'bindingEnded', subjectId: bindingId, data, at });
  return ended;
}

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
  const [request] = await transaction.rows(requests.askForBinding, ...values);
  if (!request) throw new Error('The binding request was not returned.');
  const { isNew, ...row } = request;
  if (isNew) {
    const data = { connectionId, reason, candidateUserIds };
    await recordEvent(transaction, actor, { type: 'bindingRequestCreated', subjectId: row.id, data, at });
  }
  return row;
}

/** Closes the request of somebody who has got in without it, because what stood in the way has gone. */
export async function closeRequest(
  transaction: OrganizationTransaction,
  actor: Actor,
  { connectionId, subject, userId, at }: { connectionId: string; subject: string; userId: string; at: Date },
): Promise<void> {
  const [request] = await transaction.rows(requests.requestOf, connectionId, subject);
  if (request?.state !== 'pending') return;
  await transaction.rows(
    requests.decideRequest,
    request.id,
    'approved',
    JSON.stringify(describeActor(actor)),
    at,
    userId,
  );
  const data = { state: 'approved', userId };
  await recordEvent(transaction, actor, { type: 'bindingRequestDecided', subjectId: request.id, data, at });
}
