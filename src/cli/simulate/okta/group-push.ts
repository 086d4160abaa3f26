import { readTarget } from '../attribute-mapping.ts';
import { resourceOf } from '../scim-answer.ts';
import { groupUrn, type JsonObject } from '../scim-wire.ts';
import { isSoftDeleted, nameOf, type Person, type TenantGroup } from '../tenant-objects.ts';
import { findMatch, type OktaContext, patchBody } from './okta-context.ts';
import { groupCreateBody, groupMapping } from './okta-mapping.ts';

/** The group in the service: whether it has another name there, and whether nobody knows its members, so that all are replaced. */
interface Linked {
  id: string;
  isNew: boolean;
  isRenamed: boolean;
  isFull: boolean;
}

/** Pushes a group: links the one of its name or creates it, then sends name and members where they differ from what was sent. */
export async function pushGroup(context: OktaContext, group: TenantGroup, isFull = false): Promise<void> {
  const linked = await link(context, group);
  const { memory, tally, app } = context;
  const sent = memory.membersOf(group);
  // Whoever was sent and deactivated since stays a member, so that nothing is missing when they come back.
  const isMember = (person: Person): boolean =>
    memory.userIds.has(person) && (sent.has(person) || !isSoftDeleted(person));
  const push = { ...linked, isFull: isFull || linked.isFull, members: [...group.members].filter(isMember) };
  if (app === 'catalogue') await patchGroup(context, group, push);
  else await putGroup(context, group, push);
  if (!linked.isNew) tally.count(linked.isRenamed ? 'group.update' : 'group.unchanged');
}

async function link({ connection, memory, tally }: OktaContext, group: TenantGroup): Promise<Linked> {
  const known = memory.groupIds.get(group);
  if (known !== undefined) {
    const query = [['excludedAttributes', 'members']] as const;
    const resource = resourceOf(await connection.request({ method: 'GET', path: `/Groups/${known}`, query }));
    const isRenamed = groupMapping.some((row) => row.from(group) !== readTarget(resource, row.target));
    return { id: known, isNew: false, isRenamed, isFull: false };
  }
  const match = await findMatch(connection, '/Groups', 'displayName', group.displayName);
  if (match) {
    memory.groupIds.set(group, match.id);
    tally.count('group.match');
    return { id: match.id, isNew: false, isRenamed: match.displayName !== group.displayName, isFull: true };
  }
  const created = await connection.request({ method: 'POST', path: '/Groups', body: groupCreateBody(group) });
  const { id } = resourceOf(created);
  memory.groupIds.set(group, id);
  tally.count('group.create');
  return { id, isNew: true, isRenamed: false, isFull: false };
}

interface Push extends Linked {
  members: readonly Person[];
}

/** Renames without a path; removals and additions share a request; a full push replaces the list, also by an empty one. */
async function patchGroup(context: OktaContext, group: TenantGroup, push: Push): Promise<void> {
  const { connection, memory, membersPerRequest } = context;
  const sent = memory.membersOf(group);
  const removed = push.isFull ? [] : [...sent].filter((person) => !group.members.has(person));
  const added = push.isFull ? [...push.members] : push.members.filter((person) => !sent.has(person));
  const rename = { op: 'replace', value: { id: push.id, displayName: group.displayName } };
  for (let isFirst = true; isFirst || removed.length + added.length > 0; isFirst = false) {
    const leaving = removed.splice(0, membersPerRequest);
    const coming = added.splice(0, membersPerRequest - leaving.length);
    const operations: JsonObject[] = [
      ...(isFirst && push.isRenamed ? [rename] : []),
      ...leaving.map((person) => ({ op: 'remove', path: `members[value eq "${memory.userIds.get(person)}"]` })),
      ...memberOperations(context, coming, isFirst && push.isFull),
    ];
    if (operations.length === 0) break;
    await connection.request({ method: 'PATCH', path: `/Groups/${push.id}`, body: patchBody(...operations) });
    remember(context, group, { coming, leaving, isReplaced: isFirst && push.isFull });
  }
}

function memberOperations(context: OktaContext, people: readonly Person[], isReplaced: boolean): JsonObject[] {
  if (people.length === 0 && !isReplaced) return [];
  return [{ op: isReplaced ? 'replace' : 'add', path: 'members', value: memberValues(context, people) }];
}

/** A custom app writes the whole group each time. */
async function putGroup(context: OktaContext, group: TenantGroup, push: Push): Promise<void> {
  const { connection, memory } = context;
  const sent = memory.membersOf(group);
  const leaving = [...sent].filter((person) => !group.members.has(person));
  const isSame = leaving.length === 0 && push.members.every((person) => sent.has(person));
  if (push.isRenamed || push.isFull || !isSame) {
    const { displayName } = group;
    const body = { schemas: [groupUrn], id: push.id, displayName, members: memberValues(context, push.members) };
    await connection.request({ method: 'PUT', path: `/Groups/${push.id}`, body });
    remember(context, group, { coming: push.members, leaving, isReplaced: push.isFull });
  }
}

function memberValues({ memory }: OktaContext, people: readonly Person[]): JsonObject[] {
  return people.map((person) => ({ value: memory.userIds.get(person), display: nameOf(person) }));
}

interface MemberChange {
  coming: readonly Person[];
  leaving: readonly Person[];
  isReplaced: boolean;
}

function remember({ memory, tally }: OktaContext, group: TenantGroup, change: MemberChange): void {
  const sent = memory.membersOf(group);
  if (change.isReplaced) sent.clear();
  for (const person of change.leaving) sent.delete(person);
  const added = change.coming.filter((person) => !sent.has(person));
  for (const person of added) sent.add(person);
  tally.count('member.add', added.length);
  tally.count('member.remove', change.leaving.length);
}

/** Ends the push of a group and deletes it in the application, which Okta offers when a pushed group is unlinked. */
export async function deleteGroup({ connection, memory, tally }: OktaContext, group: TenantGroup): Promise<void> {
  const id = memory.groupIds.get(group);
  if (id === undefined) return;
  await connection.request({ method: 'DELETE', path: `/Groups/${id}` });
  memory.forgetGroup(group);
  tally.count('group.delete');
}
