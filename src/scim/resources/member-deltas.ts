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
 * read, once and a page at a time, and those that it meets after the deltas before it are named.
 */
export async function memberDeltas(
  deltas: readonly MemberDelta[],
  readMembers: () => AsyncIterable<readonly Member[]>,
): Promise<MemberDeltaInput[]> {
  if (!deltas.some(({ kind }) => kind === 'removeWhere')) return deltas.map(byIds);
  const steps = deltas.map(stepOf);
  let comparisons = 0;
  // What the deltas do to one person does not hang on the others.
  const follow = (member: Member, isMember: boolean) => {
    let json = isMember ? shown(member) : undefined;
    for (const step of steps) {
      if (step.kind !== 'removeWhere') {
        if (!step.values.has(member.value)) json = step.kind === 'replace' ? undefined : json;
        else json = step.kind === 'remove' ? undefined : (json ?? shown({ value: member.value }));
      } else if (json !== undefined) {
        comparisons += step.terms;
        if (comparisons > COMPARISONS_MAX) throw scimErrors.payloadTooLarge('The filters compare too many members');
        if (!isMet(step.filter, json)) continue;
        step.met.push(member.value);
        json = undefined;
      }
    }
  };
  const added = new Set(deltas.flatMap((delta) => (isAddition(delta) ? delta.values : [])));
  for await (const page of readMembers()) {
    for (const member of page) {
      follow(member, true);
      added.delete(member.value);
    }
  }
  for (const value of added) follow({ value }, false);
  return steps.map((step) =>
    step.kind === 'removeWhere'
      ? { kind: 'REMOVE', userIds: step.met }
      : { kind: inputKinds[step.kind], userIds: [...step.values] },
  );
}

type Listed = Exclude<MemberDelta, { kind: 'removeWhere' }>;
/** A delta with what makes it quick to follow for many members; `met` is whom its filter meets. */
type Step =
  | { readonly kind: Listed['kind']; readonly values: ReadonlySet<string> }
  | { readonly kind: 'removeWhere'; readonly filter: Filter; readonly terms: number; readonly met: string[] };

function stepOf(delta: MemberDelta): Step {
  if (delta.kind !== 'removeWhere') return { kind: delta.kind, values: new Set(delta.values) };
  return { kind: delta.kind, filter: delta.filter, terms: termsOf(delta.filter), met: [] };
}

function byIds(delta: MemberDelta): MemberDeltaInput {
  return delta.kind === 'removeWhere'
    ? { kind: 'REMOVE', userIds: [] }
    : { kind: inputKinds[delta.kind], userIds: delta.values };
}

function isAddition(delta: MemberDelta): delta is Listed {
  return delta.kind === 'add' || delta.kind === 'replace';
}

function shown({ value, display }: Member): JsonObject {
  return { value, ...(typeof display === 'string' ? { display } : {}), type: 'User' };
}

function isMet(filter: Filter, member: JsonObject): boolean {
  return membersAttribute !== undefined && matches(filter, member, membersAttribute);
}
