import { isJsonObject, type Json, type JsonObject } from '../../attributes/json.ts';
import { groupTable } from '../../attributes/resource-tables.ts';
import type { MemberDeltaInput } from '../documents/operations.ts';
import type { Filter } from '../protocol/filter.ts';
import type { MemberDelta } from '../protocol/group-patch.ts';
import { matches } from '../protocol/matches.ts';
import { termsOf } from '../protocol/patch.ts';
import { scimErrors } from '../protocol/scim-error.ts';

/** A direct member of a directory group as GraphQL gives it. */
export type Member = { readonly value: string; readonly display?: Json };

const inputKinds = { add: 'ADD', remove: 'REMOVE', replace: 'REPLACE' } as const;
/** Bounds the work of one request. */
const COMPARISONS_MAX = 2_000_000;
const membersAttribute = groupTable.schema.attributes.find(({ name }) => name === 'members');

/** True for a member among the JSON that GraphQL gives. */
export function isMember(json: Json): json is { value: string; display?: Json } {
  return isJsonObject(json) && typeof json.value === 'string';
}

/**
 * The member deltas as GraphQL takes them: by ids only. Where a delta removes by a filter other than ids, the members are
 * read, once, and the ones that it meets after the deltas before it are named.
 */
export async function memberDeltas(
  deltas: readonly MemberDelta[],
  readMembers: () => Promise<readonly Member[]>,
): Promise<MemberDeltaInput[]> {
  const needsMembers = deltas.some(({ kind }) => kind === 'removeWhere');
  const roster = new Map<string, JsonObject>();
  for (const member of needsMembers ? await readMembers() : []) roster.set(member.value, shown(member));
  let comparisons = 0;
  return deltas.map((delta): MemberDeltaInput => {
    if (delta.kind !== 'removeWhere') {
      if (needsMembers) follow(roster, delta);
      return { kind: inputKinds[delta.kind], userIds: delta.values };
    }
    comparisons += roster.size * termsOf(delta.filter);
    if (comparisons > COMPARISONS_MAX) throw scimErrors.payloadTooLarge('The filters compare too many members');
    const userIds = [...roster.keys()].filter((id) => isMet(delta.filter, roster.get(id)));
    for (const id of userIds) roster.delete(id);
    return { kind: 'REMOVE', userIds };
  });
}

function follow(roster: Map<string, JsonObject>, delta: Exclude<MemberDelta, { kind: 'removeWhere' }>): void {
  const values = new Set(delta.values);
  for (const id of roster.keys()) {
    if (values.has(id) ? delta.kind === 'remove' : delta.kind === 'replace') roster.delete(id);
  }
  if (delta.kind === 'remove') return;
  for (const id of values) if (!roster.has(id)) roster.set(id, shown({ value: id }));
}

function shown({ value, display }: Member): JsonObject {
  return { value, ...(typeof display === 'string' ? { display } : {}), type: 'User' };
}

function isMet(filter: Filter, member: JsonObject | undefined): boolean {
  return member !== undefined && membersAttribute !== undefined && matches(filter, member, membersAttribute);
}
