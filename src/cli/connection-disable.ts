import type { Command } from './command.ts';
import { connectionArgument, findConnection } from './find-connection.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'connection disable',
  summary: 'End signing in through a connection, and the sessions that were proved through it.',
  usage: 'Who is who stays known: enabled again, people sign in as before. Provisioning goes on.',
  argument: connectionArgument,
  options: {},
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { terminal, options } = context;
      const { operator, connection } = await findConnection(domain, options.argument);
      const { id, name, status } = await domain.connections.disable(operator, connection.id);
      const human =
        connection.status === status
          ? `Nothing was changed: ${name} is disabled already.`
          : `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is disabled, and its sessions have ended.`;
      return { json: { id, status }, human };
    }),
};
