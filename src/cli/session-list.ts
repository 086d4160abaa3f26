import { allItems } from './all-items.ts';
import { browserName } from './browser-name.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { withSession } from './open-session.ts';
import { dateText, listing } from './terminal.ts';

export const command: Command = {
  name: 'session list',
  summary: 'List the browsers in which a user is signed in.',
  usage:
    'Times are UTC. PROVED is when the identity provider last asked them who they are, as far as it says so; a fresh sign-in goes by it. session end ends one of them, or all.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'The userName or the id.', placeholder: 'USER', required: true },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const user = await findUser(domain, organization, options.requiredText('user'));
      const { operator } = organization;
      const sessions = await allItems((page) => domain.userSessions.listOf(operator, user.id, page));
      const human =
        sessions.length === 0
          ? `${user.userName} is signed in nowhere.`
          : listing(
              terminal,
              ['BROWSER', 'ADDRESS', 'BY', 'SIGNED IN', 'PROVED', 'LAST USED', 'ENDS', 'ID'],
              sessions.map((session) => [
                browserName(session.userAgent),
                session.address ?? 'unknown',
                session.method,
                dateText(session.authenticatedAt),
                session.provedAt ? dateText(session.provedAt) : 'not said',
                dateText(session.lastSeenAt),
                dateText(session.expiresAt),
                session.id,
              ]),
            );
      return { json: { user: { id: user.id, userName: user.userName }, sessions }, human };
    }),
};
