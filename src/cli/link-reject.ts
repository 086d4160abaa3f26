import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { joinText } from './link-text.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'link reject',
  summary: 'Decline a link that waits: nobody gains anything by it.',
  usage: 'A rejected link can still be approved later.',
  argument: { placeholder: 'LINK_ID', description: 'From: rollcall link list.' },
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    yes: { description: 'As for approve; nothing is asked.' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const link = await domain.linkDecisions.reject(operator, options.argument);
      const human = `${terminal.paint('green', '✓')} Rejected: ${joinText(link)}. Nobody gained anything by it.`;
      return { json: link, human };
    }),
};
