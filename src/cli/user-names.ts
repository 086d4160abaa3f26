import type { Actor } from '../domain/actors/actor.ts';
import type { Domain } from '../domain/domain.ts';

/** How the users of these ids are called; an id that no user has any more stays as it is. */
export async function userNamesOf(
  domain: Domain,
  operator: Actor,
  ids: readonly string[],
): Promise<(id: string) => string> {
  const users = await domain.users.getMany(operator, [...new Set(ids)]);
  const names = new Map(users.flatMap((user) => (user ? [[user.id, user.userName]] : [])));
  return (id) => names.get(id) ?? id;
}
