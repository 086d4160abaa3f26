import type { Actor } from '../domain/actors/actor.ts';
import type { ConnectionRow } from '../domain/connections/connections.store.ts';
import type { Domain } from '../domain/domain.ts';
import { CommandError } from './command-error.ts';
import { notFoundAs } from './not-found-as.ts';

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
  const unknown = `There is no connection with the id "${id}". See: npx rollcall connection list --org SLUG`;
  const organizationId = await domain.connections.organizationIdOf(id);
  if (organizationId === undefined) throw new CommandError('notFound', unknown);
  const operator: Actor = { kind: 'operator', organizationId };
  // Deleted, its address stays.
  const connection = await domain.connections.get(operator, id).catch(notFoundAs(unknown));
  const { slug } = await domain.organizations.get(operator);
  return { operator, slug, connection };
}
