import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'org resume',
  summary: 'Let a suspended organization go on.',
  usage: 'Its API keys are taken again within a second.',
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const { id, slug, name, status } = await domain.organizationLifeCycle.resume(operator);
      const human = `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is active again.`;
      return { json: { id, slug, status }, human };
    }),
};
