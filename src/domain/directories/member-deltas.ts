import type { OrganizationTransaction } from '../../database/database.ts';
import { DomainError } from '../domain-error.ts';
import { isId } from '../id.ts';
import * as store from './directory-groups.store.ts';

/** A change of a group's members; `replace` makes the list exactly these. */
export interface MemberDelta {
  kind: 'add' | 'remove' | 'replace';
  userIds: string[];
}

export interface MembersChanged {
  isChanged: boolean;
  added?: string[];
  addedCount?: number;
  removed?: string[];
  removedCount?: number;
  unknownMembers?: string[];
}

/** The group whose members change; `isHeld` where they count only once the directory goes on. */
interface Group {
  id: string;
  directoryId: string;
  isStrict: boolean;
  isHeld: boolean;
  provisioningEventId: string;
}

/**
 * Applies member changes in their order inside the caller's transaction and answers the net effect. Unknown people are
 * skipped and named; in a strict directory they throw `unknownMember`.
 */
export async function applyDeltas(
  transaction: OrganizationTransaction,
  group: Group,
  deltas: MemberDelta[],
): Promise<MembersChanged> {
  const net = new Map<string, number>();
  const count = (rows: { userId: string }[], step: number) => {
    for (const { userId } of rows) net.set(userId, (net.get(userId) ?? 0) + step);
  };
  const { isReplaced, added: wanted, removed: unwanted } = foldDeltas(deltas);
  const ids = wanted.filter(isId);
  const unknown = new Set(wanted.length === 0 ? [] : await unknownIn(transaction, group, wanted, ids));
  if (isReplaced) count(await transaction.rows(store.keepGroupMembers, group.id, ids), -1);
  else if (unwanted.length > 0) {
    count(await transaction.rows(store.removeGroupMembers, group.id, unwanted.filter(isId)), -1);
  }
  if (ids.length > 0) {
    const values = [group.id, group.directoryId, ids, group.isHeld, group.provisioningEventId];
    count(await transaction.rows(store.addGroupMembers, ...values), 1);
  }
  if (group.isStrict && unknown.size > 0) throw unknownMember([...unknown]);
  const added = [...net].filter(([, step]) => step > 0).map(([id]) => id);
  const removed = [...net].filter(([, step]) => step < 0).map(([id]) => id);
  return {
    isChanged: added.length + removed.length > 0,
    ...(added.length > 0 ? { added: added.slice(0, store.NAMED_IN_EVENTS_MAX), addedCount: added.length } : {}),
    ...(removed.length > 0
      ? { removed: removed.slice(0, store.NAMED_IN_EVENTS_MAX), removedCount: removed.length }
      : {}),
    ...(unknown.size > 0 ? { unknownMembers: [...unknown].slice(0, store.NAMED_IN_EVENTS_MAX) } : {}),
  };
}

/** The net effect of changes in their order, whoever was a member before: a thousand operations are two statements. */
function foldDeltas(deltas: MemberDelta[]): { isReplaced: boolean; added: string[]; removed: string[] } {
  let isReplaced = false;
  const isMember = new Map<string, boolean>();
  for (const { kind, userIds } of deltas) {
    if (kind === 'replace') {
      isReplaced = true;
      isMember.clear();
    }
    for (const id of userIds) isMember.set(id, kind !== 'remove');
  }
  const those = (wanted: boolean) => [...isMember].filter(([, isIn]) => isIn === wanted).map(([id]) => id);
  return { isReplaced, added: those(true), removed: those(false) };
}

async function unknownIn(
  transaction: OrganizationTransaction,
  group: Group,
  given: string[],
  ids: string[],
): Promise<string[]> {
  const rows = await transaction.rows(store.unknownUsers, group.directoryId, ids);
  return [...given.filter((id) => !isId(id)), ...rows.map((row) => row.id)];
}

/** For people whom the directory does not have. */
export function unknownMember(ids: string[]): DomainError {
  const message = `The directory has no user with the id ${ids.slice(0, 5).join(', ')}.`;
  return new DomainError('unknownMember', message, { path: 'members', ids });
}
