import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'binding approve',
  summary: 'Say who somebody is whose sign-in waits: they get in from their next sign-in.',
  usage: 'Who signed in as that user through the connection before does so no more, and their sessions end.',
  argument: { placeholder: 'REQUEST', description: 'From: rollcall binding list.' },
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'Which user they are, where there are several.', placeholder: 'USER' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const { operator } = organization;
      const named = options.text('user');
      const userId = named === undefined ? null : (await findUser(domain, organization, named)).id;
      const request = await domain.bindingRequests.approve(operator, { id: options.argument, userId });
      const user = await domain.users.get(operator, request.userId ?? '');
      const who = request.email ?? request.subject;
      const done = `${terminal.paint('green', '✓')} ${who} signs in as ${user.userName} from now on.`;
      return { json: request, human: done };
    }),
};
