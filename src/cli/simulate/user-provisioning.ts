import { type AttributeChange, type ExternalIdSource, userChanges, userCreateBody } from './attribute-mapping.ts';
import { type Dialect, patchBody } from './dialect.ts';
import { findMatch, listedResources, resourceOf } from './matching.ts';
import type { ScimConnection } from './scim-connection.ts';
import { enterpriseUserUrn, equals, isJsonObject, type JsonObject } from './scim-wire.ts';
import { incompatible, SimulationFailure } from './simulation-failure.ts';
import type { SimulationTally } from './simulation-summary.ts';
import type { Person } from './tenant.ts';

export interface ProvisioningContext {
  connection: ScimConnection;
  dialect: Dialect;
  tally: SimulationTally;
  externalId: ExternalIdSource;
  membersPerRequest: number;
}

/** Brings the service's user to the state of the person: match, then POST, or GET and a PATCH of the differences. */
export async function provisionUser(context: ProvisioningContext, person: Person): Promise<void> {
  if (person.scimId !== undefined) return updateUser(context, person, person.scimId);
  const match = await matchUser(context, person);
  if (match !== undefined) return updateUser(context, person, match);
  // Somebody who is disabled before the first cycle is never created.
  if (person.isSoftDeleted) return;
  try {
    const body = userCreateBody(person, context.externalId);
    const created = await context.connection.request({ method: 'POST', path: '/Users', body });
    person.scimId = resourceOf(created).id;
    context.tally.count('user.create');
  } catch (error) {
    await recoverFromConflict(context, person, error);
  }
}

/** After a 409 Entra looks for the record again and updates it; without a hit the conflict stands. */
async function recoverFromConflict(context: ProvisioningContext, person: Person, error: unknown): Promise<void> {
  if (!(error instanceof SimulationFailure) || error.status !== 409) throw error;
  const match = await matchUser(context, person);
  if (match === undefined) throw error;
  await updateUser(context, person, match);
}

async function matchUser({ connection, tally }: ProvisioningContext, person: Person): Promise<string | undefined> {
  const match = await findMatch(connection, '/Users', 'userName', person.userPrincipalName);
  if (match === undefined) return undefined;
  if (typeof match.id !== 'string') throw incompatible('GET /Users', 200, 'The matched user has no id.');
  person.scimId = match.id;
  tally.count('user.match');
  return match.id;
}

async function updateUser(context: ProvisioningContext, person: Person, id: string): Promise<void> {
  const { connection, dialect, tally, externalId } = context;
  const path = `/Users/${id}`;
  const answer = await connection.request({ method: 'GET', path });
  const resource = resourceOf(answer);
  requireReadableManager(resource, answer.request);
  const changes = userChanges(person, externalId, resource);
  if (changes.length === 0) return tally.count('user.unchanged');
  await connection.request({ method: 'PATCH', path, body: patchBody(dialect.attributes(changes)) });
  tally.count(updateAction(changes));
}

function updateAction(changes: readonly AttributeChange[]): 'user.update' | 'user.disable' | 'user.restore' {
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
 * Sends a changed manager as the reference it is: asks whether the service already holds it, then PATCHes.
 * A manager or report without an anchor is left for a later cycle.
 */
export async function provisionManager(context: ProvisioningContext, person: Person): Promise<void> {
  const { connection, tally } = context;
  const { manager, sentManager, scimId } = person;
  if (scimId === undefined || manager === sentManager) return;
  if (manager !== undefined && manager.scimId === undefined) return;
  const operations = await managerOperations(context, scimId, manager?.scimId, sentManager?.scimId);
  if (operations.length > 0) {
    await connection.request({ method: 'PATCH', path: `/Users/${scimId}`, body: patchBody(operations) });
    tally.count('manager.update');
  }
  person.sentManager = manager;
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
  return listedResources(await connection.request({ method: 'GET', path: '/Users', query })).length > 0;
}

/** The hard delete that follows 30 days after a soft delete. */
export async function deleteUser({ connection, tally }: ProvisioningContext, person: Person): Promise<void> {
  if (person.scimId === undefined) return;
  await connection.request({ method: 'DELETE', path: `/Users/${person.scimId}` });
  person.scimId = undefined;
  tally.count('user.delete');
}
