import type { Json, JsonObject } from '../../attributes/json.ts';
import { userTable } from '../../attributes/resource-tables.ts';
import {
  createUserDocument,
  deleteUserDocument,
  readUserDocument,
  replaceUserDocument,
} from '../documents/operations.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { applyPatch } from '../protocol/patch.ts';
import { type PatchOperation, readPatchRequest } from '../protocol/patch-request.ts';
import { ScimError, scimErrors } from '../protocol/scim-error.ts';
import { bodyDeparture } from '../protocol/strict-body.ts';
import { patchDeparture, targetDeparture } from '../protocol/strict-patch.ts';
import type { RecentUser, UserKey } from '../recent-users.ts';
import { GraphRefusal } from '../scim-problems.ts';
import { writeStrictly } from '../strict-write.ts';
import { writableVersions } from './precondition.ts';
import { presentUser, type User, wantsGroups } from './present-user.ts';
import { documentOf, resourceReply, written } from './resource-reply.ts';

const PATCH_ATTEMPTS_MAX = 5;

/** RFC 7644 §3.3. */
export async function createUser(exchange: Exchange): Promise<Reply> {
  const { directoryId } = exchange;
  const resource = await exchange.body();
  const payload = await writeStrictly(exchange, createUserDocument, { input: { directoryId, resource } }, () =>
    bodyDeparture(resource, userTable),
  );
  const user = remembered(exchange, written(payload.directoryUser));
  return userReply(exchange, user, { status: 201 });
}

/** RFC 7644 §3.4.1. */
export async function readUser(exchange: Exchange): Promise<Reply> {
  const user = await findUser(exchange);
  return userReply(exchange, user, { outcome: 'userRead' });
}

/** RFC 7644 §3.5.1. */
export async function replaceUser(exchange: Exchange): Promise<Reply> {
  const resource = await exchange.body();
  const ifVersions = await writableVersions(exchange, async () => (await findUser(exchange)).version);
  const write = { resource, ifVersions, withGroups: wantsGroups(exchange) };
  const user = await writeUser(exchange, write, () => bodyDeparture(resource, userTable));
  return userReply(exchange, user);
}

/**
 * RFC 7644 §3.5.2: fold the operations into the document, write over the version that it had. Without If-Match another's
 * write in between costs another attempt, so that nothing is lost.
 */
export async function patchUser(exchange: Exchange): Promise<Reply> {
  const body = await exchange.body();
  const patch = { body, operations: readPatchRequest(body) };
  const user = await exchange.turns.run(
    `${exchange.directoryId}/${exchange.resourceId}`,
    async () => (await patchRecent(exchange, patch)) ?? patchInTurn(exchange, patch),
  );
  return userReply(exchange, user);
}

/** RFC 7644 §3.6. */
export async function deleteUser(exchange: Exchange): Promise<Reply> {
  const { directoryId, resourceId: id } = exchange;
  const ifVersions = await writableVersions(exchange, async () => (await findUser(exchange)).version);
  await exchange.write(deleteUserDocument, { input: { directoryId, id, ifVersions } });
  exchange.recentUsers.forget(keyOf(exchange, id));
  return { status: 204 };
}

interface Patch {
  body: JsonObject;
  operations: readonly PatchOperation[];
}

/** The user after the patch, where this process remembers the document as it stands; undefined where it does not. */
async function patchRecent(exchange: Exchange, patch: Patch): Promise<User | undefined> {
  const key = keyOf(exchange, exchange.resourceId);
  const recent = exchange.recentUsers.get(key);
  const isConditional = exchange.ifVersions !== null || exchange.isForUnseen;
  if (recent === undefined || isConditional) return undefined;
  try {
    return await writePatched(exchange, patch, { before: recent, withGroups: wantsGroups(exchange) });
  } catch (error) {
    // What was wrong with a document that may have changed is found out on the one that stands.
    if (!(error instanceof ScimError)) throw error;
    exchange.recentUsers.forget(key);
    return undefined;
  }
}

async function patchInTurn(exchange: Exchange, patch: Patch): Promise<User> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await findUser(exchange);
    if (exchange.ifVersions !== null && !exchange.ifVersions.includes(before.version))
      throw scimErrors.preconditionFailed('The user has another version than If-Match names');
    if (exchange.isForUnseen && exchange.hasSeen(before.version))
      throw scimErrors.preconditionFailed('The user has a version that If-None-Match names');
    const recent = { version: before.version, resource: documentOf(before) };
    try {
      // The groups are not the user's to change: those that were read are still right.
      return { ...before, ...(await writePatched(exchange, patch, { before: recent, withGroups: false })) };
    } catch (error) {
      const isOutrun = error instanceof GraphRefusal && error.code === 'VERSION_CONFLICT';
      if (!isOutrun || exchange.ifVersions !== null || attempt === PATCH_ATTEMPTS_MAX) throw error;
    }
  }
}

function writePatched(
  exchange: Exchange,
  { body, operations }: Patch,
  { before, withGroups }: { before: RecentUser; withGroups: boolean },
): Promise<User> {
  const resource = applyPatch(before.resource, operations, userTable);
  const departure = () => patchDeparture(body, userTable) ?? targetDeparture(before.resource, operations, userTable);
  return writeUser(exchange, { resource, ifVersions: [before.version], withGroups }, departure);
}

function keyOf({ directoryId, call }: Exchange, id: string): UserKey {
  return { directoryId, id, authorization: call.authorization };
}

function remembered(exchange: Exchange, user: User): User {
  const { version } = user;
  exchange.recentUsers.keep(keyOf(exchange, user.id), { version, resource: documentOf(user) });
  return user;
}

function userReply(exchange: Exchange, user: User, extra: Partial<Reply> = {}): Reply {
  return resourceReply(exchange, userTable, user, { resource: presentUser(exchange, user) }, extra);
}

async function findUser(exchange: Exchange): Promise<User> {
  const { directoryId, resourceId: id } = exchange;
  const variables = { directoryId, id, withGroups: wantsGroups(exchange) };
  const { directoryUser } = await exchange.read(readUserDocument, variables);
  if (directoryUser === null) throw scimErrors.notFound('There is no user with this id');
  return remembered(exchange, directoryUser);
}

async function writeUser(
  exchange: Exchange,
  { withGroups, ...write }: { resource: Json; ifVersions: number[] | null; withGroups: boolean },
  findDeparture: () => ScimError | undefined,
): Promise<User> {
  const { directoryId, resourceId: id } = exchange;
  const variables = { input: { directoryId, id, ...write }, withGroups };
  const payload = await writeStrictly(exchange, replaceUserDocument, variables, findDeparture);
  return remembered(exchange, written(payload.directoryUser));
}
