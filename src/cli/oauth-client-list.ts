import type { OAuthClientSecretRow } from '../domain/directory-credentials/oauth-clients.store.ts';
import type { Command } from './command.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { dateText, heading, table } from './terminal.ts';

export const command: Command = {
  name: 'oauth-client list',
  summary: "List a directory's OAuth clients with their secrets by the last four characters.",
  usage: '',
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const directoryId = context.options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const [clients = []] = await domain.oauthClients.listMany(operator, [directoryId]);
      const secrets = await domain.oauthClients.listSecrets(
        operator,
        clients.map(({ id }) => id),
      );
      const oauthClients = clients.map(({ id, clientId, name, scopes, createdAt }, position) => ({
        id,
        clientId,
        name,
        scopes,
        createdAt,
        secrets: (secrets[position] ?? []).map(shownSecret),
      }));
      const rows = oauthClients.flatMap(({ clientId, name, secrets: shown }) =>
        shown.map(({ id, hint, state, expiresAt, lastUsedAt }) => [
          name,
          `…${hint}`,
          state,
          lastUsedAt ? dateText(lastUsedAt) : 'never',
          dateText(expiresAt),
          clientId,
          id,
        ]),
      );
      const columns = ['NAME', 'SECRET', 'STATE', 'LAST USED', 'EXPIRES', 'CLIENT ID', 'SECRET ID'];
      const human =
        rows.length === 0
          ? `The directory has no OAuth client yet. Make one: npx rollcall oauth-client create --directory ${directoryId}`
          : table([heading(context.terminal, columns), ...rows]);
      return { json: { oauthClients }, human };
    }),
};

function shownSecret({ id, hint, createdAt, lastUsedAt, expiresAt, revokedAt }: OAuthClientSecretRow) {
  const state = revokedAt ? 'revoked' : expiresAt < new Date() ? 'expired' : 'live';
  return { id, hint, state, createdAt, lastUsedAt, expiresAt, revokedAt };
}
