import type { Command } from './command.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { tenantUrlOf } from './tenant-url.ts';
import { table } from './terminal.ts';

export const command: Command = {
  name: 'scim-token create',
  summary: 'Make a SCIM token for a directory. It is shown once.',
  usage: 'Several may live at once: make a new one, paste it into Entra, then revoke the old one.',
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const { options, terminal } = context;
      const directoryId = options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const { token } = await domain.scimTokens.create(operator, { directoryId });
      const tenantUrl = tenantUrlOf(config, directoryId);
      const human = [
        'Paste these two into Entra (Enterprise application → Provisioning → Admin Credentials):',
        '',
        table(
          [
            ['Tenant URL', terminal.paint('cyan', tenantUrl)],
            ['Secret Token', terminal.paint('cyan', token)],
          ],
          '  ',
        ),
        '',
        terminal.paint('yellow', 'The token is shown this once. Keep it like a password.'),
        '',
        'Or try the directory without Entra:',
        `  npx rollcall simulate entra --tenant-url ${tenantUrl} \\`,
        `    --token ${token}`,
      ];
      return { json: { token }, human: human.join('\n') };
    }),
};
