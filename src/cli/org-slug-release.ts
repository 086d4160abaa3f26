import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'org slug-release',
  summary: 'End an alias: it leads nowhere from then on, and nobody else ever gets it.',
  usage: 'The organization itself can take it back: rollcall org slug --to.',
  argument: { placeholder: 'ALIAS', description: 'From: rollcall org slug.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const { id, name, slug } = await domain.organizationSlugs.release(operator, options.argument);
      const aliases = await domain.organizationSlugs.listAliases(operator);
      const human = `${terminal.paint('green', '✓')} ${options.argument} leads nowhere. ${name} signs in by ${[slug, ...aliases].join(', ')}.`;
      return { json: { id, slug, aliases }, human };
    }),
};
