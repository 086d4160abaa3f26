import type { Actor } from '../domain/actors/actor.ts';
import type { ConnectionRow } from '../domain/connections/connections.store.ts';
import type { Domain } from '../domain/domain.ts';
import { CommandError } from './command-error.ts';

/** The one word of the commands on a connection. */
export const connectionArgument = {
  placeholder: 'CONNECTION_ID',
  description: 'From: rollcall connection list --org SLUG.',
} as const;

/** A connection, and its organization's slug and operator. Throws CommandError for an unknown one. */
export async function findConnection(
  domain: Domain,
  id: string,
): Promise<{ operator: Actor; slug: string; connection: ConnectionRow }> {
  const organizationId = await domain.connections.organizationIdOf(id);
  if (organizationId !== undefined) {
    const operator: Actor = { kind: 'operator', organizationId };
    const connection = await domain.connections.get(operator, id);
    const { slug } = await domain.organizations.get(operator);
    if (connection) return { operator, slug, connection };
  }
  const hint = 'See: npx rollcall connection list --org SLUG';
  throw new CommandError('notFound', `There is no connection with the id "${id}". ${hint}`);
}
