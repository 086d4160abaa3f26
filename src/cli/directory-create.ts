import { PRECEDENCE_MAX } from '../domain/directories/directories.ts';
import { tenantUrlOf } from '../domain/public-address.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { localhostHint } from './localhost-hint.ts';
import { withSession } from './open-session.ts';
import { table } from './terminal.ts';

export const command: Command = {
  name: 'directory create',
  summary: 'Connect a directory (an identity provider) to an organization.',
  usage: 'Gives the Tenant URL. The token that goes with it comes from: rollcall scim-token create',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    name: { description: 'As admins read it (default "Microsoft Entra ID").', placeholder: 'NAME' },
    observing: { description: 'Take everything, but let nothing reach the product before directory activate.' },
    strict: { description: 'Refuse with 400 what is tolerated otherwise (docs/guides/strict.md).' },
    precedence: {
      description: `Whose record decides a shared profile: the lowest, 1 to ${PRECEDENCE_MAX} (default 1).`,
      placeholder: 'N',
    },
  },
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const name = options.text('name') ?? 'Microsoft Entra ID';
      const status: 'observing' | 'active' = options.flag('observing') ? 'observing' : 'active';
      const precedence = options.wholeNumber('precedence', { min: 1, max: PRECEDENCE_MAX }) ?? null;
      const isStrict = options.flag('strict');
      const settings = { name, status, precedence, isStrict };
      const { id } = await domain.directories.create(organization.operator, settings);
      const tenantUrl = tenantUrlOf(config, id);
      const facts = table(
        [
          ['Tenant URL', terminal.paint('cyan', tenantUrl)],
          ['id', id],
        ],
        '  ',
      );
      const human = [
        `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is connected to ${organization.name}.`,
        '',
        facts,
        ...localhostHint(terminal, tenantUrl),
        '',
        'Next, make the token it signs in with:',
        `  npx rollcall scim-token create --directory ${id}`,
        ...(status === 'observing'
          ? ['', 'It observes until you have seen what it would do:', `  npx rollcall directory preview ${id}`]
          : []),
      ];
      return { json: { id, tenantUrl }, human: human.join('\n') };
    }),
};
