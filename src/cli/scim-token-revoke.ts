import type { ScimTokenRow } from '../domain/directories/scim-tokens.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { operatorOfDirectory } from './find-organization.ts';
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
      const found = findToken(await domain.scimTokens.list(operator, directoryId), options.argument, directoryId);
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

function findToken(tokens: readonly ScimTokenRow[], text: string, directoryId: string): ScimTokenRow {
  const [found, other] = tokens.filter(({ id, hint }) => id === text || hint === text);
  const see = `See: npx rollcall scim-token list --directory ${directoryId}`;
  if (!found) throw new CommandError('notFound', `The directory has no token "${text}". ${see}`);
  if (other) throw new CommandError('ambiguous', `Several tokens end in "${text}": give the id. ${see}`);
  return found;
}
