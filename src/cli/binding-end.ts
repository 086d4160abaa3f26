import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { dateText } from './terminal.ts';

export const command: Command = {
  name: 'binding end',
  summary: "End a binding and its user's sessions.",
  usage:
    'The next sign-in by it is matched anew: by the stable id they get in again, by an e-mail address only when it is approved. To keep somebody out, block the user.',
  argument: { placeholder: 'BINDING', description: 'From: rollcall binding list --all.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const [before] = await domain.bindings.getMany(operator, [options.argument]);
      const binding = await domain.bindings.end(operator, options.argument);
      const done =
        before?.endedAt != null
          ? `Nothing was changed: it ended on ${dateText(before.endedAt)} UTC.`
          : `${terminal.paint('green', '✓')} Ended. Sessions of the user ended with it.`;
      return { json: binding, human: done };
    }),
};
