import type { ResourceJson } from '../../attributes/json.ts';
import { groupTable, userTable } from '../../attributes/resource-tables.ts';
import type { ReadUserQuery } from '../documents/operations.ts';
import type { Exchange } from '../exchange.ts';
import { wantsAttribute } from '../protocol/projection.ts';
import { locationOf, presented } from './resource-reply.ts';

/** A directory user as GraphQL gives it; `groups` only where they are wanted. */
export type User = NonNullable<ReadUserQuery['directoryUser']>;

/** The user as the client wants to see it. */
export function presentUser(exchange: Exchange, user: User): ResourceJson {
  const groups = user.groups?.map(({ id, displayName }) => ({
    value: id,
    $ref: locationOf(exchange, groupTable, id),
    display: displayName,
    type: 'direct',
  }));
  return presented(exchange, userTable, user, groups === undefined ? {} : { groups });
}

export function wantsGroups(exchange: Exchange): boolean {
  return wantsAttribute(exchange.projection, 'groups');
}
