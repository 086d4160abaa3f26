import type { Json, ResourceJson } from '../../attributes/json.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import {
  createUserDocument,
  deleteUserDocument,
  listUsersDocument,
  type ReadUserQuery,
  readUserDocument,
  replaceUserDocument,
} from '../documents/operations.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { readPaging } from '../protocol/list.ts';
import { applyPatch } from '../protocol/patch.ts';
import { type PatchOperation, readPatchRequest } from '../protocol/patch-request.ts';
import { wantsAttribute } from '../protocol/projection.ts';
import { scimErrors } from '../protocol/scim-error.ts';
import { GraphRefusal } from '../scim-problems.ts';
import { directoryFilter } from './directory-filter.ts';
import { documentOf, listReply, locationOf, presented, resourceReply, written } from './resource-reply.ts';

type User = NonNullable<ReadUserQuery['directoryUser']>;

const PATCH_ATTEMPTS_MAX = 5;

/** RFC 7644 §3.3. */
export async function createUser(exchange: Exchange): Promise<Reply> {
  const { directoryId } = exchange;
  const resource = await exchange.body();
  const payload = await exchange.write(createUserDocument, { input: { directoryId, resource } });
  const user = written(payload.directoryUser);
  const headers = { Location: locationOf(exchange, userTable, user.id) };
  return resourceReply(exchange, user, presentUser(exchange, user), { status: 201, headers });
}

/** RFC 7644 §3.4.1. */
export async function readUser(exchange: Exchange): Promise<Reply> {
  const user = await findUser(exchange);
  return resourceReply(exchange, user, presentUser(exchange, user), { outcome: 'userRead' });
}

/** RFC 7644 §3.4.2. */
export async function listUsers(exchange: Exchange): Promise<Reply> {
  const { directoryId, query } = exchange;
  const paging = readPaging(query);
  const { directoryUsers } = await exchange.read(listUsersDocument, {
    directoryId,
    filter: directoryFilter(query.filter, userTable),
    ...paging,
    withGroups: wantsGroups(exchange),
  });
  const users = directoryUsers.items.map((user) => presentUser(exchange, user));
  return listReply('usersRead', paging, directoryUsers.totalCount, users);
}

/** RFC 7644 §3.5.1. */
export async function replaceUser(exchange: Exchange): Promise<Reply> {
  const user = await writeUser(exchange, await exchange.body(), exchange.ifVersions, wantsGroups(exchange));
  return resourceReply(exchange, user, presentUser(exchange, user));
}

/**
 * RFC 7644 §3.5.2: read, fold the operations, write over the version that was read. Without If-Match another's write in
 * between costs another attempt, so that nothing is lost.
 */
export async function patchUser(exchange: Exchange): Promise<Reply> {
  const operations = readPatchRequest(await exchange.body());
  const user = await exchange.turns.run(`${exchange.directoryId}/${exchange.resourceId}`, () =>
    patchInTurn(exchange, operations),
  );
  return resourceReply(exchange, user, presentUser(exchange, user));
}

/** RFC 7644 §3.6. */
export async function deleteUser(exchange: Exchange): Promise<Reply> {
  const { directoryId, resourceId: id, ifVersions } = exchange;
  await exchange.write(deleteUserDocument, { input: { directoryId, id, ifVersions } });
  return { status: 204 };
}

async function patchInTurn(exchange: Exchange, operations: readonly PatchOperation[]): Promise<User> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await findUser(exchange);
    if (exchange.ifVersions !== null && !exchange.ifVersions.includes(before.version))
      throw scimErrors.preconditionFailed('The user has another version than If-Match names');
    const resource = applyPatch(documentOf(before), operations, userTable);
    try {
      // The groups are not the user's to change: those that were read are still right.
      return { ...before, ...(await writeUser(exchange, resource, [before.version], false)) };
    } catch (error) {
      const isOutrun = error instanceof GraphRefusal && error.code === 'VERSION_CONFLICT';
      if (!isOutrun || exchange.ifVersions !== null || attempt === PATCH_ATTEMPTS_MAX) throw error;
    }
  }
}

async function findUser(exchange: Exchange): Promise<User> {
  const { directoryId, resourceId: id } = exchange;
  const variables = { directoryId, id, withGroups: wantsGroups(exchange) };
  const { directoryUser } = await exchange.read(readUserDocument, variables);
  if (directoryUser === null) throw scimErrors.notFound('There is no user with this id');
  return directoryUser;
}

async function writeUser(
  exchange: Exchange,
  resource: Json,
  ifVersions: number[] | null,
  withGroups: boolean,
): Promise<User> {
  const { directoryId, resourceId: id } = exchange;
  const input = { directoryId, id, resource, ifVersions };
  const payload = await exchange.write(replaceUserDocument, { input, withGroups });
  return written(payload.directoryUser);
}

function presentUser(exchange: Exchange, user: User): ResourceJson {
  const groups = user.groups?.map(({ id, displayName }) => ({
    value: id,
    $ref: locationOf(exchange, groupTable, id),
    display: displayName,
    type: 'direct',
  }));
  return presented(exchange, userTable, user, groups === undefined ? {} : { groups });
}

function wantsGroups(exchange: Exchange): boolean {
  return wantsAttribute(exchange.projection, 'groups');
}
