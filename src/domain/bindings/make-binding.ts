import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { BindingWay } from './binding.entity.ts';
import type { BindingRow } from './bindings.store.ts';
import * as store from './bindings.store.ts';

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
