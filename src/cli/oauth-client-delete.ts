import type { Command } from './command.ts';
import { findOAuthClient } from './find-oauth-client.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'oauth-client delete',
  summary: 'Delete an OAuth client, with its secrets and access tokens.',
  usage: 'The identity provider that uses it is refused from then on.',
  argument: { placeholder: 'CLIENT_ID', description: 'From: rollcall oauth-client list --directory ID.' },
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const { id, clientId, name } = await findOAuthClient(domain, operator, { directoryId, text: options.argument });
      await domain.oauthClients.delete(operator, id);
      const human = `${terminal.paint('green', '✓')} The OAuth client ${name} is deleted, and its access tokens have ended.`;
      return { json: { id, clientId }, human };
    }),
};
