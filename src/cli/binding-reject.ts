import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'binding reject',
  summary: 'Keep somebody out whose sign-in waits.',
  usage: 'They stay out, also when they try again, until binding approve lets them in after all.',
  argument: { placeholder: 'REQUEST', description: 'From: rollcall binding list.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const request = await domain.bindingRequests.reject(operator, options.argument);
      const done = `${terminal.paint('green', '✓')} ${request.email ?? request.subject} stays out.`;
      return { json: request, human: done };
    }),
};
