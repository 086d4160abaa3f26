import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'org slug',
  summary: "Change an organization's public sign-in name.",
  usage: 'The name before stays as an alias that leads to it too; there may be ten. A released one can be taken back.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    to: { description: 'The new slug.', placeholder: 'SLUG', required: true },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const { id, name, slug } = await domain.organizationSlugs.change(operator, options.requiredText('to'));
      const aliases = await domain.organizationSlugs.listAliases(operator);
      const human = [`${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} signs in by ${slug}.`];
      if (aliases.length > 0) human.push(`Aliases: ${aliases.join(', ')}`);
      return { json: { id, slug, aliases }, human: human.join('\n') };
    }),
};
