import { listedPage, resourceOf } from '../scim-answer.ts';
import type { ScimConnection } from '../scim-connection.ts';
import { enterpriseUserUrn, equals, isJsonObject, type JsonObject } from '../scim-wire.ts';
import { incompatible, SimulationFailure } from '../simulation-failure.ts';
import type { SimulationTally } from '../simulation-summary.ts';
import { isSoftDeleted, type Person } from '../tenant-objects.ts';
import { type Dialect, patchBody } from './dialect.ts';
import {
  type AttributeChange,
  attributeChanges,
  type ExternalIdSource,
  userCreateBody,
  userMapping,
} from './entra-mapping.ts';
import { findMatch, type Matching, userLookups } from './entra-matching.ts';
import type { EntraMemory } from './entra-memory.ts';

/** What provisioning one object needs. */
export interface ProvisioningContext {
  connection: ScimConnection;
  dialect: Dialect;
  tally: SimulationTally;
  memory: EntraMemory;
  matching: Matching;
  externalId: ExternalIdSource;
  membersPerRequest: number;
  /** Who came back in this cycle. */
  restored: Set<Person>;
}

/** Brings the service's user to the state of the person: match, then POST, or GET and a PATCH of the differences. */
export async function provisionUser(context: ProvisioningContext, person: Person): Promise<void> {
  const { memory } = context;
  const known = memory.userIds.get(person);
  // Once out of scope and disabled, a person is not managed any more.
  if (known !== undefined && !person.isAssigned && memory.disabled.has(person)) return;
  const id = known ?? (await matchUser(context, person));
  if (id !== undefined) return updateUser(context, person, id);
  // Somebody who is disabled before the first cycle is never created.
  if (isSoftDeleted(person)) return;
  try {
    await createUser(context, person);
  } catch (error) {
    await recoverFromConflict(context, person, error);
  }
}

async function createUser({ connection, memory, tally, externalId }: ProvisioningContext, person: Person) {
  const body = userCreateBody(person, externalId);
  const { id } = resourceOf(await connection.request({ method: 'POST', path: '/Users', body }));
  memory.userIds.set(person, id);
  memory.created.add(person);
  tally.count('user.create');
}

/** After a 409 Entra looks for the record again and updates it; without a hit the conflict stands. */
async function recoverFromConflict(context: ProvisioningContext, person: Person, error: unknown): Promise<void> {
  if (!(error instanceof SimulationFailure) || error.status !== 409) throw error;
  const match = await matchUser(context, person);
  if (match === undefined) throw error;
  await updateUser(context, person, match);
}

async function matchUser(context: ProvisioningContext, person: Person): Promise<string | undefined> {
  const { connection, matching, externalId, memory, tally } = context;
  const match = await findMatch(connection, '/Users', userLookups(matching, person, externalId));
  if (match === undefined) return undefined;
  memory.userIds.set(person, match.id);
  tally.count('user.match');
  return match.id;
}

async function updateUser(context: ProvisioningContext, person: Person, id: string): Promise<void> {
  const { connection, dialect, tally, memory, externalId, restored } = context;
  const path = `/Users/${id}`;
  const answer = await connection.request({ method: 'GET', path });
  const resource = resourceOf(answer);
  requireReadableManager(resource, answer.request);
  const changes = attributeChanges(userMapping(externalId), person, resource);
  if (changes.length > 0) {
    await connection.request({ method: 'PATCH', path, body: patchBody(dialect.attributes(changes)) });
  }
  const action = updateAction(changes);
  if (action === 'user.restore') restored.add(person);
  if (isSoftDeleted(person)) memory.disabled.add(person);
  else memory.disabled.delete(person);
  tally.count(action);
}

type UpdateAction = 'user.unchanged' | 'user.update' | 'user.disable' | 'user.restore';

function updateAction(changes: readonly AttributeChange[]): UpdateAction {
  if (changes.length === 0) return 'user.unchanged';
  const active = changes.find(({ target }) => target.kind === 'attribute' && target.name === 'active');
  if (active === undefined) return 'user.update';
  return active.value === true ? 'user.restore' : 'user.disable';
}

/** Entra cannot read a manager given as a string. */
function requireReadableManager(resource: JsonObject, request: string): void {
  const extension = resource[enterpriseUserUrn];
  const manager = isJsonObject(extension) ? extension.manager : undefined;
  if (manager !== undefined && manager !== null && !isJsonObject(manager)) {
    throw incompatible(request, 200, 'manager must be an object with a value, not a string.');
  }
}

/**
 * Sends a changed manager as the reference it is: asks whether the service already holds it, then PATCHes. A manager without a
 * record is passed over, and not noticed later.
 */
export async function provisionManager(context: ProvisioningContext, person: Person): Promise<void> {
  const { connection, tally, memory } = context;
  const { manager } = person;
  const id = memory.userIds.get(person);
  const sent = memory.managers.get(person);
  if (id === undefined || manager === sent || memory.disabled.has(person)) return;
  const managerId = manager && memory.userIds.get(manager);
  if (manager !== undefined && managerId === undefined) {
    memory.passedOverManagers.set(person, manager);
    return;
  }
  const operations = await managerOperations(context, id, managerId, sent && memory.userIds.get(sent));
  if (operations.length > 0) {
    await connection.request({ method: 'PATCH', path: `/Users/${id}`, body: patchBody(operations) });
    tally.count('manager.update');
  }
  if (manager) memory.managers.set(person, manager);
  else memory.managers.delete(person);
}

async function managerOperations(
  { connection, dialect }: ProvisioningContext,
  id: string,
  managerId: string | undefined,
  sentId: string | undefined,
): Promise<JsonObject[]> {
  if (managerId === undefined) return sentId === undefined ? [] : dialect.removeManager(sentId);
  if (await holdsManager(connection, id, managerId)) return [];
  const op = sentId === undefined ? 'add' : 'replace';
  return dialect.setManager(op, managerId, connection.location(`/Users/${managerId}`));
}

async function holdsManager(connection: ScimConnection, id: string, managerId: string): Promise<boolean> {
  const filter = `${equals('id', id)} and ${equals('manager', managerId)}`;
  const query = [
    ['filter', filter],
    ['attributes', 'id'],
  ] as const;
  return listedPage(await connection.request({ method: 'GET', path: '/Users', query })).resources.length > 0;
}

/** The hard delete that follows 30 days after a soft delete, or at once at a manual purge. */
export async function deleteUser({ connection, tally, memory }: ProvisioningContext, person: Person): Promise<void> {
  const id = memory.userIds.get(person);
  if (id === undefined) return;
  await connection.request({ method: 'DELETE', path: `/Users/${id}` });
  tally.count('user.delete');
}
