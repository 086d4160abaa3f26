import type { Json } from '../../attributes/json.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import { type ReadGroupQuery, readGroupMembersDocument } from '../documents/operations.ts';
import type { Exchange } from '../exchange.ts';
import type { Shown } from '../json-pieces.ts';
import { wantsAttribute } from '../protocol/projection.ts';
import { scimErrors } from '../protocol/scim-error.ts';
import { isMember, type Member } from './member-deltas.ts';
import { locationOf, presented, projected } from './resource-reply.ts';

/** A directory group as GraphQL gives it; `members` is their first page, and only where they are wanted. */
export type Group = NonNullable<ReadGroupQuery['directoryGroup']>;

/** The members that are read at a time: some hundred kilobytes of JSON. */
export const MEMBERS_A_PAGE = 2_000;
/** The members that a whole list holds in memory at most. */
const MEMBERS_A_LIST = 50_000;
const MEMBERS_OF_A_LISTED_GROUP_MIN = 20;

/** How many members of each group to read with a list of so many groups: most have no more, the rest is read while it is sent. */
export function membersOfEach(count: number): number {
  const each = Math.floor(MEMBERS_A_LIST / Math.max(count, 1));
  return Math.min(Math.max(each, MEMBERS_OF_A_LISTED_GROUP_MIN), MEMBERS_A_PAGE);
}

/**
 * The group as the client wants to see it (docs/adr/0014). `first` is how many members were read with it: where there are
 * as many, the others are read page by page while the answer is sent.
 */
export function presentGroup(exchange: Exchange, group: Group, first: number = MEMBERS_A_PAGE): Shown {
  if (group.members === undefined) return { resource: presented(exchange, groupTable, group, {}) };
  const members = membersIn(group.members);
  const resource = presented(exchange, groupTable, group, { members: shownMembers(exchange, members) });
  const last = members.length < first ? undefined : members.at(-1)?.value;
  if (last === undefined) return { resource };
  return { resource, moreMembers: () => shownPages(exchange, group.id, last) };
}

/** All members of a group, a page at a time, from those after the given one on. Throws 404 where the group is gone. */
export async function* memberPages(
  exchange: Exchange,
  id: string,
  last: string | null = null,
): AsyncIterable<Member[]> {
  const { directoryId } = exchange;
  for (let after: string | null | undefined = last; after !== undefined; ) {
    const variables = { directoryId, id, first: MEMBERS_A_PAGE, after };
    const { directoryGroup } = await exchange.read(readGroupMembersDocument, variables);
    if (directoryGroup === null) throw scimErrors.notFound('There is no group with this id');
    const members = membersIn(directoryGroup.members);
    if (members.length > 0) yield members;
    after = members.length < MEMBERS_A_PAGE ? undefined : members.at(-1)?.value;
  }
}

export function wantsMembers(exchange: Exchange): boolean {
  return wantsAttribute(exchange.projection, 'members');
}

async function* shownPages(exchange: Exchange, id: string, last: string): AsyncIterable<Json[]> {
  for await (const members of memberPages(exchange, id, last)) {
    const { members: shown } = projected(exchange, groupTable, { members: shownMembers(exchange, members) });
    if (Array.isArray(shown)) yield shown;
  }
}

function shownMembers(exchange: Exchange, members: readonly Member[]): Json[] {
  return members.map(({ value, display }) => ({
    value,
    ...(typeof display === 'string' ? { display } : {}),
    type: 'User',
    $ref: locationOf(exchange, userTable, value),
  }));
}

/** The members, which the schema knows only as JSON. */
function membersIn(json: Json): Member[] {
  return Array.isArray(json) ? json.filter(isMember) : [];
}
