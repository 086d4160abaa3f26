import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import { listGroupsDocument, listResourcesDocument, listUsersDocument } from '../documents/operations.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { listEnvelope, type Paging, readPaging } from '../protocol/list.ts';
import { readSort } from '../protocol/sort.ts';
import { directoryFilter } from './directory-filter.ts';
import { membersOfEach, presentGroup, wantsMembers } from './present-group.ts';
import { presentUser, wantsGroups } from './present-user.ts';
import { listReply } from './resource-reply.ts';

/** What every list is asked by: filter (§3.4.2.2), sorting (§3.4.2.3), and a page by index (§3.4.2.4) or cursor (RFC 9865). */
function asked({ directoryId, baseUrl, query }: Exchange, tables: readonly (typeof userTable)[]) {
  const paging = readPaging(query);
  const filter = directoryFilter(query.filter, tables);
  return { paging, variables: { directoryId, baseUrl, filter, sort: readSort(query, tables), ...paging } };
}

/** A page as GraphQL gives it. */
type Page<Item> = {
  readonly totalCount: number;
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
};

function envelopeOf({ startIndex }: Paging, { totalCount, items, nextCursor, previousCursor }: Page<unknown>) {
  const itemsPerPage = items.length;
  return listEnvelope({ totalResults: totalCount, startIndex, itemsPerPage, nextCursor, previousCursor });
}

/** RFC 7644 §3.4.2. */
export async function listUsers(exchange: Exchange): Promise<Reply> {
  const { paging, variables } = asked(exchange, [userTable]);
  const withGroups = wantsGroups(exchange);
  const { directoryUsers } = await exchange.read(listUsersDocument, { ...variables, withGroups });
  return listReply('usersRead', envelopeOf(paging, directoryUsers), directoryUsers.items, (user) => ({
    resource: presentUser(exchange, user),
  }));
}

/** RFC 7644 §3.4.2. The members are not even read unless they are wanted. */
export async function listGroups(exchange: Exchange): Promise<Reply> {
  const { paging, variables } = asked(exchange, [groupTable]);
  const first = membersOfEach(paging.count);
  const withMembers = wantsMembers(exchange);
  const { directoryGroups } = await exchange.read(listGroupsDocument, { ...variables, withMembers, first });
  return listReply('groupsRead', envelopeOf(paging, directoryGroups), directoryGroups.items, (group) =>
    presentGroup(exchange, group, first),
  );
}

/** RFC 7644 §3.4.2.1: the root lists users and groups together. */
export async function listResources(exchange: Exchange): Promise<Reply> {
  const { paging, variables } = asked(exchange, [userTable, groupTable]);
  const first = membersOfEach(paging.count);
  const wanted = { withGroups: wantsGroups(exchange), withMembers: wantsMembers(exchange), first };
  const { directoryResources } = await exchange.read(listResourcesDocument, { ...variables, ...wanted });
  return listReply('resourcesRead', envelopeOf(paging, directoryResources), directoryResources.items, (item) =>
    item.__typename === 'DirectoryUser'
      ? { resource: presentUser(exchange, item) }
      : presentGroup(exchange, item, first),
  );
}
