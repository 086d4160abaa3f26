import { tenantUrlOf } from '../domain/public-address.ts';
import type { Command } from './command.ts';
import { expiresInDays, readExpiry } from './expires-in-days.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { newScimTokenText } from './new-scim-token.ts';
import { withSession } from './open-session.ts';
import { readScopeOption, scopeOption } from './scope-option.ts';

export const command: Command = {
  name: 'scim-token create',
  summary: 'Make a SCIM token for a directory. It is shown once.',
  usage: 'Several may live at once: make a new one, paste it into the identity provider, then revoke the old one.',
  options: {
    directory: { description: "The directory's id.", placeholder: 'ID', required: true },
    scope: scopeOption,
    'expires-in-days': expiresInDays,
  },
  run: (context) => {
    const { options, terminal } = context;
    const expiresAt = readExpiry(options);
    const scopes = readScopeOption(options) ?? null;
    return withSession(context, async ({ domain, config }) => {
      await domain.seals.requireSecretKey();
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const { token } = await domain.scimTokens.create(operator, { directoryId, scopes, expiresAt });
      const tenantUrl = tenantUrlOf(config, directoryId);
      const human = [
        newScimTokenText(terminal, tenantUrl, token),
        '',
        'Or try the directory with a simulated identity provider:',
        `  npx rollcall simulate entra --tenant-url ${tenantUrl} \\`,
        `    --token ${token}`,
      ];
      return { json: { token }, human: human.join('\n') };
    });
  },
};
