import type { Command } from './command.ts';
import { UsageError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { notFoundAs } from './not-found-as.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'session end',
  summary: "End a user's sessions in an organization, all or one.",
  usage: 'From then on no request of theirs is accepted there. Tokens for back ends live for five minutes at most.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'All sessions of this user: the userName or the id.', placeholder: 'USER' },
    session: { description: 'This one: its id, as session list shows it.', placeholder: 'ID' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const [userText, sessionId] = [options.text('user'), options.text('session')];
      const organization = await findOrganization(domain, options.requiredText('org'));
      const { operator, name } = organization;
      if (userText !== undefined && sessionId === undefined) {
        const user = await findUser(domain, organization, userText);
        const endedCount = await domain.userSessions.endAllOf(operator, user.id);
        const ended = endedCount === 1 ? 'One session' : `${endedCount} sessions`;
        const human =
          endedCount === 0
            ? `Nothing was changed: ${user.userName} is signed in nowhere.`
            : `${terminal.paint('green', '✓')} ${ended} of ${user.userName} ended.`;
        return { json: { userId: user.id, endedCount }, human };
      }
      if (sessionId === undefined || userText !== undefined) throw new UsageError('Give either --user or --session.');
      const nobody = `Nobody is signed in to ${name} in the session ${sessionId}.`;
      await domain.userSessions.end(operator, sessionId).catch(notFoundAs(nobody));
      return { json: { sessionId, endedCount: 1 }, human: `${terminal.paint('green', '✓')} The session ended.` };
    }),
};
