import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'oauth-client revoke-secret',
  summary: 'End a secret of an OAuth client, with the access tokens that were made by it.',
  usage: 'Both stop working within a second, also in a service that runs.',
  argument: { placeholder: 'SECRET_ID', description: "The secret's id or its last four characters." },
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const [clients = []] = await domain.oauthClients.listMany(operator, [directoryId]);
      const ids = clients.map((client) => client.id);
      const secrets = (await domain.oauthClients.listSecrets(operator, ids)).flat();
      const text = options.argument;
      const [found, other] = secrets.filter((secret) => secret.id === text || secret.hint === text);
      const see = `See: npx rollcall oauth-client list --directory ${directoryId}`;
      if (!found) throw new CommandError('notFound', `The directory has no client secret "${text}". ${see}`);
      if (other) throw new CommandError('ambiguous', `Several client secrets end in "${text}": give the id. ${see}`);
      const { id, hint, revokedAt } = await domain.oauthClients.revokeSecret(operator, found.id);
      const human = `${terminal.paint('green', '✓')} The client secret …${hint} is revoked, and its access tokens have ended.`;
      return { json: { id, revokedAt }, human };
    }),
};
