import type { Actor } from '../domain/actors/actor.ts';
import type { OAuthClientRow } from '../domain/directory-credentials/oauth-clients.store.ts';
import type { Domain } from '../domain/domain.ts';
import { CommandError } from './command-error.ts';

/** The OAuth client of a directory by its client id or its own. Throws CommandError for an unknown one. */
export async function findOAuthClient(
  domain: Domain,
  operator: Actor,
  { directoryId, text }: { directoryId: string; text: string },
): Promise<OAuthClientRow> {
  const [clients = []] = await domain.oauthClients.listMany(operator, [directoryId]);
  const found = clients.find(({ id, clientId }) => id === text || clientId === text);
  if (found) return found;
  const see = `See: npx rollcall oauth-client list --directory ${directoryId}`;
  throw new CommandError('notFound', `The directory has no OAuth client "${text}". ${see}`);
}
