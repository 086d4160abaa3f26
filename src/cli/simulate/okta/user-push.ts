import { resourceOf } from '../scim-answer.ts';
import type { JsonObject } from '../scim-wire.ts';
import { incompatible } from '../simulation-failure.ts';
import { isSoftDeleted, type Person } from '../tenant-objects.ts';
import { findMatch, type OktaContext, patchBody } from './okta-context.ts';
import { differingNames, userCreateBody, userReplaceBody } from './okta-mapping.ts';

/** Brings the service's user to the state of the person: creates or links, updates, deactivates, reactivates. Never deletes. */
export async function pushUser(context: OktaContext, person: Person): Promise<void> {
  const { memory } = context;
  const id = memory.userIds.get(person);
  if (isSoftDeleted(person)) {
    if (id !== undefined && !memory.disabled.has(person)) await deactivate(context, person, id);
    return;
  }
  // Assigned for the first time, or again: Okta looks for the record either way.
  if (id === undefined || memory.disabled.has(person)) return assignUser(context, person);
  const { connection } = context;
  await update(context, person, resourceOf(await connection.request({ method: 'GET', path: `/Users/${id}` })));
}

async function assignUser(context: OktaContext, person: Person): Promise<void> {
  const { connection, memory, tally } = context;
  const match = await findMatch(connection, '/Users', 'userName', person.userPrincipalName);
  if (!match) return createUser(context, person);
  if (!memory.userIds.has(person)) tally.count('user.match');
  memory.userIds.set(person, match.id);
  await update(context, person, match);
}

/** POST without a look before: also what Okta does for somebody whose account was deleted and assigned anew. */
export async function createUser(context: OktaContext, person: Person): Promise<void> {
  const { connection, memory, tally } = context;
  const body = userCreateBody(person, newPassword(context));
  const answer = await connection.request({ method: 'POST', path: '/Users', body });
  const resource = resourceOf(answer);
  memory.userIds.set(person, resource.id);
  memory.created.add(person);
  memory.disabled.delete(person);
  tally.count('user.create');
  if (resource.active === false) {
    throw incompatible(answer.request, answer.status, 'A user who is created inactive is reactivated again and again.');
  }
}

async function update(context: OktaContext, person: Person, resource: JsonObject & { id: string }): Promise<void> {
  const { app, connection, memory, tally } = context;
  const path = `/Users/${resource.id}`;
  const differing = differingNames(person, resource);
  const isBack = differing.includes('active');
  const hasNewProfile = differing.some((name) => name !== 'active');
  if (isBack && app === 'catalogue') {
    await connection.request({ method: 'PATCH', path, body: patchBody({ op: 'replace', value: { active: true } }) });
  }
  if (hasNewProfile || (isBack && app === 'custom')) {
    await connection.request({ method: 'PUT', path, body: userReplaceBody(person, resource.id) });
  }
  memory.disabled.delete(person);
  if (isBack) tally.count('user.restore');
  else tally.count(hasNewProfile ? 'user.update' : 'user.unchanged');
}

async function deactivate({ app, connection, memory, tally }: OktaContext, person: Person, id: string): Promise<void> {
  const path = `/Users/${id}`;
  if (app === 'catalogue') {
    await connection.request({ method: 'PATCH', path, body: patchBody({ op: 'replace', value: { active: false } }) });
  } else {
    await connection.request({ method: 'GET', path });
    await connection.request({ method: 'PUT', path, body: userReplaceBody(person, id) });
  }
  memory.disabled.add(person);
  tally.count('user.disable');
}

/** Sends a new password for somebody who is provisioned, where passwords are synchronized. */
export async function pushPassword(context: OktaContext, person: Person): Promise<void> {
  const { app, connection, memory, tally } = context;
  const id = memory.userIds.get(person);
  const password = newPassword(context);
  if (id === undefined || password === undefined || memory.disabled.has(person)) return;
  const path = `/Users/${id}`;
  if (app === 'catalogue') {
    await connection.request({ method: 'PATCH', path, body: patchBody({ op: 'replace', value: { password } }) });
  } else {
    await connection.request({ method: 'PUT', path, body: { ...userReplaceBody(person, id), password } });
  }
  tally.count('user.update');
}

function newPassword({ syncsPasswords, random }: OktaContext): string | undefined {
  return syncsPasswords ? `${random.uuid()}Aa1!` : undefined;
}
