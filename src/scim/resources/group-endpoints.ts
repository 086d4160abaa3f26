import { canonicalResource } from '../../attributes/canonical-resource.ts';
import type { Json, ResourceJson } from '../../attributes/json.ts';
import { memberValues } from '../../attributes/member-values.ts';
import { extensionsOf } from '../../attributes/open-attribute.ts';
import { groupTable } from '../../attributes/resource-tables.ts';
import {
  type ChangeDirectoryGroupInput,
  changeGroupDocument,
  createGroupDocument,
  deleteGroupDocument,
  readGroupDocument,
} from '../documents/operations.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { compileGroupPatch } from '../protocol/group-patch.ts';
import { readPatchRequest } from '../protocol/patch-request.ts';
import { type ScimError, scimErrors } from '../protocol/scim-error.ts';
import { bodyDeparture } from '../protocol/strict-body.ts';
import { patchDeparture } from '../protocol/strict-patch.ts';
import { writeStrictly } from '../strict-write.ts';
import { type PatchedExtensions, patchExtensions } from './group-extensions.ts';
import { memberDeltas } from './member-deltas.ts';
import { writableVersions } from './precondition.ts';
import { type Group, MEMBERS_A_PAGE, memberPages, presentGroup, wantsMembers } from './present-group.ts';
import { resourceReply, written } from './resource-reply.ts';

type Change = Omit<ChangeDirectoryGroupInput, 'directoryId' | 'id'>;

/** RFC 7644 §3.3. Members are answered to a client that sent some. */
export async function createGroup(exchange: Exchange): Promise<Reply> {
  const { directoryId } = exchange;
  const body = await exchange.body();
  const { resource, memberIds } = readGroupBody(body);
  const variables = {
    input: { directoryId, resource, memberIds },
    withMembers: memberIds.length > 0 && wantsMembers(exchange),
    first: MEMBERS_A_PAGE,
  };
  const payload = await writeStrictly(exchange, createGroupDocument, variables, () => bodyDeparture(body, groupTable));
  return groupReply(exchange, written(payload.directoryGroup), { status: 201 });
}

/** RFC 7644 §3.4.1. The members are not even read unless they are wanted. */
export async function readGroup(exchange: Exchange): Promise<Reply> {
  const group = await findGroup(exchange, wantsMembers(exchange));
  return groupReply(exchange, group, { outcome: 'groupRead' });
}

/** RFC 7644 §3.5.1: what the body leaves out is cleared, members included. */
export async function replaceGroup(exchange: Exchange): Promise<Reply> {
  const body = await exchange.body();
  const { resource, memberIds } = readGroupBody(body);
  const { displayName, externalId = null } = resource;
  const change: Change = {
    displayName: String(displayName),
    externalId: externalId === null ? null : String(externalId),
    members: [{ kind: 'REPLACE', userIds: memberIds }],
    extensions: extensionsOf(resource),
  };
  const group = await changeGroup(exchange, true, change, () => bodyDeparture(body, groupTable));
  return groupReply(exchange, written(group));
}

/** RFC 7644 §3.5.2 as one change that never reads the members. 204, or 200 to a client that names `attributes`. */
export async function patchGroup(exchange: Exchange): Promise<Reply> {
  const body = await exchange.body();
  const { members, extensions, ...names } = compileGroupPatch(readPatchRequest(body));
  const deltas = await memberDeltas(members, () => memberPages(exchange, exchange.resourceId));
  const wantsGroup = exchange.projection.kind === 'only';
  const write = (patched?: PatchedExtensions) =>
    changeGroup(exchange, wantsGroup, { ...names, members: deltas, ...patched }, () =>
      patchDeparture(body, groupTable),
    );
  const read = () => findGroup(exchange, false);
  const group = await (extensions === undefined ? write() : patchExtensions(exchange, extensions, { read, write }));
  return wantsGroup ? groupReply(exchange, written(group)) : { status: 204 };
}

/** RFC 7644 §3.6. */
export async function deleteGroup(exchange: Exchange): Promise<Reply> {
  const { directoryId, resourceId: id } = exchange;
  const ifVersions = await writableVersions(exchange, () => readVersion(exchange));
  await exchange.write(deleteGroupDocument, { input: { directoryId, id, ifVersions } });
  return { status: 204 };
}

async function findGroup(exchange: Exchange, withMembers: boolean): Promise<Group> {
  const { directoryId, resourceId: id } = exchange;
  const variables = { directoryId, id, withMembers, first: MEMBERS_A_PAGE };
  const { directoryGroup } = await exchange.read(readGroupDocument, variables);
  if (directoryGroup === null) throw scimErrors.notFound('There is no group with this id');
  return directoryGroup;
}

async function readVersion(exchange: Exchange): Promise<number> {
  return (await findGroup(exchange, false)).version;
}

async function changeGroup(
  exchange: Exchange,
  withGroup: boolean,
  change: Change,
  findDeparture: () => ScimError | undefined,
): Promise<Group | null | undefined> {
  const { directoryId, resourceId: id } = exchange;
  const ifVersions = await writableVersions(exchange, () => readVersion(exchange));
  const withMembers = withGroup && wantsMembers(exchange);
  const input = { directoryId, id, ifVersions, ...change };
  const variables = { input, withGroup, withMembers, first: MEMBERS_A_PAGE };
  const payload = await writeStrictly(exchange, changeGroupDocument, variables, findDeparture);
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

function groupReply(exchange: Exchange, group: Group, extra: Partial<Reply> = {}): Reply {
  return resourceReply(exchange, groupTable, group, presentGroup(exchange, group), extra);
}
