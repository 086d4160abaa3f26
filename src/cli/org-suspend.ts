import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'org suspend',
  summary: 'Stop an organization: its API keys are refused, provisioning goes on.',
  usage: 'It takes effect within a second, also in a service that runs. Nothing is deleted.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    reason: { description: 'Why, as its history shall say.', placeholder: 'TEXT' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const suspended = await domain.organizationLifeCycle.suspend(operator, { reason: options.text('reason') });
      const { id, slug, name, status } = suspended;
      const human = [
        `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is suspended. SCIM goes on, so that leavers leave.`,
        '',
        'To let it go on:',
        `  npx rollcall org resume --org ${slug}`,
      ];
      return { json: { id, slug, status }, human: human.join('\n') };
    }),
};
