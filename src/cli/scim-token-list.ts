import { allScopes } from '../domain/actors/scope.ts';
import type { Command } from './command.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { dateText, heading, table } from './terminal.ts';

export const command: Command = {
  name: 'scim-token list',
  summary: "List a directory's SCIM tokens by their last four characters.",
  usage: '',
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const directoryId = context.options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const tokens = (await domain.scimTokens.list(operator, directoryId)).map(
        ({ id, hint, scopes, createdAt, lastUsedAt, expiresAt, revokedAt }) => ({
          id,
          hint,
          scopes,
          createdAt,
          lastUsedAt,
          expiresAt,
          revokedAt,
        }),
      );
      const rows = tokens.map(({ id, hint, scopes, createdAt, lastUsedAt, expiresAt, revokedAt }) => [
        `…${hint}`,
        revokedAt ? 'revoked' : expiresAt && expiresAt < new Date() ? 'expired' : 'live',
        scopes.length === allScopes.size ? 'all' : scopes.join(' '),
        dateText(createdAt),
        lastUsedAt ? dateText(lastUsedAt) : 'never',
        expiresAt ? dateText(expiresAt) : 'never',
        id,
      ]);
      const human =
        rows.length === 0
          ? `The directory has no token yet. Make one: npx rollcall scim-token create --directory ${directoryId}`
          : table([
              heading(context.terminal, ['TOKEN', 'STATE', 'SCOPES', 'MADE', 'LAST USED', 'EXPIRES', 'ID']),
              ...rows,
            ]);
      return { json: { tokens }, human };
    }),
};
