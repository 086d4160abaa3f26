import type { Command } from './command.ts';
import { connectionJson, connectionText } from './connection-text.ts';
import { connectionArgument, findConnection } from './find-connection.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'connection show',
  summary: 'Show a connection, its addresses and what its last test brought.',
  usage: 'The client secret is kept sealed: nobody reads it again.',
  argument: connectionArgument,
  options: {},
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const { connection, slug } = await findConnection(domain, context.options.argument);
      const place = { publicUrl: config.publicUrl, slug };
      return {
        json: connectionJson(place, connection),
        human: connectionText(context.terminal, place, connection),
      };
    }),
};
