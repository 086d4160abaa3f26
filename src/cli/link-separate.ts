import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { joinText, whyText } from './link-text.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'link separate',
  summary: 'Give a record that waits for a user or group one of its own instead.',
  usage: 'While the name is taken the link is in conflict; rename the one that has it, and the link goes on by itself.',
  argument: { placeholder: 'LINK_ID', description: 'From: rollcall link list.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const link = await domain.linkDecisions.separate(operator, options.argument);
      const done = `${terminal.paint('green', '✓')} Separated: ${joinText(link)}.`;
      const human = link.state === 'active' ? done : `In conflict: ${whyText(link.reason)} by "${link.targetName}".`;
      return { json: link, human };
    }),
};
