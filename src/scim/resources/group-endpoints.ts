import { canonicalResource } from '../../attributes/canonical-resource.ts';
import type { Json, ResourceJson } from '../../attributes/json.ts';
import { memberValues } from '../../attributes/member-values.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import {
  type ChangeDirectoryGroupInput,
  changeGroupDocument,
  createGroupDocument,
  deleteGroupDocument,
  listGroupsDocument,
  type ReadGroupQuery,
  readGroupDocument,
} from '../documents/operations.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { compileGroupPatch } from '../protocol/group-patch.ts';
import { readPaging } from '../protocol/list.ts';
import { readPatchRequest } from '../protocol/patch-request.ts';
import { wantsAttribute } from '../protocol/projection.ts';
import { scimErrors } from '../protocol/scim-error.ts';
import { directoryFilter } from './directory-filter.ts';
import { isMember, type Member, memberDeltas } from './member-deltas.ts';
import { listReply, locationOf, presented, resourceReply, written } from './resource-reply.ts';

type Group = NonNullable<ReadGroupQuery['directoryGroup']>;
type Change = Omit<ChangeDirectoryGroupInput, 'directoryId' | 'id' | 'ifVersions'>;

/** RFC 7644 §3.3. Members are answered to a client that sent some. */
export async function createGroup(exchange: Exchange): Promise<Reply> {
  const { directoryId } = exchange;
  const { resource, memberIds } = readGroupBody(await exchange.body());
  const payload = await exchange.write(createGroupDocument, {
    input: { directoryId, resource, memberIds },
    withMembers: memberIds.length > 0 && wantsMembers(exchange),
  });
  const group = written(payload.directoryGroup);
  const headers = { Location: locationOf(exchange, groupTable, group.id) };
  return resourceReply(exchange, group, presentGroup(exchange, group), { status: 201, headers });
}

/** RFC 7644 §3.4.1. The members are not even read unless they are wanted. */
export async function readGroup(exchange: Exchange): Promise<Reply> {
  const group = await findGroup(exchange, wantsMembers(exchange));
  return resourceReply(exchange, group, presentGroup(exchange, group), { outcome: 'groupRead' });
}

/** RFC 7644 §3.4.2. */
export async function listGroups(exchange: Exchange): Promise<Reply> {
  const { directoryId, query } = exchange;
  const paging = readPaging(query);
  const { directoryGroups } = await exchange.read(listGroupsDocument, {
    directoryId,
    filter: directoryFilter(query.filter, groupTable),
    ...paging,
    withMembers: wantsMembers(exchange),
  });
  const groups = directoryGroups.items.map((group) => presentGroup(exchange, group));
  return listReply('groupsRead', paging, directoryGroups.totalCount, groups);
}

/** RFC 7644 §3.5.1: what the body leaves out is cleared, members included. */
export async function replaceGroup(exchange: Exchange): Promise<Reply> {
  const { resource, memberIds } = readGroupBody(await exchange.body());
  const { displayName, externalId = null } = resource;
  const group = await changeGroup(exchange, true, {
    displayName: String(displayName),
    externalId: externalId === null ? null : String(externalId),
    members: [{ kind: 'REPLACE', userIds: memberIds }],
  });
  return groupReply(exchange, written(group));
}

/** RFC 7644 §3.5.2 as one change that never reads the members. 204, or 200 to a client that names `attributes`. */
export async function patchGroup(exchange: Exchange): Promise<Reply> {
  const { members, ...names } = compileGroupPatch(readPatchRequest(await exchange.body()));
  const deltas = await memberDeltas(members, async () => membersOf(await findGroup(exchange, true)));
  const wantsGroup = exchange.projection.kind === 'only';
  const group = await changeGroup(exchange, wantsGroup, { ...names, members: deltas });
  return wantsGroup ? groupReply(exchange, written(group)) : { status: 204 };
}

/** RFC 7644 §3.6. */
export async function deleteGroup(exchange: Exchange): Promise<Reply> {
  const { directoryId, resourceId: id, ifVersions } = exchange;
  await exchange.write(deleteGroupDocument, { input: { directoryId, id, ifVersions } });
  return { status: 204 };
}

async function findGroup(exchange: Exchange, withMembers: boolean): Promise<Group> {
  const { directoryId, resourceId: id } = exchange;
  const { directoryGroup } = await exchange.read(readGroupDocument, { directoryId, id, withMembers });
  if (directoryGroup === null) throw scimErrors.notFound('There is no group with this id');
  return directoryGroup;
}

async function changeGroup(exchange: Exchange, withGroup: boolean, change: Change): Promise<Group | null | undefined> {
  const { directoryId, resourceId: id, ifVersions } = exchange;
  const withMembers = withGroup && wantsMembers(exchange);
  const input = { directoryId, id, ifVersions, ...change };
  const payload = await exchange.write(changeGroupDocument, { input, withGroup, withMembers });
  return payload.directoryGroup;
}

function readGroupBody(body: Json): { resource: ResourceJson; memberIds: string[] } {
  const read = canonicalResource(groupTable, body);
  const members = memberValues(body);
  const problem = [...(read.ok ? [] : read.problems), ...(members.ok ? [] : members.problems)][0];
  if (problem !== undefined) {
    const detail = problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
    throw scimErrors[problem.kind](detail);
  }
  return { resource: read.ok ? read.resource : {}, memberIds: (members.ok && members.values) || [] };
}

function presentGroup(exchange: Exchange, group: Group): ResourceJson {
  if (group.members === undefined) return presented(exchange, groupTable, group, {});
  const members = membersOf(group).map(({ value, display }) => ({
    value,
    ...(typeof display === 'string' ? { display } : {}),
    type: 'User',
    $ref: locationOf(exchange, userTable, value),
  }));
  return presented(exchange, groupTable, group, { members });
}

/** The members, which the schema knows only as JSON. */
function membersOf(group: Group): Member[] {
  return Array.isArray(group.members) ? group.members.filter(isMember) : [];
}

function groupReply(exchange: Exchange, group: Group): Reply {
  return resourceReply(exchange, group, presentGroup(exchange, group));
}

function wantsMembers(exchange: Exchange): boolean {
  return wantsAttribute(exchange.projection, 'members');
}
