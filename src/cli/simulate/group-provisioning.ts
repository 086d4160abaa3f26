import { groupChanges, groupCreateBody } from './attribute-mapping.ts';
import { patchBody } from './dialect.ts';
import { findMatch, requireNoMembers, resourceOf } from './matching.ts';
import { incompatible, SimulationFailure } from './simulation-failure.ts';
import type { Person, TenantGroup } from './tenant.ts';
import type { ProvisioningContext } from './user-provisioning.ts';

/** Brings the service's group, without its members, to the state of the tenant's: match, then POST, or GET and PATCH. */
export async function provisionGroup(context: ProvisioningContext, group: TenantGroup): Promise<void> {
  if (group.scimId !== undefined) return updateGroup(context, group, group.scimId);
  const match = await matchGroup(context, group);
  if (match !== undefined) return updateGroup(context, group, match);
  try {
    const created = await context.connection.request({ method: 'POST', path: '/Groups', body: groupCreateBody(group) });
    group.scimId = resourceOf(created).id;
    context.tally.count('group.create');
  } catch (error) {
    if (!(error instanceof SimulationFailure) || error.status !== 409) throw error;
    const late = await matchGroup(context, group);
    if (late === undefined) throw error;
    await updateGroup(context, group, late);
  }
}

async function matchGroup({ connection, tally }: ProvisioningContext, group: TenantGroup): Promise<string | undefined> {
  const match = await findMatch(connection, '/Groups', 'displayName', group.displayName);
  if (match === undefined) return undefined;
  if (typeof match.id !== 'string') throw incompatible('GET /Groups', 200, 'The matched group has no id.');
  group.scimId = match.id;
  tally.count('group.match');
  return match.id;
}

async function updateGroup(context: ProvisioningContext, group: TenantGroup, id: string): Promise<void> {
  const { connection, dialect, tally } = context;
  const query = [['excludedAttributes', 'members']] as const;
  const answer = await connection.request({ method: 'GET', path: `/Groups/${id}`, query });
  const resource = resourceOf(answer);
  requireNoMembers(resource, answer);
  const changes = groupChanges(group, resource);
  if (changes.length === 0) return tally.count('group.unchanged');
  await connection.request({ method: 'PATCH', path: `/Groups/${id}`, body: patchBody(dialect.attributes(changes)) });
  tally.count('group.update');
}

/**
 * Sends the difference between the group's members and those sent before. People without an anchor are left out until they have one;
 * a restored person was never removed, so nothing is sent for them.
 */
export async function provisionMembers(
  context: ProvisioningContext,
  group: TenantGroup,
  selected: Iterable<Person> = group.members,
): Promise<void> {
  if (group.scimId === undefined) return;
  const added = [...selected].filter(
    (person) => person.scimId !== undefined && !person.isSoftDeleted && !group.sentMembers.has(person),
  );
  const removed = [...group.sentMembers].filter((person) => !group.members.has(person));
  await patchMembers(context, group, 'add', added);
  await patchMembers(context, group, 'remove', removed);
}

async function patchMembers(
  { connection, dialect, tally, membersPerRequest }: ProvisioningContext,
  group: TenantGroup,
  op: 'add' | 'remove',
  people: readonly Person[],
): Promise<void> {
  for (let start = 0; start < people.length; start += membersPerRequest) {
    const batch = people.slice(start, start + membersPerRequest);
    const ids = batch.flatMap((person) => person.scimId ?? []);
    const operations = op === 'add' ? dialect.addMembers(ids) : dialect.removeMembers(ids);
    await connection.request({ method: 'PATCH', path: `/Groups/${group.scimId}`, body: patchBody(operations) });
    for (const person of batch) {
      if (op === 'add') group.sentMembers.add(person);
      else group.sentMembers.delete(person);
    }
    tally.count(op === 'add' ? 'member.add' : 'member.remove', batch.length);
  }
}

export async function deleteGroup({ connection, tally }: ProvisioningContext, group: TenantGroup): Promise<void> {
  if (group.scimId === undefined) return;
  await connection.request({ method: 'DELETE', path: `/Groups/${group.scimId}` });
  group.scimId = undefined;
  group.sentMembers.clear();
  tally.count('group.delete');
}
