import { resourceOf } from '../scim-answer.ts';
import { SimulationFailure } from '../simulation-failure.ts';
import { isSoftDeleted, type Person, type TenantGroup } from '../tenant-objects.ts';
import { patchBody } from './dialect.ts';
import { attributeChanges, groupCreateBody, groupMapping } from './entra-mapping.ts';
import { findMatch, groupLookups, requireNoMembers } from './entra-matching.ts';
import { addTo } from './entra-memory.ts';
import type { ProvisioningContext } from './user-provisioning.ts';

/** Brings the service's group, without its members, to the state of the tenant's: match, then POST, or GET and PATCH. */
export async function provisionGroup(context: ProvisioningContext, group: TenantGroup): Promise<void> {
  const id = context.memory.groupIds.get(group) ?? (await matchGroup(context, group));
  if (id !== undefined) return updateGroup(context, group, id);
  try {
    await createGroup(context, group);
  } catch (error) {
    if (!(error instanceof SimulationFailure) || error.status !== 409) throw error;
    const late = await matchGroup(context, group);
    if (late === undefined) throw error;
    await updateGroup(context, group, late);
  }
}

async function createGroup({ connection, memory, tally, restored }: ProvisioningContext, group: TenantGroup) {
  const answer = await connection.request({ method: 'POST', path: '/Groups', body: groupCreateBody(group) });
  memory.groupIds.set(group, resourceOf(answer).id);
  tally.count('group.create');
  if (!memory.deletedGroups.delete(group)) return;
  // Memberships are not sent again for people who are restored with the group they were in.
  addTo(
    memory.withheld,
    group,
    [...group.members].filter((person) => restored.has(person)),
  );
}

async function matchGroup(context: ProvisioningContext, group: TenantGroup): Promise<string | undefined> {
  const { connection, matching, memory, tally } = context;
  const match = await findMatch(connection, '/Groups', groupLookups(matching, group));
  if (match === undefined) return undefined;
  memory.groupIds.set(group, match.id);
  tally.count('group.match');
  return match.id;
}

async function updateGroup(context: ProvisioningContext, group: TenantGroup, id: string): Promise<void> {
  const { connection, dialect, tally } = context;
  const query = [['excludedAttributes', 'members']] as const;
  const answer = await connection.request({ method: 'GET', path: `/Groups/${id}`, query });
  const resource = resourceOf(answer);
  requireNoMembers(resource, answer);
  const changes = attributeChanges(groupMapping, group, resource);
  if (changes.length === 0) return tally.count('group.unchanged');
  await connection.request({ method: 'PATCH', path: `/Groups/${id}`, body: patchBody(dialect.attributes(changes)) });
  tally.count('group.update');
}

/**
 * Sends the difference between the group's members and those sent before. People without a record are left out, and not
 * noticed before the group changes again; a restored person was never removed, so nothing is sent for them.
 */
export async function provisionMembers(context: ProvisioningContext, group: TenantGroup): Promise<void> {
  const { memory } = context;
  if (!memory.groupIds.has(group)) return;
  const sent = memory.membersOf(group);
  const withheld = memory.withheld.get(group);
  for (const person of withheld ?? []) if (!group.members.has(person)) withheld?.delete(person);
  const missing = [...group.members].filter((person) => !sent.has(person) && withheld?.has(person) !== true);
  const isThere = (person: Person): boolean => memory.userIds.has(person) && !isSoftDeleted(person);
  memory.passedOverMembers.set(group, new Set(missing.filter((person) => !isThere(person))));
  const removed = [...sent].filter((person) => !group.members.has(person));
  await patchMembers(context, group, 'add', missing.filter(isThere));
  await patchMembers(context, group, 'remove', removed);
}

/** Adds selected people, members of the tenant's group or not; a later cycle takes no notice of those who are none. */
export async function addSelectedMembers(
  context: ProvisioningContext,
  group: TenantGroup,
  selected: readonly Person[],
): Promise<void> {
  const { memory } = context;
  const sent = memory.membersOf(group);
  const known = selected.filter((person) => memory.userIds.has(person) && !sent.has(person));
  await patchMembers(context, group, 'add', known);
  const outsiders = known.filter((person) => !group.members.has(person));
  for (const person of outsiders) sent.delete(person);
  addTo(memory.onDemandMembers, group, outsiders);
}

async function patchMembers(
  { connection, dialect, tally, memory, membersPerRequest }: ProvisioningContext,
  group: TenantGroup,
  op: 'add' | 'remove',
  people: readonly Person[],
): Promise<void> {
  const sent = memory.membersOf(group);
  for (let start = 0; start < people.length; start += membersPerRequest) {
    const batch = people.slice(start, start + membersPerRequest);
    const ids = batch.flatMap((person) => memory.userIds.get(person) ?? []);
    const operations = op === 'add' ? dialect.addMembers(ids) : dialect.removeMembers(ids);
    const path = `/Groups/${memory.groupIds.get(group)}`;
    await connection.request({ method: 'PATCH', path, body: patchBody(operations) });
    for (const person of batch) {
      if (op === 'add') sent.add(person);
      else sent.delete(person);
    }
    tally.count(op === 'add' ? 'member.add' : 'member.remove', batch.length);
  }
}

export async function deleteGroup(
  { connection, tally, memory }: ProvisioningContext,
  group: TenantGroup,
): Promise<void> {
  const id = memory.groupIds.get(group);
  if (id === undefined) return;
  await connection.request({ method: 'DELETE', path: `/Groups/${id}` });
  memory.forgetGroup(group);
  memory.deletedGroups.add(group);
  tally.count('group.delete');
}
