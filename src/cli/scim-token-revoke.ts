import type { Command } from './command.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { findScimToken } from './find-scim-token.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'scim-token revoke',
  summary: 'End a SCIM token. The identity provider is refused from then on.',
  usage: 'The token stops working within a second, also in a service that runs.',
  argument: { placeholder: 'TOKEN_ID', description: "The token's id or its last four characters." },
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const found = findScimToken(await domain.scimTokens.list(operator, directoryId), options.argument, directoryId);
      const { id, hint, revokedAt } = await domain.scimTokens.revoke(operator, found.id);
      const human = [
        `${terminal.paint('green', '✓')} The token …${hint} is revoked.`,
        '',
        'If Entra still uses it, its next cycle is refused until a new one is pasted there:',
        `  npx rollcall scim-token create --directory ${directoryId}`,
      ];
      return { json: { id, revokedAt }, human: human.join('\n') };
    }),
};
